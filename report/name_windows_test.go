package report_test

import (
	"errors"
	"path/filepath"
	"testing"

	"meetbatch/job"
	"meetbatch/report"
)

// TestNames: a directory that cannot be holds no run, and none is made of it.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"con", "runs*", "a:b", "run."} {
		path := filepath.Join(t.TempDir(), name)
		if _, err := report.ReadRun(path); !errors.Is(err, report.ErrNoRun) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := report.Begin(path, job.Reclaim); err == nil {
			t.Errorf("%s holds a run", name)
		}
		if _, err := report.BeginFree(path, job.Reclaim); err == nil {
			t.Errorf("%s holds a run", name)
		}
	}
}
