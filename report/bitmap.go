package report

import (
	"iter"
	"math/bits"
)

// bitmap is a set of line numbers, one bit each: ten million lines take 1.2 MiB.
type bitmap []uint64

func (b *bitmap) set(line int64) {
	word := int(line / 64)
	if word >= len(*b) {
		*b = append(*b, make([]uint64, word+1-len(*b))...)
	}
	(*b)[word] |= 1 << (line % 64)
}

func (b bitmap) has(line int64) bool {
	word := int(line / 64)
	return word < len(b) && b[word]&(1<<(line%64)) != 0
}

func (b bitmap) clear(line int64) {
	if word := int(line / 64); word < len(b) {
		b[word] &^= 1 << (line % 64)
	}
}

// all yields the lines in order.
func (b bitmap) all() iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for i, word := range b {
			for ; word != 0; word &= word - 1 {
				if !yield(int64(i)*64 + int64(bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}
