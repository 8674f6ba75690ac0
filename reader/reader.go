// Package reader turns a CSV, as other people's tools export it, into the items of a job.
package reader

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/gocarina/gocsv"

	"meetbatch/job"
)

// Options say how an input is read. The zero value leaves all of it to what the file shows.
type Options struct {
	// Columns names the header of a field, where the choice is not left to the reader: account=owner. A field is
	// named as in the operation, and case and blanks in a header do not matter.
	Columns map[string]string

	AccountType int    // 0 or 1: whether userAccount or thirdAccount is the account
	Value       string // the value of every row; the file must then have no column for it
	AnyID       bool   // room IDs of any shape are good
	Encoding    string // Auto, UTF8, UTF16 or GB18030; empty is Auto
	Delimiter   rune   // 0: as the header row shows it

	// Say words a setting for a hint as whoever gave it would give it again, such as --column account=owner. The
	// settings are those above: column, account-type, value, any-id, encoding and delimiter. Where the value is
	// empty, the setting itself is meant: --column. Without Say they are worded column account=owner and column.
	Say func(setting, value string) string
}

// plainly is what Options.Say is when nobody has set it.
func plainly(setting, value string) string { return strings.TrimSuffix(setting+" "+value, " ") }

// record is what is read of a row; the names stand for whatever the columns are headed.
type record struct {
	Account string `csv:"account"`
	Value   string `csv:"value"`
}

// Reader reads the rows of one input. It is not safe for concurrent use.
type Reader struct {
	name     string        // of the input, for messages
	op       job.Operation // what is to be done with the rows
	opts     Options       // as New got them, with Encoding and Say set in any case
	checkID  idCheck       // of the value, where the operation takes any ID
	notOneOf string        // what is wrong with a value that is none, where the operation takes a few

	format format              // how the input is written, as far as it is known
	tape   *tape               // the bytes of the row that is being parsed, and those before and behind it
	csv    *csv.Reader         // parses what the tape passes on
	rows   *gocsv.Unmarshaller // takes the fields out of what csv parses
	doubts bool                // the encoding was guessed from very little

	header  []byte   // the header row as it stands in the input, without a byte order mark
	at      columns  // where the fields stand in each row
	heading job.Item // the header row, read as if it were one of the others

	raw  []byte // the last row that was parsed, as it stands on the tape
	next int64  // the line behind that row
}

