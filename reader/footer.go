package reader

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"meetbatch/job"
)

// sumWords are the words of a row that adds others up, or says that no more follow. Where a blank stands, so may a hyphen.
var sumWords = []string{"grand totals", "grand total", "sub totals", "sub total", "subtotals", "subtotal", "totals", "total", "sum", "summe", "zwischensumme", "gesamtsumme", "gesamtzahl", "gesamt", "insgesamt",
	"somme", "totaux", "sous total", "totale", "suma", "toplam", "razem", "celkem", "итого", "всего"}

// sumSigns are the same in Chinese, Japanese and Korean, where a number follows without a blank, and others before.
var sumSigns = []string{"合计人数", "总计人数", "合计", "总计", "小计", "共计", "合計人數", "合計", "總計", "小計", "共計", "総計", "总人数", "总数", "总共", "总和", "总额", "一共", "汇总", "累计", "人数", "以上", "합계", "총계", "소계"}

// countWords are how rows begin that count others, sum them up or end them, or that stand on each page.
var countWords = slices.Concat(sumWords, sumSigns, []string{"grand-total", "sub-total", "sous-total", "count", "rows", "records", "end", "eof", "anzahl", "no ",
	"confidential", "internal", "restricted", "secret", "classified", "proprietary", "draft", "disclaimer", "copyright", "page", "seite", "printed", "generated",
	"exported", "note", "remark", "legend", "vertraulich", "共",
	"以下", "本页", "本表", "此", "暂无", "无", "没有", "未查", "未找", "查无", "完", "结束", "全文", "机密", "绝密", "秘密", "保密", "内部", "仅供", "第", "备注", "说明", "注", "制表", "审核", "打印", "填表", "签字", "導出", "导出"})

var (
	anySum     = "(?:" + strings.ReplaceAll(strings.Join(sumWords, "|"), " ", "[ -]") + ")"
	anySumSign = "(?:以上)?(?:" + strings.Join(sumSigns, "|") + ")"
)

// counted is a number with what is counted, in Chinese.
const counted = `[\d,.]+\s*(?:人|名|个|個|位|条|條|行|户|件|筆)?`

// counting matches a row that counts others, or ends them: Total: 4, (5 rows affected), 5 rows selected., 共 5 条, \., 以下空白.
var counting = matches(`(?i)^\W*(?:` +
	`(?:` + anySum + `|` + anySumSign + `|count|anzahl)(?: (?:of |number of )?\(?(?:rows?|records?|users?|accounts?|entries|count)\)?)?\s*(?:[:：=;,|\t]\s*[\d,.]*|\s[\d,.]+|[(（\[]\s*[\d,.]+\s*[)）\]])\s*\pL*|` +
	`(?:rows?|records?)(?: \w+)?\s*[:：=]\s*\d+|` +
	anySumSign + `\s*(?:共|[:：=])?\s*` + counted + `(?:\s*[:：]\s*[\d,.]+)?|` +
	`共\s*\d+\s*\S{0,4}|` +
	`[\d,]+ ?(?:rows?|records?|results?|entries|users?|accounts?|条|行|件|个|筆|zeilen?|filas?|lignes?|строк\S*)\b?.{0,40}|` +
	`no (?:data|records?|rows?|results?|users?|accounts?|entries)(?: \w+){0,3}|` +
	`end[ -]of[ -](?:file|report|list|data|export)|eof|end` +
	`)\W*$|^` + edge + `(?:(?:本页|本表|此页|此处|此)?以下(?:为?空白|无正文|無正文|无内容|无数据)|(?:暂无|无|没有|未查到|未找到|查无)(?:任何)?(?:相关|符合条件的)?(?:数据|记录|结果)|(?:全文|表格?)?(?:完|结束))` + edge + `$|` +
	"^(?:\\\\\\.|[\\]})]+[;,]?|```+)$")

// edge is what may stand around words.
const edge = `[\s\p{P}\p{S}]*`

