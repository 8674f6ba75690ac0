package reader

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"

	"meetbatch/job"
)

// broken fills the item of a row that is no good CSV, or that ends the reading.
func (r *Reader) broken(it job.Item, malformed *csv.ParseError) (job.Item, error) {
	if r.unclosed() {
		return job.Item{}, &Error{
			File: r.name, Line: it.Line, Reason: "a quote is opened in this row and never closed",
			Try: "the file may be cut short; mend the row, or export again",
		}
	}
	lenient := r.reparse(r.raw)
	lenient.FieldsPerRecord = -1
	lenient.LazyQuotes = true
	fields, _ := lenient.Read()
	fieldAt := func(i int) string {
		if i < 0 || i >= len(fields) {
			return ""
		}
		return fields[i]
	}
	r.check(&it, fieldAt(r.at.account), fieldAt(r.at.value)) // as far as it can be told, for the report
	headers := len(r.rows.Headers)
	switch {
	case errors.Is(malformed.Err, csv.ErrFieldCount):
		it.Invalid = "too few fields"
		if len(fields) > headers {
			it.Invalid = "too many fields"
		}
		it.Detail = fmt.Sprintf("%d, and the header has %d", len(fields), headers)
		if cr := bytes.IndexByte(r.raw, '\r'); 0 <= cr && cr < len(r.raw)-2 && !r.format.cr {
			it.Detail += "; a lone CR stands in the row, and the header ends with LF"
		}
	default:
		it.Invalid = "a quote stands inside a field, or text behind a closing quote"
		it.Detail = ""
		if malformed.Line > malformed.StartLine {
			it.Detail = fmt.Sprintf("the row runs on to line %d", malformed.Line)
		}
	}
	it.Warning = ""
	return it, nil
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
