package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"meetbatch/internal/system"
)

// maxRecord is how many bytes a record of a table has at most. An invalid row may have 8 MiB (reader), of quotes even,
// which are doubled; a quote that was put into a table makes one record of all that follows.
const maxRecord = 20 << 20

var (
	errZeros    = errors.New("there are zeros")
	errTooLarge = fmt.Errorf("a record of more than %d MiB begins there, which none can have: a quote was put in, or one is missing", maxRecord>>20)
)

// summing reads a table and sums what is read. On the way it finds what a scan wants to know of the bytes themselves.
// After the first zero byte nothing more is read (errZeros), nor past the place till which a record may reach
// (errTooLarge).
type summing struct {
	from io.Reader
	hash hash.Hash
	n    int64 // bytes read

	said *Sum  // of the first bytes, in run.json; nil: nothing is said of them
	same bool  // they have that sum
	till int64 // how far the record that is read may reach
	zero int64 // where the first zero byte stands, which no text has; -1: there is none so far
}

func newSumming(from io.Reader, said *Sum) *summing {
	return &summing{from: from, hash: sha256.New(), said: said, zero: -1, till: maxRecord}
}

func (s *summing) Read(p []byte) (int, error) {
	if s.zero >= 0 {
		return 0, errZeros
	}
	if s.n >= s.till {
		return 0, errTooLarge
	}
	n, err := s.from.Read(p)
	text := p[:n]
	if at := bytes.IndexByte(text, 0); at >= 0 {
		s.zero = s.n + int64(at)
	}
	if s.said != nil && s.n <= s.said.Size && s.said.Size <= s.n+int64(n) {
		till := s.said.Size - s.n
		s.hash.Write(text[:till])
		s.same = hexSum(s.hash) == s.said.SHA256
		s.n, text = s.said.Size, text[till:]
	}
	s.hash.Write(text)
	s.n += int64(len(text))
	return n, err
}

func hexSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// holdsJust is the error of a file that is not what was said of it.
func holdsJust(path string, said *Sum) error {
	f, err := system.Open(path, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, io.LimitReader(f, said.Size))
	same := size == said.Size && hexSum(sum) == said.SHA256
	more, moreErr := io.Copy(io.Discard, f)
	if err = errors.Join(err, moreErr); err == nil && (!same || more > 0) {
		err = &ChangedError{path, *said, size + more, same}
	}
	return err
}
