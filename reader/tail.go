package reader

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"meetbatch/job"
)

// sort is what a row may be besides one of the table's.
type sort int

const (
	ordinary sort = iota
	lone          // one cell, where the rows of the table have several: a footer, or a row that was cut
	odd           // an account of a shape that no row before had
	total         // a count of rows, a sum, an end: in words that say so
)

// tail holds rows back as long as only such rows follow that may be none: a footer is one by being the last. The zero
// value is empty.
type tail struct {
	rows  []tailRow
	ready int // of them, whose fate is known
}

type tailRow struct {
	item  job.Item
	sort  sort
	apart bool // it, or a row before it, stands behind a blank line
	raw   []byte
}

// fewOdd is how many odd rows may be a footer: more of them are accounts of another sort.
const fewOdd = 8

// longestTail is how many rows are held back at most: no footer is longer.
const longestTail = 64

func (t *tail) isEmpty() bool { return len(t.rows) == 0 }

// add holds a row back. An ordinary one lets all go, and none of them is a footer then.
func (t *tail) add(row tailRow) {
	t.rows = append(t.rows, row)
	if row.sort != ordinary && len(t.rows) <= longestTail {
		return
	}
	t.ready = len(t.rows)
	for i := range t.rows {
		if t.rows[i].sort == total {
			doubt(&t.rows[i].item, DoubtShape, "this reads like a count, a sum or an end, and no account")
		}
	}
}

// next gives the next row whose fate is known, and its bytes.
func (t *tail) next(raw *[]byte) (job.Item, bool) {
	if t.ready == 0 {
		return job.Item{}, false
	}
	row := t.rows[0]
	t.rows, t.ready = t.rows[1:], t.ready-1
	*raw = row.raw
	return row.item, true
}

// doubt lets a row be sent only where a kind of doubts is lifted.
func doubt(it *job.Item, kind, warning string) {
	if it.Invalid == "" && it.Doubt == "" {
		it.Doubt, it.Warning = kind, warning
	}
}

// endTable decides what the last rows are, behind which nothing follows.
func (r *Reader) endTable() {
	var below []tailRow
	odds := 0
	for _, row := range r.tail.rows {
		if row.sort == odd {
			odds++
		}
	}
	kept := r.tail.rows[:0]
	for _, row := range r.tail.rows {
		switch {
		case row.sort == total, row.sort == lone && (row.apart || len(below) > 0):
			below = append(below, row)
			continue
		case row.sort == odd && (odds <= fewOdd || row.apart):
			doubt(&row.item, DoubtShape, "the last rows are unlike all others")
		}
		kept = append(kept, row)
	}
	for _, row := range below {
		sample := r.format.text(strings.TrimSpace(string(row.raw)))
		r.note(Note{Text: "left out, as they stand below the table", Sample: sample}, row.item.Line)
	}
	r.tail.rows, r.tail.ready = kept, len(kept)
}

// sorted tells what a row may be besides one of the table's.
func (r *Reader) sorted(row *tailRow) {
	var shape shape
	if row.item.Invalid == "" && len(r.op.Values) > 0 { // no footer has a room
		shape = shapeOf(row.item.Account)
	}
	row.sort, row.apart = r.sortOf(&row.item, shape), r.apart
	if row.sort == ordinary {
		r.apart = false
		r.rowsRead++
		r.seen |= shape
	}
}

// fewRows are too few to say of another that it is unlike them.
const fewRows = 3

// longestFooter is how many bytes a row has at most that may be none, since such rows are held in memory.
const longestFooter = 64 << 10

func (r *Reader) sortOf(it *job.Item, shape shape) sort {
	if len(r.raw) > longestFooter {
		return ordinary
	}
	if mayCount(r.raw) {
		switch sort := r.counts(); {
		case sort == total && it.Invalid == "" && len(r.cells) > 1 && countFilled(r.allCells()) == len(r.cells):
			return odd // it may be somebody's name
		case sort != ordinary:
			return sort
		}
	}
	if it.Invalid != "" {
		if cells := r.allCells(); len(r.cells) > 1 && countFilled(cells) == 1 && !slices.ContainsFunc(cells, looksLikeData) { // a footer is no address
			return lone
		}
		return ordinary
	}
	unseen := shape &^ r.seen
	switch {
	case shape == isNumber && r.rowsRead >= fewRows && it.Account == strconv.FormatInt(r.rowsRead, 10):
		return odd // the number of the rows before
	case unseen == 0, r.rowsRead < fewRows && !(r.apart && r.rowsRead > 0 && unseen&(hasBlank|hasColon) != 0):
		return ordinary
	case r.at.value >= 0, len(r.cells) > 1 && unseen&hasColon == 0 && !r.apart && countFilled(r.allCells()) > 1:
		return ordinary // no footer has a good status, or fills other columns
	case unseen&(hasBlank|hasColon|isNumber) != 0, r.apart && unseen != 0:
		return odd
	}
	return ordinary
}

// shape is what an account looks like.
type shape uint8

const (
	hasBlank shape = 1 << iota
	hasColon
	isAddress
	isNumber
	isWord // of ASCII
	isOther
)

