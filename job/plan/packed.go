package plan

import (
	"encoding/binary"

	"meetbatch/job"
)

// packed is a record, or several of them one behind the other, in a compact form: numbers as varints, text behind
// its length. What is kept of a plan is kept like this, in memory or in a file.
type packed []byte

func (b *packed) putNumber(n int64) { *b = binary.AppendUvarint(*b, uint64(n)) }

func (b *packed) putText(s string) {
	b.putNumber(int64(len(s)))
	*b = append(*b, s...)
}

// putRecord appends a record behind its length.
func (b *packed) putRecord(r packed) {
	b.putNumber(int64(len(r)))
	*b = append(*b, r...)
}

// fields reads what is packed from its front. The texts that it returns are parts of it.
type fields string

func (r *fields) number() int64 {
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

func (r *fields) text() string {
	n := r.number()
	s := (*r)[:n]
	*r = (*r)[n:]
	return string(s)
}

// setRow, setEarlier and setItem replace what is packed by one record: a row that can be sent, an entry that was
// carried out earlier, and an invalid row. Those of the first two stand together; no row begins on line 0.
func (b *packed) setRow(it job.Item) {
	*b = (*b)[:0]
	b.putNumber(it.Line)
	b.putText(it.Account)
	b.putText(it.Value)
}

func (b *packed) setEarlier(e job.Earlier) {
	*b = (*b)[:0]
	b.putNumber(0)
	b.putText(e.Account)
	b.putText(e.Value)
	b.putText(e.RequestID)
	b.putNumber(e.At)
}

// account gives the account of a record of either kind.
func (r fields) account() string {
	r.number()
	return r.text()
}

func (b *packed) setItem(it job.Item, kind int) {
	*b = (*b)[:0]
	b.putNumber(it.Line)
	b.putText(it.Account)
	b.putText(it.Value)
	b.putNumber(int64(kind))
	b.putText(it.Detail)
}

func (r fields) item(kinds []string) (line int64, it job.Item) {
	it = job.Item{Line: r.number(), Account: r.text(), Value: r.text()}
	it.Invalid = kinds[r.number()]
	it.Detail = r.text()
	return it.Line, it
}

// setGroup replaces what is packed by a group.
func (b *packed) setGroup(g group) {
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

func (r fields) group() (line int64, g group) {
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
