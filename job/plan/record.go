package plan

import (
	"encoding/binary"
	"errors"
	"math"

	"meetbatch/job"
)

// errDamaged says that bytes are not what was packed. They can only have changed in a temporary file.
var errDamaged = errors.New("the temporary file does not hold what was written to it")

// packed is a record in a compact form: its fields one behind the other, numbers as varints and texts behind
// their lengths. What kind of record it is, and how many bytes it has, is for the list to know in which it
// stands.
type packed []byte

func appendNumber(to packed, n int64) packed { return binary.AppendUvarint(to, uint64(n)) }

// appendText appends a text, or a whole record as if it were one.
func appendText[T string | packed](to packed, text T) packed {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

// fields reads a packed record field by field, from its front. The texts share its memory. From where a record
// is damaged, numbers read as 0 and texts as empty, so that err need be asked only once, at the end.
type fields struct {
	rest    string
	damaged bool
}

// varint reads a number that is not above most.
func (f *fields) varint(most uint64) uint64 {
	var n uint64
	for i, shift := 0, 0; i < len(f.rest) && shift < 64; i, shift = i+1, shift+7 {
		c := f.rest[i]
		n |= uint64(c&0x7F) << shift
		if c >= 0x80 {
			continue
		}
		if n > most {
			break
		}
		f.rest = f.rest[i+1:]
		return n
	}
	f.damage()
	return 0
}

// number reads a number that cannot be negative, such as that of a line.
func (f *fields) number() int64 { return int64(f.varint(math.MaxInt64)) }

// time reads a Unix time. It is negative before 1970.
func (f *fields) time() int64 { return int64(f.varint(math.MaxUint64)) }

// count reads how many things follow, each of which takes so many bytes or more. As it is never more than can
// follow, room for all of them can be made at once, whatever a damaged record says.
func (f *fields) count(leastBytes int) int {
	n := f.number()
	if n > int64(len(f.rest)/leastBytes) {
		f.damage()
		return 0
	}
	return int(n)
}

func (f *fields) text() string {
	n := f.count(1)
	text := f.rest[:n]
	f.rest = f.rest[n:]
	return text
}

func (f *fields) damage() { f.rest, f.damaged = "", true }

// err tells whether the record was whole, and is read to its end.
func (f *fields) err() error {
	if f.damaged || f.rest != "" {
		return errDamaged
	}
	return nil
}

// In rows, and in what earlier runs did, the account comes first, since partitions are divided by it.

func packRow(to packed, it job.Item) packed {
	to = appendText(to, it.Account)
	to = appendNumber(to, it.Line)
	return appendText(to, it.Value)
}

func unpackRow(record string) (job.Item, error) {
	f := fields{rest: record}
	it := f.row()
	return it, f.err()
}

func (f *fields) row() job.Item {
	return job.Item{Account: f.text(), Line: f.number(), Value: f.text()}
}

func packEarlier(to packed, e job.Earlier) packed {
	to = appendText(to, e.Account)
	to = appendText(to, e.Value)
	to = appendText(to, e.RequestID)
	to = appendText(to, e.Why)
	return appendNumber(to, e.At)
}

func unpackEarlier(record string) (job.Earlier, error) {
	f := fields{rest: record}
	e := job.Earlier{Account: f.text(), Value: f.text(), RequestID: f.text(), Why: f.text(), At: f.time()}
	return e, f.err()
}

// packInvalid has the number of the reason in place of its words.
func packInvalid(to packed, it job.Item, reason int) packed {
	to = packRow(to, it)
	to = appendNumber(to, int64(reason))
	return appendText(to, it.Detail)
}

func packAside(to packed, a aside) packed {
	return packInvalid(to, job.Item{Account: a.account, Line: a.line, Value: a.value, Detail: a.detail}, ofGroup)
}

func unpackInvalid(record string, reasons []string) (job.Item, error) {
	f := fields{rest: record}
	it := f.row()
	reason := f.number()
	it.Detail = f.text()
	if reason >= int64(len(reasons)) {
		return it, errDamaged
	}
	it.Invalid = reasons[reason]
	return it, f.err()
}

func packGroup(to packed, g group) packed {
	to = appendText(to, g.account)
	to = appendNumber(to, int64(len(g.entries)))
	for i := range g.entries {
		to = appendEntry(to, &g.entries[i])
	}
	return to
}

// leastEntry is how many bytes an entry takes at least: the length of its ID, its line, and how many duplicates
// it has.
const leastEntry = 3

// unpackGroup gives a group, and the line of its first entry. Where there is no error it has one.
func unpackGroup(record string) (line int64, g group, err error) {
	f := fields{rest: record}
	g = group{account: f.text(), entries: make([]job.Entry, f.count(leastEntry))}
	for i := range g.entries {
		f.entry(&g.entries[i])
	}
	if len(g.entries) == 0 {
		return 0, g, errDamaged
	}
	return g.entries[0].Line, g, f.err()
}

func packSkip(to packed, s skip) packed {
	to = appendText(to, s.account)
	to = appendEntry(to, &s.entry)
	to = appendText(to, s.requestID)
	to = appendText(to, s.why)
	return appendNumber(to, s.at)
}

func unpackSkip(record string) (skip, error) {
	f := fields{rest: record}
	s := skip{account: f.text()}
	f.entry(&s.entry)
	s.requestID, s.why, s.at = f.text(), f.text(), f.time()
	return s, f.err()
}

func appendEntry(to packed, e *job.Entry) packed {
	to = appendText(to, e.ID)
	to = appendNumber(to, e.Line)
	to = appendNumber(to, int64(len(e.Duplicates)))
	for _, line := range e.Duplicates {
		to = appendNumber(to, line)
	}
	return to
}

func (f *fields) entry(e *job.Entry) {
	e.ID, e.Line = f.text(), f.number()
	if n := f.count(1); n > 0 {
		e.Duplicates = make([]int64, n)
	}
	for i := range e.Duplicates {
		e.Duplicates[i] = f.number()
	}
}