// footing matches what stands at the foot of pages and reports. People could be called so.
var footing = matches(`(?i)^` + edge + `(?:confidential|internal(?: use)?(?: only)?|restricted|secret|classified|proprietary|draft|disclaimer|copyright.*|` +
	`(?:page|seite) ?\d+.*|(?:printed|generated|exported)(?:[ :：].*)?|(?:note|remark)s?(?:[:：].*)?|legend|vertraulich|` +
	`(?:机密|绝密|秘密|保密|内部|仅供)(?:资料|文件|使用|公开|信息|参考|内部使用|内部参考)?|以上(?:人员|账号|名单|数据|内容|信息)?|第\s*[\d一二三四五六七八九十]+\s*页.*|` +
	`(?:备注|说明|注|制表|制表人|审核|审核人|打印|打印人|填表|填表人|签字|导出|導出)(?:[:：时日].*)?|无)` + edge + `$`)

// isSum matches a cell that says that its row adds others up.
var isSum = matches(`(?i)^` + edge + `(?:` + anySum + `(?: .{0,40})?|` + anySumSign + `\s*(?:共|[:：=])?\s*[(（]?(?:` + counted + `)?|.{0,40}(?:[合总小共]计|[合總小共総]計|\b(?:sub)?total))` + edge + `$`)

