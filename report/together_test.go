package report

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"meetbatch/job"
)

// TestAppendTogether: what many goroutines append at the same time stands in the file once each, and in one piece.
func TestAppendTogether(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	l := newLog(f, 0)
	const writers, each = 32, 100
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				text := fmt.Sprintf("%d-%d %s\n", w, i, strings.Repeat("x", w*i%977))
				if err := l.append([]byte(text)); err != nil {
					t.Error(err)
				}
				if i%10 == 0 {
					if err := errors.Join(l.sync(), l.failed()); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(l.check(), l.close()); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	next := make([]int, writers) // the number of each writer's next line, which stand in their order
	for line := range strings.Lines(string(text)) {
		var w, i int
		if _, err := fmt.Sscanf(line, "%d-%d", &w, &i); err != nil || w >= writers || i != next[w] || len(line) != len(fmt.Sprintf("%d-%d \n", w, i))+w*i%977 {
			t.Fatalf("%q is no line that was appended, or not the next of its writer", line)
		}
		next[w]++
	}
	if slices.Min(next) != each {
		t.Errorf("the writers have %v lines, want %d each", next, each)
	}
}

// TestSyncOnce: what is on the disk is not brought there again, what was appended since is, and of a file that was there
// before all of it is.
func TestSyncOnce(t *testing.T) {
	t.Parallel()
	for _, before := range []string{"", "before\n"} {
		f, err := os.CreateTemp(t.TempDir(), "log")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(before); err != nil {
			t.Fatal(err)
		}
		l := newLog(f, int64(len(before)))
		if err := errors.Join(l.append([]byte("once\n")), l.sync(), l.append([]byte("more\n")), l.sync()); err != nil {
			t.Fatal(err)
		}
		if got, want := l.onDisk().Size, int64(len(before)+len("once\nmore\n")); got != want {
			t.Errorf("%q: %d bytes are on the disk, want %d", before, got, want)
		}
		f.Close() // which no sync gets by
		if err := l.sync(); err != nil {
			t.Errorf("%q: all is on the disk, and is brought there again: %v", before, err)
		}
		untouched, err := os.Open(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		l = newLog(untouched, int64(len(before)))
		untouched.Close()
		if err := l.sync(); (err == nil) != (before == "") {
			t.Errorf("%q: a file of before was synced with %v", before, err)
		}
	}
}

// TestRecordTogether: many workers record at the same time, and all of it can be read back.
func TestRecordTogether(t *testing.T) {
	t.Parallel()
	d, err := Begin(filepath.Join(t.TempDir(), "run"), job.Reclaim)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	const workers, each = 16, 20
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				line := int64(w*each+i)*3 + 2
				a := job.Attempt{RequestID: fmt.Sprint(line), Number: 1, Chunk: job.Chunk{Target: "a,\nb", Entries: []job.Entry{{ID: "v", Line: line, Duplicates: []int64{line + 1, line + 2}}}}}
				err := errors.Join(d.Sent(a), d.Answered(a, job.Answer{HTTPStatus: 200}),
					d.Settle(job.Outcome{Chunk: a.Chunk, Status: job.Succeeded, RequestID: a.RequestID, Attempts: 1}), d.Sync())
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := d.Check(); err != nil {
		t.Error(err)
	}
	var seen bitmap
	n := int64(0)
	for r, err := range Results(d.Path, job.Reclaim, nil) {
		if err != nil {
			t.Fatal(err)
		}
		first := r.Line - (r.Line-2)%3
		if seen.has(r.Line) || r.RequestID != fmt.Sprint(first) || r.Account != "a,\nb" || !d.done.has(r.Line) {
			t.Errorf("%+v is twice, or of another row", r)
		}
		seen.set(r.Line)
		n++
	}
	if n != workers*each*3 {
		t.Errorf("%d results, want %d", n, workers*each*3)
	}
	state := map[string]text{}
	_, err = requests.scan(d.Path, nil, func(rec *record[request]) error {
		id, event := rec.row.attempt.RequestID, rec.row.event
		if before := state[id]; before == event || before == "" && event == answered {
			t.Errorf("request %s is %s after it was %q", id, event, before)
		}
		state[id] = event
		return rec.bad
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(state) != workers*each {
		t.Errorf("%d requests, want %d", len(state), workers*each)
	}
}
