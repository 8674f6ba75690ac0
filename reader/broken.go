package reader

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"

	"meetbatch/job"
)

// broken fills the item of a row that is no good CSV, as far as it can be told, or ends the reading.
func (r *Reader) broken(it job.Item, malformed *csv.ParseError) (job.Item, error) {
	if r.unclosed() {
		return job.Item{}, &Error{
			File: r.name, Line: it.Line, Reason: "a quote is opened in this row and never closed",
			Try: "the file may be cut short; mend the row, or export again",
		}
	}
	fields := r.lenient()
	r.check(&it, fieldAt(fields, r.at.account), fieldAt(fields, r.at.value))
	if errors.Is(malformed.Err, csv.ErrFieldCount) {
		it.Invalid, it.Detail = r.wrongCount(len(fields))
	} else {
		it.Invalid, it.Detail = strayQuote(malformed)
	}
	it.Warning = ""
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

// strayQuote says that a quote stands where none may, which can draw further lines into the row.
func strayQuote(malformed *csv.ParseError) (invalid, detail string) {
	if malformed.Line > malformed.StartLine {
		detail = fmt.Sprintf("the row runs on to line %d", malformed.Line)
	}
	return "a quote stands inside a field, or text behind a closing quote", detail
}

// lenient parses the row once more, whatever its quotes and however many fields it has.
func (r *Reader) lenient() []string {
	p := r.reparse(r.raw)
	p.FieldsPerRecord = -1
	p.LazyQuotes = true
	fields, _ := p.Read()
	return fields
}

// reparse parses a row once more.
func (r *Reader) reparse(row []byte) *csv.Reader {
	if r.format.cr {
		row = bytes.Clone(row)
		breakLines(row, nil)
	}
	return r.parser(bytes.NewReader(row))
}

// unclosed tells whether the row ends within quotes: one more quote would make it whole.
func (r *Reader) unclosed() bool {
	parses := func(row []byte) bool {
		p := r.reparse(row)
		p.FieldsPerRecord = -1
		_, err := p.Read()
		return err == nil
	}
	return !parses(r.raw) && parses(append(bytes.Clone(r.raw), '"'))
}
