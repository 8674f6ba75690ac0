package reader

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"meetbatch/job"
)

// checkFields fills an item from the fields of its row.
func (r *Reader) checkFields(it *job.Item, fields *record) {
	if r.at.value < 0 {
		fields.Value = r.opts.Value
	}
	r.check(it, fields.Account, fields.Value)
	switch {
	case len(r.cells) == 1 && strings.ContainsAny(it.Account, ";\t|"):
		r.note(Note{Doubt: DoubtShape, Text: delimited}, it.Line)
	case r.csv.FieldsPerRecord < len(r.cells) && strings.ContainsAny(it.Account, ",;\t|，；、｜"):
		doubt(it, DoubtShape, "account holds another delimiter, and the row has fewer fields than the header")
	}
	if r.mayBeCut() {
		doubt(it, DoubtUnfinished, "the last row has no line end, and may be cut")
	}
}

// parse parses the next row and takes its bytes from the tape. What is wrong with the row alone is malformed; an
// error ends the reading, and is one of Read's.
func (r *Reader) parse() (fields *record, malformed *csv.ParseError, err error) {
	if fields, malformed, err = r.parseNext(); err == nil {
		err = r.readable(fields, malformed)
	}
	return fields, malformed, err
}

// parseNext is parse for a row whose bytes may be no text.
func (r *Reader) parseNext() (fields *record, malformed *csv.ParseError, err error) {
	r.tape.cut(r.csv.InputOffset())
	r.tape.skipped = 0
	parsed, err := r.rows.Read()
	switch {
	case err == nil:
		fields = parsed.(*record)
	case err == io.EOF:
		return nil, nil, io.EOF
	case r.tape.tooLong: // whatever is wrong with its beginning
		return nil, nil, r.longRow()
	default:
		var is bool
		if malformed, is = errors.AsType[*csv.ParseError](err); !is {
			return nil, nil, r.readError(r.next, err)
		}
	}
	r.takeRaw()
	return fields, malformed, nil
}
