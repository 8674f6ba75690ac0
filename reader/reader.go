// Package reader turns a CSV, as other people's tools export it, into the items of a job.
//
// An input may be compressed. That, and its delimiter, line ends and encoding, are found out from what it holds (open.go,
// encoding.go, guess.go), and the columns from its header row (headers.go); what is no CSV is named (other.go). Rows are
// parsed by encoding/csv and gocsv while a tape keeps their bytes (tape.go), so that each can be had as it stands in the
// input (row.go), and their fields are checked (check.go). A row that is no good CSV is read as far as it goes, and what is
// no text keeps nothing back where it is not read (damage.go).
package reader

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"github.com/gocarina/gocsv"

	"meetbatch/job"
)

// Options say how an input is read. The zero value leaves all of it to what the input shows.
type Options struct {
	// Columns names the header of a field, where the choice is not left to the reader: account=owner. The fields are
	// account and the operation's column. Case and blanks in a header do not matter. #3 is the third column.
	Columns map[string]string

	HeaderLine int64 // where the header row begins, which is looked for otherwise; 0: it is not said
	NoHeader   bool  // the first row is one of the others; Columns has to say where the fields stand

	AccountType int    // 0 or 1: whether userAccount or thirdAccount is one of the headers of account
	Value       string // the value of every row; it is an error then if the input has a column for it
	AnyID       bool   // room IDs of any shape are good
	Encoding    string // one of the constants; empty is Auto
	Delimiter   rune   // of ASCII; 0: as the header row shows it

	// Keep gets all that is read of the input, byte for byte, but not compressed; nil: nobody wants it. It is an input
	// that gives the same rows as far as they were read. Its error ends the reading.
	Keep io.Writer

	// Say words a setting for a hint as whoever gave it would give it again, such as --column account=owner. The
	// settings are those above: column, account-type, value, any-id, encoding and delimiter. Where the value is
	// empty, the setting itself is meant, such as --column. Without Say they read column account=owner and column.
	Say func(setting, value string) string
}

// record is what is read of a row; the names stand for whatever the columns are headed.
type record struct {
	Account string `csv:"account"`
	Value   string `csv:"value"`
}

// Reader reads the rows of one input, once and in their order, and holds no more of it than a row and its buffers. It
// starts no goroutines and need not be closed; the input is not closed either. A Reader is not safe for concurrent use,
// but several Readers may be used at a time.
type Reader struct {
	name     string        // of the input, for messages
	op       job.Operation // what is to be done with the rows
	opts     Options       // as New got them, with Encoding and Say set in any case
	value    field         // what is known of the operation's column
	notOneOf string        // what is wrong with a value that is none, where the operation takes a few

	format format              // how the input is written, as far as it is known
	tape   *tape               // the bytes of the row that is being parsed, and those before and behind it
	csv    *csv.Reader         // parses what the tape passes on
	rows   *gocsv.Unmarshaller // takes the fields out of what csv parses

	sure     bool     // the encoding was named or marked, or the header could be read in it
	evidence []byte   // from which the encoding was guessed; nil where it was not
	guessed  bool     // the evidence has a field that is read, so that there is no better one
	doubtful bool     // it could be another encoding
	samples  []string // fields beyond ASCII as they are read

	header  []byte   // the header row as it stands in the input, without a byte order mark
	at      columns  // where the fields stand in each row
	heading job.Item // the header row, read as if it were one of the others

	notes []Note

	raw  []byte // the last row that was parsed, as it stands on the tape
	next int64  // the line behind that row
}

// New reads the header row of an input and finds the columns of account and of the operation's field in it. The input
// may be compressed with gzip or zstd, which it shows by itself. The name stands in messages only. Errors are of type
// *Error.
func New(input io.Reader, name string, op job.Operation, opts Options) (*Reader, error) {
	opts.Encoding = cmp.Or(opts.Encoding, Auto)
	if opts.Say == nil {
		opts.Say = func(setting, value string) string { return strings.TrimSuffix(setting+" "+value, " ") }
	}
	r := &Reader{name: name, op: op, opts: opts, value: fieldOf(op.Column), notOneOf: notOneOf(op), next: 1}
	from, format, err := open(input, opts)
	if err != nil {
		return nil, r.readError(0, err)
	}
	r.format, r.sure = format, format.encoding != unknown
	r.tape = &tape{from: from, cr: format.cr}
	r.csv = r.parser(r.tape)
	if err := r.readHeader(); err != nil {
		return nil, err
	}
	return r, nil
}

