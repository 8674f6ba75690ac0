package report

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"meetbatch/job"
)

// TestRetractFails: as long as run.json vouches for the results of before they are not replaced.
func TestRetractFails(t *testing.T) {
	t.Parallel()
	d, err := Begin(filepath.Join(t.TempDir(), "run"), job.Reclaim)
	if err != nil {
		t.Fatal(err)
	}
	o := job.Outcome{Chunk: someEntry, Status: job.Unknown, RequestID: "r", Attempts: 1}
	code := 1
	run := Run{State: Finished, ExitCode: &code, Input: Input{LastLine: 2}, Counts: Counts{Rows: 1, Unknown: 1}}
	for _, err := range []error{d.Sent(someAttempt), d.Answered(someAttempt, job.Answer{}), d.Settle(o), d.Sync(), d.WriteRun(run), d.Close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if run, err = ReadRun(d.Path); err != nil {
		t.Fatal(err)
	}
	r, err := Reconcile(d.Path, Check{Operation: job.Reclaim, Run: run})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Begin(run); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(d.Path, ResultsFile))
	if err != nil {
		t.Fatal(err)
	}
	err = r.Settle(func(Result) (Verdict, error) { // and meanwhile somebody makes a directory of run.json
		name := filepath.Join(d.Path, RunFile)
		if err := os.Remove(name); err != nil {
			return Verdict{}, err
		}
		return Verdict{Status: job.Succeeded, ReadAt: time.Now()}, os.MkdirAll(filepath.Join(name, "x"), 0o750)
	})
	after, readErr := os.ReadFile(filepath.Join(d.Path, ResultsFile))
	if err == nil || readErr != nil || string(after) != string(before) {
		t.Errorf("Settle = %v, and results.csv is %q, %v", err, after, readErr)
	}
}
