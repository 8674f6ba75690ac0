package plan

import (
	"bufio"
	"bytes"
	"encoding/binary"
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

// list is packed records one behind the other, each behind its length. They are added at its end and read from
// its front, which may be in a spill file.
type list struct {
	spilled []extent
	onDisk  int64  // bytes that are spilled
	memory  packed // behind what is spilled
}

// extent is a piece of a spill file.
type extent struct{ at, size int64 }

func (l *list) add(record packed) { l.memory = appendText(l.memory, record) }

func (l list) size() int64 { return l.onDisk + int64(len(l.memory)) }

// spillFile holds the front of lists in a temporary file, which is made when it is first needed. Different
// lists can be used at the same time.
type spillFile struct {
	create func() (Temp, error)

	mu   sync.Mutex
	temp Temp // nil: not made yet, or closed
	end  int64
}

// write moves to the file what a list holds in memory. The list keeps its buffer, to be filled again.
func (f *spillFile) write(l *list) error {
	if len(l.memory) == 0 {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.temp == nil {
		temp, err := f.create()
		if err != nil {
			return err // and temp may be a nil pointer, which f.temp would not take for nil
		}
		f.temp = temp
	}
	e := extent{f.end, int64(len(l.memory))}
	f.end += e.size
	if _, err := f.temp.WriteAt(l.memory, e.at); err != nil {
		return err
	}
	l.spilled, l.onDisk = append(l.spilled, e), l.onDisk+e.size
	l.memory = l.memory[:0]
	return nil
}

// close gives up the file, if there is one; what was spilled is lost. Only the first call does anything.
func (f *spillFile) close() (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.temp != nil {
		err = f.temp.Close()
	}
	f.temp, f.create = nil, func() (Temp, error) { return nil, os.ErrClosed }
	return err
}

// bytes reads a list from its front, and gives exactly its bytes, or an error.
func (f *spillFile) bytes(l list) io.Reader {
	f.mu.Lock()
	defer f.mu.Unlock()
	return io.MultiReader(&extentReader{f.temp, slices.Clone(l.spilled)}, bytes.NewReader(l.memory))
}

// extentReader reads one extent after the other.
type extentReader struct {
	temp Temp
	left []extent
}

func (r *extentReader) Read(into []byte) (int, error) {
	if len(r.left) == 0 {
		return 0, io.EOF
	}
	if r.temp == nil { // but there was one, to which the extents were written
		return 0, os.ErrClosed
	}
	e := &r.left[0]
	into = into[:min(int64(len(into)), e.size)]
	n, err := r.temp.ReadAt(into, e.at)
	e.at, e.size = e.at+int64(n), e.size-int64(n)
	if e.size == 0 {
		r.left = r.left[1:]
	}
	switch {
	case n == len(into): // at the end of the file together with io.EOF, as io.ReaderAt says
		return n, nil
	case err == io.EOF:
		return n, fmt.Errorf("the temporary file is shorter than what was written to it: %w", io.ErrUnexpectedEOF)
	}
	return n, err
}

// load reads a whole list, and calls do with each of its records until there is an error. The records share
// their memory.
func (f *spillFile) load(l list, do func(record string) error) error {
	all := fields{rest: string(l.memory)}
	if len(l.spilled) > 0 {
		var text strings.Builder
		text.Grow(int(l.size()))
		if _, err := io.Copy(&text, f.bytes(l)); err != nil {
			return err
		}
		all.rest = text.String()
	}
	var err error
	for all.rest != "" && err == nil {
		err = do(all.text()) // of a damaged length comes an empty text, which is no record of any kind
	}
	return err
}

// records reads the records of a list one after the other.
func (f *spillFile) records(l list) *bufio.Scanner {
	s := bufio.NewScanner(f.bytes(l))
	// Some hundreds of lists are read at a time when they are merged, so that no buffer is larger than the largest
	// record in its list needs. A damaged length can ask for more than the whole list: with room for one more byte
	// than that, the end of the list is found before the buffer is full, and splitRecord is told of it.
	s.Buffer(make([]byte, min(8<<10, l.size())), int(l.size())+1)
	s.Split(splitRecord)
	return s
}

// splitRecord tells where the first record ends, as bufio.Scanner asks for it.
func splitRecord(bytes []byte, atEnd bool) (advance int, record []byte, err error) {
	n, size := binary.Uvarint(bytes)
	switch {
	case size > 0 && n <= uint64(len(bytes)-size):
		end := size + int(n)
		return end, bytes[size:end], nil
	case size < 0 || atEnd && len(bytes) > 0:
		return 0, nil, errDamaged
	}
	return 0, nil, nil // more bytes are needed
}
