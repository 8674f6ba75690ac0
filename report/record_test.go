package report

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"meetbatch/job"
)

var (
	someEntry   = job.Chunk{Target: "a", Entries: []job.Entry{{ID: "v", Line: 2}}}
	someAttempt = job.Attempt{RequestID: "r", Chunk: someEntry, Number: 1}
	someOutcome = job.Outcome{Chunk: someEntry, Status: job.Succeeded}
)

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
		{os.Remove, "was moved or removed while the run was on"},
		{func(path string) error { return os.Truncate(path, 5) }, "has 5 bytes, and "},
		{func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o666)) }, "is another file by now than the one that is written"},
	} {
		for _, name := range []string{ResultsFile, RequestsFile} {
			d, err := Begin(filepath.Join(t.TempDir(), "run"), job.Reclaim)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(d.Settle(someOutcome), d.Check()); err != nil {
				t.Errorf("Check = %v", err)
			}
			err = test.do(d.File(name))
			if runtime.GOOS == "windows" && err != nil { // which removes no file that is written to
				if err := d.Close(); err != nil {
					t.Error(err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, check := range []func() error{d.Check, d.Sync} {
				if err := check(); !strings.Contains(fmt.Sprint(err), test.want) {
					t.Errorf("Check = %v, want that %s", err, test.want)
				}
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestLockSwept: a lock whose file is removed, or replaced, is found out, and nobody else gets the directory meanwhile.
func TestLockSwept(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" { // which keeps the name of a file that is open
		t.Skip()
	}
	for want, do := range map[string]func(path string) error{
		"was moved or removed": os.Remove,
		"is another file":      func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o666)) },
	} {
		d, err := Begin(filepath.Join(t.TempDir(), "run"), job.Reclaim)
		if err != nil {
			t.Fatal(err)
		}
		if err := do(d.File(".lock")); err != nil {
			t.Fatal(err)
		}
		var lost *LostError
		for _, err := range []error{d.Check(), d.Sync()} {
			if !errors.As(err, &lost) || !lost.Lock || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want a *LostError: the lock %s", err, want)
			}
		}
		var locked *LockedError
		if _, err := Open(d.Path, Check{Operation: job.Reclaim}); !errors.As(err, &locked) {
			t.Errorf("Open = %v, want a *LockedError", err)
		}
		if _, err := Begin(d.Path, job.Reclaim); !errors.As(err, &locked) {
			t.Errorf("Begin = %v, want a *LockedError", err)
		}
		if err := d.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	}
}

// TestShrunk: nothing is written behind a gap where somebody made a table shorter, or behind what somebody else wrote.
func TestShrunk(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{0, 5, 4096} {
		d, err := Begin(filepath.Join(t.TempDir(), "run"), job.Reclaim)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if err := os.Truncate(d.File(ResultsFile), size); err != nil {
			t.Fatal(err)
		}
		var lost *LostError
		if err := d.Settle(someOutcome); !errors.As(err, &lost) || lost.Dir {
			t.Errorf("Settle = %v, want a *LostError of a table", err)
		}
		if info, err := os.Stat(d.File(ResultsFile)); err != nil || info.Size() != size {
			t.Errorf("the table has %d bytes, %v, want %d", info.Size(), err, size)
		}
		if err := d.Sent(someAttempt); !errors.As(err, &lost) {
			t.Errorf("Sent = %v, want a *LostError", err)
		}
	}
}

// TestMoved: a directory that is moved, removed or replaced is found out, and nothing is made where it was.
func TestMoved(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(path string) error{
		"moved":    func(path string) error { return os.Rename(path, path+"-2") },
		"removed":  os.RemoveAll,
		"replaced": func(path string) error { return errors.Join(os.Rename(path, path+"-2"), os.Mkdir(path, 0o777)) },
		"a file":   func(path string) error { return errors.Join(os.RemoveAll(path), os.WriteFile(path, nil, 0o666)) },
	} {
		path := filepath.Join(t.TempDir(), "run")
		d, err := Begin(path, job.Reclaim)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS == "windows" { // which keeps the name of a directory with open files
			d.Close()
			continue
		}
		if err := do(path); err != nil {
			t.Fatal(err)
		}
		none := func(func(job.Item, []byte) error) error { return nil }
		for _, err := range []error{d.Check(), d.Sync(), d.WriteRun(Run{}), d.WriteFailed(nil, none)} {
			var lost *LostError
			if !errors.As(err, &lost) || !lost.Dir || lost.Path != path {
				t.Errorf("%s: %v, want a *LostError of the directory", name, err)
			}
		}
		if err := d.Remove(); err != nil {
			t.Errorf("%s: Remove = %v", name, err)
		}
		if left, _ := os.ReadDir(path); len(left) > 0 {
			t.Errorf("%s: what stands there has %v", name, left)
		}
	}
}

// TestSweep: what killed processes left goes, also those of version 0.1; what anybody else made stays.
func TestSweep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	leftovers := []string{".run.json-1x9z", ".failed.csv-0", ".report.html-1a", ".results.csv-3kd", ".input.csv.zst-abc", ".plan-123", ".run.json7435211", ".failed.csv18"}
	others := []string{".run.json.swp", ".run.json-", ".plan-b.txt", "run.json-1", ".results.csv~", ".notes.csv-1", ".lock"}
	for _, name := range append(slices.Clone(leftovers), others...) {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".plan-9"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := sweep(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range leftovers {
		if !absent(filepath.Join(dir, name)) {
			t.Errorf("%s is left", name)
		}
	}
	for _, name := range append(others, ".plan-9") {
		if absent(filepath.Join(dir, name)) {
			t.Errorf("%s is gone", name)
		}
	}
}

// TestKeepFails: an input that cannot be written is an error for whoever writes it, at the latest when it is committed,
// and leaves nothing.
func TestKeepFails(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 1 << 20, 64 << 20} {
		d, err := Begin(filepath.Join(t.TempDir(), "run"), job.Reclaim)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		k, err := d.KeepInput()
		if err != nil {
			t.Fatal(err)
		}
		k.to.Close() // as good as a disk that is full
		for text := make([]byte, 256<<10); size > 0 && err == nil; size -= len(text) {
			_, err = k.Write(text[:min(size, len(text))])
		}
		if size > 0 && !errors.Is(k.Err(), os.ErrClosed) {
			t.Errorf("Write = %v, Err = %v", err, k.Err())
		}
		if _, err := k.Commit(); !errors.Is(err, os.ErrClosed) {
			t.Errorf("Commit = %v", err)
		}
		if err := k.Discard(); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(d.Path); len(left) != 3 {
			t.Errorf("it leaves %v", left)
		}
	}
}
