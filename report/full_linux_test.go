package report

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"meetbatch/job"
)

// TestDiskFull: a write that fails is an error for everyone who waits for it and for all that come later. When it is the
// results that cannot be written, no request may go out either.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Begin(filepath.Join(t.TempDir(), "run"), job.Reclaim)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	file := d.results.log.file
	d.results.log.file, d.results.log.size = full, 0 // as it says itself
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
