package report

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"

	"meetbatch/job"
)

// input holds the results and failed.csv against the rows of the input.
func (v *verifier) input() error {
	f, err := os.Open(filepath.Join(v.path, FailedFile))
	if err != nil {
		v.problem("%v", err)
		f = nil
	} else {
		defer f.Close()
	}
	failed := &expecter{in: bufio.NewReader(f), differs: err != nil}
	if failed.expect(v.Header) {
		v.problem("%s: the header is not the input's", FailedFile)
	}
	extra := slices.Clone(v.seen)
	err = v.Rows(func(it job.Item, raw []byte) error {
		v.rows++
		v.row(it)
		extra.clear(it.Line)
		if !v.done.has(it.Line) && failed.expect(raw) {
			v.problem("%s is not the rows that did not succeed: line %d should follow", FailedFile, it.Line)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if failed.more() {
		v.problem("%s holds more than the rows that did not succeed", FailedFile)
	}
	for line := range extra.all() {
		v.problem("line %d has a result, but no row of the input begins there", line)
	}
	return nil
}

// row holds a row of the input against its result.
func (v *verifier) row(it job.Item) {
	if !v.seen.has(it.Line) {
		v.problem("line %d has no result", it.Line)
	} else if v.contents[it.Line] != contentHash(it.Account, it.Value) {
		v.problem("line %d: the account or the %s of its result is not that of the row", it.Line, v.Operation.Column)
	}
}

// An expecter compares a file with what is expected of it, piece by piece.
type expecter struct {
	in      *bufio.Reader
	differs bool // the file is not as expected, which was said; it is not read any further
	buffer  []byte
}

// expect tells whether the file differs here for the first time.
func (e *expecter) expect(text []byte) bool {
	if e.differs {
		return false
	}
	e.buffer = slices.Grow(e.buffer[:0], len(text))[:len(text)]
	_, err := io.ReadFull(e.in, e.buffer)
	e.differs = err != nil || !bytes.Equal(e.buffer, text)
	return e.differs
}

// more tells whether the file goes on.
func (e *expecter) more() bool {
	if e.differs {
		return false
	}
	_, err := e.in.ReadByte()
	return err != io.EOF
}
