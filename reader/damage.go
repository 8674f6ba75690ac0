package reader

import (
	"regexp"
	"strings"
	"sync"
)

// damage is something that tools make of the text of a cell on its way into a CSV.
type damage struct {
	of    class                // an ID can only have it where one of these stands in it
	is    func(id string) bool // whether it has it; nil: what stands in it is enough
	words string               // what is told, behind the name of the field
	doubt bool                 // an account could be like that, so that it is for the user to say
	kind  string               // of the doubt, where that is not a placeholder
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
	{of: bracket | backslash, is: matches(`^(?i:\\N|[(<[{] ?(null|nul|nil|n/?a|nan|undefined) ?[)>\]}]|\[object [a-z]+\])$|^%![a-z]\(.*\)$`), words: " is how a tool writes that there is nothing"},
	{of: typeName | bracket, is: matches(typeNames), words: " is the name of a program's type, which a script wrote in place of a value"},
	{of: bracket, is: matches(`\{\{.*\}\}|[$#]\{.*\}|<%.*%>|^@\{.*=.*\}$`), words: " is a field of a template that was not filled in"},
	{of: star | bullet, is: matches(`\*\*.*[^*]|[^*].*\*\*|[●•∗⁎＊×]{2}`), words: " was masked: signs such as * hide a part of it"},
	{of: number, is: matches(`^[+-]?[0-9]+([.,][0-9]+)?[eE]\+[0-9]+$|^[+-]?[0-9]+[.,][0-9]+ ?[eE]\+?[0-9]+$`), words: roundedNumber},
	{of: number, is: matches(`^[+-]?[0-9]{5,}[.,]0+$`), words: " was made a decimal number by a data tool"},
	{of: number, is: isGrouped, words: " is a number whose digits were grouped by a spreadsheet"},
	{of: wide, is: matches(`^[０-９]+$`), words: " is written in full-width digits"},
	{of: bracket, is: matches(`<[^<>]*@[^<>]*>`), words: " is a mail address with what mail programs put around it: NAME <ADDRESS>"},
	{of: separator | blank | comma, is: holdsSeveral, words: " holds several addresses or IDs"},

	{of: word, is: isPlaceholder, words: " is a placeholder, such as NULL, - or TRUE", doubt: true},
	{of: backslash, is: matches(`\\\\`), words: ` has two backslashes, as databases write one`, doubt: true},
	{of: amp, is: matches(`_x[0-9A-F]{4}_$`), words: " ends with a character that a spreadsheet wrote as a code, such as _x000D_"},
	{of: amp, is: matches(`_x[0-9A-F]{4}_`), words: " has a character that a spreadsheet wrote as a code, such as _x000D_", doubt: true},
	{of: blank, is: matches(`^(?i:rows?|records?|zeile|ligne|fila) #?[0-9]+$`), words: " reads like the number of a row", doubt: true},
	{of: number, is: matches(`^[1-9][0-9]{9,}L$`), words: writtenNumber, doubt: true},
	{of: comment | separator | bracket, is: matches(`^(#|--|//|/\*|;.|<!--|!.*@|~~.*~~$)`), words: " begins like a row that was put out of action, such as with #", doubt: true},
	{of: number, is: matches(`^[+-]?([0-9]*[.,]0+|[0-9]{5,}\.)$`), words: " could be a number that a data tool made decimal", doubt: true},
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
	{of: bracket, is: matches(`(?i)[(（\[](deleted|disabled|left|离职|已离职|已删除|已注销|停用|已停用)[)）\]]`), words: " says of somebody that he left or is no more", doubt: true},
	{of: bracket, is: matches(`[(（][^()（）]*@[^()（）]*[)）]|@[^()（）]*[(（][^()（）]*[)）]$`), words: " has a mail address and a name", doubt: true},
	{of: named, is: matches(nameAndAddress), words: " has a mail address and a name", doubt: true},
	{of: bracket | percent | money, is: matches(templateField), words: " stands in brackets or signs, as a field of a template that was not filled in", doubt: true},
	{of: separator | comma, is: matches(`^[0-9a-fA-F]{32}[;,|]$|@[^;,、；，]+[;,、；，]$|[^、；，][、；，]$`), words: " has a separator behind it", doubt: true},
	{of: separator | comma | wide, is: matches(`^([^\s@;,|、；，｜]+@[^\s@.;,|、；，｜]+\.[^\s@;,|、；，｜]+|[0-9a-fA-F]{32})[;,|、；，｜].`), words: " has a delimiter and more behind a mail address or an ID", doubt: true, kind: DoubtShape},
	{of: question, is: matches(lostLetter), words: " has a question mark where a tool could not write a letter", doubt: true, kind: DoubtEncoding},
	{of: question, is: matches(`\?\?|^=\?.*\?=$`), words: " has question marks where a tool could not write a text", doubt: true},
	{of: ellipsis, words: " was cut short for display, and has dots in place of the rest", doubt: true},
	{of: amp, is: isEscaped, words: " has a character that was escaped for HTML, such as &amp;", doubt: true},
	{of: example | colon | bracket, is: matches(exampleOf + `|` + templateWords), words: " is an example, as a template has it", doubt: true},
	{of: separator, is: matches(`[^、，；､][、，；､]+[^、，；､]`), words: " could be several IDs, with 、 or ， between", doubt: true},
	{of: separator | comma, is: matches(`^\p{Han}{2,4}([;|,] ?\p{Han}{2,4})+$|^[0-9]+([;|][0-9]+)+$`), words: " could be several IDs, with ; or the like between", doubt: true},
	{of: unaddressed, is: matches(`@@|^[^@]+@$|^@[^\s@]+\.[^\s@]+$|@[^@]*\.$|@[^@]*\.\.|@[^@]+\.[^@]+@[^@]+\.[^@]+$`), words: " looks like a mail address, but is no good mail address", doubt: true},
	{of: bracket, is: matches(`(?i)[(\[{<]\s*(at|dot)\s*[)\]}>]`), words: " is a mail address that was disguised", doubt: true},
	{of: percent, is: matches(`^[^@]+%40[^@]+\.[^@]+$`), words: " is a mail address that was disguised, or escaped for a link", doubt: true},
	{of: blank, is: isSpelledOut, words: " is a mail address that was disguised", doubt: true},
	{of: named, is: matches(`^\S+ @\S+\.\S+$|^\S+@ ?\S+ \.\S+$|^\S+@ \S+\.\S+$|^[^\s@,]+@[^\s@,.]+,[^\s@,.]+$`), words: " looks like a mail address, but is no good mail address", doubt: true},
	{of: comma | separator | colon, is: matches(`(?i)^(cn|uid|ou)=[^=]+,\s*(cn|ou|o|dc)=|^/o=.*/(ou|cn)=|^(EX|X400|X500):.*=`), words: " is the name of an entry of a directory", doubt: true},
	{of: backslash, is: matches(`\\[tnr].*@.*\.|@.*\\[tnr]$`), words: " has the sign for a tab or a line break", doubt: true},
	{of: bracket, is: matches(`^[「『].*@.*[」』]$`), words: " stands in brackets", doubt: true},
	{of: comment, is: matches(`^(?i:live\.com)#`), words: " is a guest of another service", doubt: true},
	{of: encoded, is: isUTF7, words: " is in UTF-7, an encoding of mails", doubt: true, kind: DoubtEncoding},
	{of: bracket, is: matches(`(?i)<br\s*/?>|</(p|div|span|td|tr|a|b|i|li)>$`), words: " has a tag of a web page", doubt: true},
	{of: bracket, is: matches(`~\{.+~\}`), words: " is in HZ, an encoding of Chinese in mails", doubt: true, kind: DoubtEncoding},
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
	templateWords = `^(?i:example|someone|your[._-]?name|name)@(example|company|yourcompany|your-company|domain|yourdomain)\.(com|org|net)$|^请(输入|填写|填入|勿|选择|按|注意)`
	exampleWords  = `示例|样例|范例|举例|例子|例如|例|e\.?g\.?|example|for example|sample|beispiel|exemple|ejemplo`

	// lostLetter is of names that begin with a capital or are in Chinese, and of addresses: in others a ? may be meant.
	lostLetter = `^[\p{Lu}?]\pL*\?\pL*([\s.-]\p{Lu}[\pL?]*)?$|^\p{Lu}\pL*[\s.-]\p{Lu}[\pL?]*\?\pL*$|^\p{Han}+\?\p{Han}*$|^[\pL\d._-]*(\pL\?|\?\pL)[\pL\d._-]*@[^@\s]+\.[^@\s]+$`

	maybeMasked = " may be masked: signs such as * hide a part of it"
)

