package report_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"meetbatch/job"
	"meetbatch/report"
)

func create(t testing.TB, op job.Operation) *report.Dir {
	d, err := report.Begin(filepath.Join(t.TempDir(), "runs", "1"), op)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func readFile(t testing.TB, path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestLife is the life of a directory: begun, closed, opened again, and taken back.
func TestLife(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	path := filepath.Join(base, "a", "b")
	d, err := report.Begin(path+"/", job.Reclaim)
	if err != nil {
		t.Fatal(err)
	}
	if d.Path != path {
		t.Errorf("Path = %s, want %s", d.Path, path)
	}
	if err := errors.Join(d.Close(), d.Close()); err != nil {
		t.Errorf("Close, twice = %v", err)
	}
	if err := d.Remove(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Remove after Close = %v, want %v", err, os.ErrClosed)
	}
	if err := os.WriteFile(filepath.Join(path, report.RunFile), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := path + " holds a run already: run.json is there"
	if _, err := report.Begin(path, job.Reclaim); !errors.Is(err, report.ErrExists) || err.Error() != want {
		t.Errorf("Begin once more = %v, want %s", err, want)
	}

	past := open(t, path) // the lock is free
	d = resume(t, past)
	if err := past.Close(); err != nil { // which the Dir does not lose its lock by
		t.Fatal(err)
	}
	for _, pid := range []string{fmt.Sprint(os.Getpid())} {
		var locked *report.LockedError
		if _, err := report.Open(path, report.Check{Operation: job.Reclaim}); !errors.As(err, &locked) || locked.Path != path || locked.PID != pid {
			t.Errorf("Open while it is open = %v, want a *LockedError with the process %q", err, pid)
		}
		if err := d.WriteRun(report.Run{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(d.Remove(), d.Close()); err != nil {
		t.Errorf("Remove, then Close = %v", err)
	}
	if left, _ := os.ReadDir(path); len(left) > 0 {
		t.Errorf("Remove leaves %v", left)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("Remove takes back a folder that was there: %v", err)
	}
}

// TestRemove: what Begin made goes, and nothing else.
func TestRemove(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	d, err := report.Begin(filepath.Join(base, "a", "b"), job.Reclaim)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := d.KeepInput()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kept.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.WriteRun(report.Run{}), d.WriteFailed(nil, func(func(job.Item, []byte) error) error { return nil }), d.Remove()); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(base); len(left) > 0 {
		t.Errorf("Remove leaves %v", left)
	}

	if err := os.WriteFile(filepath.Join(base, "mine"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if d, err = report.Begin(base, job.Reclaim); err != nil {
		t.Fatal(err)
	}
	if err := d.Remove(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(base); len(left) != 1 || left[0].Name() != "mine" {
		t.Errorf("Remove leaves %v, want the file that was there", left)
	}
}

// TestBeginFails: what cannot be made is an error, and nothing of it stays.
func TestBeginFails(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := report.Begin(filepath.Join(file, "run"), job.Reclaim); err == nil {
		t.Error("Begin makes a directory in a file")
	}
	for _, name := range []string{report.RunFile, report.ResultsFile, report.RequestsFile, report.FailedFile, report.InputFile, report.OldInputFile} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil { // whatever it is, it is not a new run's
			t.Fatal(err)
		}
		if _, err := report.Begin(dir, job.Reclaim); !errors.Is(err, report.ErrExists) {
			t.Errorf("Begin where %s is = %v, want %v", name, err, report.ErrExists)
		}
	}
	if left, _ := os.ReadDir(base); len(left) != 1 {
		t.Errorf("Begin leaves %v", left)
	}
}

// TestKeepInput: the input is there when it is whole, packed as any tool unpacks it, and its sum is that of the file.
func TestKeepInput(t *testing.T) {
	t.Parallel()
	d := create(t, job.Reclaim)
	text := strings.Repeat("wei@example,ff8080816b9ec3ab016ba125aca20082\n", 100_000)
	for _, commit := range []bool{false, true} {
		k, err := d.KeepInput()
		if err != nil {
			t.Fatal(err)
		}
		for piece := range slices.Chunk([]byte(text), 10_007) {
			if _, err := k.Write(piece); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := os.Stat(d.File(report.InputFile)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the input is there before it is whole: %v", err)
		}
		if !commit {
			if err := errors.Join(k.Discard(), k.Discard(), k.Err()); err != nil {
				t.Error(err)
			}
			if left, _ := os.ReadDir(d.Path); len(left) != 3 {
				t.Errorf("Discard leaves %v", left)
			}
			continue
		}
		sum, err := k.Commit()
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Discard(); err != nil {
			t.Errorf("Discard after Commit = %v", err)
		}
		packed := readFile(t, d.File(report.InputFile))
		if want := (report.Sum{Size: int64(len(packed)), SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(packed)))}); *sum != want {
			t.Errorf("the sum is %v, want %v", *sum, want)
		}
		f, err := report.OpenInput(d.Path, report.InputFile)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		r, err := zstd.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if got, err := io.ReadAll(r); err != nil || string(got) != text {
			t.Errorf("unpacked it is %d bytes, %v, want %d", len(got), err, len(text))
		}
	}
}

// TestBeginAgain: the tables of a run that was killed before it had a run.json keep no other from beginning, unless
// something stands in them.
func TestBeginAgain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		results, requests string
		begins            bool
	}{
		{"", "", true}, {"line,account,vm", "", true}, {"line,account,user_status,request_id", "time,event", true},
		{"line,account,vmr_id\n2,a,b\n", "", false}, {"", "mine", false},
	} {
		dir := t.TempDir()
		for name, text := range map[string]string{report.ResultsFile: test.results, report.RequestsFile: test.requests} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		d, err := report.Begin(dir, job.Reclaim)
		if begins := err == nil; begins != test.begins {
			t.Errorf("%q, %q: %v", test.results, test.requests, err)
		}
		if err == nil {
			d.Remove()
		}
	}
}
