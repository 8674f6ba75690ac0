package reader

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
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

// format is how an input is written: where rows and fields end, and what their bytes mean. UTF-8 and GB18030 are parsed
// as they stand, since no byte of a delimiter, quote or line end is part of another character in either; UTF-16 is
// parsed as UTF-8.
type format struct {
	mark      string            // byte order mark
	encoding  string            // unknown as long as everything is ASCII
	decoder   *encoding.Decoder // of GB18030; what is no text it replaces by utf8.RuneError, so it never fails
	bigEnd    bool              // of UTF-16
	delimiter rune
	cr        bool // lines end with a lone CR
}

// text gives the text of a field, whose row was found to be text.
func (f *format) text(raw string) string {
	if f.encoding == GB18030 {
		raw, _ = f.decoder.String(raw)
	}
	return raw
}

// bad gives the index of the first byte of a row that is not text, or -1. It goes from character to character only when
// there is reason to.
func (f *format) bad(row []byte) int {
	if bytes.IndexByte(row, 0) < 0 && (isASCII(row) || f.isText(row)) {
		return -1
	}
	for i := 0; i < len(row); {
		size := 1
		if f.encoding == GB18030 {
			size = min(sizeGB18030(row[i:]), len(row)-i)
		} else {
			_, size = utf8.DecodeRune(row[i:])
		}
		if c := row[i : i+size]; c[0] == 0 || !f.isText(c) && string(c) != "\x84\x31\xA4\x37" { // U+FFFD in GB18030
			return i
		}
		i += size
	}
	return -1
}

// isText tells whether a part of a row is text. In GB18030 it takes the character U+FFFD, which is some, for none: the
// decoder puts it wherever it finds none.
func (f *format) isText(part []byte) bool {
	if f.encoding == GB18030 {
		part, _ = f.decoder.Bytes(part)
		return !bytes.ContainsRune(part, utf8.RuneError)
	}
	return utf8.Valid(part)
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
func (f *format) restore(row []byte) []byte {
	if f.encoding != UTF16 {
		return row
	}
	var order binary.ByteOrder = binary.LittleEndian
	if f.bigEnd {
		order = binary.BigEndian
	}
	units, _ := binary.Append(nil, order, utf16.Encode([]rune(string(row)))) // numbers can always be written
	return units
}

// fewCharacters are too few to tell UTF-8 from Chinese where each of them could be either.
const fewCharacters = 10

// guess tells which encoding a stretch of text is in that is not all ASCII, or unknown, and whether that is doubtful.
// Its last character may be cut.
func guess(window []byte) (encoding string, doubtful bool) {
	good, bad := 0, 0   // bytes of characters in UTF-8, and bytes that are not UTF-8
	either, all := 0, 0 // of these characters, those that could be in GB2312 as well, and all
	for text := window; len(text) > 0; {
		c, size := utf8.DecodeRune(text)
		switch {
		case size > 1:
			good += size
			all++
			if isGB2312(text, size) {
				either++
			}
		case c == utf8.RuneError && utf8.FullRune(text):
			bad++
		}
		text = text[size:]
	}
	if good > bad { // also where it is damaged: the place is found with its row
		return UTF8, either == all && all < fewCharacters
	}
	// Nearly all that is written in Chinese is in GB2312. Where much is not this is more likely another encoding, such
	// as Latin-1, in which "M\xFCller" is no Chinese.
	if common, rare := countGB2312(window); common < 3*rare {
		return unknown, false
	}
	return GB18030, false
}

// isGB2312 tells whether a character could be one of GB2312, which have two bytes beyond ASCII.
func isGB2312(text []byte, size int) bool { return size == 2 && text[0] >= 0xA1 && text[1] >= 0xA1 }

// countGB2312 counts the characters beyond ASCII of a text in GB18030: those in GB2312, and those that are not.
func countGB2312(text []byte) (common, rare int) {
	for len(text) > 0 {
		size := min(sizeGB18030(text), len(text))
		switch {
		case text[0] < utf8.RuneSelf:
		case isGB2312(text, size):
			common++
		default:
			rare++
		}
		text = text[size:]
	}
	return common, rare
}

// utf16Decoder is a transform.Transformer from UTF-16 to UTF-8. It stops at what is no text, where that of
// x/text would put a replacement character.
type utf16Decoder struct {
	transform.NopResetter
	bigEnd bool
	offset int64 // in the input, of what comes next
}

func (d *utf16Decoder) unit(src []byte) rune {
	if d.bigEnd {
		return rune(binary.BigEndian.Uint16(src))
	}
	return rune(binary.LittleEndian.Uint16(src))
}

// character decodes the first character of a text; its size is 0 where there is more of it to come.
func (d *utf16Decoder) character(text []byte) (c rune, size int) {
	if len(text) >= 2 {
		c, size = d.unit(text), 2
	}
	if !utf16.IsSurrogate(c) {
		return c, size
	}
	if len(text) < 4 {
		return 0, 0
	}
	return utf16.DecodeRune(c, d.unit(text[2:])), 4
}

// Transform implements transform.Transformer.
func (d *utf16Decoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	defer func() { d.offset += int64(nSrc) }()
	for nSrc < len(src) {
		c, size := d.character(src[nSrc:])
		switch {
		case size == 0 && !atEOF:
			return nDst, nSrc, transform.ErrShortSrc
		case size == 0 || size == 4 && c == utf8.RuneError:
			reason := fmt.Sprintf("byte %d is not text in UTF-16", d.offset+int64(nSrc)+1)
			return nDst, nSrc, &Error{Reason: reason, Try: "export the file again"}
		case nDst+utf8.RuneLen(c) > len(dst):
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += utf8.EncodeRune(dst[nDst:], c)
		nSrc += size
	}
	return nDst, nSrc, nil
}
