package reader

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"meetbatch/job"
)

// What is told of rows that are read all the same.
const (
	noteNoText  = "bytes that are no text, in columns that are not read"
	noteLongRow = "rows of more than 1 MiB, in columns that are not read"
)

// evidenceSize is how much of an input its encoding is guessed from.
const evidenceSize = bufferSize / 4

// readable tells whether the fields of a row that was just parsed are text, as far as they are read; where they are not
// the error is one of Read's, and the reading goes on only to name further places.
func (r *Reader) readable(row *record, malformed *csv.ParseError) error {
	at, err := r.badPlace(row, malformed)
	if at < 0 || err != nil {
		return err
	}
	before := r.blankBytes + int64(len(r.header)) - r.from + r.csv.InputOffset() - int64(len(r.raw))
	e := r.notText(r.lineOf(malformed)+r.lineEnds(r.raw[:at]), at, before)
	e.Reason += r.furtherPlaces()
	return e
}

// badPlace gives the index of the first byte of the last row that is no text in a field that is read, or -1. On the way
// it finds out the encoding.
func (r *Reader) badPlace(row *record, malformed *csv.ParseError) (int, error) {
	if len(r.raw) > longRow {
		if err := r.misquoted(malformed); err != nil {
			return -1, err
		}
		r.note(Note{Text: noteLongRow}, r.lineOf(malformed))
	}
	if isPlainASCII(r.raw) {
		return -1, nil
	}
	if row == nil {
		fields, _ := r.reparse(r.raw, true)
		row = &record{fieldAt(fields, r.at.account), fieldAt(fields, r.at.value)}
	}
	if !r.sure && !r.guessed {
		r.find(!isASCII([]byte(row.Account)) || !isASCII([]byte(row.Value)))
	}
	if err := r.splitCharacter(r.lineOf(malformed)); err != nil {
		return -1, err
	}
	at := r.format.bad(r.raw)
	switch {
	case at < 0:
		return -1, nil
	case r.endsInNULs():
		return -1, &Error{File: r.name, Line: r.lineOf(malformed), Reason: "the file ends in NUL characters", Try: cutFile}
	case r.format.bad([]byte(row.Account)) < 0 && r.format.bad([]byte(row.Value)) < 0:
		r.note(Note{Text: noteNoText}, r.lineOf(malformed))
		return -1, nil
	case malformed == nil:
		at = r.badField(row)
	}
	return at, nil
}

// cutFile is the hint for a file that ends in NULs, which is how one looks that was made as large as it should get.
const cutFile = "it was cut, or not written to its end; export it again"

// badField gives the index of the first byte of the last row that is no text in a field that is read.
func (r *Reader) badField(row *record) int {
	lines := r.format.brokenLines(r.raw)
	first := len(r.raw)
	place := func(field string, column int) {
		if r.format.bad([]byte(field)) < 0 {
			return
		}
		line, at := r.csv.FieldPos(column)
		start := 0
		for range int64(line) + r.behind - r.lineOf(nil) {
			start += bytes.IndexByte(lines[start:], '\n') + 1
		}
		start += at - 1
		first = min(first, start+r.format.bad(r.raw[start:]))
	}
	place(row.Account, r.at.account)
	place(row.Value, max(0, r.at.value)) // without a column there is nothing in it
	return first
}

// furtherPlaces reads on, and names the lines of the next rows that are no text in a field that is read.
func (r *Reader) furtherPlaces() string {
	var lines []string
	for len(lines) < namedLines-1 {
		row, malformed, err := r.parseNext()
		if err != nil {
			break
		}
		at, err := r.badPlace(row, malformed)
		if err != nil {
			break
		}
		if at >= 0 {
			lines = append(lines, fmt.Sprint(r.lineOf(malformed)+r.lineEnds(r.raw[:at])))
		}
	}
	switch len(lines) {
	case 0:
		return ""
	case 1:
		return "; also on line " + lines[0]
	}
	return "; also on lines " + strings.Join(lines, ", ")
}

