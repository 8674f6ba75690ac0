package plan

import (
	"encoding/binary"

	"meetbatch/job"
)

// block is records one after the other in a compact form: numbers as varints, text behind its length. What
// is kept of a plan is kept like this, in memory or in a file.
type block []byte

func (b *block) putNumber(n int64) { *b = binary.AppendUvarint(*b, uint64(n)) }

func (b *block) putText(s string) {
	b.putNumber(int64(len(s)))
	*b = append(*b, s...)
}

// putRecord appends what record reads.
func (b *block) putRecord(r block) {
	b.putNumber(int64(len(r)))
	*b = append(*b, r...)
}

// record reads a block from its front. The texts that it returns are parts of it.
type record string

func (r *record) number() int64 {
	var n uint64
	for shift := 0; ; shift += 7 {
		c := (*r)[0]
		*r = (*r)[1:]
		n |= uint64(c&0x7F) << shift
		if c < 0x80 {
			return int64(n)
		}
	}
}

func (r *record) text() string {
	n := r.number()
	s := (*r)[:n]
	*r = (*r)[n:]
	return string(s)
}

// setRow, setEarlier and setItem replace a block by one record: a row that can be sent, an entry that was
// carried out earlier, and an invalid row. Those of the first two stand together; no row begins on line 0.
func (b *block) setRow(it job.Item) {
	*b = (*b)[:0]
	b.putNumber(it.Line)
	b.putText(it.Account)
	b.putText(it.Value)
}

func (b *block) setEarlier(e job.Earlier) {
	*b = (*b)[:0]
	b.putNumber(0)
	b.putText(e.Account)
	b.putText(e.Value)
	b.putText(e.RequestID)
	b.putNumber(e.At)
}

// account gives the account of a record of either kind.
func (r record) account() string {
	r.number()
	return r.text()
}

func (b *block) setItem(it job.Item, kind int) {
	*b = (*b)[:0]
	b.putNumber(it.Line)
	b.putText(it.Account)
	b.putText(it.Value)
	b.putNumber(int64(kind))
	b.putText(it.Detail)
}

func (r record) item(kinds []string) (line int64, it job.Item) {
	it = job.Item{Line: r.number(), Account: r.text(), Value: r.text()}
	it.Invalid = kinds[r.number()]
	it.Detail = r.text()
	return it.Line, it
}

// setGroup replaces a block by a group.
func (b *block) setGroup(g group) {
	*b = (*b)[:0]
	b.putText(g.account)
	b.putText(g.requestID)
	b.putNumber(g.at)
	b.putNumber(int64(len(g.entries)))
	for _, e := range g.entries {
		b.putText(e.ID)
		b.putNumber(e.Line)
		b.putNumber(int64(len(e.Duplicates)))
		for _, line := range e.Duplicates {
			b.putNumber(line)
		}
	}
}

func (r record) group() (line int64, g group) {
	g = group{account: r.text(), requestID: r.text(), at: r.number()}
	g.entries = make([]job.Entry, r.number())
	for i := range g.entries {
		e := &g.entries[i]
		e.ID, e.Line = r.text(), r.number()
		if n := r.number(); n > 0 {
			e.Duplicates = make([]int64, n)
		}
		for j := range e.Duplicates {
			e.Duplicates[j] = r.number()
		}
	}
	return g.entries[0].Line, g
}
