package reader

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// searchedRows is among how many rows the header is looked for.
const searchedRows = 50

// heading is a row at the beginning of an input that may be its header, as one delimiter has it.
type heading struct {
	above     []byte // all that stands before it
	row       []byte // as it stands; empty where the table has no header
	delimiter rune
	cells     []string
	fields    columns
	encoding  string // of the input, as far as it shows, the text that it was guessed from, and whether it could be another
	evidence  []byte
	doubtful  bool
	err       error // why it is no header
}

// findHeader finds the first row that holds the wanted columns, with whatever delimiter they are found. What stands
// above it must surely be no row.
func (r *Reader) findHeader(window []byte) (heading, error) {
	at, delimiters := 0, usualDelimiters
	if m := separatorLine().FindSubmatch(window); m != nil {
		r.separator = rune(m[1][0])
		at, delimiters = len(m[0]), []rune{r.separator}
	}
	if r.opts.Delimiter != 0 {
		delimiters = []rune{r.opts.Delimiter}
	}
	switch line := r.opts.HeaderLine; {
	case r.opts.NoHeader:
		return r.withoutHeader(window, at, delimiters)
	case line > 0:
		at, known := offsetOfLine(r.format.brokenLines(window), line)
		if !known {
			return heading{}, &Error{Reason: fmt.Sprintf("there is no line %d among the first %d KiB", line, bufferSize>>10), Try: "in which line is the header?"}
		}
		h := r.headingAt(window, at, delimiters)
		if h.err != nil {
			return h, r.noHeader(window, []heading{h})
		}
		return h, r.checkNumbers(window, &h)
	}
	var passed []heading
	for len(passed) < searchedRows {
		h := r.headingAt(window, at, delimiters)
		if h.err == io.EOF {
			break
		}
		if h.err == nil || !mayStandAbove(h.err) {
			return h, cmp.Or(r.placed(&h), r.checkAbove(passed, window, &h), r.checkNumbers(window, &h))
		}
		passed = append(passed, h)
		at = len(h.above) + len(h.row)
	}
	return heading{}, r.noHeader(window, passed)
}

// usualDelimiters are those that are tried, the most usual first.
var usualDelimiters = []rune{',', ';', '\t', '|'}

// separatorLine is what Excel reads, and some programs write, above the header: sep=;
var separatorLine = expression(`(?i)\A"?sep=([^\w\r\n"])"?[,;\t|]*(?:\r\n|\r|\n)`)

// headingAt reads the row that begins at a place, or behind blank lines there, with the delimiter with which the wanted
// columns are in it. Where they are with several, as for columns that are named by position, it is the one that divides
// the next rows alike; where with none, the one that gives most cells.
func (r *Reader) headingAt(window []byte, at int, delimiters []rune) (best heading) {
	for i, delimiter := range delimiters {
		h := r.headingWith(window, at, delimiter)
		if h.err == nil {
			h.fields, h.err = findColumns(h.cells, r.op, r.opts)
		}
		if i == 0 || r.isBetter(window, &h, &best) {
			best = h
		}
	}
	return best
}

func (r *Reader) isBetter(window []byte, h, than *heading) bool {
	found := func(h *heading) bool { return h.err == nil || h.err != io.EOF && !mayStandAbove(h.err) }
	switch {
	case found(h) != found(than):
		return found(h)
	case !found(h):
		return len(h.cells) > len(than.cells) || h.fields.account > than.fields.account
	}
	alike, before := r.alike(window, h), r.alike(window, than)
	return alike > before || alike == before && alike > 0 && len(h.cells) > len(than.cells)
}

// alike counts the next rows that have as many cells as a heading, where those are several.
func (r *Reader) alike(window []byte, h *heading) (n int) {
	at := len(h.above) + len(h.row)
	for range 10 {
		if len(h.cells) < 2 {
			break
		}
		next := r.headingWith(window, at, h.delimiter)
		if len(next.cells) == len(h.cells) {
			n++
		}
		at = len(next.above) + len(next.row)
	}
	return n
}

// headingWith parses a row. One that cannot be parsed is taken to be the line on which it begins.
func (r *Reader) headingWith(window []byte, at int, delimiter rune) heading {
	at += len(blankLines(window[at:], r.format.cr))
	h := heading{above: window[:at], delimiter: delimiter, fields: nowhere}
	text := r.format.brokenLines(window[at:])
	f := format{delimiter: delimiter}
	p := f.parser(bytes.NewReader(text))
	p.TrimLeadingSpace = delimiter != '\t'
	if h.cells, h.err = p.Read(); h.err == io.EOF {
		return h
	}
	h.row = window[at : at+int(p.InputOffset())]
	if h.err != nil {
		line, _, _ := bytes.Cut(text, []byte("\n"))
		h.row = window[at:min(len(window), at+len(line)+1)]
		if f.hasBlanksBeforeQuotes(line) {
			h.cells, h.err = f.parser(bytes.NewReader(f.withoutBlanks(line))).Read()
		}
	}
	switch {
	case at+len(h.row) < bufferSize:
	case at == 0:
		h.err = &Error{Reason: fmt.Sprintf("the header row is longer than %d KiB", bufferSize>>10), Try: "is a quote opened and never closed?"}
	default:
		h.err = &Error{Reason: fmt.Sprintf("the row that begins in line %d, does not end within the first %d KiB, among which the header is looked for", r.lineAt(&h), bufferSize>>10),
			Try: "remove what stands above the header; or is a quote opened and never closed?"}
	}
	f = r.format
	if h.encoding = f.encoding; !r.sure && !isASCII(h.row) {
		h.evidence = bytes.Clone(window[at:min(len(window), at+evidenceSize)])
		h.encoding, h.doubtful = guess(h.evidence)
		f.is(h.encoding)
	}
	for i := range h.cells {
		h.cells[i] = f.text(h.cells[i])
	}
	return h
}

// errMissing is of a row that lacks a wanted column.
var errMissing = errors.New("a column is missing")

// mayStandAbove tells whether a row that is no header for a reason may stand above one.
func mayStandAbove(err error) bool {
	_, unreadable := errors.AsType[*csv.ParseError](err)
	return unreadable || errors.Is(err, errMissing)
}

// lineAt is the line on which a heading stands.
func (r *Reader) lineAt(h *heading) int64 { return 1 + r.blankLines + r.lineEnds(h.above) }

// placed gives the error of a heading its line, unless that is the first.
func (r *Reader) placed(h *heading) error {
	e, is := errors.AsType[*Error](h.err)
	if is && r.lineAt(h) > 1 {
		e.Line = r.lineAt(h)
	}
	return h.err
}

// offsetOfLine is where a line begins; false where the text has fewer.
func offsetOfLine(text []byte, line int64) (at int, known bool) {
	for ; line > 1; line-- {
		n := bytes.IndexByte(text[at:], '\n')
		if n < 0 {
			return 0, false
		}
		at += n + 1
	}
	return at, at < len(text)
}