// writtenNumber is told of numbers with an exponent, and of those with an L as Java and Python have it.
const writtenNumber = " could be a number as a program wrote it, such as 139E8 or 13900000011L"

const roundedNumber = " was turned into a rounded number by a spreadsheet"

// errorNames are those of a spreadsheet's errors that are not capitals up to a ! or ?, and those that a database program
// writes in another case.
const errorNames = `n/a|n/d!?|n/b|nv|i/t|н/д|yok|hiányzik|getting_data|ref!|value!|name\?|div/0!|num!|null!|spill!|error!?|deleted`

// placeholders are written where there is nothing, in lower case. Each could be an account.
var placeholders = setOf("null", "nul", "nil", "none", "nan", "nat", "na", "n/a", "n.a.", "n.a", "undefined", "dbnull", "-", "--", "---", "–", "—", "——",
	"?", "/", "\\", "*", "_", "无", "無", "空", "暂无", "没有", "空白", "未知", "待定", "(empty)", "(blank)", "(none)", "(空)", "(空白)", "（空）", "（空白）",
	"wahr", "falsch", "vrai", "faux", "verdadero", "falso", "(leer)", "(vide)", "(en blanco)", "(unset)", "(待定)", "（待定）", "k.a.", "k. a.", "n. a.",
	"[]", "{}", "inf", "-inf", "infinity", "nonetype", "同上", "〃", "ditto", "已删除", "@", "<empty>", "<blank>", "<none>", "[empty]", "[blank]", "[none]",
	"not set", "no account", "keine", "kein konto", "n.n.", "sin cuenta", "n/v", "null null", "同", "~", ",", ";", "deleted", "离职", "已离职", "已注销", "注销", "empty", "blank", "unknown", "tbd", "true", "false", "0",
	"n/d", "not found", "not available", "not applicable", "not assigned", "not provided", "not defined", "unassigned", "to be defined", "to be determined", "no user", "no data",
	"nicht vorhanden", "nicht bekannt", "nicht zugewiesen", "nicht vergeben", "nicht angelegt", "unbekannt", "entfällt", "kein account", "ohne konto", "ohne account",
	"non disponible", "non défini", "pas de compte", "sans compte", "aucun compte", "inconnu", "néant", "no disponible", "no asignado", "no aplica", "sin asignar", "sin datos", "desconocido", "ninguno",
	"non disponibile", "non assegnato", "sconosciuto", "nessuno", "não disponível", "sem conta", "desconhecido", "brak danych", "nie dotyczy", "не указано", "неизвестно", "нет данных", "отсутствует",
	"なし", "無し", "該当なし", "未定", "不明", "未登録", "없음", "해당 없음", "해당없음", "미정", "不详", "未填写", "未分配", "未开通", "未注册", "不适用", "没有账号", "没有帐号", "无账号", "无帐号", "待确认", "待补充", "待分配")

