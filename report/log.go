package report

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
)

// log is a file that many goroutines append to. What several of them append at the same time goes out
// in one write: the first writes for those that come while it does. It is safe for concurrent use.
type log struct {
	file *os.File

	mu      sync.Mutex
	changed sync.Cond // when a write has ended
	next    []byte    // waits to be written
	spare   []byte    // the buffer of the last write
	batch   int       // the number of the write that next will be
	written int       // the number of the last write that has ended
	writing bool
	size    int64 // of the file
	err     error // of a write or a sync; after one nothing more is written
}

// newLog appends to a file that was opened for that and has a size.
func newLog(file *os.File, size int64) *log {
	l := &log{file: file, batch: 1, size: size}
	l.changed.L = &l.mu
	return l
}

// append returns when the text stands in the file, behind whatever was appended before. A part of it may
// stand there after an error.
func (l *log) append(text []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next = append(l.next, text...)
	mine := l.batch
	l.mu.Unlock()
	runtime.Gosched() // others who are about to append come first, and share the write
	l.mu.Lock()
	for l.written < mine && l.err == nil {
		if l.writing {
			l.changed.Wait()
			continue
		}
		l.write()
	}
	return l.err
}

// write writes what waits. The lock is held when it is called and when it returns.
func (l *log) write() {
	text, number := l.next, l.batch
	l.next, l.batch, l.writing = l.spare[:0], number+1, true
	l.mu.Unlock()
	_, err := l.file.Write(text)
	l.mu.Lock()
	l.size += int64(len(text))
	l.spare, l.written, l.writing = text, number, false
	if err != nil {
		l.err = err
	}
	l.changed.Broadcast()
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
	if err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.err = errors.Join(l.err, err)
	}
	return err
}

// check finds out whether the file still stands under its name, with all that was written to it.
func (l *log) check() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := l.file.Name()
	there, err := os.Stat(name)
	if err != nil {
		return err
	}
	mine, err := l.file.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(there, mine) {
		return fmt.Errorf("%s is another file than the one that was written", name)
	}
	if mine.Size() != l.size {
		return fmt.Errorf("%s has %d bytes, and %d were written", name, mine.Size(), l.size)
	}
	return nil
}

func (l *log) close() error { return l.file.Close() }
