package plan

import (
	"bufio"
	"encoding/binary"
	"io"
)

// list is packed records one behind the other, each behind its length. It is written at its end and read from its
// front; what was written first may stand in a spill file.
type list struct {
	spilled []extent
	memory  packed // behind what is spilled
}

type extent struct{ at, size int64 }

func (l list) size() int64 {
	n := int64(len(l.memory))
	for _, e := range l.spilled {
		n += e.size
	}
	return n
}

// records reads the records of a list one after the other.
type records struct{ from *bufio.Reader }

func (s *spillFile) records(l list) records {
	// Some hundred of them are read at a time when they are merged.
	return records{bufio.NewReaderSize(s.read(l), int(min(8<<10, l.size())))}
}

// next returns io.EOF behind the last record.
func (r records) next() (fields, error) {
	n, err := binary.ReadUvarint(r.from)
	if err != nil {
		return "", err
	}
	if int(n) <= r.from.Size() {
		text, err := r.from.Peek(int(n))
		if err != nil {
			return "", io.ErrUnexpectedEOF
		}
		next := fields(text)
		_, err = r.from.Discard(int(n))
		return next, err
	}
	text := make([]byte, n)
	_, err = io.ReadFull(r.from, text)
	return fields(text), err
}
