package reader

import (
	"encoding/base64"
	"html"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// groupedBy is of numbers in groups of three digits behind the first, so many times, with the same separator between all.
// A number has no zero at its front, nor a +, unlike many of people's telephones.
func groupedBy(first, times string, separators ...string) string {
	for i, s := range separators {
		decimals := "([.,][0-9]+)?"
		switch s {
		case ",":
			decimals = `(\.[0-9]+)?`
		case `\.`:
			decimals = "(,[0-9]+)?"
		}
		separators[i] = "(" + s + "[0-9]{3})" + times + decimals
	}
	return "^-?" + first + "(" + strings.Join(separators, "|") + ")$"
}

var (
	surelyGrouped = matches(groupedBy("[1-9][0-9]{0,2}", "{2,}", ",", "['’]", `[\x{A0}\x{2007}\x{2009}\x{202F}]`) + "|" +
		groupedBy("[1-9]", "{2,}", `\.`, " ") + "|" + groupedBy("[1-9][0-9]{0,2}", "{4,}", `\.`, " "))
	maybeGrouped = matches(groupedBy("[1-9][0-9]{0,2}", "{2,}", `\.`, " ") + "|" +
		groupedBy("[1-9][0-9]{0,2}", "", "['’]", `[\x{A0}\x{2007}\x{2009}\x{202F}]`) + "|^[+-]?[0-9]+(,[0-9]+)+$")
)

// isGrouped tells of a number whose digits nobody but a spreadsheet groups like that.
func isGrouped(id string) bool { return surelyGrouped(id) && !isIP(id) }

// mayBeGrouped tells of what could be a telephone as well, or how people write IDs.
func mayBeGrouped(id string) bool { return maybeGrouped(id) && !isIP(id) }

func isIP(id string) bool {
	_, err := netip.ParseAddr(id)
	return err == nil
}

// holdsSeveral tells whether separators stand between things of which each is a mail address or a room.
func holdsSeveral(id string) bool {
	if len(id) < 2*32 && strings.IndexByte(id, '@') == strings.LastIndexByte(id, '@') { // for speed only
		return false
	}
	addresses, rooms := 0, 0
	for part := range strings.FieldsFuncSeq(id, func(c rune) bool { return strings.ContainsRune(";,/|& 、；，\u00a0\u3000", c) }) {
		if at := strings.IndexByte(part, '@'); 0 < at && at < len(part)-1 {
			addresses++
		} else if isRoom(part) {
			rooms++
		}
	}
	return addresses > 1 || rooms > 1
}

var spelledOut = matches(`(?i)^\S+ at \S+ dot \S+$`)

// isSpelledOut tells of a mail address whose signs are words.
func isSpelledOut(id string) bool { return strings.Contains(id, " dot ") && spelledOut(id) }

var utf7 = expression(`[+&]([A-Za-z0-9+/,]{3,})-`)

// isUTF7 tells of letters beyond ASCII that stand between + and - (in names of mailboxes & and -), as UTF-16 in base64. What
// people write there is something else as a rule, and hardly ever common letters.
func isUTF7(id string) bool {
	for _, m := range utf7().FindAllStringSubmatch(id, -1) {
		units, err := base64.RawStdEncoding.Strict().DecodeString(strings.ReplaceAll(m[1], ",", "/"))
		if err != nil || len(units)%2 != 0 {
			continue
		}
		isLetter := func(c rune) bool {
			return 0xC0 <= c && c < 0x530 && unicode.IsLetter(c) || len(units) > 2 && isCommonChinese(c)
		}
		good := true
		for i := 0; i < len(units); i += 2 {
			good = good && isLetter(rune(units[i])<<8|rune(units[i+1]))
		}
		if good {
			return true
		}
	}
	return false
}

var escape = expression(`&(#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]+);`)

// misreadAs begins what a character of two bytes or more becomes where each is taken for one.
var misreadAs = matches(`[Â-Ýà-ô][\x{80}-\x{BF}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]`)

// isMisread tells of a text in UTF-8 that was taken for Windows-1252, and of one in which each character that could not be
// read was written as U+FFFD, and then taken for GBK.
func isMisread(id string) bool {
	if strings.Contains(id, "锟斤") || strings.Contains(id, "斤拷") || strings.Contains(id, "烫烫烫") || strings.Contains(id, "屯屯屯") || isMisreadChinese(id) {
		return true
	}
	if !misreadAs(id) {
		return false
	}
	for _, text := range []string{id, strings.ReplaceAll(id, " ", "\u00a0")} { // which becomes a blank on its way
		if raw, err := charmap.Windows1252.NewEncoder().String(text); err == nil && utf8.ValidString(raw) {
			return true
		}
	}
	return false
}

// misreadChinese are what the first two of the three bytes of a Chinese character become where they are taken for GBK.
var misreadChinese = sync.OnceValue(func() *[1 << 16]bool {
	var is [1 << 16]bool
	for first := 0xE4; first <= 0xE9; first++ {
		for second := 0x80; second <= 0xBF; second++ {
			text, _ := charsets[GB18030].NewDecoder().Bytes([]byte{byte(first), byte(second)})
			if c, _ := utf8.DecodeRune(text); c != utf8.RuneError {
				is[c] = true
			}
		}
	}
	is['烫'], is['屯'] = true, true // what memory holds that a program never wrote to, where that is taken for GBK
	return &is
})

// isMisreadChinese tells of a Chinese text in UTF-8 that was taken for GBK, in which a ? may stand for what was left over.
func isMisreadChinese(id string) bool {
	if c, _ := utf8.DecodeRuneInString(id); !misreadChinese()[uint16(c)] {
		return false
	}
	text, cut := strings.CutSuffix(id, "?")
	raw, err := charsets[GB18030].NewEncoder().Bytes([]byte(text))
	if err != nil {
		return false
	}
	for n := 0; cut && n < 2 && !utf8.Valid(raw); n++ {
		raw = raw[:max(0, len(raw)-1)]
	}
	return utf8.Valid(raw) && utf8.RuneCount(raw) > 1 && strings.IndexFunc(string(raw), func(c rune) bool { return c >= utf8.RuneSelf && !isCommonChinese(c) }) < 0
}

const (
	month = `(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|january|february|march|april|june|july|august|september|october|november|december|` +
		`jän|mär|märz|mrz|mai|okt|dez|janv|févr|mars|avr|juin|juil|août|déc|ene|abr|ago|dic|gen|giu|lug|set|ott|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек)\.?`
	year    = `(19|20)\d\d`
	clock   = `\d{1,3}:\d\d(:\d\d)?([.,]\d+)?( ?[ap]\.?m\.?)?`
	anyTime = `([T\s\p{Zs}]+` + clock + `)?( ?(Z|UTC|GMT|[+-]\d\d:?\d\d))?`
)

var aDate = matches(`(?i)^(` + year + `[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}/\d{1,2}/(\d\d|\d{4})|\d{1,2}[-.]\d{1,2}[-.]` + year + `|\d{1,2}/` + year + `|` + year + `/\d{1,2}` +
	`|\d{1,2}\.\d{1,2}\.|\d{1,2}[-./ ]{1,2}` + month + `([-./, ]{1,2}\d{2,4})?|` + month + `[-/ ]{1,2}\d{1,4}(,? \d{4})?` +
	`|(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? (\d{1,2} ` + month + `|` + month + ` \d{1,2}).*` +
	`|((\d\d|\d{4})年)?\d{1,2}月(\d{1,2}[日号])?|\d{1,2}-\d{1,2}月|(\d{4}년 ?)?\d{1,2}월( ?\d{1,2}일)?)` + anyTime + `$|^` + clock + `$`)

var dateWords = setOf("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mrz", "mai", "okt", "dez", "mon", "tue", "wed", "thu", "fri", "sat", "sun")

// longestDate is in bytes, but for what a browser's script writes, which has the name of a time zone.
const longestDate = 80

// isDate tells whether a date or a time stands in an ID, and nothing else. 1-2, 2024-03 and 20240301 are none.
func isDate(id string) bool {
	digit := '0' <= id[0] && id[0] <= '9'
	if len(id) < 4 || len(id) > longestDate || !digit && !dateWords[strings.ToLower(id[:3])] { // for speed only
		return false
	}
	return aDate(id)
}

// isEscaped tells whether an HTML entity stands in an ID.
func isEscaped(id string) bool {
	return slices.ContainsFunc(escape().FindAllString(id, -1), func(entity string) bool { return html.UnescapeString(entity) != entity })
}

// isNoMail tells of what has an @ that it may be no mail address; few are looked at more closely.
func isNoMail(id string) bool {
	at := strings.IndexByte(id, '@')
	before := byte('.')
	for i := at + 1; i < len(id); i++ {
		c := id[i]
		if c == '@' || c == '.' && before == '.' {
			return true
		}
		before = c
	}
	return at == 0 || before == '.'
}
