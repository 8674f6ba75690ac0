package reader

import (
	"html"
	"net/netip"
	"regexp"
	"strings"
	"unicode"
)

// damage is something that tools make of the text of a cell on its way into a CSV.
type damage struct {
	of    class                // an ID can only have it where one of these stands in it
	is    func(id string) bool // whether it has it; nil: what stands in it is enough
	words string               // what is told, behind the name of the field
	doubt bool                 // an account could be like that, so that it is for the user to say
}

// damages are all that are known, for accounts and rooms alike. The first that an ID has is told, so that those that
// nothing good can have come first.
var damages = []damage{
	{of: control, words: " has a control character"},
	{of: unread, words: " has a character that a tool could not read (U+FFFD) in it"},
	{of: equals, is: matches(`^=(["'“”]|[\pL.]+\()`), words: " is a formula of a spreadsheet, not the text that it shows"},
	{of: comment, is: matches(`^##+$|^#[¡¿]?[\p{Lu}_/0]{2,}[!?]$|^#(?i:` + errorNames + `)$`), words: " is an error of a spreadsheet, not a text"},
	{of: colon, is: matches(`^Err:5[0-9]{2}$`), words: " is an error of a spreadsheet, not a text"},
	{of: bracket | backslash, is: matches(`^(?i:\\N|[(<[{](null|nul|nil|n/?a|nan|undefined)[)>\]}]|\[object [a-z]+\])$`), words: " is how a tool writes that there is nothing"},
	{of: number, is: matches(`^[+-]?[0-9]+([.,][0-9]+)?[eE]\+[0-9]+$|^[+-]?[0-9]+[.,][0-9]+[eE][0-9]+$`), words: roundedNumber},
	{of: number, is: matches(`^[+-]?[0-9]{5,}[.,]0+$`), words: " was made a decimal number by a data tool"},
	{of: number, is: isGrouped, words: " is a number whose digits were grouped by a spreadsheet"},
	{of: wide, is: matches(`^[０-９]+$`), words: " is written in full-width digits"},
	{of: bracket, is: matches(`<[^<>]*@[^<>]*>`), words: " is a mail address with what mail programs put around it: NAME <ADDRESS>"},
	{of: separator | blank | comma, is: holdsSeveral, words: " holds several addresses or IDs"},

	{of: word, is: func(id string) bool { return placeholders[strings.ToLower(id)] }, words: " is a placeholder, such as NULL, - or TRUE", doubt: true},
	{of: comment | separator | bracket, is: matches(`^(#|--|//|/\*|;|<!--)`), words: " begins like a row that was put out of action, such as with #", doubt: true},
	{of: number, is: matches(`^[+-]?[0-9]*[.,]0+$`), words: " could be a number that a data tool made decimal", doubt: true},
	{of: number, is: mayBeGrouped, words: " could be a number whose digits were grouped, or several", doubt: true},
	{of: number, is: matches(`^\+?[0-9]{7,}([;/|、；， ]+\+?[0-9]{7,})+$`), words: " could be several numbers", doubt: true},
	{of: equals, is: matches(`^=[+-]?[0-9]+$`), words: " begins with =, as a formula of a spreadsheet", doubt: true},
	{of: quote, is: matches("^['\"`]|['\"`]$"), words: " begins or ends with an apostrophe or a quote", doubt: true},
	{of: curly, words: " has a word processor's quotes", doubt: true},
	{of: wide, words: " has full-width letters, digits or signs", doubt: true},
	{of: colon, is: matches(`(?i)mailto:|^(smtp|sips?|tel|callto|https?):`), words: " is an address behind what links begin with (mailto:)", doubt: true},
	{of: bracket, is: matches(`\([^()]*@[^()]*\)|@[^()]* \([^()]*\)$`), words: " has a mail address and a name", doubt: true},
	{of: separator | comma, is: matches(`@[^;,、；，]+[;,、；，]$`), words: " is a mail address with a separator behind it", doubt: true},
	{of: question, is: matches(`\?\?|^=\?.*\?=$`), words: " has question marks where a tool could not write a text", doubt: true},
	{of: ellipsis, words: " was cut short for display, and has dots in place of the rest", doubt: true},
	{of: amp, is: isEscaped, words: " has a character that was escaped for HTML, such as &amp;", doubt: true},
}

