package plan

import (
	"io"
	"iter"
)

// merge yields what is in lists, by line; in each of them it is by line already. An error is the last thing
// that it yields.
func merge[T any](f *spillFile, lists []list, unpack func(record string) (line int64, it T, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		heads, err := openAll(f, lists, unpack)
		for err == nil && len(heads) > 0 {
			if !yield(heads[0].it, nil) {
				return
			}
			heads, err = heads.advance()
		}
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

// openAll reads the first record of every list.
func openAll[T any](f *spillFile, lists []list, unpack func(string) (int64, T, error)) (heads[T], error) {
	var hs heads[T]
	for _, l := range lists {
		h := &head[T]{records: f.records(l), unpack: unpack}
		switch err := h.next(); err {
		case nil:
			hs = append(hs, h)
		case io.EOF:
		default:
			return nil, err
		}
	}
	hs.order()
	return hs, nil
}

// head is the first record of a list that is not merged yet.
type head[T any] struct {
	line    int64
	it      T
	records *recordReader
	unpack  func(record string) (int64, T, error)
}

// next returns io.EOF behind the last record of the list.
func (h *head[T]) next() error {
	record, err := h.records.next()
	if err == nil {
		h.line, h.it, err = h.unpack(record)
	}
	return err
}

// heads is a heap with the lowest line at its top. (container/heap calls each comparison through an interface,
// several for every row that is merged.)
type heads[T any] []*head[T]

// advance replaces the top by the next record of its list, or takes it away where there is none.
func (hs heads[T]) advance() (heads[T], error) {
	switch err := hs[0].next(); err {
	case nil:
	case io.EOF:
		last := len(hs) - 1
		hs[0], hs = hs[last], hs[:last]
	default:
		return nil, err
	}
	hs.sink(0)
	return hs, nil
}

func (hs heads[T]) order() {
	for i := len(hs)/2 - 1; i >= 0; i-- {
		hs.sink(i)
	}
}

// sink moves a head down to where it belongs.
func (hs heads[T]) sink(i int) {
	for {
		low := 2*i + 1
		if low >= len(hs) {
			return
		}
		if right := low + 1; right < len(hs) && hs[right].line < hs[low].line {
			low = right
		}
		if hs[i].line <= hs[low].line {
			return
		}
		hs[i], hs[low] = hs[low], hs[i]
		i = low
	}
}
