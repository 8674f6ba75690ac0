// Package reader turns a CSV, as other people's tools export it, into the items of a job.
//
// An input may be compressed (open.go); its encoding is found out from what it holds (encoding.go, guess.go), and what is
// no CSV is named (other.go). Then the table is looked for: its header row with the delimiter that yields the wanted
// columns (begin.go, headers.go). Rows are parsed by encoding/csv and gocsv while a tape keeps their bytes (tape.go), so that
// each can be had as it stands in the input; those that are written otherwise are mended where nothing is lost (row.go,
// dialect.go). Their fields are checked (check.go) for what tools make of them (damage.go, written.go, class.go, rounded.go), bytes that are no
// text keep nothing back where they are not read (notext.go), and what is no row is told apart: a header once more
// (again.go), and what stands below the table (tail.go, footer.go, by shape.go). What is told of all this beside the rows is in table.go.
package reader

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"io"
	"slices"
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

	header     []byte // the header row as it stands in the input, with all that stands above it, without a byte order mark
	blankBytes int64  // before all that, and how many lines they are
	blankLines int64
	headerLine int64    // on which the header row stands; 0: there is none
	at         columns  // where the fields stand in each row
	cells      []string // the header row
	behind     int64    // lines of the input minus those that csv has counted
	from       int64    // where in the text csv began to read

	tail                           tail     // rows that may be none, until it is known what follows them
	apart                          bool     // a blank line stands before the row
	surplus                        int      // how many empty fields csv was told to expect behind those of the header
	padding                        int      // how many of them the first row has
	seen                           shape    // of the accounts of all rows
	like                           likeness // of the accounts of the first rows
	usual                          usual    // what nearly all accounts are
	signs                          class    // in the account of the last row, as its verdict has them
	rowsRead                       int64    // that are surely some
	fewest                         int      // cells filled of a row
	sentences                      int      // rows that were let go although they may be none
	separator                      rune     // that a line sep= names; 0: there is none
	titled, blanks                 bool     // a title stands above a list, and accounts have blanks as titles do
	above                          string   // the lines of titles above the header
	belowHeader                    bool     // no row of the table stands between the header and the next one
	words                          *headerWords
	notes                          []Note
	roundedAccounts, roundedValues rounding

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
	r.skipBlank(from)
	window, err := from.Peek(bufferSize)
	if len(window) == 0 && err != nil && err != io.EOF {
		return nil, r.readError(1, err)
	}
	h, err := r.findHeader(window)
	if err != nil {
		return nil, r.readError(0, err)
	}
	r.take(h)
	r.format.blanks = r.format.hasBlanksBeforeQuotes(window)
	r.format.escaped = r.escapesQuotes(window[len(r.header):])
	from.Discard(len(r.header))
	if r.rows, err = gocsv.NewUnmarshaller(r.csvFrom(from), &record{}); err != nil { // a record is not copied for each row if it is asked for by a pointer
		return nil, r.readError(0, err)
	}
	r.csv.ReuseRecord = true // only from here on, since the unmarshaller keeps what was parsed of the header
	return r, nil
}

// skipBlank passes over blank lines at the beginning, of which there may be any number.
func (r *Reader) skipBlank(from *bufio.Reader) {
	for {
		window, _ := from.Peek(bufferSize)
		blank := blankLines(window, r.format.cr)
		if len(blank) < len(window) || len(window) < bufferSize {
			return
		}
		r.blankBytes, r.blankLines = r.blankBytes+int64(len(blank)), r.blankLines+r.lineEnds(blank)
		from.Discard(len(blank))
	}
}

// take makes a heading the input's.
func (r *Reader) take(h heading) {
	r.header = slices.Concat(h.above, h.row)
	if slices.ContainsFunc(r.notes, func(n Note) bool { return n.Text == leftOutAbove }) {
		for line := range bytes.FieldsFuncSeq(h.above, func(c rune) bool { return c == '\r' || c == '\n' }) {
			r.above += string(bytes.TrimSpace(line)) + "\n"
		}
	}
	r.at, r.cells, r.format.delimiter = h.fields, h.cells, h.delimiter
	if len(h.row) > 0 {
		r.headerLine = r.lineAt(&h)
	}
	r.next = 1 + r.blankLines + r.lineEnds(r.header)
	r.words, r.belowHeader, r.fewest = headersOf(h.cells, r.op), len(h.row) > 0, len(h.cells)
	if !r.sure && !isASCII(h.row) {
		r.evidence, r.doubtful = h.evidence, h.doubtful
		r.format.is(h.encoding)
		// In another encoding the headers would not be found.
		r.sure = !isASCII([]byte(fieldAt(h.cells, h.fields.account) + fieldAt(h.cells, h.fields.value)))
		r.doubtful = r.doubtful && !r.sure
	}
}

