package plan

import (
	"encoding/binary"
	"errors"
	"math"
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

// number reads a number that cannot be negative, such as that of a line.
func (f *fields) number() int64 {
	n := f.varint()
	if n > math.MaxInt64 {
		f.damage()
		return 0
	}
	return int64(n)
}

// time reads a Unix time. It is negative before 1970.
func (f *fields) time() int64 { return int64(f.varint()) }

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

func (f *fields) damage() { f.rest, f.damaged = "", true }

// err tells whether the record was whole, and is read to its end.
func (f *fields) err() error {
	if f.damaged || f.rest != "" {
		return errDamaged
	}
	return nil
}
