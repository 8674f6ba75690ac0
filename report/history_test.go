package report_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"meetbatch/job"
	"meetbatch/report"
)

// TestUnderWay: a run is under way while its run.json is young, whoever wrote it; afterwards its process tells, where that can
// be asked for.
func TestUnderWay(t *testing.T) {
	t.Parallel()
	path := begun(t, t.TempDir(), "run", report.Run{State: report.Running})
	written, err := report.ReadRun(path)
	if err != nil {
		t.Fatal(err)
	}
	alive, here := *written.Alive, written.Process
	gone := here
	gone.PID = 1 << 30 // no system has so many
	away, before := gone, gone
	away.Host += "-another"
	before.Boot += "-before"
	for _, test := range []struct {
		state   report.State
		process report.Process
		alive   *time.Time
		after   time.Duration
		want    report.Life
	}{
		{report.Running, here, &alive, 9 * time.Second, report.UnderWay},
		{report.Planning, gone, &alive, 9 * time.Second, report.UnderWay}, // another one may write it in a container
		{report.Running, away, &alive, -9 * time.Second, report.UnderWay}, // whose clock is ahead
		{report.Running, away, &alive, -time.Minute, report.Silent},       // so far that nothing can be told
		{report.Running, here, &alive, 11 * time.Second, report.Silent},   // it is stopped, or its number is somebody else's by now
		{report.Running, gone, &alive, 11 * time.Second, report.Killed},
		{report.Planning, gone, &alive, 11 * time.Second, report.Killed},
		{report.Running, away, &alive, 11 * time.Second, report.Silent},
		{report.Running, before, &alive, 11 * time.Second, report.Killed},
		{report.Running, report.Process{}, nil, 0, report.Silent}, // version 0.1 says nothing
		{report.Finished, gone, &alive, 0, report.Over},
		{report.Stopped, here, &alive, time.Hour, report.Over},
		{report.Broken, gone, nil, 0, report.Over},
	} {
		if here.Boot == "" && test.process == before {
			continue
		}
		r := report.Run{State: test.state, Process: test.process, Alive: test.alive}
		if got := r.Life(alive.Add(test.after)); got != test.want {
			t.Errorf("%s by %+v, after %s: %s, want %s", test.state, test.process, test.after, got, test.want)
		}
	}
}

// begun makes the directory of a run in a folder.
func begun(t *testing.T, folder, name string, r report.Run) (path string) {
	t.Helper()
	d, err := report.Begin(filepath.Join(folder, name), job.Reclaim)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.WriteRun(r); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return d.Path
}

// TestHistory: the runs of a folder come in the order in which they began, whatever they are called; a damaged one is
// among them, and what is no run is not.
func TestHistory(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	at := time.Date(2026, 3, 1, 1, 30, 0, 0, time.UTC)
	begun(t, folder, "a", report.Run{State: report.Finished, Start: at.Add(2 * time.Hour)})
	begun(t, folder, "b", report.Run{State: report.Finished, Start: at})
	begun(t, folder, "c", report.Run{State: report.Finished, Start: at.Add(time.Hour)})
	damaged := filepath.Join(begun(t, folder, "d", report.Run{State: report.Finished, Start: at}), report.RunFile)
	text, err := os.ReadFile(damaged)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"d": strings.Replace(string(text), "finished", "stopped", 1), "e": "[", "f": ""} {
		if err := os.MkdirAll(filepath.Join(folder, name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name, report.RunFile), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(filepath.Join(folder, name, report.RunFile), at, at.Add(time.Hour*time.Duration(3+len(name)))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(folder, "notes"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "file"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	runs, err := report.History(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range runs {
		name := filepath.Base(e.Path)
		if e.Err != nil {
			name += "!"
		}
		got = append(got, name)
	}
	if want := []string{"b", "d!", "c", "a", "e!", "f!"}; !slices.Equal(got, want) {
		t.Errorf("the runs are %v, want %v", got, want)
	}
	if runs, err = report.Newest(folder, 2); err != nil || len(runs) != 2 || filepath.Base(runs[0].Path) != "b" || filepath.Base(runs[1].Path) != "c" {
		t.Errorf("the two that were written last are %v, %v", runs, err)
	}
	if _, err := report.History(filepath.Join(folder, "nowhere")); !os.IsNotExist(err) {
		t.Errorf("the history of no folder: %v", err)
	}
}
