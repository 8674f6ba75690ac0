// Package reader turns a CSV, as other people's tools export it, into the items of a job.
package reader

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/gocarina/gocsv"

	"meetbatch/job"
)

// Options say how an input is read. The zero value reads what the file says.
type Options struct {
	Columns     map[string]string // field → header, where the choice is not left to the reader
	AccountType int               // 0 or 1: which of userAccount and thirdAccount is the account
	Value       string            // the value of every row; the file must then have no column for it
}

// Error says what is wrong with an input as a whole: it cannot be read, or not to its end.
type Error struct {
	File   string
	Line   int64 // 0 where the file as a whole is meant
	Reason string
	Try    string // a hint
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason)
}

// Hint names what to try.
func (e *Error) Hint() string { return e.Try }

// record is what is read of a row; the names stand for whatever the columns are headed.
type record struct {
	Account string `csv:"account"`
	Value   string `csv:"value"`
}

// Reader reads the rows of one input. It is not safe for concurrent use.
type Reader struct {
	name   string
	op     job.Operation
	opts   Options
	tape   *tape
	csv    *csv.Reader
	rows   *gocsv.Unmarshaller
	at     columns
	bom    []byte
	header []byte
	raw    []byte
	next   int64 // the line after the last row that was parsed
}

var utf8BOM = []byte("\uFEFF")

// New reads the header row of an input and finds the operation's columns. The name stands in
// messages. Errors are of type *Error.
func New(input io.Reader, name string, op job.Operation, opts Options) (*Reader, error) {
	from := bufio.NewReaderSize(input, 256<<10)
	r := &Reader{name: name, op: op, opts: opts, tape: &tape{from: from}}
	if start, _ := from.Peek(len(utf8BOM)); bytes.Equal(start, utf8BOM) {
		r.bom = utf8BOM
		from.Discard(len(utf8BOM))
	}
	r.csv = csv.NewReader(r.tape)
	var err error
	r.rows, err = gocsv.NewUnmarshaller(r.csv, record{})
	if err == nil {
		err = r.takeRaw(0)
	}
	if err != nil {
		return nil, r.headerError(err)
	}
	r.header = bytes.Clone(r.raw)
	r.at, err = findColumns(r.rows.Headers, op, opts)
	if err != nil {
		return nil, r.headerError(err)
	}
	return r, r.rows.RenormalizeHeaders(func(headers []string) []string {
		names := make([]string, len(headers))
		names[r.at.account] = "account"
		if r.at.value >= 0 {
			names[r.at.value] = "value"
		}
		return names
	})
}

func (r *Reader) headerError(err error) error {
	var e *Error
	var parse *csv.ParseError
	switch {
	case errors.As(err, &e):
		e.File = r.name
		return e
	case err == io.EOF:
		return &Error{File: r.name, Reason: "the file is empty", Try: "the first line must name the columns: account," + r.op.Column}
	case errors.As(err, &parse):
		return &Error{File: r.name, Line: int64(parse.StartLine), Reason: "the header row cannot be read: " + parse.Err.Error(), Try: "is this a CSV?"}
	}
	return r.readError(1, err)
}

// Header returns the input's header row byte for byte, with the byte order mark where it had one and
// a line end in any case.
func (r *Reader) Header() []byte {
	h := append(bytes.Clone(r.bom), r.header...)
	if !bytes.HasSuffix(h, []byte("\n")) {
		h = append(h, '\n')
	}
	return h
}

// Raw returns the row that Read returned last, byte for byte with its line end. It is good until the
// next Read.
func (r *Reader) Raw() []byte { return r.raw }

