package reader

import (
	"bufio"
	"bytes"
)

// maxRow is how long one row may be, in bytes. A quote that is never closed would otherwise take
// the rest of the file into memory.
const maxRow = 1 << 20

var errLongRow = &Error{Reason: "the row is longer than 1 MiB", Try: "is a quote opened and never closed?"}

// tape passes an input on and keeps what it passed since the last cut, so that a row can be had byte
// for byte after it was parsed. What is parsed differs from what is kept in one thing: a line end
// that is a lone CR becomes LF.
type tape struct {
	from *bufio.Reader
	cr   bool // lines end with a lone CR
	kept []byte
	base int64 // where in the input kept begins
	mark int64 // where the row begins that is being parsed

	tooLong bool // that row
}

func (t *tape) Read(p []byte) (int, error) {
	if t.base+int64(len(t.kept))-t.mark > maxRow {
		t.tooLong = true
		return 0, errLongRow
	}
	n, err := t.from.Read(p)
	t.kept = append(t.kept, p[:n]...)
	if t.cr {
		next, _ := t.from.Peek(1)
		breakLines(p[:n], next)
	}
	return n, err
}

// breakLines makes each lone CR of a text LF; next is what follows it.
func breakLines(text, next []byte) {
	for i, c := range text {
		after := text[i+1:]
		if len(after) == 0 {
			after = next
		}
		if c == '\r' && !bytes.HasPrefix(after, []byte("\n")) {
			text[i] = '\n'
		}
	}
}

// slice returns the bytes of the input from one offset to another; they are good until the next Read.
func (t *tape) slice(from, to int64) []byte { return t.kept[from-t.base : to-t.base] }

// ahead returns up to n bytes of the input from an offset on that was not cut; they are good until the next
// Read.
func (t *tape) ahead(offset int64, n int) []byte {
	window := t.kept[offset-t.base:]
	if missing := n - len(window); missing > 0 {
		more, _ := t.from.Peek(missing) // what is wrong with the input comes up when it is read
		return append(window[:len(window):len(window)], more...)
	}
	return window[:n]
}

// cut forgets what stands before an offset, at which the next row begins.
func (t *tape) cut(offset int64) {
	t.mark = offset
	if n := offset - t.base; n >= int64(cap(t.kept)/2) { // so that each byte is moved only a few times
		t.kept = append(t.kept[:0], t.kept[n:]...)
		t.base = offset
	}
}
