package reader

import (
	"bytes"
	"encoding/csv"
	"strings"
	"unicode/utf8"
)

// takeRaw cuts the bytes of the row that was just parsed out of the tape and checks that they are
// text. Blank lines before the row, which the parser skips, do not belong to it.
func (r *Reader) takeRaw(start int64) error {
	r.raw = r.tape.slice(start, r.csv.InputOffset())
	for r.format.beginsBlank(r.raw) {
		r.raw = r.raw[1:]
		start++
	}
	if r.format.encoding == unknown && !isASCII(r.raw) {
		if err := r.guessEncoding(start); err != nil {
			at := bytes.IndexFunc(r.raw, func(c rune) bool { return c >= utf8.RuneSelf })
			return &textError{at: start + int64(at), inRow: at, why: err.Error()}
		}
	}
	if at := r.format.bad(r.raw); at >= 0 {
		return &textError{at: start + int64(at), inRow: at}
	}
	return nil
}

// guessEncoding guesses the input's encoding from the row, which begins at start, and from what follows.
func (r *Reader) guessEncoding(start int64) (err error) {
	encoding, doubtful, err := guess(r.tape.ahead(start, bufferSize/4))
	if err == nil {
		r.format.encoding, r.doubts = encoding, doubtful
	}
	return err
}

// lineEnds counts the lines that end in a text.
func (r *Reader) lineEnds(text []byte) int64 {
	n := bytes.Count(text, []byte("\n"))
	if r.format.cr {
		n += bytes.Count(text, []byte("\r")) - bytes.Count(text, []byte("\r\n"))
	}
	return int64(n)
}

// onlyDelimiters tells whether every field of the row is empty, as spreadsheets leave rows.
func (r *Reader) onlyDelimiters() bool {
	if c := r.raw[0]; rune(c) != r.format.delimiter && c != '"' {
		return false // for speed only: so begin most rows
	}
	delimiter := string(r.format.delimiter)
	for field := range strings.SplitSeq(strings.TrimRight(string(r.raw), "\r\n"), delimiter) {
		if field != "" && field != `""` {
			return false
		}
	}
	return true
}

// lineOf is the line on which the row begins that was just parsed.
func (r *Reader) lineOf(malformed *csv.ParseError) int64 {
	if malformed != nil {
		return int64(malformed.StartLine)
	}
	line, _ := r.csv.FieldPos(0)
	return int64(line)
}
