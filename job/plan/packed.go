package plan

import (
	"encoding/binary"
	"errors"
	"math"

	"meetbatch/job"
)

// errDamaged says that bytes are not what was packed. They can only have changed in a temporary file.
var errDamaged = errors.New("the temporary file does not hold what was written to it")

// packed is a record in a compact form: its fields one behind the other, numbers as varints and texts behind their
// lengths. Neither what kind of record it is nor how many bytes it has is part of it: whoever keeps it knows that.
type packed []byte

func appendNumber(to packed, n int64) packed { return binary.AppendUvarint(to, uint64(n)) }

// appendText appends a text, or a whole record as if it were one.
func appendText[T string | packed](to packed, text T) packed {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

// fields reads a packed record from its front. The texts share its memory. A record that is damaged reads as zeros
// and empty texts from there on, and err tells.
type fields struct {
	rest    string
	damaged bool
}

func (f *fields) varint() uint64 {
	var n uint64
	for i, shift := 0, 0; i < len(f.rest) && shift < 64; i, shift = i+1, shift+7 {
		c := f.rest[i]
		n |= uint64(c&0x7F) << shift
		if c < 0x80 {
			f.rest = f.rest[i+1:]
			return n
		}
	}
	f.damage()
	return 0
}

// number reads a number that cannot be negative: of a line, or of things.
func (f *fields) number() int64 {
	n := f.varint()
	if n > math.MaxInt64 {
		f.damage()
		return 0
	}
	return int64(n)
}

func (f *fields) text() string {
	n := f.varint()
	if n > uint64(len(f.rest)) {
		f.damage()
		return ""
	}
	text := f.rest[:n]
	f.rest = f.rest[n:]
	return text
}

// count reads how many things follow, each of which takes so many bytes or more: of a damaged record, no more than
// what follows can hold.
func (f *fields) count(bytes int) int {
	n := f.number()
	if n > int64(len(f.rest)/bytes) {
		f.damage()
		return 0
	}
	return int(n)
}

func (f *fields) damage() { f.rest, f.damaged = "", true }

// err tells whether the record was whole, and is read to its end.
func (f *fields) err() error {
	if f.damaged || f.rest != "" {
		return errDamaged
	}
	return nil
}

// A row that can be sent, and an entry that was carried out earlier. The two stand together; no row begins on
// line 0.

func packRow(to packed, it job.Item) packed {
	to = appendNumber(to, it.Line)
	to = appendText(to, it.Account)
	return appendText(to, it.Value)
}

func packEarlier(to packed, e job.Earlier) packed {
	to = appendNumber(to, 0)
	to = appendText(to, e.Account)
	to = appendText(to, e.Value)
	to = appendText(to, e.RequestID)
	return appendNumber(to, e.At)
}

// accountOf gives the account of a record of either kind.
func accountOf(record string) string {
	f := fields{rest: record}
	f.number()
	return f.text()
}

// packItem packs an invalid row, with the number of the reason.
func packItem(to packed, it job.Item, kind int) packed {
	to = appendNumber(to, it.Line)
	to = appendText(to, it.Account)
	to = appendText(to, it.Value)
	to = appendNumber(to, int64(kind))
	return appendText(to, it.Detail)
}

func unpackItem(record string, kinds []string) (job.Item, error) {
	f := fields{rest: record}
	it := job.Item{Line: f.number(), Account: f.text(), Value: f.text()}
	kind := f.number()
	it.Detail = f.text()
	if kind >= int64(len(kinds)) {
		return it, errDamaged
	}
	it.Invalid = kinds[kind]
	return it, f.err()
}

func packGroup(to packed, g group) packed {
	to = appendText(to, g.account)
	to = appendText(to, g.requestID)
	to = appendNumber(to, g.at)
	to = appendNumber(to, int64(len(g.entries)))
	for _, e := range g.entries {
		to = appendText(to, e.ID)
		to = appendNumber(to, e.Line)
		to = appendNumber(to, int64(len(e.Duplicates)))
		for _, line := range e.Duplicates {
			to = appendNumber(to, line)
		}
	}
	return to
}

// unpackGroup gives a group with at least one entry, unless there is an error.
func unpackGroup(record string) (group, error) {
	f := fields{rest: record}
	g := group{account: f.text(), requestID: f.text(), at: int64(f.varint())}
	g.entries = make([]job.Entry, f.count(3))
	for i := range g.entries {
		unpackEntry(&f, &g.entries[i])
	}
	if len(g.entries) == 0 {
		return g, errDamaged
	}
	return g, f.err()
}

func unpackEntry(f *fields, e *job.Entry) {
	e.ID, e.Line = f.text(), f.number()
	if n := f.count(1); n > 0 {
		e.Duplicates = make([]int64, n)
	}
	for i := range e.Duplicates {
		e.Duplicates[i] = f.number()
	}
}
