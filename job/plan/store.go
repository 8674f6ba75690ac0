package plan

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"iter"
	"strings"
	"sync"
)

// Temp is a temporary file, as *os.File is one. Nobody else knows its name.
type Temp interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
}

// store keeps shelves' blocks in a temporary file, which is made when it is first needed. Different shelves
// can be used at the same time.
type store struct {
	create func() (Temp, error)

	mu   sync.Mutex
	file Temp
	end  int64
}

// shelf is a block that is written at its end and read from its front, in memory or in parts in a
// store's file.
type shelf struct {
	stored []extent
	loose  block // behind what is stored
}

type extent struct{ at, size int64 }

func (s shelf) size() int64 {
	n := int64(len(s.loose))
	for _, e := range s.stored {
		n += e.size
	}
	return n
}

// put moves what a shelf holds in memory to the file.
func (s *store) put(sh *shelf) error {
	if len(sh.loose) == 0 {
		return nil
	}
	e := extent{size: int64(len(sh.loose))}
	file, err := s.reserve(&e)
	if err != nil {
		return err
	}
	if _, err := file.WriteAt(sh.loose, e.at); err != nil {
		return err
	}
	sh.stored, sh.loose = append(sh.stored, e), sh.loose[:0]
	return nil
}

// reserve finds room in the file.
func (s *store) reserve(e *extent) (file Temp, err error) {
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

// read reads a shelf from its front.
func (s *store) read(sh shelf) io.Reader {
	parts := make([]io.Reader, 0, len(sh.stored)+1)
	for _, e := range sh.stored {
		parts = append(parts, io.NewSectionReader(s.file, e.at, e.size))
	}
	return io.MultiReader(append(parts, bytes.NewReader(sh.loose))...)
}

// load reads a whole shelf.
func (s *store) load(sh shelf) (record, error) {
	var b strings.Builder
	b.Grow(int(sh.size()))
	_, err := io.Copy(&b, s.read(sh))
	return record(b.String()), err
}

// close gives up the file, if there is one; the shelves are lost.
func (s *store) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// reel reads the records of a shelf one after the other; each was put there as a text.
type reel struct{ from *bufio.Reader }

func (s *store) reel(sh shelf) reel {
	// Some hundred of them are read at a time when they are merged.
	return reel{bufio.NewReaderSize(s.read(sh), int(min(8<<10, sh.size())))}
}

// next returns io.EOF behind the last record.
func (r reel) next() (record, error) {
	n, err := binary.ReadUvarint(r.from)
	if err != nil {
		return "", err
	}
	if int(n) <= r.from.Size() {
		text, err := r.from.Peek(int(n))
		if err != nil {
			return "", io.ErrUnexpectedEOF
		}
		next := record(text)
		_, err = r.from.Discard(int(n))
		return next, err
	}
	text := make([]byte, n)
	_, err = io.ReadFull(r.from, text)
	return record(text), err
}

// merge yields what shelves hold by line; each holds it by line already.
func merge[T any](s *store, shelves []shelf, read func(record) (line int64, it T)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var h cursors[T]
		for _, sh := range shelves {
			c := &cursor[T]{from: s.reel(sh), read: read}
			switch err := c.advance(); {
			case err == nil:
				h = append(h, c)
			case err != io.EOF:
				yield(c.at, err)
				return
			}
		}
		h.order()
		for len(h) > 0 {
			if !yield(h[0].at, nil) {
				return
			}
			switch err := h[0].advance(); {
			case err == nil:
			case err == io.EOF:
				h[0] = h[len(h)-1]
				h = h[:len(h)-1]
			default:
				yield(h[0].at, err)
				return
			}
			h.sink(0)
		}
	}
}

// cursor stands at a record of a shelf.
type cursor[T any] struct {
	line int64
	at   T
	from reel
	read func(record) (int64, T)
}

// advance moves on to the next record.
func (c *cursor[T]) advance() error {
	r, err := c.from.next()
	if err == nil {
		c.line, c.at = c.read(r)
	}
	return err
}

// cursors is a heap with the lowest line at its top. (container/heap calls each comparison through an
// interface, several for every row that is merged.)
type cursors[T any] []*cursor[T]

func (h cursors[T]) order() {
	for i := len(h)/2 - 1; i >= 0; i-- {
		h.sink(i)
	}
}

// sink moves a cursor down to where it belongs.
func (h cursors[T]) sink(i int) {
	for {
		low := 2*i + 1
		if low >= len(h) {
			return
		}
		if right := low + 1; right < len(h) && h[right].line < h[low].line {
			low = right
		}
		if h[i].line <= h[low].line {
			return
		}
		h[i], h[low] = h[low], h[i]
		i = low
	}
}