const roundedNumber = " was turned into a rounded number by a spreadsheet"

// errorNames are those of a spreadsheet's errors that are not capitals up to a ! or ?, and those that a database program
// writes in another case.
const errorNames = `n/a|n/d!?|n/b|nv|i/t|н/д|yok|hiányzik|getting_data|ref!|value!|name\?|div/0!|num!|null!|spill!|error!?|deleted`

// placeholders are written where there is nothing, in lower case. Each could be an account.
var placeholders = setOf("null", "nul", "nil", "none", "nan", "nat", "na", "n/a", "n.a.", "n.a", "undefined", "dbnull", "-", "--", "---", "–", "—", "——",
	"?", "/", "\\", "*", "_", "无", "無", "空", "暂无", "没有", "空白", "未知", "待定", "(empty)", "(blank)", "(none)", "(空)", "(空白)", "（空）", "（空白）",
	"<empty>", "<blank>", "<none>", "[empty]", "[blank]", "[none]", "empty", "blank", "unknown", "tbd", "true", "false", "0")

// longestPlaceholder is in bytes.
const longestPlaceholder = 12

// matches makes a test of a regular expression.
func matches(expression string) func(id string) bool {
	return regexp.MustCompile(expression).MatchString
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
type class uint32

const (
	letter   class = 1 << iota // but e and E
	exponent                   // e and E
	digit
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
	unread
	wide
	curly
	ellipsis

	number // nothing that stands in no number, and more than digits
	word   // no longer than a placeholder
)

// harmless are those that are looked at together only.
const harmless = letter | exponent | digit | point

var classes = func() (of [128]class) {
	for c := range of {
		if c < ' ' || c == 0x7F {
			of[c] = control
		}
	}
	for class, chars := range map[class]string{
		letter: "abcdfghijklmnopqrstuvwxyzABCDFGHIJKLMNOPQRSTUVWXYZ_@~$%^!", exponent: "eE", digit: "0123456789", point: ".", comma: ",", blank: " ",
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
	if seen&letter == 0 && seen&digit != 0 && seen&(exponent|point|comma|blank|quote|curly|separator) != 0 {
		seen |= number
	}
	if len(id) <= longestPlaceholder && (seen&digit == 0 || len(id) == 1) {
		seen |= word
	}
	switch {
	case id[0] == '-':
		seen |= comment
	case id[len(id)-1] == '.' && strings.HasSuffix(id, "...") && strings.Trim(id, ".") != "":
		seen |= ellipsis
	}
	return seen
}

func classOfRest(id string) (seen class) {
	for _, c := range id {
		if c < 0x80 {
			seen |= classes[c]
		} else {
			seen |= classOfRune(c)
		}
	}
	return seen
}

// classOfRune is what a character beyond ASCII means.
func classOfRune(c rune) class {
	switch {
	case '\u3400' <= c && c <= '\u9FFF': // for speed only
		return letter
	case c == unicode.ReplacementChar:
		return unread
	case strings.ContainsRune("“”„‟‘’‚‛«»‹›″′＂＇", c):
		return curly
	case c == '…' || c == '⋯':
		return ellipsis
	case strings.ContainsRune("、；，", c):
		return separator
	case '！' <= c && c <= '～' && !strings.ContainsRune("！（），：；？～／", c): // those are common in Chinese texts
		return wide
	case unicode.IsSpace(c):
		return blank
	case unicode.In(c, unicode.Cc, unicode.Cf):
		return control
	}
	return letter
}

// damageOf finds what was done to an ID; nil is nothing.
func damageOf(id string) *damage {
	seen := classOf(id)
	if seen&^harmless == 0 {
		return nil
	}
	for i := range damages {
		if d := &damages[i]; d.of&seen != 0 && (d.is == nil || d.is(id)) {
			return d
		}
	}
	return nil
}

func setOf(words ...string) map[string]bool {
	set := map[string]bool{}
	for _, w := range words {
		set[w] = true
	}
	return set
}
