package reader

import (
	"bufio"
	"bytes"
	"fmt"
)

// maxRow is how long one row may be, in bytes. A quote that is never closed would otherwise take
// the rest of the file into memory. A row of more than longRow is told.
const (
	maxRow  = 8 << 20
	longRow = 1 << 20
)

var errLongRow = fmt.Errorf("the row is too long, more than %d MiB", maxRow>>20)

// tape passes an input on and keeps what it passed since the last cut, so that a row can be had byte
// for byte after it was parsed. What is parsed differs from what is kept in one thing: a line end
// that is a lone CR becomes LF.
type tape struct {
	from *bufio.Reader
	cr   bool // lines end with a lone CR

	invented []byte // goes before the input, and is not kept; base and mark count it

	kept []byte
	base int64 // where in the input kept begins
	mark int64 // where the row begins that is being parsed, or what is left of the blank lines before it

	skipped int64 // blank lines before it that are not kept
	tooLong bool  // that row
}

func (t *tape) Read(p []byte) (int, error) {
	if len(t.invented) > 0 {
		n := copy(p, t.invented)
		t.invented = t.invented[n:]
		return n, nil
	}
	if len(t.row()) > maxRow {
		t.skipBlank()
	}
	if len(t.row()) > maxRow {
		t.tooLong = true
		return 0, errLongRow
	}
	n, err := t.from.Read(p)
	n = t.withoutEnd(p[:n])
	t.kept = append(t.kept, p[:n]...)
	if t.cr {
		next, _ := t.from.Peek(1)
		breakLines(p[:n], next)
	}
	return n, err
}

// dosEnd is the mark with which DOS, and what was made for it, ends a text; some fill up a block with it.
const dosEnd = "\x1A"

// withoutEnd gives how much there is of a text that was read, without the marks at the end of the input and
// the line ends among them.
func (t *tape) withoutEnd(text []byte) int {
	n := len(bytes.TrimRight(text, dosEnd+"\r\n"))
	mark := bytes.IndexByte(text[n:], dosEnd[0])
	if mark < 0 {
		return len(text)
	}
	n += mark
	rest, err := t.from.Peek(bufferSize)
	if err == nil || len(bytes.TrimRight(rest, dosEnd+"\r\n")) > 0 {
		return len(text)
	}
	return n
}

// skipBlank forgets the blank lines before the row that is being parsed, of which there may be any number.
func (t *tape) skipBlank() {
	blank := blankLines(t.row(), t.cr)
	t.skipped += lineEnds(blank, t.cr)
	t.cut(t.mark + int64(len(blank)))
}

// row gives what is kept of the row that is being parsed; the bytes are good until the next Read.
func (t *tape) row() []byte { return t.kept[t.mark-t.base:] }

// blankLines gives the blank lines that a text begins with.
func blankLines(text []byte, cr bool) []byte {
	n := 0
	for {
		switch rest := text[n:]; {
		case bytes.HasPrefix(rest, []byte("\n")), cr && bytes.HasPrefix(rest, []byte("\r")):
			n++
		case bytes.HasPrefix(rest, []byte("\r\n")):
			n += 2
		default:
			return text[:n]
		}
	}
}

// lineEnds counts the lines that end in a text.
func lineEnds(text []byte, cr bool) int64 {
	n := bytes.Count(text, []byte("\n"))
	if cr {
		n += bytes.Count(text, []byte("\r")) - bytes.Count(text, []byte("\r\n"))
	}
	return int64(n)
}

// openQuote gives the place of the quote that is open at the end of a part of a row, or -1.
func openQuote(row []byte, delimiter rune) int {
	at, open := -1, false
	for i, c := range row {
		switch {
		case c != '"':
		case open:
			open = false
		case i == 0 || rune(row[i-1]) == delimiter || row[i-1] == '\r' || row[i-1] == '\n':
			at, open = i, true
		case row[i-1] == '"' && at >= 0: // two of them stand for one
			open = true
		}
	}
	if !open {
		return -1
	}
	return at
}

// closes reads on, and tells whether a quote that is open is closed as it should be: before a delimiter, a line end or
// the end of the input. It looks as far ahead as a cell may reach that anybody can have meant.
func (t *tape) closes(delimiter rune) bool {
	for range 4 * maxRow {
		c, err := t.from.ReadByte()
		if err != nil {
			return false
		}
		if c != '"' {
			continue
		}
		next, err := t.from.Peek(1)
		switch {
		case err != nil:
			return true
		case next[0] != '"':
			return rune(next[0]) == delimiter || next[0] == '\r' || next[0] == '\n'
		}
		t.from.Discard(1)
	}
	return false
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

// brokenLines gives a text whose lines end as the parser wants it: itself, or a copy.
func (f *format) brokenLines(text []byte) []byte {
	if f.cr {
		text = bytes.Clone(text)
		breakLines(text, nil)
	}
	return text
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
