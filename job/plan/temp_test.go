package plan_test

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	"meetbatch/job"
	"meetbatch/job/plan"
)

// tempFile makes a file on the disk that nobody else sees.
func tempFile(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "")
	if err != nil {
		return nil, err
	}
	if runtime.GOOS == "windows" { // where a file that is open keeps its name
		return f, nil
	}
	return f, os.Remove(f.Name())
}

// memFile is a temporary file in memory.
type memFile struct {
	damage func([]byte) []byte // gives what a read finds in place of what was written; may be nil
	full   error               // of every write from the one on that writes counts; nil: none fails
	writes int

	mu     sync.Mutex
	bytes  []byte
	closed int // how often
}

func (f *memFile) WriteAt(p []byte, at int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.full != nil && f.writes == 0 {
		return 0, f.full
	}
	f.writes--
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
	n := copy(p, bytes[min(int(at), len(bytes)):])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memFile) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed++; f.closed > 1 {
		return os.ErrClosed
	}
	return nil
}

// temps are the files that a planner made, in this order: that of the rows, that of the plan.
type temps []*memFile

func (fs *temps) create() (plan.Temp, error) {
	f := &memFile{}
	*fs = append(*fs, f)
	return f, nil
}

// spilledPlanner has rows of three accounts, some of them invalid, skipped or duplicates. All of them are in its
// files, or go there with the next ones.
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
