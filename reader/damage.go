package reader

import (
	"html"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// damage is something that tools make of the text of a cell on its way into a CSV.
type damage struct {
	of    class                // an ID can only have it where one of these stands in it
	is    func(id string) bool // whether it has it; nil: what stands in it is enough
	words string               // what is told, behind the name of the field
	doubt bool                 // an account could be like that, so that it is for the user to say
	shape bool                 // the doubt is of the shape, and not that it is a placeholder
}

// damages are all that are known, for accounts and rooms alike. The first that an ID has is told, so that those that
// nothing good can have come first.
var damages = []damage{
	{of: control, words: " has a control character"},
	{of: unseen, words: " has a character that does not show"},
	{of: unread, words: " has a character that a tool could not read (U+FFFD) in it"},
	{of: misread, is: isMisread, words: " was read in a wrong encoding by a tool, which wrote other characters for it, such as 锟斤拷 or Ã¼"},
	{of: equals, is: matches(`^=([^?0-9+-]|[+-][^0-9])|^\+\pL`), words: " is a formula of a spreadsheet, not the text that it shows"},
	{of: comment, is: matches(`^##+$|^#[¡¿]?[\p{Lu}_/0]{2,}[!?]$|^#(?i:` + errorNames + `)$`), words: " is an error of a spreadsheet, not a text"},
	{of: colon, is: matches(`^Err:5[0-9]{2}$`), words: " is an error of a spreadsheet, not a text"},
	{of: bracket | backslash, is: matches(`^(?i:\\N|[(<[{](null|nul|nil|n/?a|nan|undefined)[)>\]}]|\[object [a-z]+\])$|^%![a-z]\(.*\)$`), words: " is how a tool writes that there is nothing"},
	{of: typeName | bracket, is: matches(typeNames), words: " is the name of a program's type, which a script wrote in place of a value"},
	{of: bracket, is: matches(`\{\{.*\}\}|[$#]\{.*\}|<%.*%>|^@\{.*=.*\}$`), words: " is a field of a template that was not filled in"},
	{of: star | bullet, is: matches(`\*\*.*[^*]|[^*].*\*\*|[●•∗⁎＊×]{2}`), words: " was masked: signs such as * hide a part of it"},
	{of: number, is: matches(`^[+-]?[0-9]+([.,][0-9]+)?[eE]\+[0-9]+$|^[+-]?[0-9]+[.,][0-9]+[eE][0-9]+$`), words: roundedNumber},
	{of: number, is: matches(`^[+-]?[0-9]{5,}[.,]0+$`), words: " was made a decimal number by a data tool"},
	{of: number, is: isGrouped, words: " is a number whose digits were grouped by a spreadsheet"},
	{of: wide, is: matches(`^[０-９]+$`), words: " is written in full-width digits"},
	{of: bracket, is: matches(`<[^<>]*@[^<>]*>`), words: " is a mail address with what mail programs put around it: NAME <ADDRESS>"},
	{of: separator | blank | comma, is: holdsSeveral, words: " holds several addresses or IDs"},

	{of: word, is: func(id string) bool { return placeholders[strings.ToLower(id)] }, words: " is a placeholder, such as NULL, - or TRUE", doubt: true},
	{of: backslash, is: matches(`\\\\`), words: ` has two backslashes, as databases write one`, doubt: true},
	{of: amp, is: matches(`_x[0-9A-F]{4}_$`), words: " ends with a character that a spreadsheet wrote as a code, such as _x000D_"},
	{of: comment | separator | bracket, is: matches(`^(#|--|//|/\*|;|<!--)`), words: " begins like a row that was put out of action, such as with #", doubt: true},
	{of: number, is: matches(`^[+-]?[0-9]*[.,]0+$`), words: " could be a number that a data tool made decimal", doubt: true},
	{of: number, is: mayBeGrouped, words: " could be a number whose digits were grouped, or several", doubt: true},
	{of: number, is: matches(`^\+?[0-9]{7,}([;/|、；， ]+\+?[0-9]{7,})+$`), words: " could be several numbers", doubt: true},
	{of: equals, is: matches(`^=[+-]?[0-9]+$`), words: " begins with =, as a formula of a spreadsheet", doubt: true},
	{of: date, is: isDate, words: " is a date or a time, which spreadsheets make of IDs", doubt: true},
	{of: bullet | comment | star | lookalike, is: matches(`^[` + bullets + `]|^[-–—*·] `), words: " begins with a bullet, as a list has it", doubt: true},
	{of: masked, is: matches(`[0-9]-?[xX]{3}`), words: maybeMasked, doubt: true},
	{of: star, is: matches(`[*＊]`), words: maybeMasked, doubt: true},
	{of: money, is: matches(`^[-(]{0,2}` + currency + `[\s\p{Zs}]?-?` + amount + `\)?$|^-?` + amount + currency + `$`), words: " is a sum of money, as a spreadsheet shows numbers", doubt: true},
	{of: percent, is: matches(`^-?` + amount + `%$`), words: " is a percentage, as a spreadsheet shows numbers", doubt: true},
	{of: quote, is: matches("^['\"`]|['\"`]$"), words: " begins or ends with an apostrophe or a quote", doubt: true},
	{of: curly, words: " has a word processor's quotes", doubt: true},
	{of: wide, words: " has full-width letters, digits or signs", doubt: true},
	{of: colon, is: matches(`(?i)mailto:|^(smtp|sips?|tel|callto|https?):`), words: " is an address behind what links begin with (mailto:)", doubt: true},
	{of: bracket, is: matches(`[(（][^()（）]*@[^()（）]*[)）]|@[^()（）]*[(（][^()（）]*[)）]$`), words: " has a mail address and a name", doubt: true},
	{of: named, is: matches(nameAndAddress), words: " has a mail address and a name", doubt: true},
	{of: bracket | percent | money, is: matches(templateField), words: " stands in brackets or signs, as a field of a template that was not filled in", doubt: true},
	{of: separator | comma, is: matches(`@[^;,、；，]+[;,、；，]$|[^、；，][、；，]$`), words: " has a separator behind it", doubt: true},
	{of: separator | comma | wide, is: matches(`^([^\s@;,|、；，｜]+@[^\s@.;,|、；，｜]+\.[^\s@;,|、；，｜]+|[0-9a-fA-F]{32})[;,|、；，｜].`), words: " has a delimiter and more behind a mail address or an ID", doubt: true, shape: true},
	{of: question, is: matches(`\?\?|^=\?.*\?=$`), words: " has question marks where a tool could not write a text", doubt: true},
	{of: ellipsis, words: " was cut short for display, and has dots in place of the rest", doubt: true},
	{of: amp, is: isEscaped, words: " has a character that was escaped for HTML, such as &amp;", doubt: true},
	{of: example | colon | bracket, is: matches(exampleOf), words: " is an example, as a template has it", doubt: true},
	{of: separator, is: matches(`[^、，；､][、，；､]+[^、，；､]`), words: " could be several IDs, with 、 or ， between", doubt: true},
	{of: separator, is: matches(`^\p{Han}{2,4}([;|]\p{Han}{2,4})+$|^[0-9]+([;|][0-9]+)+$`), words: " could be several IDs, with ; or | between", doubt: true},
	{of: unaddressed, is: matches(`@@|^[^@]+@$|^@[^\s@]+\.[^\s@]+$|@[^@]*\.$|@[^@]*\.\.|@[^@]+\.[^@]+@[^@]+\.[^@]+$`), words: " looks like a mail address, but is no good mail address", doubt: true},
	{of: bracket, is: matches(`(?i)[(\[{<]\s*(at|dot)\s*[)\]}>]`), words: " is a mail address that was disguised", doubt: true},
	{of: percent, is: matches(`^[^@]+%40[^@]+\.[^@]+$`), words: " is a mail address that was disguised, or escaped for a link", doubt: true},
	{of: bracket, is: matches(`(?i)<br\s*/?>|</(p|div|span|td|tr|a|b|i|li)>$`), words: " has a tag of a web page", doubt: true},
	{of: bracket, is: matches(`~\{.+~\}`), words: " is in HZ, an encoding of Chinese in mails", doubt: true},
	{of: lookalike, words: " has a character that only looks like a blank or a hyphen, such as a no-break blank or a dash", doubt: true},
	{of: variant, words: " has a character that does not show and changes the one before it, as in emoji", doubt: true},
}

const (
	// typeNames are of PowerShell, Java, Python and JavaScript.
	typeNames = `^(Deserialized\.)?(System|Microsoft\.[A-Z]\w*)\.([\w.]+\[\]|([A-Z]\w*\.)+[A-Z]\w*(` + "`" + `\d.*|\[.*\])?|(Object|String|Byte|Char|Int\d\d|Guid|DateTime|Boolean|DBNull|__ComObject))$|` +
		`^java\.\w+\.[\w.$@]+$|^\[L?[\w.$]+;?@[0-9a-f]+$|^<(class '.*'|.* (object )?at 0x[0-9a-fA-F]+)>$`

	currency = `(\p{Sc}|CN¥|[A-Z]{1,2}\$)`
	amount   = `[0-9][0-9.,'\s\p{Zs}]*`
	bullets  = "•◦‣▪▫■□●○◆◇★☆∙⁃➢►▶▸✓✔☑※→❖"

	nameAndAddress = `^[^@]+[\s\p{Zs},;:|/、，；：][^@\s\p{Zs}]+@[^@\s.]+\.[^@\s]+$|^[^@\s]+@[^@\s\p{Zs}.]+\.[^@\s\p{Zs}]+[\s\p{Zs}][^@]+$`
	templateField  = `^[<{\[【].+[>}\]】]$|^%[^%]+%$|^%[sdv]$|^\$[A-Za-z_]\w*$`
	exampleOf      = `(?i)^[(（【\[]?(` + exampleWords + `|如|比如)[)）】\]]?\s*[0-9一二三]?\s*[:：,，]|^e\.g\.|` +
		`^[(（【\[](` + exampleWords + `)[)）】\]]|[(（【\[](` + exampleWords + `)[)）】\]]$|^(示例|样例|范例)`
	exampleWords = `示例|样例|范例|举例|例子|例如|例|e\.?g\.?|example|for example|sample|beispiel|exemple|ejemplo`

	maybeMasked = " may be masked: signs such as * hide a part of it"
)

const roundedNumber = " was turned into a rounded number by a spreadsheet"

// errorNames are those of a spreadsheet's errors that are not capitals up to a ! or ?, and those that a database program
// writes in another case.
const errorNames = `n/a|n/d!?|n/b|nv|i/t|н/д|yok|hiányzik|getting_data|ref!|value!|name\?|div/0!|num!|null!|spill!|error!?|deleted`

// placeholders are written where there is nothing, in lower case. Each could be an account.
var placeholders = setOf("null", "nul", "nil", "none", "nan", "nat", "na", "n/a", "n.a.", "n.a", "undefined", "dbnull", "-", "--", "---", "–", "—", "——",
	"?", "/", "\\", "*", "_", "无", "無", "空", "暂无", "没有", "空白", "未知", "待定", "(empty)", "(blank)", "(none)", "(空)", "(空白)", "（空）", "（空白）",
	"wahr", "falsch", "vrai", "faux", "verdadero", "falso", "(leer)", "(vide)", "(en blanco)", "(unset)", "(待定)", "（待定）", "k.a.", "k. a.", "n. a.",
	"[]", "{}", "inf", "-inf", "infinity", "nonetype", "同上", "〃", "ditto", "已删除", "@", "<empty>", "<blank>", "<none>", "[empty]", "[blank]", "[none]", "empty", "blank", "unknown", "tbd", "true", "false", "0")

// longestPlaceholder is in bytes.
const longestPlaceholder = 12

// matches makes a test of a regular expression, which is compiled when the first cell needs it: commands that read no input
// do not wait for that.
func matches(expression string) func(id string) bool {
	compiled := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
	return func(id string) bool { return compiled().MatchString(id) }
}

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

var escape = regexp.MustCompile(`&(#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]+);`)

// misreadAs begins what a character of two bytes or more becomes where each is taken for one.
var misreadAs = regexp.MustCompile(`[Â-Ýà-ô][\x{80}-\x{BF}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]`)

// isMisread tells of a text in UTF-8 that was taken for Windows-1252, and of one in which each character that could not be
// read was written as U+FFFD, and then taken for GBK.
func isMisread(id string) bool {
	if strings.Contains(id, "锟斤") || strings.Contains(id, "斤拷") || strings.Contains(id, "烫烫烫") || strings.Contains(id, "屯屯屯") || isMisreadChinese(id) {
		return true
	}
	if !misreadAs.MatchString(id) {
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
var misreadChinese = func() (is [1 << 16]bool) {
	for first := 0xE4; first <= 0xE9; first++ {
		for second := 0x80; second <= 0xBF; second++ {
			text, _ := charsets[GB18030].NewDecoder().Bytes([]byte{byte(first), byte(second)})
			if c, _ := utf8.DecodeRune(text); c != utf8.RuneError {
				is[c] = true
			}
		}
	}
	is['烫'], is['屯'] = true, true // what memory holds that a program never wrote to, where that is taken for GBK
	return is
}()

// isMisreadChinese tells of a Chinese text in UTF-8 that was taken for GBK, in which a ? may stand for what was left over.
func isMisreadChinese(id string) bool {
	if c, _ := utf8.DecodeRuneInString(id); !misreadChinese[uint16(c)] {
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
	`|\d{1,2}[-./ ]{1,2}` + month + `([-./, ]{1,2}\d{2,4})?|` + month + `[-/ ]{1,2}\d{1,4}(,? \d{4})?` +
	`|(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? (\d{1,2} ` + month + `|` + month + ` \d{1,2}).*` +
	`|((\d\d|\d{4})年)?\d{1,2}月(\d{1,2}[日号])?|(\d{4}년 ?)?\d{1,2}월( ?\d{1,2}일)?)` + anyTime + `$|^` + clock + `$`)

var dateWords = setOf("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon", "tue", "wed", "thu", "fri", "sat", "sun")

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
	for _, entity := range escape.FindAllString(id, -1) {
		if html.UnescapeString(entity) != entity {
			return true
		}
	}
	return false
}

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
	example // the Chinese word, and how e.g. begins
	dated   // the Chinese word for a month, and the Korean one

	unaddressed // an @ where no mail address has one, or what stands in none behind it
	named       // @ and what stands between names
	date        // digits, and what stands in dates
	masked      // digits and crosses
	typeName    // how names of a program's types begin
	number      // nothing that stands in no number, and more than digits
	word        // no longer than a placeholder
)

// harmless are those that are looked at together only.
const harmless = letter | exponent | cross | digit | point | dash | at

var classes = func() (of [128]class) {
	for c := range of {
		if c < ' ' || c == 0x7F {
			of[c] = control
		}
	}
	for class, chars := range map[class]string{
		letter: "abcdfghijklmnopqrstuvwyzABCDFGHIJKLMNOPQRSTUVWYZ_~^!", at: "@", exponent: "eE", cross: "xX", dash: "-", star: "*", money: "$", percent: "%", digit: "0123456789", point: ".", comma: ",", blank: " ",
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
	for i := range len(id) {
		if c := id[i]; c < 0x80 { // for speed only: hardly any ID has to be looked at as Unicode
			seen |= classes[c]
		} else {
			seen |= classOfRest(id[i:])
			break
		}
	}
	if seen&digit != 0 {
		seen |= classOfNumber(seen)
	}
	if len(id) <= longestPlaceholder && (seen&digit == 0 || len(id) == 1) {
		seen |= word
	}
	switch c := id[0]; {
	case c == '-':
		seen |= comment
	case c == '+' && len(id) > 1 && !isDigit(id[1]): // which begins a formula, too
		seen |= equals
	case id[len(id)-1] == '.' && strings.HasSuffix(id, "...") && strings.Trim(id, ".") != "":
		seen |= ellipsis
	case (c == 'S' || c == 'M' || c == 'D' || c == 'j') && seen&point != 0:
		seen |= typeName
	case (c == 'e' || c == 'E') && len(id) > 1 && id[1] == '.':
		seen |= example
	case id[len(id)-1] == '_' && seen&(digit|cross) == digit|cross: // _x000D_
		seen |= amp
	}
	return seen
}

// classOfNumber is what an ID can be that has digits, by what else stands in it.
func classOfNumber(seen class) (as class) {
	if seen&(letter|cross|at) == 0 && seen&(exponent|point|comma|blank|quote|curly|separator) != 0 {
		as |= number
	}
	if seen&(dash|separator|colon|blank|dated) != 0 || as&number != 0 {
		as |= date
	}
	if seen&^(digit|cross|dash) == 0 && seen&cross != 0 {
		as |= masked
	}
	return as
}

func classOfRest(id string) (seen class) {
	before := rune(0)
	for _, c := range id {
		switch {
		case c < 0x80:
			seen |= classes[c]
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
		curly: "“”„‟‘’‚‛«»‹›″′＂＇", ellipsis: "…⋯", separator: "、；，､", colon: "：", bracket: "（）【】", bullet: bullets + "⁎∗·", star: "＊×",
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
	if '\u3400' <= c && c <= '\u9FFF' && !misreadChinese[c] && c != '例' && c != '月' && c != '锟' { // for speed only
		return letter
	}
	of := signs[c]
	if '！' <= c && c <= '～' && !strings.ContainsRune("！（），：；？～／", c) { // those are common in Chinese texts
		of |= wide
	}
	switch {
	case of != 0:
		return of
	case 'Â' <= c && c <= 'ô' || c < 1<<16 && misreadChinese[c]:
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

// damageOf finds what was done to an ID; nil is nothing.
func damageOf(id string) *damage {
	seen := classOf(id)
	if seen&at != 0 && isNoMail(id) {
		seen |= unaddressed
	}
	if seen&^harmless == 0 {
		return nil
	}
	if seen&at != 0 && seen&(blank|separator|comma|colon) != 0 {
		seen |= named
	}
	for i := range damages {
		if d := &damages[i]; d.of&seen != 0 && (d.is == nil || d.is(id)) {
			return d
		}
	}
	return nil
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

func setOf(words ...string) map[string]bool {
	set := map[string]bool{}
	for _, w := range words {
		set[w] = true
	}
	return set
}