// Read returns the next row. A row that is wrong in itself is an item with a reason. The error is
// io.EOF when the whole input was read, else of type *Error: what follows in the file is not known.
func (r *Reader) Read() (job.Item, error) {
	start := r.csv.InputOffset()
	r.tape.cut(start)
	row, err := r.rows.Read()
	if err == io.EOF {
		return job.Item{}, io.EOF
	}
	var parse *csv.ParseError
	if err != nil && !errors.As(err, &parse) {
		return job.Item{}, r.readError(r.next, err)
	}
	if err := r.takeRaw(start); err != nil {
		return job.Item{}, r.readError(r.lineOf(parse), err)
	}
	it := job.Item{Line: r.lineOf(parse)}
	r.next = it.Line + int64(bytes.Count(r.raw, []byte("\n")))
	if parse != nil {
		return r.broken(it, parse)
	}
	rec := row.(record)
	if r.at.value < 0 {
		rec.Value = r.opts.Value
	}
	check(&it, r.op, rec.Account, rec.Value)
	return it, nil
}

// takeRaw cuts the bytes of the row that was just parsed out of the tape and checks that they are
// text. Blank lines before the row, which the parser skips, do not belong to it.
func (r *Reader) takeRaw(start int64) error {
	raw := r.tape.slice(start, r.csv.InputOffset())
	for len(raw) > 0 && (raw[0] == '\n' || raw[0] == '\r' && len(raw) > 1 && raw[1] == '\n') {
		raw = raw[1:]
	}
	r.raw = raw
	if bytes.IndexByte(raw, 0) >= 0 || !utf8.Valid(raw) {
		return errNotText
	}
	return nil
}

var errNotText = errors.New("not text in UTF-8")

// readError says why the reading ends at a line.
func (r *Reader) readError(line int64, err error) error {
	e := &Error{File: r.name, Line: line, Reason: err.Error()}
	switch {
	case errors.Is(err, errNotText):
		e.Reason = fmt.Sprintf("byte %d of the row is not text in UTF-8", 1+firstBad(r.raw))
		e.Try = "save the file as CSV UTF-8"
	case errors.Is(err, errLongRow):
		e.Try = "is a quote opened and never closed?"
	}
	return e
}

// firstBad returns the index of the first byte that is not text.
func firstBad(raw []byte) int {
	for i := 0; i < len(raw); {
		c, size := utf8.DecodeRune(raw[i:])
		if c == 0 || c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(raw)
}

func (r *Reader) lineOf(parse *csv.ParseError) int64 {
	if parse != nil {
		return int64(parse.StartLine)
	}
	line, _ := r.csv.FieldPos(0)
	return int64(line)
}

// broken fills the item of a row that is no good CSV, or that ends the reading.
func (r *Reader) broken(it job.Item, parse *csv.ParseError) (job.Item, error) {
	if unclosed(r.raw) {
		return job.Item{}, &Error{
			File: r.name, Line: it.Line, Reason: "a quote is opened in this row and never closed",
			Try: "the file may be cut short; mend the row, or export again",
		}
	}
	lenient := csv.NewReader(bytes.NewReader(r.raw))
	lenient.FieldsPerRecord = -1
	lenient.LazyQuotes = true
	fields, _ := lenient.Read()
	field := func(i int) string {
		if i < 0 || i >= len(fields) {
			return ""
		}
		return fields[i]
	}
	check(&it, r.op, field(r.at.account), field(r.at.value)) // as far as it can be told, for the report
	headers := len(r.rows.Headers)
	switch {
	case errors.Is(parse.Err, csv.ErrFieldCount):
		it.Invalid = "too few fields"
		if len(fields) > headers {
			it.Invalid = "too many fields"
		}
		it.Detail = fmt.Sprintf("%d, and the header has %d", len(fields), headers)
	default:
		it.Invalid = "a quote stands inside a field, or text behind a closing quote"
		it.Detail = ""
		if parse.Line > parse.StartLine {
			it.Detail = fmt.Sprintf("the row runs on to line %d", parse.Line)
		}
	}
	it.Warning = ""
	return it, nil
}

// unclosed tells whether a row ends within quotes: one more quote would make it whole.
func unclosed(raw []byte) bool {
	parses := func(text io.Reader) bool {
		r := csv.NewReader(text)
		r.FieldsPerRecord = -1
		_, err := r.Read()
		return err == nil
	}
	return !parses(bytes.NewReader(raw)) &&
		parses(io.MultiReader(bytes.NewReader(raw), bytes.NewReader([]byte{'"'})))
}