// misquoted refuses a long row that is no good CSV, or when rows seem to stand in one of its cells: a quote that is not
// closed would take them away, up to the next one.
func (r *Reader) misquoted(malformed *csv.ParseError) error {
	line := r.lineOf(malformed)
	_, last, _ := bytes.Cut(r.raw, []byte(r.lineBreak()))
	for text := last; ; {
		inner, rest, more := bytes.Cut(text, []byte(r.lineBreak()))
		if !more || len(rest) == 0 {
			break
		}
		if bytes.ContainsRune(inner, r.format.delimiter) {
			before := r.raw[:len(r.raw)-len(text)]
			before = before[:max(0, openQuote(before, r.format.delimiter))]
			return &Error{
				File: r.name, Line: line, Try: "mend the quote, or export again",
				Reason: fmt.Sprintf("the row is too long, more than %d MiB, and rows stand in it: a quote is opened on line %d and not closed", longRow>>20, line+r.lineEnds(before)),
			}
		}
		text = rest
	}
	if malformed != nil { // to find out more would take much memory
		return &Error{File: r.name, Line: line, Reason: fmt.Sprintf("the row is too long, more than %d MiB, and cannot be read: %v", longRow>>20, malformed.Err), Try: "mend the row, or export again"}
	}
	return nil
}

// splitCharacter refuses a row, which begins on a line, where the parser took the second byte of a character for the
// delimiter.
func (r *Reader) splitCharacter(line int64) error {
	at := r.format.split(r.raw)
	if at < 0 {
		return nil
	}
	return &Error{
		File: r.name, Line: line + r.lineEnds(r.raw[:at]),
		Reason: fmt.Sprintf("a character holds the byte of the delimiter | in %s, which cannot be told apart", r.format.encoding),
		Try:    "save the file as CSV UTF-8",
	}
}

// lineBreak is what ends each line of the input, whatever else does.
func (r *Reader) lineBreak() string {
	if r.format.cr {
		return "\r"
	}
	return "\n"
}

// endsInNULs tells whether the last row is the end of the input, and nothing but NULs stands there.
func (r *Reader) endsInNULs() bool {
	if !bytes.HasSuffix(bytes.TrimRight(r.raw, "\r\n"), []byte{0}) {
		return false
	}
	return len(r.tape.ahead(r.csv.InputOffset(), 1)) == 0
}

// find guesses the encoding where nobody named it: from the first text beyond ASCII, and once more from the first that is
// read, since what stands in other columns may be damaged or in another encoding.
func (r *Reader) find(read bool) {
	if r.evidence != nil && !read {
		return
	}
	r.evidence = append(bytes.Clone(r.evidence), r.tape.ahead(r.tape.mark, evidenceSize)...)
	encoding, doubtful := guess(r.evidence)
	r.format.is(encoding)
	r.doubtful, r.guessed = doubtful, read
}

// doubtEncoding tells of an account or value beyond ASCII in an encoding that was guessed.
func (r *Reader) doubtEncoding(it *job.Item) {
	if it.Invalid != "" || isASCII([]byte(it.Account)) && isASCII([]byte(it.Value)) {
		return
	}
	i := slices.IndexFunc(r.notes, func(n Note) bool { return n.Doubt == DoubtEncoding })
	if i < 0 {
		i = len(r.notes)
		r.notes = append(r.notes, Note{Doubt: DoubtEncoding})
	}
	if len(r.samples) < 3 {
		sample := it.Account
		if isASCII([]byte(sample)) {
			sample = it.Value
		}
		r.samples = append(r.samples, fmt.Sprintf("%.40s", sample))
		r.notes[i].Text = fmt.Sprintf("accounts beyond ASCII, read as %s, which was guessed: such as %s", r.format.encoding, strings.Join(r.samples, ", "))
	}
	r.notes[i].Add(it.Line)
}
