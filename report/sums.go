package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// summing reads a file and sums what is read. On the way it finds what a scan wants to know of the bytes themselves.
type summing struct {
	from io.Reader
	hash hash.Hash
	n    int64 // bytes read

	said *Sum  // of the first bytes, in run.json; nil: nothing is said of them
	same bool  // they have that sum
	zero int64 // where the first zero byte stands, which no text has; -1: there is none so far
}

func newSumming(from io.Reader, said *Sum) *summing {
	return &summing{from: from, hash: sha256.New(), said: said, zero: -1}
}

func (s *summing) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	text := p[:n]
	if at := bytes.IndexByte(text, 0); at >= 0 && s.zero < 0 {
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
