package report

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A table says what one of the CSV files of a run directory is called and which columns it has, in their order. Its
// rows are values of type R. Writing, resuming, verifying and reading all go by this one list of columns. A table is a
// plain value, which nobody changes once it is made.
type table[R any] struct {
	name    string
	columns []column[R]
}

// A column says how its cell of a row is written and read.
type column[R any] struct {
	name     string
	cell     func(*R) cell // the row's value, of the column's kind
	required bool          // an empty cell is damage; in other columns it leaves the zero value
	later    bool          // tables of version 0.1 do not have the column
	own      bool          // rows that are written together differ in it: see share
}

// header gives the first row of a table's file.
func (t table[R]) header() []byte {
	var names []string
	for _, c := range t.columns {
		names = append(names, c.name)
	}
	return []byte(strings.Join(names, ",") + "\n")
}

// append appends a row as it stands in the file.
func (t table[R]) append(dst []byte, r *R) []byte {
	for i := range t.columns {
		dst = t.columns[i].cell(r).append(dst)
		dst = append(dst, ',')
	}
	dst[len(dst)-1] = '\n'
	return dst
}

var errColumns = errors.New("the columns are not those of this version")

// under gives the table with just the columns that a file's header names. It is errColumns when the header names one
// that is not known or names it twice, or leaves out one that every version has.
func (t table[R]) under(header []string) (table[R], error) {
	file, left := table[R]{name: t.name}, slices.Clone(t.columns)
	for _, name := range header {
		at := slices.IndexFunc(left, func(c column[R]) bool { return c.name == name })
		if at < 0 {
			return file, errColumns
		}
		file.columns = append(file.columns, left[at])
		left = slices.Delete(left, at, at+1)
	}
	if slices.ContainsFunc(left, func(c column[R]) bool { return !c.later }) {
		return file, errColumns
	}
	return file, nil
}

// parse reads a record into a row. Of cells that cannot be read the error names the first.
func (t table[R]) parse(r *R, record []string) (bad error) {
	*r = *new(R)
	for i, text := range record {
		c := &t.columns[i]
		ok := !c.required
		if text != "" {
			ok = c.cell(r).parse(text) && utf8.ValidString(text) // nothing else was ever written
		}
		if !ok && bad == nil {
			bad = fmt.Errorf("%s is %q", c.name, text)
		}
	}
	return bad
}

// A cell is a value of a row as it stands in a table. Its type is a pointer to the row's own value, under a name that
// says how that is written.
type cell interface {
	append(dst []byte) []byte
	parse(text string) bool // tells whether the text, which is not empty, could be read
}

// text is any text.
type text string

func (t *text) append(dst []byte) []byte { return appendCell(dst, string(*t)) }
func (t *text) parse(s string) bool      { *t = text(s); return true }

// foreign is a text that somebody else wrote, such as the service. One that a spreadsheet could take for a formula has an
// apostrophe before it, which is taken off again when it is read. A blank would not do: there are programs that trim it.
type foreign string

func (f *foreign) append(dst []byte) []byte { return appendCell(dst, Guarded(string(*f))) }

// Guarded gives a text that somebody else wrote as it is to stand in a table.
func Guarded(text string) string {
	if isFormula(text) {
		return "'" + text
	}
	return text
}

func (f *foreign) parse(s string) bool {
	if bare, has := strings.CutPrefix(s, "'"); has && isFormula(bare) {
		s = bare
	}
	*f = foreign(s)
	return true
}

// isFormula tells whether a spreadsheet could take a cell for a formula, blanks aside. One that has an apostrophe before it
// counts too: it would else lose that when it is read.
func isFormula(cell string) bool {
	switch s := strings.TrimLeft(cell, "'"); {
	case s == "" || s[0] >= '0' && s[0] <= 'z' && s[0] != '=' && s[0] != '@': // for speed only: so begins nearly every one
		return false
	case s[0] == '\t' || s[0] == '\r' || s[0] == '\n':
		return true
	}
	s := strings.TrimLeftFunc(cell, func(c rune) bool { return c == '\'' || unicode.IsSpace(c) })
	c, _ := utf8.DecodeRuneInString(s)
	return s != "" && strings.ContainsRune("=+-@＝＋－＠", c) // full width as well: spreadsheets of East Asia take them
}

// count is a whole number.
type count int

func (c *count) append(dst []byte) []byte { return strconv.AppendInt(dst, int64(*c), 10) }

func (c *count) parse(s string) bool {
	n, err := strconv.Atoi(s)
	*c = count(n)
	return err == nil
}

// number is a whole number, or 0 for an empty cell.
type number int

func (n *number) append(dst []byte) []byte { return appendUnlessZero(dst, int64(*n)) }
func (n *number) parse(s string) bool      { return (*count)(n).parse(s) }

// line is the number of a line, from 1, or 0 for an empty cell.
type line int64

// lastLine is the largest number that a line may have. Lines are kept in bitmaps, and a damaged number would otherwise
// take as much memory as it says.
const lastLine = 1 << 33

func (l *line) append(dst []byte) []byte { return appendUnlessZero(dst, int64(*l)) }

func (l *line) parse(s string) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || n > lastLine {
		return false
	}
	*l = line(n)
	return true
}

func appendUnlessZero(dst []byte, n int64) []byte {
	if n == 0 {
		return dst
	}
	return strconv.AppendInt(dst, n, 10)
}

// stamp is a moment: RFC 3339 in UTC, to the millisecond.
type stamp time.Time

func (s *stamp) append(dst []byte) []byte {
	return time.Time(*s).UTC().AppendFormat(dst, "2006-01-02T15:04:05.000Z")
}

func (s *stamp) parse(text string) bool {
	t, err := time.Parse(time.RFC3339, text)
	*s = stamp(t)
	return err == nil
}

// appendCell appends a cell of text as encoding/csv would write it: in quotes where it could be misread without them.
// That goes for \. too, which a database takes for the end of a table.
func appendCell(dst []byte, cell string) []byte {
	n := 0 // how many bytes are plain: all of them in nearly every cell
	for n < len(cell) && plain[cell[n]] {
		n++
	}
	needsQuotes := n < len(cell) && (cell == `\.` || strings.ContainsAny(cell, ",\"\r\n") || strings.TrimLeftFunc(cell, unicode.IsSpace) != cell)
	if !needsQuotes {
		return append(dst, cell...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(cell, `"`, `""`)...)
	return append(dst, '"')
}

// plain holds for the bytes that need no quotes wherever in a cell they stand.
var plain = func() (is [256]bool) {
	for c := '!'; c <= '~'; c++ {
		is[c] = c != '"' && c != ',' && c != '\\'
	}
	return is
}()
