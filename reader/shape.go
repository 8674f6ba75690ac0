package reader

import (
	"strings"

	"meetbatch/job"
)

// shape is what an account looks like.
type shape uint16

const (
	hasBlank shape = 1 << iota
	hasColon
	isAddress
	isNumber
	isWord // of ASCII
	isOther
	isPlain   // a word of nothing but letters
	isCapital // a word that begins with a capital letter
	noRoom    // what stands in place of a room is none
)

// shape tells what the account of a row looks like where a footer could be sent for one. Where rows have rooms it is only
// whether this one has.
func (r *Reader) shape(it *job.Item) shape {
	switch {
	case it.Invalid != "":
		return 0
	case len(r.op.Values) > 0:
		return shapeOf(it.Account)
	case it.Warning == strangeRoom && !strings.ContainsAny(it.Account+it.Value, "0123456789@"): // as accounts and rooms have
		return noRoom
	}
	return 0
}

// shapeOfLast is shape for the last row that was read. Nearly all are addresses, of which its signs tell.
func (r *Reader) shapeOfLast(it *job.Item) shape {
	if len(r.op.Values) > 0 && it.Invalid == "" && r.signs&(at|blank|colon) == at {
		return isAddress
	}
	return r.shape(it)
}

// shapes are what the bytes of an account make of it: letters are isPlain, signs isWord.
var shapes = func() (of [256]shape) {
	for c := range 256 {
		switch {
		case c == ' ':
			of[c] = hasBlank
		case c == ':':
			of[c] = hasColon | isWord
		case c == '@':
			of[c] = isAddress
		case c >= 0x80:
			of[c] = isOther
		case '0' <= c && c <= '9':
			of[c] = isNumber
		case isLetter(byte(c)):
			of[c] = isPlain
		default:
			of[c] = isWord
		}
	}
	return of
}()

func shapeOf(account string) (s shape) {
	var seen shape
	for i := range len(account) {
		seen |= shapes[account[i]]
	}
	s = seen & (hasBlank | hasColon)
	switch {
	case seen&isAddress != 0:
		return s | isAddress
	case seen&isOther != 0:
		if strings.Contains(account, "：") {
			s |= hasColon
		}
		return s | isOther
	case seen&(isWord|isPlain) == 0:
		return s | isNumber
	}
	if seen&(isWord|isNumber) == 0 {
		s |= isPlain
	}
	if c := account[0]; 'A' <= c && c <= 'Z' {
		s |= isCapital
	}
	return s | isWord
}

// formOf is how an account is built where that shows that it is one: of letters and digits, with the signs between them.
// It is empty for a word, which may be a title's. A number shows it by its length.
func formOf(account string) string {
	shape := shapeOf(account)
	switch {
	case shape&(hasBlank|hasColon|isOther|isPlain) != 0:
		return ""
	case shape&isAddress != 0:
		return "@"
	case shape&isNumber != 0 && len(account) < fewDigits:
		return ""
	}
	var form []byte
	for i := range len(account) {
		c := account[i]
		switch {
		case isDigit(c):
			c = '0'
		case 'a' <= c && c <= 'z':
			c = 'a'
		case isLetter(c):
			c = 'A'
		}
		if shape&isNumber != 0 || len(form) == 0 || form[len(form)-1] != c {
			form = append(form, c)
		}
	}
	return string(form)
}

// fewDigits are as many as counts and sums often have, so that such numbers are not told from them.
const fewDigits = 4
