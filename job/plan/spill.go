package plan

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
)

// Temp is a temporary file; *os.File is one. Reads and writes come from several goroutines at a time. No byte
// is read before it is written, and none is written twice.
type Temp interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
}

// spillFile holds the front of lists in a temporary file, which is made when it is first needed. Different
// lists can be used at the same time.
type spillFile struct {
	create func() (Temp, error)

	mu   sync.Mutex
	temp Temp // nil: not made yet
	end  int64
}

// write moves to the file what a list holds in memory.
func (f *spillFile) write(l *list) error {
	if len(l.memory) == 0 {
		return nil
	}
	e := extent{size: int64(len(l.memory))}
	temp, err := f.reserve(&e)
	if err != nil {
		return err
	}
	if _, err := temp.WriteAt(l.memory, e.at); err != nil {
		return err
	}
	l.spilled, l.memory = append(l.spilled, e), l.memory[:0]
	return nil
}

// reserve finds room at the end of the file.
func (f *spillFile) reserve(e *extent) (Temp, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.temp == nil {
		temp, err := f.create()
		if err != nil {
			return nil, err // and temp may be a nil pointer, which f.temp would not take for nil
		}
		f.temp = temp
	}
	e.at = f.end
	f.end += e.size
	return f.temp, nil
}

// bytes reads a list from its front.
func (f *spillFile) bytes(l list) io.Reader {
	f.mu.Lock()
	defer f.mu.Unlock()
	return &listReader{f.temp, slices.Clone(l.spilled), l.memory}
}

// load reads a whole list.
func (f *spillFile) load(l list) (string, error) {
	if len(l.spilled) == 0 {
		return string(l.memory), nil
	}
	var all strings.Builder
	all.Grow(int(l.size()))
	_, err := io.Copy(&all, f.bytes(l))
	return all.String(), err
}

// close gives up the file, if there is one; what was spilled is lost. Only the first call does anything.
func (f *spillFile) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	temp := f.temp
	f.temp = closedTemp{}
	if temp == nil {
		return nil
	}
	return temp.Close()
}

// closedTemp takes the place of a file that is closed.
type closedTemp struct{}

func (closedTemp) ReadAt([]byte, int64) (int, error)  { return 0, os.ErrClosed }
func (closedTemp) WriteAt([]byte, int64) (int, error) { return 0, os.ErrClosed }
func (closedTemp) Close() error                       { return nil }

// listReader gives exactly the bytes of a list, or an error.
type listReader struct {
	temp    Temp
	spilled []extent // what of it is not read yet
	memory  packed
}

func (r *listReader) Read(into []byte) (int, error) {
	if len(r.spilled) > 0 {
		return r.readSpilled(into)
	}
	if len(r.memory) == 0 {
		return 0, io.EOF
	}
	n := copy(into, r.memory)
	r.memory = r.memory[n:]
	return n, nil
}

func (r *listReader) readSpilled(into []byte) (int, error) {
	e := &r.spilled[0]
	into = into[:min(int64(len(into)), e.size)]
	n, err := r.temp.ReadAt(into, e.at)
	e.at, e.size = e.at+int64(n), e.size-int64(n)
	if e.size == 0 {
		r.spilled = r.spilled[1:]
	}
	switch {
	case n == len(into): // at the end of the file together with io.EOF, as io.ReaderAt says
		return n, nil
	case err == io.EOF:
		return n, fmt.Errorf("the temporary file is shorter than what was written to it: %w", io.ErrUnexpectedEOF)
	}
	return n, err
}