// How many bytes placeholders have at most: those of one word in most languages, and others.
const (
	longestPlaceholder = 12
	longestPhrase      = 24
)

// decimals are what a data tool puts behind all that it takes for a number: nan.0.
const decimals = ".0"

// isPlaceholder tells of a placeholder, also with what stands between fields behind it, and of zeros.
func isPlaceholder(id string) bool {
	lower := strings.ToLower(id)
	if placeholders[lower] || id[0] == '0' && len(id) > 4 && strings.Trim(id, "0-") == "" {
		return true
	}
	switch last := id[len(id)-1]; {
	case len(id) > 4 && (last == ';' || last == ',' || last == '.'):
		return placeholders[lower[:len(lower)-1]]
	case strings.HasSuffix(id, decimals):
		return placeholders[strings.TrimSuffix(lower, decimals)]
	case strings.Contains(id, " "): // n / a
		return placeholders[blanksAtSigns.Replace(lower)]
	}
	return false
}

var blanksAtSigns = strings.NewReplacer(" / ", "/", "( ", "(", " )", ")", "[ ", "[", " ]", "]", "< ", "<", " >", ">", "- ", "-")

// expression gives a regular expression, which is compiled when the first cell needs it: commands that read no input do not
// wait for that.
func expression(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// matches makes a test of a regular expression.
func matches(text string) func(id string) bool {
	compiled := expression(text)
	return func(id string) bool { return compiled().MatchString(id) }
}

// damageOf finds what was done to an ID, of which nil is nothing, and what its characters mean.
func damageOf(id string) (*damage, class) {
	seen := classOf(id)
	if seen&at != 0 && isNoMail(id) {
		seen |= unaddressed
	}
	if seen&^harmless == 0 {
		return nil, seen
	}
	if seen&at != 0 && seen&(blank|separator|comma|colon) != 0 {
		seen |= named
	}
	for i := range damages {
		if d := &damages[i]; d.of&seen != 0 && (d.is == nil || d.is(id)) {
			return d, seen
		}
	}
	return nil, seen
}

func setOf(words ...string) map[string]bool {
	set := map[string]bool{}
	for _, w := range words {
		set[w] = true
	}
	return set
}
