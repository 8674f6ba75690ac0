package reader

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/transform"
)

// Encodings of an input.
const (
	Auto        = "auto" // to be found out from the content
	UTF8        = "utf-8"
	UTF16       = "utf-16"  // of either byte order, as the first character shows
	GB18030     = "gb18030" // and its parts, GBK and GB2312
	Windows1252 = "windows-1252"
	EUCKR       = "euc-kr"
	Big5        = "big5"
	ShiftJIS    = "shift-jis"

	unknown = "" // as long as nothing but ASCII was seen, or nothing that is plainly one encoding
)

// Encodings are all of them.
var Encodings = []string{Auto, UTF8, UTF16, GB18030, Windows1252, EUCKR, Big5, ShiftJIS}

// charsets are the encodings that are parsed as they stand and decoded field by field.
var charsets = map[string]encoding.Encoding{
	GB18030: simplifiedchinese.GB18030, Windows1252: charmap.Windows1252, EUCKR: korean.EUCKR,
	Big5: traditionalchinese.Big5, ShiftJIS: japanese.ShiftJIS,
}

// aliases are other names of the encodings: those that the Encoding Standard of the WHATWG knows, and those of Windows'
// code pages. (golang.org/x/text/encoding/htmlindex has the former, and with the languages of all the world adds 100 kB.)
var aliases = map[string][]string{
	UTF8:    strings.Fields("utf8 utf-8-sig unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 cp65001"),
	UTF16:   strings.Fields("utf16 utf-16le utf-16be unicode csunicode unicodefeff unicodefffe iso-10646-ucs-2 ucs-2"),
	GB18030: strings.Fields("gbk x-gbk cp936 cp54936 gb2312 gb_2312 gb_2312-80 chinese csgb2312 csiso58gb231280 iso-ir-58"),
	Windows1252: strings.Fields("cp1252 x-cp1252 latin1 l1 iso-8859-1 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 iso-ir-100 " +
		"csisolatin1 cp819 ibm819 ascii us-ascii ansi_x3.4-1968"),
	EUCKR:    strings.Fields("cp949 windows-949 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 cseuckr csksc56011987 iso-ir-149"),
	Big5:     strings.Fields("cp950 big5-hkscs cn-big5 csbig5 x-x-big5"),
	ShiftJIS: strings.Fields("shift_jis sjis x-sjis cp932 ms932 ms_kanji windows-31j csshiftjis"),
}

// EncodingOf finds an encoding by one of its names, case aside: gbk, latin1, cp949.
func EncodingOf(name string) (encoding string, known bool) {
	name = strings.ToLower(name)
	for _, encoding := range Encodings {
		if name == encoding || slices.Contains(aliases[encoding], name) {
			return encoding, true
		}
	}
	return "", false
}

// byteOrderMarks are what an encoding may be marked with, GB18030's being all but unknown.
var byteOrderMarks = []struct {
	mark     string
	encoding string
}{
	{"\xEF\xBB\xBF", UTF8}, {"\xFF\xFE", UTF16}, {"\xFE\xFF", UTF16}, {"\x84\x31\x95\x33", GB18030},
}

// format is how an input is written: where rows and fields end, and what their bytes mean. UTF-8 and the charsets are
// parsed as they stand, since no byte of a comma, semicolon, tab, quote or line end is part of another character in any
// of them; UTF-16 is parsed as UTF-8.
type format struct {
	mark      string            // byte order mark
	encoding  string            // unknown as long as everything is ASCII
	decoder   *encoding.Decoder // of a charset; what is no text it replaces by utf8.RuneError, so it never fails
	bigEnd    bool              // of UTF-16
	delimiter rune
	cr        bool // lines end with a lone CR
	escaped   bool // quotes are escaped with backslashes, as are these
	blanks    bool // blanks may stand between delimiters and quotes
}

// is takes down the encoding.
func (f *format) is(encoding string) {
	f.encoding, f.decoder = encoding, nil
	if charset, is := charsets[encoding]; is {
		f.decoder = charset.NewDecoder()
	}
}

