package job

import "encoding/binary"

// block holds rows or groups one after the other in a compact form: numbers as varints, strings
// behind their length. Reading takes from the front.
type block []byte

func (b *block) putNumber(n int64) { *b = binary.AppendUvarint(*b, uint64(n)) }

func (b *block) putString(s string) {
	b.putNumber(int64(len(s)))
	*b = append(*b, s...)
}

func (b *block) number() int64 {
	n, size := binary.Uvarint(*b)
	*b = (*b)[size:]
	return int64(n)
}

// bytes returns the next string; it is part of the block.
func (b *block) bytes() []byte {
	n := b.number()
	s := (*b)[:n]
	*b = (*b)[n:]
	return s
}

func (b *block) putGroup(g group) {
	b.putString(g.account)
	b.putNumber(int64(len(g.entries)))
	for _, e := range g.entries {
		b.putString(e.ID)
		b.putNumber(e.Line)
		b.putNumber(int64(len(e.Duplicates)))
		for _, line := range e.Duplicates {
			b.putNumber(line)
		}
	}
}

// group returns the next group. Where an ID is equal to known, it is that string: statuses are the
// same few words a million times over.
func (b *block) group(known string) group {
	g := group{account: string(b.bytes())}
	g.entries = make([]Entry, b.number())
	for i := range g.entries {
		e := &g.entries[i]
		e.ID = known
		if id := b.bytes(); string(id) != known {
			e.ID = string(id)
		}
		e.Line = b.number()
		if n := b.number(); n > 0 {
			e.Duplicates = make([]int64, n)
		}
		for j := range e.Duplicates {
			e.Duplicates[j] = b.number()
		}
	}
	return g
}

// cursor stands at a group of a block.
type cursor struct {
	at   group
	rest block
}

// next moves on; it tells whether there is a further group.
func (c *cursor) next() bool {
	if len(c.rest) == 0 {
		return false
	}
	var last string
	if len(c.at.entries) > 0 {
		last = c.at.entries[0].ID
	}
	c.at = c.rest.group(last)
	return true
}

// cursors is a heap (container/heap) with the group that begins first in the input at its top.
type cursors []*cursor

func (h cursors) Len() int           { return len(h) }
func (h cursors) Less(i, j int) bool { return h[i].at.line() < h[j].at.line() }
func (h cursors) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *cursors) Push(x any)        { *h = append(*h, x.(*cursor)) }
func (h *cursors) Pop() any {
	last := len(*h) - 1
	c := (*h)[last]
	*h = (*h)[:last]
	return c
}
