package report

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
)

// A record is a row of a table as a file has it.
type record[R any] struct {
	row      R
	bad      error // a *cellError where a cell could not be read; its field is zero then
	from, to int64 // the bytes of the file that are the record
}

// A found says what scanning found of a table in its file.
type found[R any] struct {
	table table[R] // with the columns that the file's header names
	whole int64    // how many bytes from the beginning are whole records
}

// errTorn says that writing the last record of a table was interrupted.
var errTorn = errors.New("the last record is not whole")

// scan calls take with the rows of the table in a directory, each of which is overwritten by the next. The error is
// errTorn where the last record is not whole; what is found of the rest is right then. It is fs.ErrNotExist where there
// is no such file.
func (t table[R]) scan(dir string, take func(*record[R]) error) (found[R], error) {
	f, err := os.Open(filepath.Join(dir, t.name))
	if err != nil {
		return found[R]{table: t}, err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return found[R]{table: t}, err
	}
	return t.read(f.Name(), io.NewSectionReader(f, 0, size), take)
}

// read is scan for a table that stands in a section of a file; what is appended to the file meanwhile is not looked at.
func (t table[R]) read(path string, in *io.SectionReader, take func(*record[R]) error) (found[R], error) {
	file := found[R]{table: t}
	r := csv.NewReader(bufio.NewReaderSize(in, 64<<10))
	r.ReuseRecord = true
	var rec record[R]
	for header := true; ; header = false {
		cells, err := r.Read()
		if err == io.EOF {
			return file, nil
		}
		rec.from, rec.to = file.whole, r.InputOffset()
		if rec.to == in.Size() && (err != nil || !endsLine(in)) {
			return file, errTorn
		}
		if err != nil {
			return file, fmt.Errorf("%s: %w", path, err)
		}
		line, _ := r.FieldPos(0)
		if header {
			file.table, err = t.under(cells)
		} else {
			rec.bad = file.table.parse(&rec.row, cells)
			err = take(&rec)
		}
		if err != nil {
			return file, fmt.Errorf("%s:%d: %w", path, line, err)
		}
		file.whole = rec.to
	}
}

// endsLine tells whether the last byte of a file ends a line. A record that was cut may still be one that can be read.
func endsLine(in *io.SectionReader) bool {
	var last [1]byte
	_, err := in.ReadAt(last[:], in.Size()-1)
	return err == nil && last[0] == '\n'
}

// untorn takes an error of scan away that means no more than that a run is under way, was interrupted, or has not
// written anything yet.
func untorn(err error) error {
	if errors.Is(err, errTorn) || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// rows yields the rows of the table in a directory as far as they are whole. An error is the last thing that it
// yields.
func (t table[R]) rows(dir string) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		enough := errors.New("enough")
		_, err := t.scan(dir, func(rec *record[R]) error {
			if rec.bad != nil {
				return rec.bad
			}
			if !yield(rec.row, nil) {
				return enough
			}
			return nil
		})
		if err := untorn(err); err != nil && !errors.Is(err, enough) {
			var none R
			yield(none, err)
		}
	}
}
