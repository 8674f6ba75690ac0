package report

// bitmap is a set of line numbers, one bit each: ten million lines take 1.2 MiB.
type bitmap []uint64

func (b *bitmap) set(lines ...int64) {
	for _, line := range lines {
		word := int(line / 64)
		if word >= len(*b) {
			*b = append(*b, make([]uint64, word+1-len(*b))...)
		}
		(*b)[word] |= 1 << (line % 64)
	}
}

func (b bitmap) has(line int64) bool {
	word := int(line / 64)
	return word < len(b) && b[word]&(1<<(line%64)) != 0
}
