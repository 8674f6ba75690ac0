package plan

import (
	"bufio"
	"cmp"
	"iter"
	"slices"
)

// merge yields what is in lists, by line; in each of them it is by line already. An error is the last thing
// that it yields.
func merge[T any](f *spillFile, lists []list, unpack func(record string) (line int64, it T, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var more bool
		var err error
		var heads []*head[T] // a heap with the lowest line at its top
		for i := 0; i < len(lists) && err == nil; i++ {
			h := &head[T]{records: f.records(lists[i])}
			if more, err = h.next(unpack); more {
				heads = append(heads, h)
			}
		}
		// What is sorted is a heap, too.
		slices.SortFunc(heads, func(a, b *head[T]) int { return cmp.Compare(a.line, b.line) })
		for err == nil && len(heads) > 0 {
			top, last := heads[0], len(heads)-1
			if !yield(top.it, nil) {
				return
			}
			if more, err = top.next(unpack); !more {
				heads[0], heads = heads[last], heads[:last]
			}
			sink(heads)
		}
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

// head is the first record of a list that is not merged yet.
type head[T any] struct {
	line    int64
	it      T
	records *bufio.Scanner
}

// next replaces the head by the next record of its list, if there is one more.
func (h *head[T]) next(unpack func(string) (int64, T, error)) (more bool, err error) {
	if !h.records.Scan() {
		return false, h.records.Err()
	}
	h.line, h.it, err = unpack(h.records.Text())
	return true, err
}

// sink moves the top of a heap down to where it belongs. (container/heap calls each comparison through an
// interface, several for every row that is merged.)
func sink[T any](heads []*head[T]) {
	for i, low := 0, 1; low < len(heads); i, low = low, 2*low+1 {
		if right := low + 1; right < len(heads) && heads[right].line < heads[low].line {
			low = right
		}
		if heads[i].line <= heads[low].line {
			return
		}
		heads[i], heads[low] = heads[low], heads[i]
	}
}
