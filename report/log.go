package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
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
	begun   int       // how many writes have begun; there is one at a time
	ended   int       // and how many have ended
	size    int64     // of the file
	hash    hash.Hash // of what is in the file; it belongs to the write that is under way
	sum     []byte    // what hash came to when the last write ended
	durable Sum       // of what was brought to the disk
	err     error     // of a write or a sync; after one nothing more is written
}

// newLog appends to a file that was opened for writing and has a size.
func newLog(file *os.File, size int64) *log {
	l := &log{file: file, size: size, hash: sha256.New()}
	l.durable.SHA256 = hexSum(l.hash)
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
		l.hash.Write(batch)
		sum := l.hash.Sum(nil)
		l.mu.Lock()
		l.ended++
		l.sum = sum
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

// sync brings what was written to the disk, unless all of it is there. After an error it is not known what of it is there,
// and a further try might succeed without bringing the rest; so nothing more is written then.
func (l *log) sync() error {
	l.mu.Lock()
	size, sum, brought := l.size, l.sum, l.err == nil && l.size == l.durable.Size
	l.mu.Unlock()
	if brought {
		return nil
	}
	err := l.file.Sync()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = errors.Join(l.err, err)
	if l.err == nil && size > l.durable.Size {
		l.durable = Sum{size, hex.EncodeToString(sum)}
	}
	return err
}

// onDisk says what was brought to the disk.
func (l *log) onDisk() Sum {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.durable
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