func shapeOf(account string) (s shape) {
	kind := isNumber
	for i := range len(account) {
		switch c := account[i]; {
		case c == ' ':
			s |= hasBlank
		case c == ':', c == 0xEF && strings.HasPrefix(account[i:], "："):
			s |= hasColon
			kind |= isWord
		case c == '@':
			kind |= isAddress
		case c >= 0x80:
			kind |= isOther
		case c < '0' || c > '9':
			kind |= isWord
		}
	}
	switch {
	case kind&isAddress != 0:
		return s | isAddress
	case kind&isOther != 0:
		return s | isOther
	case kind&isWord != 0:
		return s | isWord
	}
	return s | isNumber
}

// countWords are how rows begin that count others, sum them up or end them.
var countWords = []string{"total", "grand", "sub", "sum", "count", "rows", "records", "end", "eof", "gesamt", "anzahl",
	"合计", "总计", "小计", "总数", "总共", "共", "合計", "總計", "小計", "итого", "всего"}

// counting matches a row that counts others, or ends them: Total: 4, (5 rows affected), 5 rows selected., 共 5 条.
var counting = regexp.MustCompile(`(?i)^\W*(?:` +
	`(?:(?:grand |sub[- ]?)?totals?|sum|summe|count|gesamt|anzahl|合计|总计|小计|总数|总共|合計|總計|小計|итого|всего)(?: \(?(?:rows?|records?|users?|accounts?|entries|count)\)?)?\s*(?:[:：=;,|\t]\s*[\d,.]*|\s[\d,.]+)\s*\pL*|` +
	`(?:rows?|records?)(?: \w+)?\s*[:：=]\s*\d+|` +
	`共\s*\d+\s*\S{0,4}|` +
	`[\d,]+ ?(?:rows?|records?|results?|entries|users?|accounts?|条|行|件|个|筆|zeilen?|filas?|lignes?|строк\S*)\b?.{0,40}|` +
	`end[ -]of[ -](?:file|report|list|data|export)|eof|end` +
	`)\W*$`)

// mayCount tells of most rows that they count nothing, for speed only.
func mayCount(raw []byte) bool {
	if !countBegins[raw[0]] {
		return false
	}
	raw = bytes.TrimLeft(raw, countMarks)
	if len(raw) == 0 || raw[0] >= 0x80 {
		return true
	}
	if '0' <= raw[0] && raw[0] <= '9' {
		return bytes.IndexByte(raw, ' ') > 0 || !isASCII(raw)
	}
	for _, word := range countWordsBy[raw[0]|0x20] {
		if len(raw) >= len(word) && raw[1]|0x20 == word[1] && strings.EqualFold(string(raw[:len(word)]), word) {
			return true
		}
	}
	return false
}

// countWordsBy has the words of ASCII by the bytes that they begin with.
var countWordsBy = func() (by [256][]string) {
	for _, word := range countWords {
		by[word[0]] = append(by[word[0]], word)
	}
	return by
}()

// countMarks may stand before such words.
const countMarks = "\"( -*#=<[\t"

// countBegins are the bytes with which rows begin that count others.
var countBegins = func() (is [256]bool) {
	for c := range 256 {
		is[c] = c >= 0x80 || strings.IndexByte(countMarks+"0123456789", byte(c)) >= 0
	}
	for _, word := range countWords {
		is[word[0]], is[strings.ToUpper(word)[0]] = true, true
	}
	return is
}()

// counts tells whether the last row counts others, or ends them. Where its first cell is nothing but a word such as
// Total, the others have to be numbers; without one it is only odd.
func (r *Reader) counts() sort {
	var texts, numbers []string
	for _, cell := range r.allCells() {
		if cell = trim(cell); cell != "" && numberShape.MatchString(cell) {
			numbers = append(numbers, cell)
		} else if cell != "" {
			texts = append(texts, cell)
		}
	}
	if len(texts) != 1 {
		return ordinary
	}
	text := texts[0]
	if len(numbers) > 0 {
		text = fmt.Sprintf("%s: %s", strings.TrimRight(text, ":： "), numbers[0])
	}
	switch {
	case counting.MatchString(text):
		return total
	case counting.MatchString(text + ": 1"):
		return odd
	}
	return ordinary
}

var numberShape = regexp.MustCompile(`^[\d,. ]+$`)

// allCells are those of the last row, as texts.
func (r *Reader) allCells() []string {
	cells, _, err := r.inDialect()
	if err != nil {
		cells, _ = r.reparse(r.raw, true)
	}
	for i := range cells {
		cells[i] = r.format.text(cells[i])
	}
	return cells
}

// delimited is noted where an account of a table of one column holds what stands between fields elsewhere.
const delimited = "the one column holds ; | or tabs, as if they stood between fields"

// dropFew drops that note where it holds for few rows only: accounts may have such characters.
func (r *Reader) dropFew() {
	r.notes = slices.DeleteFunc(r.notes, func(n Note) bool { return n.Text == delimited && (n.Count < 2 || 2*n.Count < r.rowsRead) })
}
