package report

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"meetbatch/internal/system"
)

// A tableFile is a table as a directory has it.
type tableFile[R any] struct {
	table table[R]  // with the columns that the file's header names
	whole int64     // how many bytes from the beginning are whole records; where there are none the file need not be there
	sum   hash.Hash // of those bytes; nil where it is not known
	log   *log      // what is appended to, when it is open
}

// A record is a row of a table as a file has it.
type record[R any] struct {
	row      R
	bad      error // names a cell that could not be read; its field is zero then
	from, to int64 // the bytes of the file that are the record
}

// A tornError says that a table is whole up to a record only: the last one was cut, or there are zeros from there on, as
// a machine leaves them that lost its power. Damage of any other kind is none that a crash leaves, and is not torn.
type tornError struct {
	Path       string // of the table
	Line       int    // on which the first damaged record begins
	From, Size int64  // where that is, and how many bytes the file has
}

func (e *tornError) Error() string {
	return fmt.Sprintf("%s is torn from line %d on: %d of its %d bytes are not whole records", e.Path, e.Line, e.Size-e.From, e.Size)
}

// A source is a table that is open for reading. What is appended to the file later is not looked at.
type source[R any] struct {
	table[R]
	file *os.File
	size int64
}

// source opens the table in a directory. The error is fs.ErrNotExist where there is no such file.
func (t table[R]) source(dir string) (*source[R], error) {
	f, err := system.Open(filepath.Join(dir, t.name), os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &source[R]{t, f, size}, nil
}

// scan calls take with the rows of the table in a directory: see source.scan.
func (t table[R]) scan(dir string, said *Sum, take func(*record[R]) error) (tableFile[R], error) {
	s, err := t.source(dir)
	if err != nil {
		return tableFile[R]{table: t}, err
	}
	defer s.file.Close()
	return s.scan(said, take)
}

// scan calls take with the rows of the table, each of which is overwritten by the next. The error is a *tornError where
// the rest is not whole; what is found of the table up to there is right then. It is a *ChangedError where the table is
// whole, and does not begin with what was said of it.
func (s *source[R]) scan(said *Sum, take func(*record[R]) error) (tableFile[R], error) {
	file := tableFile[R]{table: s.table}
	read := newSumming(io.NewSectionReader(s.file, 0, s.size), said)
	r := csv.NewReader(bufio.NewReaderSize(read, 64<<10))
	r.ReuseRecord = true
	var rec record[R]
	for header := true; ; header = false {
		cells, err := r.Read()
		if err == io.EOF {
			if !header {
				file.whole, file.sum = s.size, read.hash
			}
			return file, s.holds(read)
		}
		rec.from, rec.to = file.whole, r.InputOffset()
		line := 1
		if len(cells) > 0 {
			line, _ = r.FieldPos(0)
		}
		switch torn := s.torn(file.table, read, &rec, err); {
		case torn:
			return file, &tornError{s.file.Name(), s.lineAt(file.whole), file.whole, s.size}
		case errors.Is(err, errTooLarge):
			return file, fmt.Errorf("%s:%d: %w", s.file.Name(), s.lineAt(file.whole), errTooLarge)
		case err != nil:
			return file, fmt.Errorf("%s: %w", s.file.Name(), err)
		case header:
			file.table, err = s.under(cells)
		default:
			rec.bad = file.table.parse(&rec.row, cells)
			err = take(&rec)
		}
		if err != nil {
			return file, fmt.Errorf("%s:%d: %w", s.file.Name(), line, err)
		}
		file.whole = rec.to
		read.till = rec.to + maxRecord
	}
}

// torn tells whether a table is torn from a record on, which could be read or not: it has zeros, or it is the last one
// and was cut. A record that cannot be read although others follow it was changed, and so was one that swallows them,
// since a quote is missing.
func (s *source[R]) torn(t table[R], read *summing, rec *record[R], unread error) bool {
	if read.zero >= 0 && read.zero < rec.to || errors.Is(unread, errZeros) {
		return true
	}
	if rec.to < s.size || errors.Is(unread, errTooLarge) {
		return false
	}
	var last [1]byte // a record that was cut may be one that can be read, but does not end its line
	s.file.ReadAt(last[:], s.size-1)
	if last[0] == '\n' && (unread == nil || !errors.Is(unread, csv.ErrQuote)) {
		return false
	}
	return !s.swallows(t, rec)
}

// swallows tells whether any line of a record but the first is a record by itself.
func (s *source[R]) swallows(t table[R], rec *record[R]) bool {
	lines := bufio.NewScanner(io.NewSectionReader(s.file, rec.from, s.size-rec.from))
	lines.Buffer(nil, maxRecord)
	for first := true; lines.Scan(); first = false {
		cells, err := csv.NewReader(strings.NewReader(lines.Text())).Read()
		var row R
		if !first && err == nil && len(cells) == len(t.columns) && t.parse(&row, cells) == nil {
			return true
		}
	}
	return lines.Err() != nil
}

// lineAt counts the lines up to a place in the file.
func (s *source[R]) lineAt(at int64) int {
	line, buffer := 1, make([]byte, 64<<10)
	for from := io.NewSectionReader(s.file, 0, at); ; {
		n, err := from.Read(buffer)
		line += bytes.Count(buffer[:n], []byte{'\n'})
		if err != nil {
			return line
		}
	}
}

// A ChangedError says that a file is not what run.json says of it.
type ChangedError struct {
	Path string
	Said Sum
	Size int64 // of the file; where it is not less, the bytes are others, or there are more of them
	More bool  // it has the bytes that were said, and was to have no further ones
}

func (e *ChangedError) Error() string {
	if e.More {
		return fmt.Sprintf("%s was changed: it has %d bytes, and %d were written", e.Path, e.Size, e.Said.Size)
	}
	if e.Size < e.Said.Size {
		return fmt.Sprintf("%s has %d bytes, and %d were brought to the disk", e.Path, e.Size, e.Said.Size)
	}
	return fmt.Sprintf("%s was changed: the first %d bytes have not the SHA-256 that they had when they were written", e.Path, e.Said.Size)
}

// holds is the error of a table, read to its end, that does not begin with what was said of it.
func (s *source[R]) holds(read *summing) error {
	if read.said == nil || read.same || read.said.Size == 0 {
		return nil
	}
	return &ChangedError{Path: s.file.Name(), Said: *read.said, Size: s.size}
}

// untorn takes an error of scan away that means no more than that a run is under way, was interrupted, or has not
// written anything yet.
func untorn(err error) error {
	if _, torn := errors.AsType[*tornError](err); torn || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// open opens a table to write on behind its last whole record; what follows that is cut off. A file that is not there is
// made, and one without a whole header gets one. Its log is to be closed, after an error too.
func (f *tableFile[R]) open(dir string) error {
	file, err := system.Open(filepath.Join(dir, f.table.name), os.O_CREATE|os.O_RDWR, system.Perm)
	if err != nil {
		return err
	}
	f.log = newLog(file, f.whole)
	if err := file.Truncate(f.whole); err != nil {
		return err
	}
	if f.whole == 0 {
		return f.log.append(f.table.header())
	}
	if f.sum == nil {
		f.sum = sha256.New()
		_, err = io.Copy(f.sum, io.NewSectionReader(file, 0, f.whole))
	}
	f.log.hash, f.log.sum = f.sum, f.sum.Sum(nil)
	return err
}
