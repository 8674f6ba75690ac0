package reader

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"

	"meetbatch/job"
)

// takeRaw cuts the bytes of the row that was just parsed out of the tape. Blank lines before the row, which the parser
// skips, do not belong to it.
func (r *Reader) takeRaw() {
	r.raw = r.tape.slice(r.tape.mark, r.csv.InputOffset())
	r.raw = r.raw[len(blankLines(r.raw, r.format.cr)):]
}

// lineEnds counts the lines that end in a text.
func (r *Reader) lineEnds(text []byte) int64 { return lineEnds(text, r.format.cr) }

// lineOf is the line on which the row begins that was just parsed.
func (r *Reader) lineOf(malformed *csv.ParseError) int64 {
	if malformed != nil {
		return int64(malformed.StartLine)
	}
	line, _ := r.csv.FieldPos(0)
	return int64(line)
}

// onlyDelimiters tells whether every field of the row is empty, as spreadsheets leave rows.
func (r *Reader) onlyDelimiters() bool {
	if c := r.raw[0]; rune(c) != r.format.delimiter && c != '"' {
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

// broken fills the item of a row that is no good CSV, as far as it can be told, or ends the reading.
func (r *Reader) broken(it job.Item, malformed *csv.ParseError) (job.Item, error) {
	parses := func(row []byte) bool {
		_, err := r.reparse(row, false)
		return err == nil
	}
	if !parses(r.raw) && parses(append(bytes.Clone(r.raw), '"')) { // one more quote would make it whole
		return job.Item{}, &Error{
			File: r.name, Line: it.Line, Reason: "a quote is opened in this row and never closed",
			Try: "the file may be cut short; mend the row, or export again",
		}
	}
	fields, _ := r.reparse(r.raw, true)
	r.check(&it, fieldAt(fields, r.at.account), fieldAt(fields, r.at.value))
	it.Warning = ""
	if errors.Is(malformed.Err, csv.ErrFieldCount) {
		it.Invalid, it.Detail = r.wrongCount(len(fields))
		return it, nil
	}
	it.Invalid, it.Detail = "a quote stands inside a field, or text behind a closing quote", ""
	if malformed.Line > malformed.StartLine { // such a quote can draw further lines into the row
		it.Detail = fmt.Sprintf("the row runs on to line %d", malformed.Line)
	}
	return it, nil
}

// wrongCount says that the row has more or fewer fields than the header.
func (r *Reader) wrongCount(fields int) (invalid, detail string) {
	headers := len(r.rows.Headers)
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
	if r.format.cr {
		row = bytes.Clone(row)
		breakLines(row, nil)
	}
	p := r.parser(bytes.NewReader(row))
	p.LazyQuotes = lazy
	return p.Read()
}

// fieldAt is a field of a row that may be shorter than it should be, or have no such column.
func fieldAt(row []string, column int) string {
	if column < 0 || column >= len(row) {
		return ""
	}
	return row[column]
}