// New reads the header row of an input and finds the operation's columns. The input may be compressed
// with gzip or zstd. The name stands in messages. Errors are of type *Error.
func New(input io.Reader, name string, op job.Operation, opts Options) (*Reader, error) {
	opts.Encoding = cmp.Or(opts.Encoding, Auto)
	if opts.Say == nil {
		opts.Say = plainly
	}
	r := &Reader{name: name, op: op, opts: opts, checkID: fieldOf(op.Column).check, notOneOf: notOneOf(op), next: 1}
	from, format, err := open(input, opts)
	if err != nil {
		return nil, r.readError(0, err)
	}
	r.format = format
	r.tape = &tape{from: from, cr: format.cr}
	r.csv = r.parser(r.tape)
	r.rows, err = gocsv.NewUnmarshaller(r.csv, &record{}) // a pointer, since that is not copied with each row
	if err == nil {
		err = r.takeRaw(0)
	}
	if err != nil {
		return nil, r.headerError(err)
	}
	r.csv.ReuseRecord = true // from here on: the unmarshaller keeps the header's, but no row's
	r.header = bytes.Clone(r.raw)
	r.next = r.lineOf(nil) + r.lineEnds(r.raw)
	headers := make([]string, len(r.rows.Headers))
	for i, h := range r.rows.Headers {
		headers[i] = r.format.field(h)
	}
	r.at, err = findColumns(headers, op, opts)
	if err != nil {
		return nil, r.headerError(err)
	}
	r.heading.Account = trim(headers[r.at.account])
	if r.at.value >= 0 {
		r.heading.Value = trim(headers[r.at.value])
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

// parser parses rows as the input's format says.
func (r *Reader) parser(from io.Reader) *csv.Reader {
	p := csv.NewReader(from)
	p.Comma = r.format.delimiter
	return p
}

// Format says how the input is written: its encoding and its delimiter.
func (r *Reader) Format() (encoding string, delimiter rune) {
	return cmp.Or(r.format.encoding, UTF8), r.format.delimiter
}

// Doubtful tells whether too little was beyond ASCII so far to be sure of the encoding.
func (r *Reader) Doubtful() bool { return r.doubts }

// Header returns the input's header row byte for byte, but not compressed, with the byte order mark where it
// had one and a line end in any case.
func (r *Reader) Header() []byte {
	h := r.header
	if !bytes.ContainsAny(h[len(h)-1:], "\r\n") {
		end := byte('\n')
		if r.format.cr {
			end = '\r'
		}
		h = append(bytes.Clone(h), end)
	}
	return append([]byte(r.format.mark), r.format.restore(h)...)
}

// Raw returns the row that Read returned last, byte for byte with its line end, but not compressed. It is good
// until the next Read.
func (r *Reader) Raw() []byte { return r.format.restore(r.raw) }

// Read returns the next row. A row that is wrong in itself is an item with a reason. Blank lines, and rows
// of nothing but delimiters, are no rows. The error is io.EOF when the whole input was read, else of type
// *Error: what follows in the file is not known.
func (r *Reader) Read() (job.Item, error) {
	for {
		row, malformed, err := r.parse()
		if err != nil {
			return job.Item{}, err
		}
		it := job.Item{Line: r.lineOf(malformed)}
		r.next = it.Line + r.lineEnds(r.raw)
		if r.onlyDelimiters() {
			continue
		}
		if malformed != nil {
			return r.broken(it, malformed)
		}
		if r.at.value < 0 {
			row.Value = r.opts.Value
		}
		r.check(&it, row.Account, row.Value)
		if it.Account == r.heading.Account && (r.at.value < 0 || it.Value == r.heading.Value) {
			it.Invalid, it.Detail, it.Warning = "the header stands here once more", "", ""
		}
		return it, nil
	}
}

// parse parses the next row and takes its bytes from the tape. What is wrong with the row alone is malformed; an
// error ends the reading, and is one of Read's.
func (r *Reader) parse() (row *record, malformed *csv.ParseError, err error) {
	start := r.csv.InputOffset()
	r.tape.cut(start)
	parsed, err := r.rows.Read()
	if err == nil {
		row = parsed.(*record)
	} else if malformed, err = r.parseError(err); err != nil {
		return nil, nil, err
	}
	if err := r.takeRaw(start); err != nil {
		line := r.lineOf(malformed)
		var text *textError
		if errors.As(err, &text) {
			line += r.lineEnds(r.raw[:text.inRow])
		}
		return nil, nil, r.readError(line, err)
	}
	return row, malformed, nil
}

// parseError tells what is wrong with a row alone from what ends the reading.
func (r *Reader) parseError(err error) (malformed *csv.ParseError, ends error) {
	switch is := errors.As(err, &malformed); {
	case err == io.EOF:
		return nil, io.EOF
	case !is:
		return nil, r.readError(r.next, err)
	case r.tape.tooLong: // whatever is wrong with its beginning
		return nil, r.readError(r.next, errLongRow)
	}
	return malformed, nil
}

// takeRaw cuts the bytes of the row that was just parsed out of the tape and checks that they are
// text. Blank lines before the row, which the parser skips, do not belong to it.
func (r *Reader) takeRaw(start int64) error {
	raw := r.tape.slice(start, r.csv.InputOffset())
	for len(raw) > 0 && (raw[0] == '\n' || raw[0] == '\r' && (r.format.cr || len(raw) > 1 && raw[1] == '\n')) {
		raw = raw[1:]
		start++
	}
	r.raw = raw
	if r.format.encoding == unknown && !isASCII(raw) {
		encoding, doubtful, err := guess(r.tape.ahead(start, bufferSize/4))
		if err != nil {
			at := bytes.IndexFunc(raw, func(c rune) bool { return c >= utf8.RuneSelf })
			return &textError{at: start + int64(at), inRow: at, why: err.Error()}
		}
		r.format.encoding, r.doubts = encoding, doubtful
	}
	if at := r.format.bad(raw); at >= 0 {
		return &textError{at: start + int64(at), inRow: at}
	}
	return nil
}

// lineEnds counts the lines that end in a text.
func (r *Reader) lineEnds(text []byte) int64 {
	n := bytes.Count(text, []byte("\n"))
	if r.format.cr {
		n += bytes.Count(text, []byte("\r")) - bytes.Count(text, []byte("\r\n"))
	}
	return int64(n)
}

// onlyDelimiters tells whether every field of the row is empty, as spreadsheets leave rows.
func (r *Reader) onlyDelimiters() bool {
	if c := r.raw[0]; rune(c) != r.format.delimiter && c != '"' {
		return false // most rows
	}
	delimiter := string(r.format.delimiter)
	for field := range strings.SplitSeq(strings.TrimRight(string(r.raw), "\r\n"), delimiter) {
		if field != "" && field != `""` {
			return false
		}
	}
	return true
}

func (r *Reader) lineOf(parse *csv.ParseError) int64 {
	if parse != nil {
		return int64(parse.StartLine)
	}
	line, _ := r.csv.FieldPos(0)
	return int64(line)
}
