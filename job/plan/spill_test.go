package plan_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"meetbatch/job"
	"meetbatch/job/plan"
)

// errorOf reads everything that a plan yields, and returns the first error.
func errorOf(t fataler, p *plan.Plan) error {
	return cmp.Or(end(t, p.Invalid()), end(t, p.Skipped()), end(t, p.Chunks()))
}

// end returns the error with which a sequence ends. Nothing may follow one.
func end[T any](t fataler, seq iter.Seq2[T, error]) (last error) {
	for it, err := range seq {
		if last != nil {
			t.Fatal(it, "follows the error:", last)
		}
		last = err
	}
	return last
}

// TestFullMemory: rows go to the file when memory is full, and not before it is full again.
func TestFullMemory(t *testing.T) {
	t.Parallel()
	const rows, bytes, memory = 1000, 40, 10_000
	var fs temps
	p := plan.New(plan.Settings{Operation: job.Reclaim, Size: 1, Memory: memory, Temp: fs.create})
	defer p.Close()
	for i := range rows {
		if err := p.Add(job.Item{Line: int64(i + 2), Account: "a", Value: fmt.Sprintf("%*d", bytes, i)}); err != nil {
			t.Fatal(err)
		}
	}
	if full := rows * bytes / memory; len(fs) != 1 || -fs[0].writes != full {
		t.Errorf("%d files, %d writes to the first, want %d", len(fs), -fs[0].writes, full)
	}
}

// TestShortFile: a temporary file from which less comes back than was written is an error, wherever it ends and
// whoever reads it. With little memory, rows are divided before they are grouped.
func TestShortFile(t *testing.T) {
	t.Parallel()
	for _, memory := range []int64{1, 300} {
		for which, name := range []string{"rows", "plan"} {
			for left, short := 0, true; short; left += 7 {
				var fs temps
				planner := spilledPlanner(t, memory, &fs)
				fs[which].damage = func(bytes []byte) []byte { return bytes[:min(left, len(bytes))] }
				p, err := planner.Plan()
				if err == nil {
					err = errorOf(t, p)
				}
				short = left < len(fs[which].bytes)
				if err != nil && p == nil && fs[0].closed+fs[1].closed != 2 {
					t.Error("files are open after an error of Plan")
				}
				if short != errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("memory %d, %d of %d bytes left of the file of the %s: error %v", memory, left, len(fs[which].bytes), name, err)
				}
			}
		}
	}
}

// TestShortPlan: each of the things that a plan yields ends with the error.
func TestShortPlan(t *testing.T) {
	t.Parallel()
	var fs temps
	p, err := spilledPlanner(t, 1, &fs).Plan()
	if err != nil {
		t.Fatal(err)
	}
	fs[1].damage = func([]byte) []byte { return nil }
	for name, err := range map[string]error{"Invalid": end(t, p.Invalid()), "Skipped": end(t, p.Skipped()), "Chunks": end(t, p.Chunks())} {
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s ends with %v, want %v", name, err, io.ErrUnexpectedEOF)
		}
	}
}

// TestDamagedFile: whatever comes back from a temporary file in place of what was written, nothing panics, and
// nothing is yielded after an error.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var fs temps
		p := spilledPlanner(t, rapid.SampledFrom([]int64{1, 300}).Draw(t, "memory"), &fs)
		at := rapid.IntRange(0, 2000).Draw(t, "at")
		noise := rapid.SliceOfN(rapid.Byte(), 1, 12).Draw(t, "noise")
		fs[rapid.IntRange(0, 1).Draw(t, "file")].damage = func(bytes []byte) []byte {
			bytes = slices.Clone(bytes)
			copy(bytes[at%(len(bytes)+1):], noise)
			return bytes
		}
		made, err := p.Plan()
		if err == nil {
			errorOf(t, made)
		}
	})
}

// TestClose: every file is closed once, whatever fails, and a planner that is closed after it gave a plan
// closes nothing of the plan's.
func TestClose(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	for _, test := range []struct {
		name   string
		files  int // that can be made
		full   error
		writes int // to either file that succeed
	}{
		{"nothing fails", 2, nil, 0},
		{"no file can be made", 0, full, 0},
		{"the first row fails", 2, full, 0},
		{"a later row fails", 2, full, 3},
		{"Plan fails", 2, full, 12},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var fs temps
			planner := plan.New(plan.Settings{Operation: job.Reclaim, Size: 3, Memory: 1, Temp: func() (plan.Temp, error) {
				if len(fs) == test.files {
					return (*memFile)(nil), test.full // as functions do that return an *os.File
				}
				f := &memFile{full: test.full, writes: test.writes}
				fs = append(fs, f)
				return f, nil
			}})
			p, err := tenRows(planner)
			if !errors.Is(err, test.full) {
				t.Errorf("error %v, want %v", err, test.full)
			}
			if err := errors.Join(planner.Close(), planner.Close()); err != nil {
				t.Errorf("Planner.Close: %v", err)
			}
			if p != nil {
				checkClose(t, p)
			}
			for i, f := range fs {
				if f.closed != 1 {
					t.Errorf("file %d was closed %d times, want once", i, f.closed)
				}
			}
		})
	}
}

// tenRows plans ten rows, each of which is a write to the first file.
func tenRows(p *plan.Planner) (*plan.Plan, error) {
	for i := range 10 {
		if err := p.Add(job.Item{Line: int64(i + 2), Account: fmt.Sprint("account", i), Value: "room"}); err != nil {
			return nil, err
		}
	}
	return p.Plan()
}

// checkClose holds a plan against what it is to do before and after it is closed.
func checkClose(t *testing.T, p *plan.Plan) {
	if err := errorOf(t, p); err != nil {
		t.Errorf("the plan of a closed planner: %v", err)
	}
	if err := errors.Join(p.Close(), p.Close()); err != nil {
		t.Errorf("Plan.Close: %v", err)
	}
	if err := errorOf(t, p); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a closed plan yields %v, want %v", err, os.ErrClosed)
	}
}
