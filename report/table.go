package report

import (
	"errors"
	"fmt"
	"slices"
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
	append   func(dst []byte, r *R) []byte
	parse    func(r *R, cell string) bool // tells whether the cell, which is not empty, could be read
	required bool                         // an empty cell is damage; in other columns it leaves the zero value
	later    bool                         // tables of version 0.1 do not have the column
	own      bool                         // rows that are written together differ in it: see stencil
}

// header gives the first row of a table's file.
func (t table[R]) header() []byte {
	var names []byte
	for i, c := range t.columns {
		if i > 0 {
			names = append(names, ',')
		}
		names = appendCell(names, c.name)
	}
	return append(names, '\n')
}

// append appends a row as it stands in the file.
func (t table[R]) append(dst []byte, r *R) []byte {
	for i := range t.columns {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = t.columns[i].append(dst, r)
	}
	return append(dst, '\n')
}

var errColumns = errors.New("the columns are not those of this version")

// under gives the table with just the columns that a file's header names. It is errColumns when the header names one
// that is not known, or leaves out one that every version has.
func (t table[R]) under(header []string) (table[R], error) {
	file := table[R]{name: t.name}
	for _, name := range header {
		c, known := t.column(name)
		if _, twice := file.column(name); !known || twice {
			return file, errColumns
		}
		file.columns = append(file.columns, c)
	}
	for _, c := range t.columns {
		if _, has := file.column(c.name); !has && !c.later {
			return file, errColumns
		}
	}
	return file, nil
}

func (t table[R]) column(name string) (c column[R], known bool) {
	at := slices.IndexFunc(t.columns, func(c column[R]) bool { return c.name == name })
	if at < 0 {
		return column[R]{}, false
	}
	return t.columns[at], true
}

// parse reads a record into a row. Of cells that cannot be read, which leave the zero value, the error names the first;
// it is a *cellError.
func (t table[R]) parse(r *R, record []string) error {
	*r = *new(R)
	var first error
	for i, cell := range record {
		c := &t.columns[i]
		bad := c.required
		if cell != "" {
			bad = !c.parse(r, cell)
		}
		if bad && first == nil {
			first = &cellError{c.name, cell}
		}
	}
	return first
}

// cellError says that a cell holds what its column cannot have.
type cellError struct{ column, cell string }

func (e *cellError) Error() string { return fmt.Sprintf("%s is %q", e.column, e.cell) }