// text gives the text of a field, which was found to be text.
func (f *format) text(raw string) string {
	if f.decoder != nil {
		raw, _ = f.decoder.String(raw)
	}
	return raw
}

// bad gives the index of the first byte of a part of a row that is not text, or -1. It goes from character to character
// only when there is reason to.
func (f *format) bad(part []byte) int {
	if bytes.IndexByte(part, 0) < 0 && (isASCII(part) || f.isText(part)) {
		return -1
	}
	for i := 0; i < len(part); {
		size := f.size(part[i:])
		if size == 0 || part[i] == 0 {
			return i
		}
		i += size
	}
	return -1
}

// isText tells whether a part of a row is text. In GB18030 it takes the character U+FFFD, which is some, for none: the
// decoder puts it wherever it finds none.
func (f *format) isText(part []byte) bool {
	if f.decoder != nil {
		part, _ = f.decoder.Bytes(part)
		return !bytes.ContainsRune(part, utf8.RuneError)
	}
	return utf8.Valid(part)
}

// size is how many bytes the first character of a text takes; 0 where that is none.
func (f *format) size(text []byte) int {
	for n := 1; n <= min(utf8.UTFMax, len(text)); n++ {
		if c := text[:n]; f.isText(c) || f.encoding == GB18030 && string(c) == "\x84\x31\xA4\x37" { // U+FFFD
			return n
		}
	}
	return 0
}

// split gives the index of a character that holds the byte of the delimiter, at which the parser has cut it in two; -1
// where there is none. A | can be the second byte of a character.
func (f *format) split(row []byte) int {
	if f.delimiter != '|' || f.decoder == nil {
		return -1
	}
	for i := 0; i < len(row); {
		size := max(1, f.size(row[i:]))
		if size > 1 && bytes.IndexByte(row[i:i+size], '|') >= 0 {
			return i
		}
		i += size
	}
	return -1
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

// isPlainASCII tells whether a text is ASCII without NULs.
func isPlainASCII(text []byte) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; len(text) >= 8; text = text[8:] {
		if c := binary.NativeEndian.Uint64(text); (c|(c-ones))&highs != 0 { // a byte of 0 borrows from the next one
			return false
		}
	}
	for _, c := range text {
		if c == 0 || c >= utf8.RuneSelf {
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
	var units []uint16
	for len(row) > 0 {
		c, size := utf8.DecodeRune(row)
		if c == utf8.RuneError && size == 1 { // half a pair
			units, size = append(units, uint16(row[0])<<12|uint16(row[1]&0x3F)<<6|uint16(row[2]&0x3F)), 3
		} else {
			units = utf16.AppendRune(units, c)
		}
		row = row[size:]
	}
	raw, _ := binary.Append(nil, order, units) // numbers can always be written
	return raw
}

// utf16Decoder is a transform.Transformer from UTF-16 to UTF-8. Half a pair of units, of which one is missing, becomes three
// bytes that are no UTF-8, so that it can be had again; x/text would put a replacement character. Half a unit ends it.
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
		case size == 0 && string(src[nSrc:]) == dosEnd: // which DOS puts behind any file
			return nDst, nSrc + 1, nil
		case size == 0:
			reason := fmt.Sprintf("byte %d is not text in UTF-16", d.offset+int64(nSrc)+1)
			return nDst, nSrc, &Error{Reason: reason, Try: "export the file again"}
		case nDst+utf8.RuneLen(c) > len(dst):
			return nDst, nSrc, transform.ErrShortDst
		}
		if size == 4 && c == utf8.RuneError {
			c, size = d.unit(src[nSrc:]), 2
			nDst += copy(dst[nDst:], []byte{0xE0 | byte(c>>12), 0x80 | byte(c>>6)&0x3F, 0x80 | byte(c)&0x3F})
		} else {
			nDst += utf8.EncodeRune(dst[nDst:], c)
		}
		nSrc += size
	}
	return nDst, nSrc, nil
}