// mayCount tells of most rows that they count nothing, for speed only.
func mayCount(raw []byte) bool {
	if !countBegins[raw[0]] {
		return false
	}
	if strings.IndexByte(endMarks, raw[0]) >= 0 {
		return true
	}
	raw = bytes.TrimLeft(raw, countMarks)
	if len(raw) == 0 {
		return true
	}
	if isDigit(raw[0]) {
		return isFollowedByText(raw)
	}
	if raw[0] >= utf8.RuneSelf {
		if c, size := utf8.DecodeRune(raw); size != 3 || c < '㐀' || c > '鿿' { // another script or encoding, or a sign
			return true
		}
	}
	return beginsWithCount(raw)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isFollowedByText tells whether a text begins with a number, whose digits may be grouped, and the same cell goes on.
func isFollowedByText(text []byte) bool {
	for len(text) > 0 && isDigit(text[0]) {
		text = text[1:]
		if len(text) > 3 && text[0] == ',' && isDigit(text[1]) && isDigit(text[2]) && isDigit(text[3]) {
			text = text[1:]
		}
	}
	text = bytes.TrimPrefix(text, []byte(" "))
	return len(text) > 0 && (isLetter(text[0]) || text[0] >= utf8.RuneSelf)
}

// beginsWithCount tells whether a text begins with one of countWords.
func beginsWithCount[T string | []byte](text T) bool {
	if len(text) < 2 {
		return false
	}
	first := text[0]
	if first < utf8.RuneSelf {
		first |= 0x20
	}
	for _, word := range countWordsBy[first] {
		if len(text) >= len(word) && text[1]|0x20 == word[1]|0x20 && strings.EqualFold(string(text[:len(word)]), word) {
			return true
		}
	}
	return false
}

// countWordsBy has the words by the bytes that they begin with.
var countWordsBy = func() (by [256][]string) {
	for _, word := range countWords {
		by[word[0]] = append(by[word[0]], word)
	}
	return by
}()

// countMarks may stand before such words.
const countMarks = "\"( -*#=<[\t"

// endMarks begin what ends a table in a dump or a text: \., }, ```.
const endMarks = "\\}])`"

// countBegins are the bytes with which rows begin that count others.
var countBegins = func() (is [256]bool) {
	for c := range 256 {
		is[c] = c >= 0x80 || strings.IndexByte(countMarks+endMarks+"0123456789", byte(c)) >= 0 || len(countWordsBy[c|0x20]) > 0
	}
	return is
}()

// longestCount is how many digits a number has at most that may be a sum.
const longestCount = 10

// mayCountBeside tells of most rows that none of their cells behind the first says that they count others, for speed only:
// where that is so the account is empty, a number or such a word itself.
func (r *Reader) mayCountBeside(it *job.Item) bool {
	account := it.Account
	switch {
	case account == "":
		return true
	case r.at.account > 0 && beginsWithCount(account), strings.HasSuffix(account, "计"), strings.HasSuffix(account, "計"):
		return true
	case len(account) >= longestCount || account[0] < '0' || account[0] > '9':
		return false
	}
	for text := r.raw; ; {
		at := bytes.IndexByte(text, byte(r.format.delimiter))
		if at < 0 {
			return false
		}
		text = text[at+1:]
		if cell := bytes.TrimLeft(text, countMarks); len(cell) > 0 && (cell[0] >= utf8.RuneSelf || beginsWithCount(cell)) {
			return true
		}
	}
}

// counts tells whether the last row counts others, or ends them, and why it is in doubt where other rows follow it. Where
// it has a word such as Total, its other cells have to be numbers; without one it is only odd.
func (r *Reader) counts(it *job.Item) (is sort, midway string) {
	const reads = "this reads like a count, a sum or an end, and no account"
	var texts, numbers []string
	for _, cell := range r.allCells() {
		if cell = trim(cell); cell != "" && numberShape(cell) {
			numbers = append(numbers, cell)
		} else if cell != "" {
			texts = append(texts, cell)
		}
	}
	number := numberShape(it.Account)
	sums := (it.Account == "" || number || isSum(it.Account)) && slices.ContainsFunc(texts, isSum)
	if len(texts) == 1 {
		text := texts[0]
		if len(numbers) > 0 {
			text = fmt.Sprintf("%s: %s", strings.TrimRight(text, ":： "), numbers[0])
		}
		switch {
		case counting(text) && it.Invalid == "" && len(r.cells) > 1 && len(numbers)+1 >= len(r.cells) && !sums:
			return odd, "" // it may be somebody's name
		case counting(text) && (it.Invalid != "" || len(r.cells) == 1 || len(numbers)+1 < len(r.cells)):
			if number && it.Invalid == "" && r.mayBeNumbers() {
				return odd, reads
			}
			return total, reads
		case counting(text + ": 1"):
			if sums {
				return odd, reads
			}
			return odd, ""
		case len(numbers) == 0 && it.Invalid == "" && footing(text):
			return odd, readsUnlike
		}
	}
	switch {
	case shapeOf(it.Account)&^r.seen&(hasBlank|hasColon) != 0 && it.Invalid == "" && r.at.value < 0 && footing(it.Account):
		return odd, readsUnlike // Printed by, admin
	case sums && it.Account == "":
		return total, reads
	case sums:
		return odd, reads
	}
	return ordinary, ""
}

// mayBeNumbers tells whether accounts are numbers, or none is known, so that one beside a word such as Total may be another.
func (r *Reader) mayBeNumbers() bool {
	return r.rowsRead == 0 || (r.seen|r.like.kinds)&isNumber != 0
}

var numberShape = matches(`^[\d,. ]+$`)

// describing matches what a template has below its header: required, VARCHAR(64), 必填.
var describing = matches(`(?i)^[\s*(（\[【<]*(?:非?必[填选須须需]项?|选填项?|可选|可空|非空|不?可?为空|required|mandatory|optional|not null|nullable|` +
	`n?(?:var)?char2?|string|str|text|varchar|int(?:eger)?|bigint|long|number|numeric|decimal|uuid|guid|` +
	`pflicht(?:feld|angabe)?|erforderlich|obligat\w*|requis|opcional|optionnel|обязательно|字符串?|字符型|文本|字串|字段类型|数字|整数|整型|数值|唯一|主键|primary key|unique)型?\s*(?:[(（]\s*[^()（）]{1,20}[)）])?(?: not null| null| required| optional)?[\s*)）\]】>:：!]*$|^\s*(?:请|须|需|最多|最长|最大|不超过|不能|不可|长度|格式)\S{2,60}$|^max(?:imum|\.)? .{1,40}$`)

// describes tells whether a row says what the columns are to hold.
func (r *Reader) describes(it *job.Item) bool {
	isDescription := func(cell string) bool {
		parts := strings.FieldsFunc(cell, func(c rune) bool { return strings.ContainsRune(",;/，、；", c) })
		return cell != "" && !slices.ContainsFunc(parts, func(part string) bool { return !describing(part) })
	}
	described, captions, written := 0, map[string]bool{}, false
	for _, cell := range r.allCells() {
		if isDescription(trim(cell)) {
			described++
		}
		if loneHeaders().has(trim(cell)) {
			captions[fold(cell)] = true
			written = written || !isPlainWord(trim(cell)) // others are roles and names as well: user, mail
		}
	}
	return described > 1 || len(captions) > 1 && written || described > 0 && (isDescription(it.Account) || r.at.value >= 0 && isDescription(it.Value))
}

// isPlainWord tells of a word of nothing but letters of ASCII.
func isPlainWord(text string) bool { return shapeOf(text)&^isCapital == isWord|isPlain }
