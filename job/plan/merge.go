package plan

import (
	"io"
	"iter"
)

// merge yields what lists hold by line; each holds it by line already.
func merge[T any](s *spillFile, lists []list, read func(fields) (line int64, it T)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var h cursors[T]
		for _, sh := range lists {
			c := &cursor[T]{from: s.records(sh), read: read}
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

// cursor stands at a record of a list.
type cursor[T any] struct {
	line int64
	at   T
	from records
	read func(fields) (int64, T)
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
