package report_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"meetbatch/job"
	"meetbatch/report"
)

// TestStays: what somebody may need again is not removed.
func TestStays(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	at := time.Now().Add(-time.Hour)
	abs := func(name string) string { return filepath.Join(folder, name) }
	for name, r := range map[string]report.Run{
		"goes":     {State: report.Finished, Counts: report.Counts{Rows: 2, Failed: 1, Invalid: 1}},
		"unknown":  {State: report.Finished, Counts: report.Counts{Rows: 1, Unknown: 1}},
		"stopped":  {State: report.Stopped},
		"broken":   {State: report.Broken},
		"planning": {State: report.Planning},
		"running":  {State: report.Running},
		"parent":   {State: report.Finished},
		"child":    {State: report.Finished, Parent: abs("parent")},
		"undone":   {State: report.Finished, UndoneBy: abs("undo")},
		"undo":     {State: report.Finished, UndoOf: abs("undone")},
		"moved":    {State: report.Finished},
		"second":   {State: report.Finished, Parent: filepath.Join(folder, "before", "moved")}, // where the folder was then
	} {
		r.Start = at
		begun(t, folder, name, r)
	}
	runs, err := report.History(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, later := range []time.Duration{0, time.Hour} {
		var gone []string
		for _, e := range runs {
			if e.Stays(runs, time.Now().Add(later)) == "" {
				gone = append(gone, filepath.Base(e.Path))
			}
		}
		if want := []string{"child", "goes", "second", "undo"}; !slices.Equal(gone, want) {
			t.Errorf("%v may be removed, want %v", gone, want)
		}
	}
}

// TestClear: the program's own files go, and the directory with them where nothing else is there; what is somebody else's
// stays, also behind a link, and so does a run that is locked or was changed since it was looked at.
func TestClear(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	find := func(name string) *report.Entry {
		t.Helper()
		runs, err := report.History(folder)
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(runs, func(e report.Entry) bool { return filepath.Base(e.Path) == name })
		if at < 0 {
			t.Fatalf("there is no run %s", name)
		}
		return &runs[at]
	}
	plain := begun(t, folder, "plain", report.Run{State: report.Finished})
	for _, name := range []string{"failed.csv", "before.csv", "input.csv.zst", "report.html", ".plan-x1", ".run.json-x1", ".before.csv-x1"} {
		if err := os.WriteFile(filepath.Join(plain, name), nil, 0o640); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := find("plain").Clear(); err != nil || len(left) > 0 {
		t.Errorf("what is left is %v, %v", left, err)
	}
	if _, err := os.Lstat(plain); !os.IsNotExist(err) {
		t.Errorf("the directory is there: %v", err)
	}

	mixed := begun(t, folder, "mixed", report.Run{State: report.Finished})
	if err := os.WriteFile(filepath.Join(mixed, "input.csv"), nil, 0o640); err != nil { // whose name a run of version 0.1 would have
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(mixed, "failed.csv"), 0o777); err != nil {
		t.Fatal(err)
	}
	if left, err := find("mixed").Clear(); err != nil || !slices.Equal(left, []string{"failed.csv", "input.csv"}) {
		t.Errorf("what is left is %v, %v", left, err)
	}

	other := begun(t, folder, "other", report.Run{State: report.Finished})
	before := find("other")
	d, err := report.Begin(filepath.Join(folder, "held"), job.Reclaim)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.WriteRun(report.Run{State: report.Finished}); err != nil {
		t.Fatal(err)
	}
	var locked *report.LockedError
	if _, err := find("held").Clear(); !errors.As(err, &locked) {
		t.Errorf("a run that is locked: %v", err)
	}
	before.Run.Resumed++
	if _, err := before.Clear(); err == nil {
		t.Error("a run that was gone on with is removed")
	}
	link := filepath.Join(folder, "link")
	if err := os.Symlink(other, link); err != nil {
		t.Skip(err)
	}
	if _, err := os.Lstat(link); err != nil {
		t.Skip("wine says that it has made a link, and has made none")
	}
	if _, err := find("link").Clear(); err == nil {
		t.Error("a link was followed")
	}
	if _, err := report.ReadRun(other); err != nil {
		t.Error(err)
	}
}
