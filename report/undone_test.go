package report_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"meetbatch/report"
)

// TestSetUndone: a run is marked once, stays as it was otherwise, and the mark can be taken back.
func TestSetUndone(t *testing.T) {
	t.Parallel()
	p := stopped(t)
	was := p.check(t, p.path).Run
	set := func(by string) error { return report.SetUndone(p.path, by, p.check(t, p.path).Run) }
	if err := report.SetUndone(p.path, "/runs/undo", was); err != nil {
		t.Fatal(err)
	}
	now := p.check(t, p.path).Run
	if now.UndoneBy != "/runs/undo" || now.Files[report.ResultsFile] != was.Files[report.ResultsFile] || !now.Alive.Equal(*was.Alive) {
		t.Errorf("run.json says %+v", now)
	}
	p.proved(t, p.path, true)
	if err := report.SetUndone(p.path, "/runs/undo", was); err != nil {
		t.Errorf("once more by the same: %v", err)
	}
	if set("/runs/other") == nil {
		t.Error("another run takes it back too")
	}
	if err := set(""); err != nil || p.check(t, p.path).Run.UndoneBy != "" {
		t.Errorf("the mark is not taken back: %v", err)
	}
	was.Resumed++
	if report.SetUndone(p.path, "/runs/undo", was) == nil {
		t.Error("a run that was gone on with is marked")
	}
	r, err := report.Reconcile(p.path, p.check(t, p.path))
	if err != nil {
		t.Fatal(err)
	}
	var locked *report.LockedError
	if err := set("/runs/undo"); !errors.As(err, &locked) {
		t.Errorf("beside a reconcile: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}

	running := begun(t, t.TempDir(), "running", report.Run{State: report.Running})
	run, err := report.ReadRun(running)
	if err != nil || report.SetUndone(running, "/runs/undo", run) == nil {
		t.Errorf("a run that is under way is marked, %v", err)
	}
}

// TestSetUndoneOld: a run of version 0.1 has no sums, and none are made up.
func TestSetUndoneOld(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "run")
	if err := os.CopyFS(path, os.DirFS(filepath.Join("..", "testdata", "runs-0.1", "finished"))); err != nil {
		t.Fatal(err)
	}
	run, err := report.ReadRun(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := report.SetUndone(path, "/runs/undo", run); err != nil {
		t.Fatal(err)
	}
	now, err := report.ReadRun(path)
	if run.UndoneBy = now.UndoneBy; err != nil || now.Schema != 0 || now.UndoneBy != "/runs/undo" || now.Counts != run.Counts {
		t.Errorf("run.json says %+v, %v", now, err)
	}
}
