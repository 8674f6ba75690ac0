package plan_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"meetbatch/job"
	"meetbatch/job/plan"
)

// memFile is a temporary file in memory.
type memFile struct {
	mu     sync.Mutex
	bytes  []byte
	damage func([]byte) []byte // done to the bytes before each read; may be nil
	full   error               // of writes, when as many as writes says succeeded; nil: none fails
	writes int
	closed int
}

func (f *memFile) WriteAt(p []byte, at int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.writes--; f.full != nil && f.writes == -1 {
		f.writes = 0
		return 0, f.full
	}
	if end := int(at) + len(p); end > len(f.bytes) {
		f.bytes = append(f.bytes, make([]byte, end-len(f.bytes))...)
	}
	return copy(f.bytes[at:], p), nil
}

func (f *memFile) ReadAt(p []byte, at int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	bytes := f.bytes
	if f.damage != nil {
		bytes = f.damage(bytes)
	}
	if at > int64(len(bytes)) {
		return 0, io.EOF
	}
	n := copy(p, bytes[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memFile) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed++
	if f.closed > 1 {
		return os.ErrClosed
	}
	return nil
}

// temps makes files and remembers them: first the one of the rows, then the one of the plan.
type temps []*memFile

func (fs *temps) create() (plan.Temp, error) {
	f := &memFile{}
	*fs = append(*fs, f)
	return f, nil
}

// spilledPlanner has rows of every kind, all of which went to its files: of a, whose rooms fill several
// requests, and others.
func spilledPlanner(t fataler, memory int64, fs *temps) *plan.Planner {
	p := plan.New(plan.Settings{Operation: job.Reclaim, Size: 3, Temp: fs.create, Memory: memory})
	if err := p.AddEarlier(job.Earlier{Account: "b", Value: "room 1", RequestID: "first", At: 1}); err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		it := job.Item{Line: int64(i + 2), Account: string(rune('a' + i%3)), Value: fmt.Sprint("room ", i%13)}
		if i%10 == 9 {
			it.Invalid = "wrong"
		}
		if err := p.Add(it); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// errorOf reads everything that a plan yields, and returns the first error.
func errorOf(p *plan.Plan) (err error) {
	for _, e := range p.Invalid() {
		err = cmp.Or(err, e)
	}
	for _, e := range p.Skipped() {
		err = cmp.Or(err, e)
	}
	for _, e := range p.Chunks() {
		err = cmp.Or(err, e)
	}
	return err
}

// TestShortFile: a temporary file from which less comes back than was written is an error, wherever it ends and whoever
// reads it. With little memory, rows are divided before they are grouped.
func TestShortFile(t *testing.T) {
	t.Parallel()
	for _, memory := range []int64{1, 300} {
		for left, whole := 0, false; !whole; left += 3 {
			whole = true
			for which, name := range []string{"rows", "plan"} {
				var fs temps
				p := spilledPlanner(t, memory, &fs)
				fs[which].damage = func(bytes []byte) []byte {
					whole = whole && left >= len(bytes)
					return bytes[:min(left, len(bytes))]
				}
				plan, err := p.Plan()
				if err == nil {
					err = errorOf(plan)
				}
				if left < len(fs[which].bytes) && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("memory %d, %d bytes left of the file of the %s: error %v, want %v", memory, left, name, err, io.ErrUnexpectedEOF)
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
	ends := map[string]error{}
	for _, err := range p.Invalid() {
		ends["Invalid"] = err
	}
	for _, err := range p.Skipped() {
		ends["Skipped"] = err
	}
	for _, err := range p.Chunks() {
		ends["Chunks"] = err
	}
	for _, name := range []string{"Invalid", "Skipped", "Chunks"} {
		if !errors.Is(ends[name], io.ErrUnexpectedEOF) {
			t.Errorf("%s ends with %v, want %v", name, ends[name], io.ErrUnexpectedEOF)
		}
	}
}

// TestDamagedFile: whatever comes back from a temporary file in place of what was written, nothing panics, and nothing
// is yielded after an error.
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
		plan, err := p.Plan()
		if err == nil {
			errorOf(plan)
		}
	})
}

// TestClose: every file is closed once, whatever fails, and a planner that is closed after it gave a plan closes none of
// the plan's.
func TestClose(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	for _, test := range []struct {
		name   string
		writes int // that succeed, in either file; negative: all
		want   error
	}{
		{"nothing fails", -1, nil},
		{"the first row fails", 0, full},
		{"a later row fails", 3, full},
		{"Plan fails", 12, full},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var fs temps
			settings := plan.Settings{Operation: job.Reclaim, Size: 3, Memory: 1, Temp: func() (plan.Temp, error) {
				f, err := fs.create()
				fs[len(fs)-1].full, fs[len(fs)-1].writes = full, test.writes
				return f, err
			}}
			p := plan.New(settings)
			err := error(nil)
			for i := 0; i < 10 && err == nil; i++ {
				err = p.Add(job.Item{Line: int64(i + 2), Account: fmt.Sprint("account", i), Value: "room"})
			}
			var made *plan.Plan
			if err == nil {
				made, err = p.Plan()
			}
			if err != test.want && !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
			for range 2 {
				if err := p.Close(); err != nil {
					t.Errorf("Planner.Close: %v", err)
				}
			}
			if made != nil {
				if err := errorOf(made); err != nil {
					t.Errorf("the plan of a closed planner: %v", err)
				}
				if err := errors.Join(made.Close(), made.Close()); err != nil {
					t.Errorf("Plan.Close: %v", err)
				}
				if err := errorOf(made); !errors.Is(err, os.ErrClosed) {
					t.Errorf("a closed plan yields %v, want %v", err, os.ErrClosed)
				}
			}
			for i, f := range fs {
				if f.closed != 1 {
					t.Errorf("file %d was closed %d times, want once", i, f.closed)
				}
			}
		})
	}
}