// csvFrom makes what parses the rows. It reads a header of its own first, in which the columns of the fields are headed as
// record has them, and any other not at all.
func (r *Reader) csvFrom(from *bufio.Reader) *csv.Reader {
	names := make([]string, len(r.cells))
	names[r.at.account] = "account"
	if r.at.value >= 0 {
		names[r.at.value] = "value"
	}
	invented := []byte(strings.Join(names, string(r.format.delimiter)) + "\n")
	r.behind, r.from = r.next-2, int64(len(invented))
	r.tape = &tape{from: from, cr: r.format.cr, invented: invented, base: r.from, mark: r.from}
	r.csv = r.format.parser(r.tape)
	r.csv.TrimLeadingSpace = r.format.blanks && r.format.delimiter != '\t' // which would be trimmed, too
	return r.csv
}

// Header returns the input's header row byte for byte, but not compressed, with the byte order mark where it
// had one and a line end in any case. Followed by what Raw returned for some of the rows it is an input again, in the
// encoding and with the delimiter that Table says. The caller may keep it.
func (r *Reader) Header() []byte {
	h := bytes.Clone(r.header)
	if len(h) > 0 && !bytes.ContainsAny(h[len(h)-1:], "\r\n") {
		h = append(h, r.lineBreak()...)
	}
	return append([]byte(r.format.mark), r.format.restore(h)...)
}

// Raw returns the row that Read returned last, byte for byte with its line end where it had one, but not compressed.
// The bytes are good until the next Read.
func (r *Reader) Raw() []byte { return r.format.restore(r.raw) }

// Read returns the next row. Lines are counted as an editor counts them: blank lines, line breaks within quotes, and what
// stands above the header count. Blank lines, rows of nothing but delimiters, rulers, the header once more, and what
// stands below the table, such as a count of the rows, are no rows and are passed over; but for blanks, Notes tells of them.
//
// A row that is wrong in itself is no error, but an item with a reason, and with what could be told of its fields. The
// error is io.EOF when the whole input was read, else of type *Error: what follows in the input is not known, and Read
// must not be called again.
func (r *Reader) Read() (job.Item, error) {
	for {
		if it, is := r.tail.next(&r.raw); is {
			r.tell(&it)
			return it, nil
		}
		var row tailRow
		err := r.readRow(&row)
		switch {
		case err == io.EOF && r.tail.isEmpty():
			r.dropFew()
			r.doubtTitles()
			return job.Item{}, io.EOF
		case err == io.EOF:
			r.endTable()
		case err != nil:
			return job.Item{}, err
		case row.sort == ordinary && r.tail.isEmpty():
			r.tell(&row.item)
			return row.item, nil
		default:
			r.hold(row)
		}
	}
}

// tell takes down what is to be told of a row beside it.
func (r *Reader) tell(it *job.Item) {
	if r.doubtful {
		r.doubtEncoding(it)
	}
	if r.titled { // a title could be an account with blanks
		r.blanks = r.blanks || it.Doubt != DoubtShape && strings.Contains(it.Account, " ")
	}
}

// readRow reads what comes next that is not blank.
func (r *Reader) readRow(row *tailRow) error {
	for {
		fields, malformed, err := r.parse()
		if err != nil {
			return err
		}
		it := &row.item
		it.Line = r.lineOf(malformed)
		r.apart = r.apart || it.Line > r.next
		r.next = it.Line + r.lineEnds(r.raw)
		switch {
		case r.onlyDelimiters():
			r.apart = true
			continue
		case r.isRuler():
			r.note(Note{Text: "left out, as they are rulers"}, it.Line)
			continue
		case r.isSeparator():
			if m := separatorRow().FindSubmatch(r.raw); string(m[1]) == string(r.format.delimiter) {
				r.note(Note{Text: "left out, as they name the delimiter for Excel"}, it.Line)
				continue
			}
			it.Account, it.Invalid = string(bytes.TrimSpace(r.raw)), "this names the delimiter for Excel, as it stands above a header"
			r.sorted(row)
			return nil
		case malformed != nil && r.isHeaderBehindMark():
			row.sort = again
			r.sorted(row)
			return nil
		case malformed != nil || r.surplus > 0 && !r.endsEmpty() || r.format.escaped && bytes.Contains(r.raw, []byte(`\\`)):
			err = r.mend(it, malformed)
		default:
			r.checkFields(it, fields)
			if r.at.account > 0 {
				r.doubtPart(it, fields.Account, r.fieldBehind)
			}
		}
		if err == nil {
			err = r.checkHeader(row)
		}
		r.sorted(row)
		return err
	}
}
