package report_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"meetbatch/job"
	"meetbatch/report"
)

// TestVerifyRun: what run.json says is held against the files and against itself.
func TestVerifyRun(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		change func(*report.Run)
		want   []string
	}{
		{func(r *report.Run) { r.Counts.Rows = 8 }, []string{"run.json says 8 rows, the files 7"}},
		{func(r *report.Run) { r.Counts.Unknown = 1 }, []string{"run.json says 1 unknown, the files 0"}},
		{func(r *report.Run) { r.Requests.Sent = 2 }, []string{"run.json says 2 requests, the files 3"}},
		{func(r *report.Run) { r.State = report.Stopped }, []string{"run.json says that the run is stopped, with 0 rows not sent", "run.json has an exit code that its counts do not bear out"}},
		{func(r *report.Run) { *r.ExitCode = 0 }, []string{"run.json has an exit code that its counts do not bear out"}},
		{func(r *report.Run) { r.ExitCode = nil }, []string{"run.json has an exit code that its counts do not bear out"}},
	} {
		path, c := finished(t)
		test.change(&c.Run)
		if got, err := problems(path, c); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%q, %v, want %q", got, err, test.want)
		}
	}

	// A run that is under way, or was killed, need not have all results; a torn end is what a kill leaves.
	path, c := finished(t)
	c.Run.State = report.Running
	name := filepath.Join(path, report.ResultsFile)
	if err := os.Truncate(name, int64(len(readFile(t, name))-3)); err != nil {
		t.Fatal(err)
	}
	proof, err := report.Verify(path, c)
	if err != nil || proof.Over || len(proof.Problems) > 0 || len(proof.Notes) != 1 || !strings.Contains(proof.Notes[0], "results.csv is torn from line 10 on") {
		t.Errorf("%+v, %v; want a note that the table is torn", proof, err)
	}
}

func problems(path string, c report.Check) ([]string, error) {
	proof, err := report.Verify(path, c)
	return proof.Problems, err
}

// TestVerifyFiles: torn tables and a failed.csv that is not there are problems; so are tables that are not there. Of many problems the first ten are named.
func TestVerifyFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{report.ResultsFile, report.RequestsFile} {
		path, c := finished(t)
		file := filepath.Join(path, name)
		text := readFile(t, file)
		if err := os.WriteFile(file, []byte(text[:len(text)-3]), 0o666); err != nil {
			t.Fatal(err)
		}
		if got, err := problems(path, c); err != nil || len(got) == 0 || !strings.HasPrefix(got[0], file+" is torn from line ") {
			t.Errorf("%s is torn: %q, %v", name, got, err)
		}
		if err := os.WriteFile(file, []byte(strings.Replace(text, "\n", "\n\"", 1)), 0o666); err != nil {
			t.Fatal(err)
		}
		if got, err := problems(path, c); err == nil && len(got) == 0 {
			t.Errorf("%s cannot be read: %q, %v", name, got, err)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if got, err := problems(path, c); err != nil || !slices.Contains(got, file+" is gone or empty") {
			t.Errorf("%s is gone: %q, %v", name, got, err)
		}
	}

	path, c := finished(t)
	if err := os.Remove(filepath.Join(path, report.FailedFile)); err != nil {
		t.Fatal(err)
	}
	_, absent := os.Stat(filepath.Join(path, report.FailedFile))
	if got, err := problems(path, c); err != nil || len(got) != 1 || !strings.Contains(got[0], errors.Unwrap(absent).Error()) {
		t.Errorf("failed.csv is gone: %q, %v", got, err)
	}

	path, c = finished(t)
	c.Rows = func(row func(job.Item, []byte) error) error {
		for line := range int64(20) {
			if err := row(job.Item{Line: line + 100}, nil); err != nil {
				return err
			}
		}
		return nil
	}
	if got, err := problems(path, c); err != nil || len(got) != 11 || got[10] != "and more" {
		t.Errorf("%q, %v, want ten problems, and that there are more", got, err)
	}
	broken := errors.New("gone")
	c.Rows = func(func(job.Item, []byte) error) error { return broken }
	if _, err := problems(path, c); err != broken {
		t.Errorf("an input that cannot be read: %v, want %v", err, broken)
	}
}

// TestVerifySkipped: a row may be skipped where the run was to skip some, by a request of an earlier run.
func TestVerifySkipped(t *testing.T) {
	t.Parallel()
	path, c := finished(t)
	name := filepath.Join(path, report.ResultsFile)
	text := strings.Replace(readFile(t, name), id(3)+",succeeded,200,,,1", id(8)+",skipped,,,,0", 1)
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	c.Skips = true
	c.Run.Counts.Succeeded, c.Run.Counts.Skipped = 3, 1
	if got, err := problems(path, c); err != nil || len(got) > 0 {
		t.Errorf("%q, %v, want no problem", got, err)
	}
}
