package report_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"meetbatch/job"
	"meetbatch/report"
)

// TestBeginAnew: of many that take the place of a run that has sent nothing one does, and the others find it locked, also
// when that one has ended already; nothing of the old run is left.
func TestBeginAnew(t *testing.T) {
	t.Parallel()
	if os.Getenv("WINEPREFIX") != "" {
		t.Skip("wine removes a file only when its last reader has closed it; Windows 10 takes its name away at once")
	}
	path := filepath.Join(t.TempDir(), "run")
	old, err := report.Begin(path, job.Reclaim)
	if err != nil {
		t.Fatal(err)
	}
	was := report.Run{Command: "reclaim", Version: "old", State: report.Planning}
	if err := errors.Join(old.WriteRun(was), old.Close(), os.WriteFile(old.File(report.InputFile), []byte("torn"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if was, err = report.ReadRun(path); err != nil {
		t.Fatal(err)
	}
	var begun atomic.Int64
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			d, err := report.BeginAnew(path, job.Reclaim, was)
			var locked *report.LockedError
			switch {
			case errors.As(err, &locked):
				return
			case err != nil:
				t.Error(err)
				return
			}
			begun.Add(1)
			if report.Kept(path) {
				t.Error("the input of the old run is there")
			}
			if err := errors.Join(d.WriteRun(report.Run{Command: "reclaim", Version: "new", State: report.Planning}), d.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if now, err := report.ReadRun(path); err != nil || now.Version != "new" || begun.Load() != 1 {
		t.Errorf("%d began; %+v, %v", begun.Load(), now, err)
	}
}

// TestBeginAnewSpares: what has results, or requests that can have changed something, stays, whatever its run.json says.
func TestBeginAnewSpares(t *testing.T) {
	t.Parallel()
	attempt := job.Attempt{RequestID: "0195e2a4-7c11-7d3a-9b1e-2f4c6a8d0e13", Chunk: job.Chunk{Target: "wei", Entries: []job.Entry{{ID: "1", Line: 2}}}, Number: 1}
	for name, act := range map[string]func(d *report.Dir) error{
		"requests": func(d *report.Dir) error { return d.Sent(attempt) },
		"results": func(d *report.Dir) error {
			return d.Settle(job.Outcome{Chunk: attempt.Chunk, Status: job.NotSent})
		},
	} {
		path := filepath.Join(t.TempDir(), "run")
		d, err := report.Begin(path, job.Reclaim)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(d.WriteRun(report.Run{Command: "reclaim", State: report.Planning, Input: report.Input{LastLine: 2}}), act(d), d.Close()); err != nil {
			t.Fatal(err)
		}
		was, err := report.ReadRun(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := report.BeginAnew(path, job.Reclaim, was); err == nil {
			t.Errorf("%s: it was removed", name)
		}
		for _, file := range []string{report.RunFile, report.RequestsFile, report.ResultsFile} {
			if _, err := os.Stat(filepath.Join(path, file)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
