package reader

import (
	"errors"
	"io"
)

// maxRow is how long one row may be, in bytes. A quote that is never closed would otherwise take
// the rest of the file into memory.
const maxRow = 1 << 20

var errLongRow = errors.New("the row is longer than 1 MiB")

// tape passes an input on and keeps what it passed since the last cut, so that a row can be had byte
// for byte after it was parsed.
type tape struct {
	from io.Reader
	kept []byte
	base int64 // where in the input kept begins
	mark int64 // where the row begins that is being parsed
}

func (t *tape) Read(p []byte) (int, error) {
	if t.base+int64(len(t.kept))-t.mark > maxRow {
		return 0, errLongRow
	}
	n, err := t.from.Read(p)
	t.kept = append(t.kept, p[:n]...)
	return n, err
}

// slice returns the bytes of the input from one offset to another; they are good until the next Read.
func (t *tape) slice(from, to int64) []byte { return t.kept[from-t.base : to-t.base] }

// cut forgets what stands before an offset, at which the next row begins.
func (t *tape) cut(offset int64) {
	t.mark = offset
	if n := offset - t.base; n >= int64(cap(t.kept)/2) { // so that each byte is moved only a few times
		t.kept = append(t.kept[:0], t.kept[n:]...)
		t.base = offset
	}
}
