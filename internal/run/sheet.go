package run

import (
	"bufio"
	"encoding/csv"
	"io"
	"os"
	"slices"

	"github.com/gocarina/gocsv"
)

// sheet writes rows of one type to a file as a CSV. The part that was written last can be taken back. gocsv calls its
// methods Write, Flush and Error.
type sheet[T any] struct {
	file *os.File
	out  *bufio.Writer
	csv  *csv.Writer
	keep []int // the places of the columns that are written
	rows []T   // that are not written yet
	n    int64 // rows, those among them

	from, nFrom int64 // where in the file the last part begins, and how many rows stand before it
}

// newSheet begins a sheet, with a byte order mark or none, and without some of the columns.
func newSheet[T any](file *os.File, mark bool, without []string) (*sheet[T], error) {
	s := &sheet[T]{file: file, out: bufio.NewWriterSize(file, 64<<10)}
	s.csv = csv.NewWriter(s.out)
	if mark {
		s.out.WriteString("\ufeff")
	}
	var header headerOf
	err := gocsv.MarshalCSV([]T{}, &header)
	for i, name := range header {
		if !slices.Contains(without, name) {
			s.keep = append(s.keep, i)
		}
	}
	if err == nil {
		err = s.Write(header)
	}
	return s, err
}

// add adds a row.
func (s *sheet[T]) add(row T) error {
	s.n++
	if s.rows = append(s.rows, row); len(s.rows) < 256 {
		return nil
	}
	return s.flush()
}

// flush brings what was added into the file.
func (s *sheet[T]) flush() error {
	if len(s.rows) > 0 {
		if err := gocsv.MarshalCSVWithoutHeaders(s.rows, s); err != nil {
			return err
		}
		s.rows = s.rows[:0]
	}
	if s.csv.Flush(); s.csv.Error() != nil {
		return s.csv.Error()
	}
	return s.out.Flush()
}

// part begins a part.
func (s *sheet[T]) part() (err error) {
	if err = s.flush(); err == nil {
		s.from, err = s.file.Seek(0, io.SeekCurrent)
	}
	s.nFrom = s.n
	return err
}

// again takes back what was written since the part began.
func (s *sheet[T]) again() error {
	if err := s.flush(); err != nil {
		return err
	}
	s.n = s.nFrom
	if err := s.file.Truncate(s.from); err != nil {
		return err
	}
	_, err := s.file.Seek(s.from, io.SeekStart)
	return err
}

// Write writes the columns of a row that are kept.
func (s *sheet[T]) Write(row []string) error {
	kept := make([]string, len(s.keep))
	for i, at := range s.keep {
		kept[i] = row[at]
	}
	return s.csv.Write(kept)
}

// Flush does nothing: flush does.
func (s *sheet[T]) Flush() {}

// Error is that of writing.
func (s *sheet[T]) Error() error { return s.csv.Error() }

// headerOf takes the names of the columns that gocsv gives a type.
type headerOf []string

func (h *headerOf) Write(row []string) error { *h = slices.Clone(row); return nil }
func (h *headerOf) Flush()                   {}
func (h *headerOf) Error() error             { return nil }
