package reader

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// class is what characters can mean for an ID. Most mean nothing, so that nothing is looked for in most IDs.
type class uint64

const (
	letter   class = 1 << iota // but e, E, x and X
	exponent                   // e and E
	cross                      // x and X
	digit
	dash
	at
	point
	comma
	blank // also those that do not break a line, and narrow ones
	quote
	comment // what rows are put out of action with
	equals
	bracket
	backslash
	question
	amp
	colon
	separator
	control
	unseen  // but shown as nothing, and not control
	variant // the same, where it belongs to the character before it
	unread
	misread
	wide
	curly
	ellipsis
	lookalike // of a blank or a hyphen
	star
	bullet
	money
	percent
	plus
	example // the Chinese word, and how e.g. begins
	dated   // the Chinese word for a month, and the Korean one

	encoded     // + and -, or & and -
	unaddressed // an @ where no mail address has one, or what stands in none behind it
	named       // @ and what stands between names
	date        // digits, and what stands in dates
	masked      // digits and crosses
	typeName    // how names of a program's types begin
	number      // nothing that stands in no number, and more than digits, or digits and an L
	word        // no longer than a placeholder, and like one

	beyond // ASCII: what it means is not said by a byte alone
)

// harmless are those that are looked at together only.
const harmless = letter | exponent | cross | digit | point | dash | at | plus

// betweenParts are what may stand between several IDs, or in place of a letter.
const betweenParts = separator | comma | blank | question

var classes = func() (of [256]class) {
	for c := range of {
		switch {
		case c < ' ' || c == 0x7F:
			of[c] = control
		case c >= utf8.RuneSelf:
			of[c] = beyond
		}
	}
	for class, chars := range map[class]string{
		letter: "abcdfghijklmnopqrstuvwyzABCDFGHIJKLMNOPQRSTUVWYZ_~^!", at: "@", exponent: "eE", cross: "xX", dash: "-", star: "*", money: "$", percent: "%", plus: "+", digit: "0123456789", point: ".", comma: ",", blank: " ",
		comment: "#", equals: "=", bracket: "<>()[]{}", backslash: `\`, question: "?", amp: "&", colon: ":", separator: ";/|&", quote: "'\"`",
	} {
		for _, c := range chars {
			of[c] |= class
		}
	}
	return of
}()

// classOf is all that the characters of an ID mean, and the ID as a whole. It has one character or more.
func classOf(id string) (seen class) {
	for i := range len(id) { // for speed only: hardly any ID has to be looked at as Unicode
		seen |= classes[id[i]]
	}
	if seen&beyond != 0 {
		seen = classOfText(id)
	}
	if seen&digit != 0 {
		seen |= classOfNumber(seen)
	}
	if seen&(plus|amp) != 0 && seen&dash != 0 {
		seen |= encoded
	}
	switch n := len(id); {
	case n <= longestPlaceholder && (seen&digit == 0 || n == 1 || strings.HasSuffix(id, decimals)):
		seen |= word
	case n <= longestPhrase && seen&digit == 0 && (seen&blank != 0 || id[0] >= utf8.RuneSelf):
		seen |= word
	}
	if seen&cross != 0 && strings.Contains(id, "_x") { // _x000D_
		seen |= amp
	}
	switch c := id[0]; {
	case c == '-' || c == '!' || c == '~':
		seen |= comment
	case c == '0' && len(id) > 4 && strings.Trim(id, "0-") == "":
		seen |= word
	case isDigit(c) && seen&(point|at) == point: // 1.Mrz
		seen |= date
	case seen&at != 0 && standsForAll[c|0x20] != "" && strings.EqualFold(id[:min(len(id), len(standsForAll[c|0x20]))], standsForAll[c|0x20]):
		seen |= example
	case c == "请"[0] && strings.HasPrefix(id, "请"):
		seen |= example
	case c == '+' && len(id) > 1 && !isDigit(id[1]): // which begins a formula, too
		seen |= equals
	case id[len(id)-1] == '.' && strings.HasSuffix(id, "...") && strings.Trim(id, ".") != "":
		seen |= ellipsis
	case (c == 'S' || c == 'M' || c == 'D' || c == 'j') && seen&point != 0:
		seen |= typeName
	case (c == 'e' || c == 'E') && len(id) > 1 && id[1] == '.':
		seen |= example
	case isDigit(c) && id[len(id)-1] == 'L':
		seen |= number
	}
	return seen
}

// standsForAll is how addresses begin in templates, by the first letter.
var standsForAll = [256]string{'e': "example@", 's': "someone@", 'n': "name@", 'y': "your"}

// classOfNumber is what an ID can be that has digits, by what else stands in it.
func classOfNumber(seen class) (as class) {
	if seen&(letter|cross|at) == 0 && seen&(exponent|point|comma|blank|quote|curly|separator) != 0 {
		as |= number
	}
	if seen&(dash|separator|colon|blank|dated) != 0 || as&number != 0 {
		as |= date
	}
	if seen&^(digit|cross|dash|plus) == 0 && seen&cross != 0 {
		as |= masked
	}
	return as
}

func classOfText(id string) (seen class) {
	before := rune(0) // beyond ASCII
	for _, c := range id {
		switch {
		case c < utf8.RuneSelf:
			seen |= classes[c]
			c = 0
		case varies(before, c):
			seen |= variant
		default:
			seen |= classOfRune(c)
		}
		before = c
	}
	return seen
}

// varies tells whether a character does not show but changes the one before it: an emoji, or a Chinese character that is
// written in several ways.
func varies(before, c rune) bool {
	switch {
	case c < '\u200D' || '\u200D' < c && c < '\uFE00': // for speed only
		return false
	case c == '\u200D' || c == '\uFE0E' || c == '\uFE0F':
		return before == '\uFE0F' || unicode.In(before, unicode.So, unicode.Sk)
	}
	return unicode.Is(unicode.Variation_Selector, c) && unicode.Is(unicode.Han, before)
}

// signs are what characters beyond ASCII mean that stand alone.
var signs = func() map[rune]class {
	of := map[rune]class{}
	for class, chars := range map[class]string{
		curly: "“”„‟‘’‚‛«»‹›″′＂＇", ellipsis: "…⋯", separator: "、；，､", colon: "：", bracket: "（）【】「」『』", bullet: bullets + "⁎∗·", star: "＊×",
		wide: "。｡", lookalike: "‐‑‒–—―−﹘﹣", dated: "月월", example: "例", misread: "锟", unread: "\uFFFD", control: "\u0085\u2028\u2029", unseen: "\u2800\uFFFC",
	} {
		for _, c := range chars {
			of[c] |= class
		}
	}
	return of
}()

// classOfRune is what a character beyond ASCII means.
func classOfRune(c rune) class {
	if '\u3400' <= c && c <= '\u9FFF' && !misreadChinese()[c] && c != '例' && c != '月' && c != '锟' { // for speed only
		return letter
	}
	of := signs[c]
	if '！' <= c && c <= '～' && !strings.ContainsRune("！（），：；？～／", c) { // those are common in Chinese texts
		of |= wide
	}
	switch {
	case of != 0:
		return of
	case 'Â' <= c && c <= 'ô' || c < 1<<16 && misreadChinese()[c]:
		return letter | misread
	case unicode.IsSpace(c):
		return blank | lookalike
	case unicode.In(c, unicode.Cc, unicode.Cf):
		return control
	case unicode.In(c, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
		return unseen
	case unicode.Is(unicode.Sc, c):
		return money
	}
	return letter
}
