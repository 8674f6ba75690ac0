package reader

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Encodings of an input.
const (
	Auto    = "auto" // to be found out from the content
	UTF8    = "utf-8"
	UTF16   = "utf-16"  // of either byte order, as the first character shows
	GB18030 = "gb18030" // and its parts, GBK and GB2312

	unknown = "" // as long as nothing but ASCII was seen, which is the same in all but UTF-16
)

// byteOrderMarks are what an encoding may be marked with, GB18030's being all but unknown.
var byteOrderMarks = []struct {
	mark     string
	encoding string
}{
	{"\xEF\xBB\xBF", UTF8}, {"\xFF\xFE", UTF16}, {"\xFE\xFF", UTF16}, {"\x84\x31\x95\x33", GB18030},
}

// findMark finds the byte order mark at an input's start, and the encoding that it stands for.
func findMark(start []byte) (mark, encoding string) {
	for _, m := range byteOrderMarks {
		if bytes.HasPrefix(start, []byte(m.mark)) {
			return m.mark, m.encoding
		}
	}
	return "", unknown
}

// script is how rows are written: what their bytes mean. UTF-8 and GB18030 are parsed as they stand, since no
// byte of a delimiter, quote or line end is part of another character in either; UTF-16 is parsed as UTF-8.
type script struct {
	encoding string // unknown as long as everything is ASCII
	decoder  *encoding.Decoder
	bigEnd   bool // of UTF-16
}

func newScript(name string) script {
	return script{encoding: name, decoder: simplifiedchinese.GB18030.NewDecoder()}
}

// text gives the text of a field, whose row was found to be text.
func (s *script) text(raw string) string {
	if s.encoding == GB18030 {
		if text, err := s.decoder.String(raw); err == nil {
			return text
		}
	}
	return raw
}

// bad gives the index of the first byte of a row that is not text, or -1.
func (s *script) bad(row []byte) int {
	nul := bytes.IndexByte(row, 0)
	at := -1
	switch {
	case isASCII(row):
	case s.encoding == GB18030:
		at = badGB18030(s.decoder, row)
	case !utf8.Valid(row):
		at = badUTF8(row)
	}
	if at < 0 || 0 <= nul && nul < at {
		return nul
	}
	return at
}

func badUTF8(row []byte) int {
	for i := 0; i < len(row); {
		c, size := utf8.DecodeRune(row[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// badGB18030 decodes a row in one go, and character by character only when there is reason to.
func badGB18030(decoder *encoding.Decoder, row []byte) int {
	if text, err := decoder.Bytes(row); err == nil && !bytes.ContainsRune(text, utf8.RuneError) {
		return -1
	}
	for i := 0; i < len(row); {
		size := sizeGB18030(row[i:])
		c := row[i:min(i+size, len(row))]
		text, err := decoder.Bytes(c)
		if err != nil || bytes.ContainsRune(text, utf8.RuneError) && !bytes.Equal(c, []byte("\x84\x31\xA4\x37")) {
			return i
		}
		i += size
	}
	return -1
}

// sizeGB18030 is how many bytes the first character of a text takes.
func sizeGB18030(text []byte) int {
	switch {
	case text[0] < 0x81 || len(text) == 1:
		return 1
	case '0' <= text[1] && text[1] <= '9':
		return 4
	}
	return 2
}

func isASCII(text []byte) bool {
	for ; len(text) >= 8; text = text[8:] {
		if binary.NativeEndian.Uint64(text)&0x8080808080808080 != 0 {
			return false
		}
	}
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// restore gives a row of which the parser was given the UTF-8 as it stood in the input.
func (s *script) restore(row []byte) []byte {
	if s.encoding != UTF16 {
		return row
	}
	return toUTF16(row, s.bigEnd)
}

// fewCharacters are too few to tell UTF-8 from Chinese where each of them could be either.
const fewCharacters = 10

// guess tells which encoding a stretch of text is in that is not all ASCII, and whether that is doubtful. Its last
// character may be cut.
func guess(window []byte) (encoding string, doubtful bool, err error) {
	c := countUTF8(window)
	if c.good > c.bad { // also where it is damaged: the place is found with its row
		return UTF8, c.either == c.all && c.all < fewCharacters, nil
	}
	// Nearly all that is written in Chinese is in GB2312. Where much is not this is more likely another encoding, such
	// as Latin-1, in which "M\xFCller" is no Chinese.
	if common, rare := countGB2312(window); common < 3*rare {
		return unknown, false, errors.New("this is not UTF-8, and hardly Chinese in GB18030")
	}
	return GB18030, false, nil
}

// utf8Count is what a text beyond ASCII is if it is UTF-8.
type utf8Count struct {
	good, bad   int // bytes of characters, and bytes that are not UTF-8
	either, all int // characters that could be in GB2312 as well, and all
}

func countUTF8(text []byte) (n utf8Count) {
	for len(text) > 0 {
		c, size := utf8.DecodeRune(text)
		switch {
		case size > 1:
			n.good += size
			n.all++
			if size == 2 && text[0] >= 0xA1 && text[1] >= 0xA1 {
				n.either++
			}
		case c == utf8.RuneError && utf8.FullRune(text):
			n.bad++
		}
		text = text[size:]
	}
	return n
}

// countGB2312 counts the characters beyond ASCII of a text in GB18030: those in GB2312, which have two bytes beyond
// ASCII, and those that are not.
func countGB2312(text []byte) (common, rare int) {
	for len(text) > 0 {
		size := min(sizeGB18030(text), len(text))
		switch {
		case text[0] < utf8.RuneSelf:
		case size == 2 && text[0] >= 0xA1 && text[1] >= 0xA1:
			common++
		default:
			rare++
		}
		text = text[size:]
	}
	return common, rare
}
