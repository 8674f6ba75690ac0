package reader

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"

	"meetbatch/job"
)

// takeRaw cuts the bytes of the row that was just parsed out of the tape. Blank lines before the row, which the parser
// skips, do not belong to it.
func (r *Reader) takeRaw() {
	r.raw = r.tape.slice(r.tape.mark, r.csv.InputOffset())
	if c := r.raw[0]; c == '\r' || c == '\n' {
		r.raw = r.raw[len(blankLines(r.raw, r.format.cr)):]
	}
}

// lineEnds counts the lines that end in a text.
func (r *Reader) lineEnds(text []byte) int64 { return lineEnds(text, r.format.cr) }

// lineOf is the line on which the row begins that was just parsed.
func (r *Reader) lineOf(malformed *csv.ParseError) int64 {
	if malformed != nil {
		return int64(malformed.StartLine) + r.behind
	}
	line, _ := r.csv.FieldPos(0)
	return int64(line) + r.behind
}

// onlyDelimiters tells whether every field of the row is empty, as spreadsheets leave rows.
func (r *Reader) onlyDelimiters() bool {
	switch c := r.raw[0]; {
	case (c == ' ' || c == '\t' || c == '\f') && len(bytes.Trim(r.raw, " \t\f\r\n")) == 0: // such as between pages
		return true
	case rune(c) != r.format.delimiter && c != '"':
		return false // for speed only: so begin most rows
	}
	delimiter := string(r.format.delimiter)
	for field := range strings.SplitSeq(strings.TrimRight(string(r.raw), "\r\n"), delimiter) {
		if field != "" && field != `""` {
			return false
		}
	}
	return true
}

// isSeparator tells of a row whether it is a line sep= of a table that was put behind another.
func (r *Reader) isSeparator() bool {
	return (r.raw[0] == 's' || r.raw[0] == 'S' || r.raw[0] == '"') && len(r.raw) < 16 && separatorRow().Match(r.raw)
}

var separatorRow = expression(`(?i)\A"?sep=([^\w\r\n])"?[,;\t|]*[\r\n]*\z`)

// isRuler tells whether the row only draws a line, as databases do below a header.
func (r *Reader) isRuler() bool {
	if c := r.raw[0]; c > '=' && c < '_' || c > '_' && c != '~' && c != '|' { // for speed only: so begin most rows
		return false
	}
	drawn := 0
	for _, c := range r.raw {
		switch {
		case strings.IndexByte("-=_*~:", c) >= 0: // the last in Markdown, where a line of one - is enough
			drawn++
		case strings.IndexByte("+|\" \r\n\t", c) < 0 && rune(c) != r.format.delimiter:
			return false
		}
	}
	return drawn >= 3 || drawn >= 2 && bytes.Contains(r.raw, []byte(":-")) || drawn >= 2 && bytes.Contains(r.raw, []byte("-:"))
}

// mend fills an item from a row that has more or fewer fields than the header, or is written in a dialect, where nothing
// else is wrong with it. Otherwise it fills it as far as it can be told, or ends the reading.
func (r *Reader) mend(it *job.Item, malformed *csv.ParseError) error {
	cells, escaped, err := r.inDialect()
	if err != nil {
		return r.broken(it, malformed)
	}
	if escaped {
		r.format.escaped = true
		r.note(Note{Text: "quotes are escaped with backslashes, and were read so"}, it.Line)
	}
	if r.rowsRead == 0 {
		r.padding = max(0, len(cells)-len(r.cells))
	}
	account, value := fieldAt(cells, r.at.account), fieldAt(cells, r.at.value)
	if !r.isWhole(cells) {
		r.check(it, account, value)
		it.Warning, it.Doubt = "", ""
		it.Invalid, it.Detail = r.wrongCount(len(cells))
		return nil
	}
	fewer := 1 < len(cells) && len(cells) < r.csv.FieldsPerRecord
	// Where one row is like that, the next ones are as a rule.
	r.csv.FieldsPerRecord, r.surplus = len(cells), max(0, len(cells)-len(r.cells))
	r.checkFields(it, &record{account, value})
	if r.at.account > 0 {
		r.doubtPart(it, account, func() string { return r.format.text(fieldAt(cells, r.at.account+1)) })
	}
	if fewer && it.Doubt == "" && r.isNewKind(it) && !strings.ContainsAny(strings.Join(cells, ""), "0123456789@") {
		doubt(it, DoubtShape, headsOthers)
	}
	if len(cells) > len(r.cells)+r.padding && r.mayBeShifted(it, cells) {
		doubt(it, DoubtShape, "has more fields than the first row, though empty ones, and may be shifted")
	}
	return nil
}

// mayBeShifted tells of a row with more fields than the first whether a comma in a text has shifted what is wanted of it:
// a blank stands in front of it then, or it looks like none before. A room in its place is not shifted.
func (r *Reader) mayBeShifted(it *job.Item, cells []string) bool {
	if r.at.value >= 0 && len(r.op.Values) == 0 {
		return !isRoom(it.Value)
	}
	blank := func(cell string) bool { return strings.HasPrefix(cell, " ") }
	return slices.ContainsFunc(cells[1:max(r.at.account, r.at.value)+1], blank) || r.at.account > 0 && shapeOf(it.Account)&^r.seen != 0
}

