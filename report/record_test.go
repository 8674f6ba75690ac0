package report

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"meetbatch/job"
)

var (
	someEntry   = job.Chunk{Target: "a", Entries: []job.Entry{{ID: "v", Line: 2}}}
	someAttempt = job.Attempt{RequestID: "r", Chunk: someEntry, Number: 1}
	someOutcome = job.Outcome{Chunk: someEntry, Status: job.Succeeded}
)

// TestDiskFull: a write that fails is an error for everyone who waits for it and for all that come later. When it is the
// results that cannot be written, no request may go out either.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	d, err := Begin(filepath.Join(t.TempDir(), "run"), job.Reclaim)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	file := d.results.log.file
	d.results.log.file = full
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := d.Settle(someOutcome); !strings.Contains(fmt.Sprint(err), "no space left") {
				t.Errorf("Settle = %v, want that no space is left", err)
			}
		})
	}
	wg.Wait()
	d.results.log.file = file // there is room again, but a part of a record may stand there
	for what, err := range map[string]error{"Settle": d.Settle(someOutcome), "Sent": d.Sent(someAttempt)} {
		if !strings.Contains(fmt.Sprint(err), "no space left") {
			t.Errorf("%s = %v, want that no space is left", what, err)
		}
	}
	if err := d.Answered(someAttempt, job.Answer{}); err != nil {
		t.Errorf("Answered = %v: the journal can be written", err)
	}
	if d.done.has(2) {
		t.Error("a row counts as done although its result was not written")
	}
	invalid := func(yield func(job.Item, error) bool) { yield(job.Item{Line: 3, Invalid: "no"}, nil) }
	if err := d.Reject(invalid); err == nil {
		t.Error("Reject writes on")
	}
	if err := full.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestSyncFails: after a sync that failed it is not known what is on the disk, and nothing more is written.
func TestSyncFails(t *testing.T) {
	t.Parallel()
	for _, journal := range []bool{true, false} {
		d, err := Begin(filepath.Join(t.TempDir(), "run"), job.Reclaim)
		if err != nil {
			t.Fatal(err)
		}
		l := d.results.log
		if journal {
			l = d.requests.log
		}
		file := l.file
		closed, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		closed.Close()
		l.file = closed
		failed := d.Sync()
		if failed == nil {
			t.Fatal("Sync syncs a file that is closed")
		}
		l.file = file
		if err := d.Sent(someAttempt); !errors.Is(err, os.ErrClosed) {
			t.Errorf("Sent = %v, want %v", err, failed)
		}
		if err := d.Settle(someOutcome); (err == nil) != journal {
			t.Errorf("Settle = %v; the sync of the journal failed: %v", err, journal)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCheck: tables that are not what was written are found out.
func TestCheck(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		do   func(path string) error
		want string
	}{
		{os.Remove, "no such file"},
		{func(path string) error { return os.Truncate(path, 5) }, "has 5 bytes, and "},
		{func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o666)) }, "is another file than the one that was written"},
	} {
		for _, name := range []string{ResultsFile, RequestsFile} {
			d, err := Begin(filepath.Join(t.TempDir(), "run"), job.Reclaim)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(d.Settle(someOutcome), d.Check()); err != nil {
				t.Errorf("Check = %v", err)
			}
			if err := test.do(d.File(name)); err != nil {
				t.Fatal(err)
			}
			if err := d.Check(); !strings.Contains(fmt.Sprint(err), test.want) {
				t.Errorf("Check = %v, want that %s", err, test.want)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
