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

func (d *utf16Decoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	defer func() { d.offset += int64(nSrc) }()
	for nSrc < len(src) {
		rest := src[nSrc:]
		var c rune
		size := 2
		if len(rest) >= 2 {
			c = d.unit(rest)
			if utf16.IsSurrogate(c) && len(rest) >= 4 {
				c, size = utf16.DecodeRune(c, d.unit(rest[2:])), 4
			}
		}
		switch {
		case len(rest) < 2 || size == 2 && utf16.IsSurrogate(c): // there is more of it to come
			if !atEOF {
				return nDst, nSrc, transform.ErrShortSrc
			}
			fallthrough
		case size == 4 && c == utf8.RuneError:
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
