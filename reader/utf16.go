package reader

import (
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// utf16Decoder is a transform.Transformer from UTF-16 to UTF-8. It stops at what is no text, where that of
// x/text would put a replacement character.
type utf16Decoder struct {
	transform.NopResetter
	bigEnd bool
	offset int64 // in the input, of what comes next
}

func (d *utf16Decoder) unit(src []byte) rune {
	if d.bigEnd {
		return rune(src[0])<<8 | rune(src[1])
	}
	return rune(src[1])<<8 | rune(src[0])
}

// character decodes the first character of a text; its size is 0 where there is more of it to come.
func (d *utf16Decoder) character(text []byte) (c rune, size int) {
	if len(text) < 2 {
		return 0, 0
	}
	if c = d.unit(text); !utf16.IsSurrogate(c) {
		return c, 2
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
			return nDst, nSrc, unitError{d.offset + int64(nSrc)}
		case nDst+utf8.RuneLen(c) > len(dst):
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += utf8.EncodeRune(dst[nDst:], c)
		nSrc += size
	}
	return nDst, nSrc, nil
}

// toUTF16 writes text that is UTF-8 in UTF-16.
func toUTF16(text []byte, bigEnd bool) []byte {
	var units []uint16
	for len(text) > 0 {
		c, size := utf8.DecodeRune(text)
		units, text = utf16.AppendRune(units, c), text[size:]
	}
	out := make([]byte, 0, 2*len(units))
	for _, u := range units {
		if bigEnd {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}
