package plan

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// Temp is a temporary file, as *os.File is one. Nobody else knows its name.
type Temp interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
}

// spillFile keeps the front of lists in a temporary file, which is made when it is first needed. Different lists
// can be used at the same time.
type spillFile struct {
	create func() (Temp, error)

	mu   sync.Mutex
	file Temp
	end  int64
}

// put moves what a list holds in memory to the file.
func (s *spillFile) put(l *list) error {
	if len(l.memory) == 0 {
		return nil
	}
	e := extent{size: int64(len(l.memory))}
	file, err := s.reserve(&e)
	if err != nil {
		return err
	}
	if _, err := file.WriteAt(l.memory, e.at); err != nil {
		return err
	}
	l.spilled, l.memory = append(l.spilled, e), l.memory[:0]
	return nil
}

// reserve finds room in the file.
func (s *spillFile) reserve(e *extent) (file Temp, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		if s.file, err = s.create(); err != nil {
			return nil, err
		}
	}
	e.at = s.end
	s.end += e.size
	return s.file, nil
}

// read reads a list from its front.
func (s *spillFile) read(l list) io.Reader {
	parts := make([]io.Reader, 0, len(l.spilled)+1)
	for _, e := range l.spilled {
		parts = append(parts, io.NewSectionReader(s.file, e.at, e.size))
	}
	return io.MultiReader(append(parts, bytes.NewReader(l.memory))...)
}

// load reads a whole list.
func (s *spillFile) load(l list) (fields, error) {
	var b strings.Builder
	b.Grow(int(l.size()))
	_, err := io.Copy(&b, s.read(l))
	return fields(b.String()), err
}

// close gives up the file, if there is one; the lists are lost.
func (s *spillFile) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