// inDialect parses the last row as it stands, or else as dialects have it: with blanks before quotes, or with quotes that
// are escaped with backslashes. Where they are in one row, backslashes are, too, in all others.
func (r *Reader) inDialect() (cells []string, escaped bool, err error) {
	if r.format.escaped && bytes.Contains(r.raw, []byte(`\\`)) {
		if cells, err = r.reparse(r.format.unescaped(r.raw), false); err == nil {
			return cells, bytes.Contains(bytes.ReplaceAll(r.raw, []byte(`\\`), nil), []byte(`\"`)), nil
		}
	}
	cells, err = r.reparse(r.raw, false)
	if err != nil && r.format.hasBlanksBeforeQuotes(r.raw) {
		cells, err = r.reparse(r.format.withoutBlanks(r.raw), false)
	}
	if err != nil && bytes.Contains(r.raw, []byte(`\"`)) {
		cells, err = r.reparse(r.format.unescaped(r.raw), false)
		escaped = true
	}
	return cells, escaped, err
}

// isWhole tells whether a row has all that is wanted of it, whatever its number of cells: those beyond the header are
// empty, and those that it lacks stand behind the wanted ones. Others with text mean that the cells are shifted.
func (r *Reader) isWhole(cells []string) bool {
	if len(cells) <= len(r.cells) {
		return max(r.at.account, r.at.value) < len(cells)
	}
	return countFilled(cells[len(r.cells):]) == 0
}

// endsEmpty tells whether the cells beyond those of the header are empty, as in the rows before.
func (r *Reader) endsEmpty() bool {
	row := bytes.TrimRight(r.raw, "\r\n")
	return bytes.HasSuffix(row, bytes.Repeat([]byte(string(r.format.delimiter)), r.surplus))
}

// mayBeCut tells of a row whether it is the last, and has no line end although the others have one.
func (r *Reader) mayBeCut() bool {
	end := r.raw[len(r.raw)-1]
	return end != '\n' && end != '\r' && (r.headerLine > 0 || r.rowsRead > 0)
}

// broken fills the item of a row that is no good CSV, as far as it can be told, or ends the reading.
func (r *Reader) broken(it *job.Item, malformed *csv.ParseError) error {
	closed := append(bytes.Clone(r.raw), '"')
	if r.format.hasBlanksBeforeQuotes(closed) {
		closed = r.format.withoutBlanks(closed)
	}
	if _, err := r.reparse(closed, false); err == nil { // one more quote would make it whole
		return &Error{
			File: r.name, Line: it.Line, Reason: "a quote is opened in this row and never closed",
			Try: "the file may be cut short; mend the row, or export again",
		}
	}
	cells, _ := r.reparse(r.raw, true)
	r.check(it, fieldAt(cells, r.at.account), fieldAt(cells, r.at.value))
	it.Warning, it.Doubt = "", ""
	if it.Invalid != "" && (strings.HasPrefix(it.Account, `="`) || strings.HasPrefix(it.Value, `="`)) { // a formula whose quotes were not doubled
		return nil
	}
	it.Invalid, it.Detail = "a quote stands inside a field, or text behind a closing quote", ""
	switch {
	case bytes.Contains(r.raw, []byte(`\"`)):
		it.Invalid = `a quote is escaped with a backslash, where a CSV doubles it`
	case blankBehindQuote().Match(r.raw):
		it.Invalid = "a blank stands behind a closing quote"
	}
	if malformed != nil && malformed.Line > malformed.StartLine { // such a quote can draw further lines into the row
		it.Detail = fmt.Sprintf("the row runs on to line %d", int64(malformed.Line)+r.behind)
	}
	return nil
}

var blankBehindQuote = expression(`"[ \t]+(?:[,;\t|]|\r|\n|$)`)

// wrongCount says that the row has more or fewer fields than the header.
func (r *Reader) wrongCount(fields int) (invalid, detail string) {
	headers := len(r.cells)
	invalid, detail = "too few fields", fmt.Sprintf("%d, and the header has %d", fields, headers)
	if fields > headers {
		invalid = "too many fields"
	}
	if cr := bytes.IndexByte(r.raw, '\r'); 0 <= cr && cr < len(r.raw)-2 && !r.format.cr {
		detail += "; a lone CR stands in the row, and the header ends with LF"
	}
	return invalid, detail
}

// reparse parses a row once more by itself, however many fields it has, and if lazy whatever its quotes.
func (r *Reader) reparse(row []byte, lazy bool) ([]string, error) {
	p := r.format.parser(bytes.NewReader(r.format.brokenLines(row)))
	p.LazyQuotes = lazy
	cells, err := p.Read()
	if err == nil && !lazy && p.InputOffset() < int64(len(row)) {
		err = errSeveral
	}
	return cells, err
}

// errSeveral is of what was one row, by a quote that is none in a dialect, and is several there.
var errSeveral = errors.New("several rows are one")

// fieldAt is a field of a row that may be shorter than it should be, or have no such column.
func fieldAt(row []string, column int) string {
	if column < 0 || column >= len(row) {
		return ""
	}
	return row[column]
}