// readHeader reads the header row, after which the rows can be read.
func (r *Reader) readHeader() (err error) {
	// A record is not copied for each row if it is asked for by a pointer.
	if r.rows, err = gocsv.NewUnmarshaller(r.csv, &record{}); err != nil {
		return r.headerError(err)
	}
	r.takeRaw()
	if !r.sure && !isASCII(r.raw) {
		r.find(false)
	}
	if err := r.splitCharacter(r.lineOf(nil)); err != nil {
		return err
	}
	r.csv.ReuseRecord = true // only from here on, since the unmarshaller keeps what was parsed of the header
	r.header = bytes.Clone(r.raw)
	r.next = r.lineOf(nil) + r.lineEnds(r.raw)
	headers, names := make([]string, len(r.rows.Headers)), make([]string, len(r.rows.Headers))
	for i, h := range r.rows.Headers {
		headers[i] = r.format.text(h)
	}
	if r.at, err = findColumns(headers, r.op, r.opts); err != nil {
		if at := r.format.bad(r.raw); at >= 0 { // it may be why
			return r.notText(r.lineOf(nil)+r.lineEnds(r.raw[:at]), at)
		}
		return r.readError(0, err)
	}
	r.heading.Account, r.heading.Value = trim(fieldAt(headers, r.at.account)), trim(fieldAt(headers, r.at.value))
	if !isASCII([]byte(r.heading.Account + r.heading.Value)) { // in another encoding they would not be found
		r.sure, r.doubtful = true, false
	}
	// The columns of the fields are headed as record has them, and any other not at all.
	names[r.at.account] = "account"
	if r.at.value >= 0 {
		names[r.at.value] = "value"
	}
	return r.rows.RenormalizeHeaders(func([]string) []string { return names })
}

// parser parses rows as the input's format says.
func (r *Reader) parser(from io.Reader) *csv.Reader {
	p := csv.NewReader(from)
	p.Comma = r.format.delimiter
	return p
}

// Format says how the input is written: its encoding, which is UTF8 as long as everything was ASCII and so can change
// with each Read, and its delimiter.
func (r *Reader) Format() (encoding string, delimiter rune) {
	return cmp.Or(r.format.encoding, UTF8), r.format.delimiter
}

// Header returns the input's header row byte for byte, but not compressed, with the byte order mark where it
// had one and a line end in any case. Followed by what Raw returned for some of the rows it is an input again, in the
// encoding and with the delimiter that Format says. The caller may keep it.
func (r *Reader) Header() []byte {
	h := bytes.Clone(r.header)
	if !bytes.ContainsAny(h[len(h)-1:], "\r\n") {
		end := byte('\n')
		if r.format.cr {
			end = '\r'
		}
		h = append(h, end)
	}
	return append([]byte(r.format.mark), r.format.restore(h)...)
}

// Raw returns the row that Read returned last, byte for byte with its line end where it had one, but not compressed.
// The bytes are good until the next Read.
func (r *Reader) Raw() []byte { return r.format.restore(r.raw) }

// Read returns the next row. Lines are counted as an editor counts them: the header row begins on line 1 unless blank
// lines stand before it, and blank lines and line breaks within quotes count. Blank lines, and rows of nothing but
// delimiters, are no rows and are passed over.
//
// A row that is wrong in itself is no error, but an item with a reason, and with what could be told of its fields. The
// error is io.EOF when the whole input was read, else of type *Error: what follows in the input is not known, and Read
// must not be called again.
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
		if r.doubtful && it.Invalid == "" {
			r.doubt(it.Line, it.Account, it.Value)
		}
		return it, nil
	}
}

// parse parses the next row and takes its bytes from the tape. What is wrong with the row alone is malformed; an
// error ends the reading, and is one of Read's.
func (r *Reader) parse() (row *record, malformed *csv.ParseError, err error) {
	if row, malformed, err = r.parseNext(); err == nil {
		err = r.readable(row, malformed)
	}
	return row, malformed, err
}

// parseNext is parse for a row whose bytes may be no text.
func (r *Reader) parseNext() (row *record, malformed *csv.ParseError, err error) {
	r.tape.cut(r.csv.InputOffset())
	r.tape.skipped = 0
	parsed, err := r.rows.Read()
	switch {
	case err == nil:
		row = parsed.(*record)
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
	return row, malformed, nil
}
