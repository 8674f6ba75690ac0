package plan

import (
	"bufio"
	"encoding/binary"
	"io"
	"iter"
)

// list is packed records one behind the other, each behind its length. They are added at its end and read from
// its front, which may be in a spill file.
type list struct {
	spilled []extent
	memory  packed // behind what is spilled
}

// extent is a piece of a spill file.
type extent struct{ at, size int64 }

func (l *list) add(record packed) { l.memory = appendText(l.memory, record) }

func (l list) size() int64 {
	n := int64(len(l.memory))
	for _, e := range l.spilled {
		n += e.size
	}
	return n
}

// recordReader reads the records of a list one after the other.
type recordReader struct {
	from *bufio.Reader
	left int64 // bytes of the list that are not read yet
}

func (f *spillFile) records(l list) *recordReader {
	// Some hundreds of lists are read at a time when they are merged, so that none gets a large buffer.
	return &recordReader{bufio.NewReaderSize(f.bytes(l), int(min(8<<10, l.size()))), l.size()}
}

// next returns io.EOF behind the last record.
func (r *recordReader) next() (string, error) {
	ahead, err := r.from.Peek(binary.MaxVarintLen64)
	if err != nil && (err != io.EOF || len(ahead) == 0) {
		return "", err
	}
	n, size := binary.Uvarint(ahead)
	if size <= 0 || n > uint64(r.left-int64(size)) {
		return "", errDamaged
	}
	r.left -= int64(size) + int64(n)
	r.from.Discard(size)
	if int(n) > r.from.Size() {
		record := make([]byte, n)
		_, err := io.ReadFull(r.from, record)
		return string(record), err
	}
	peeked, err := r.from.Peek(int(n))
	record := string(peeked)
	r.from.Discard(len(peeked))
	return record, err
}

// all yields the records of a list. An error is the last thing that it yields.
func (f *spillFile) all(l list) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		records := f.records(l)
		for {
			record, err := records.next()
			if err == io.EOF || !yield(record, err) || err != nil {
				return
			}
		}
	}
}
