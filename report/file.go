package report

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"meetbatch/internal/system"
)

// A tableFile is a table as a directory has it.
type tableFile[R any] struct {
	table table[R] // with the columns that the file's header names
	whole int64    // how many bytes from the beginning are whole records; where there are none the file need not be there
	log   *log     // what is appended to, when it is open
}

// A record is a row of a table as a file has it.
type record[R any] struct {
	row      R
	bad      error // names a cell that could not be read; its field is zero then
	from, to int64 // the bytes of the file that are the record
}

// errTorn says that writing the last record of a table was interrupted.
var errTorn = errors.New("the last record is not whole")

// scan calls take with the rows of the table in a directory, each of which is overwritten by the next. What is appended
// to the file meanwhile is not looked at. The error is errTorn where the last record is not whole; what is found of the
// rest is right then. It is fs.ErrNotExist where there is no such file.
func (t table[R]) scan(dir string, take func(*record[R]) error) (tableFile[R], error) {
	file := tableFile[R]{table: t}
	f, err := system.Open(filepath.Join(dir, t.name), os.O_RDONLY, 0)
	if err != nil {
		return file, err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return file, err
	}
	var last [1]byte // a record that was cut may be one that can be read, but does not end its line
	f.ReadAt(last[:], size-1)
	r := csv.NewReader(bufio.NewReaderSize(io.NewSectionReader(f, 0, size), 64<<10))
	r.ReuseRecord = true
	var rec record[R]
	for header := true; ; header = false {
		cells, err := r.Read()
		if err == io.EOF {
			return file, nil
		}
		rec.from, rec.to = file.whole, r.InputOffset()
		if rec.to == size && (err != nil || last[0] != '\n') {
			err = errTorn
		}
		if err != nil {
			return file, fmt.Errorf("%s: %w", f.Name(), err)
		}
		line, _ := r.FieldPos(0)
		if header {
			file.table, err = t.under(cells)
		} else {
			rec.bad = file.table.parse(&rec.row, cells)
			err = take(&rec)
		}
		if err != nil {
			return file, fmt.Errorf("%s:%d: %w", f.Name(), line, err)
		}
		file.whole = rec.to
	}
}

// untorn takes an error of scan away that means no more than that a run is under way, was interrupted, or has not
// written anything yet.
func untorn(err error) error {
	if errors.Is(err, errTorn) || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// open opens a table to write on behind its last whole record; what follows that is cut off. A file that is not there is
// made, and one without a whole header gets one. Its log is to be closed, after an error too.
func (f *tableFile[R]) open(dir string) error {
	file, err := system.Open(filepath.Join(dir, f.table.name), os.O_CREATE|os.O_WRONLY, system.Perm)
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
	return nil
}

// log is a file that many goroutines append to. What several of them append at the same time goes out
// in one write: the first writes for those that come while it does. It is safe for concurrent use.
type log struct {
	file *os.File

	mu      sync.Mutex
	changed sync.Cond // when a write has ended
	next    []byte    // waits to be written
	spare   []byte    // the buffer of the last write
	begun   int       // how many writes have begun; there is one at a time
	ended   int       // and how many have ended
	size    int64     // of the file
	err     error     // of a write or a sync; after one nothing more is written
}

// newLog appends to a file that was opened for writing and has a size.
func newLog(file *os.File, size int64) *log {
	l := &log{file: file, size: size}
	l.changed.L = &l.mu
	return l
}

// append returns when the text stands in the file, behind whatever was appended before. A part of it may
// stand there after an error.
func (l *log) append(text []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next = append(l.next, text...)
	mine := l.begun + 1 // the write that takes the text along
	l.mu.Unlock()
	runtime.Gosched() // others who are about to append come first, and share the write
	l.mu.Lock()
	for l.ended < mine && l.err == nil {
		if l.begun > l.ended {
			l.changed.Wait()
			continue
		}
		batch := l.next
		l.next = l.spare[:0]
		l.begun++
		l.mu.Unlock()
		err := l.write(batch, l.size) // which nobody else changes
		l.mu.Lock()
		l.ended++
		l.spare = batch
		l.size += int64(len(batch))
		l.err = errors.Join(l.err, err)
		l.changed.Broadcast()
	}
	return l.err
}

// failed returns the error of a write or a sync that failed before.
func (l *log) failed() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// sync brings what was written to the disk. After an error it is not known what of it is there, and a further try might
// succeed without bringing the rest; so nothing more is written then.
func (l *log) sync() error {
	err := l.file.Sync()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = errors.Join(l.err, err)
	return err
}

// write writes behind the bytes that the file has. Where somebody else has made it shorter or longer it writes nothing:
// between what is left and what is written would be a gap.
func (l *log) write(text []byte, size int64) error {
	now, err := l.file.Stat()
	if err == nil {
		err = l.checkSize(now, size)
	}
	if err == nil {
		_, err = l.file.WriteAt(text, size)
	}
	return err
}

func (l *log) checkSize(now fs.FileInfo, size int64) error {
	if now.Size() != size {
		return &LostError{Path: l.file.Name(), Is: fmt.Sprintf("has %d bytes, and %d were written", now.Size(), size)}
	}
	return nil
}

// check finds out whether the file still stands under its name, with all that was written to it.
func (l *log) check() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	there, thereErr := os.Lstat(l.file.Name())
	mine, mineErr := l.file.Stat()
	switch {
	case errors.Is(thereErr, fs.ErrNotExist):
		return &LostError{Path: l.file.Name(), Is: "was moved or removed while the run was on"}
	case thereErr != nil || mineErr != nil:
		return cmp.Or(thereErr, mineErr)
	case !os.SameFile(there, mine):
		return &LostError{Path: l.file.Name(), Is: "is another file by now than the one that is written"}
	case l.begun > l.ended: // its size is changing
		return nil
	}
	return l.checkSize(mine, l.size)
}

// close closes the file, where there is a log.
func (l *log) close() error {
	if l == nil {
		return nil
	}
	return l.file.Close()
}
