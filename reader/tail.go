package reader

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"meetbatch/job"
)

// sort is what a row may be besides one of the table's.
type sort int

const (
	ordinary sort = iota
	lone          // one cell, where the rows of the table have several: a footer, or a row that was cut
	odd           // an account of a shape that no row before had, or fewer cells than all others
	total         // a count of rows, a sum, an end: in words that say so
	first         // the first row, of a shape that only the next ones can say to be theirs
	aside         // unlike others, or behind a blank line: a title, where the header stands below it once more
	again         // the header once more
)

// tail holds rows back as long as only such rows follow that may be none: a footer is one by being the last. The zero
// value is empty.
type tail struct {
	rows  []tailRow
	ready int // of them, whose fate is known
}

type tailRow struct {
	item   job.Item
	sort   sort
	apart  bool   // it, or a row before it, stands behind a blank line
	filled int    // of its cells
	midway string // why it is in doubt where rows follow; empty where it is one of them then
	raw    []byte
}

// fewOdd is how many odd rows may be a footer: more of them are accounts of another sort.
const fewOdd = 8

// longestTail is how many rows are held back at most: no footer is longer.
const longestTail = 64

func (t *tail) isEmpty() bool { return len(t.rows) == 0 }

// add holds a row back. An ordinary one lets all go, and none of them is a footer then.
func (t *tail) add(row tailRow) {
	ordinarily := row.sort == ordinary || row.sort == aside && !row.apart
	if ordinarily || len(t.rows) == longestTail {
		t.letGo()
	}
	t.rows = append(t.rows, row)
	if row.sort == ordinary {
		t.ready++
	}
}

// letGo makes all rows that are held back some of the table's, though some may be none.
func (t *tail) letGo() {
	t.ready = len(t.rows)
	for i := range t.rows {
		if held := &t.rows[i]; held.sort != ordinary && held.midway != "" && (held.sort == total || t.ready <= fewOdd) {
			doubt(&held.item, DoubtShape, held.midway)
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

// hold keeps a row back until it is known what follows. What is let go has shapes that are seen then, but for those of a
// few rows that may be none: the next such row may be none as well.
func (r *Reader) hold(row tailRow) {
	if row.sort == again {
		r.holdAbove(row.item.Line)
	} else {
		row.raw = bytes.Clone(r.raw)
		r.tail.add(row)
	}
	for _, free := range r.tail.rows[:r.tail.ready] {
		shape := r.shape(&free.item)
		if free.item.Doubt == DoubtShape && shape&(hasBlank|hasColon|noRoom) != 0 {
			if r.sentences++; r.sentences <= fewOdd {
				shape = 0
			}
		}
		r.seen |= shape
		if free.item.Doubt == "" {
			r.fewest = min(r.fewest, free.filled)
		}
	}
}

// leftOutBelow is told of counts, sums and the like.
const leftOutBelow = "left out, as they stand below the table"

// endTable decides what the last rows are, behind which nothing follows.
func (r *Reader) endTable() {
	odds, below := 0, false
	for _, row := range r.tail.rows {
		if row.sort == odd {
			odds++
		}
	}
	kept := r.tail.rows[:0]
	for _, row := range r.tail.rows {
		switch {
		case row.sort == total, row.sort == lone && (row.apart || below):
			r.leaveOut(leftOutBelow, &row)
			below = true
			continue
		case row.sort == odd && (odds <= fewOdd || row.apart):
			doubt(&row.item, DoubtShape, r.unlikeOthers())
		case row.sort == first && len(strings.Fields(row.item.Account)) > 2:
			doubt(&row.item, DoubtShape, readsUnlike)
		}
		kept = append(kept, row)
	}
	r.tail.rows, r.tail.ready = kept, len(kept)
}

// leaveOut takes down that a row that was held back is none.
func (r *Reader) leaveOut(why string, row *tailRow) {
	r.note(Note{Text: why, Sample: r.format.text(strings.TrimSpace(string(row.raw)))}, row.item.Line)
}

// unlikeOthers is told of the last rows that may be none; an only one has no others.
func (r *Reader) unlikeOthers() string {
	if r.rowsRead == 0 {
		return "this may be a count, a sum or what stands below a table, and no account"
	}
	return "the last rows are unlike all others"
}

// readsUnlike is told of what stands alone between rows, or above them, and is unlike them.
const readsUnlike = "this stands alone, and reads like a title, a page or a sentence, and no account"

// sorted tells what a row may be besides one of the table's.
func (r *Reader) sorted(row *tailRow) {
	it := &row.item
	row.apart, row.filled = r.apart, r.fewest
	if row.sort == again {
		r.belowHeader, r.apart = true, false
		return
	}
	if r.belowHeader {
		if r.describes(it) {
			doubt(it, DoubtShape, "this says what the columns are to hold, as a template does below its header")
			return
		}
		r.belowHeader = false
	}
	shape, filled := r.shapeOfLast(it), r.filled()
	r.judgeFirst(shape)
	row.filled, row.sort = filled, r.sortOf(row, shape, filled)
	if row.sort != ordinary {
		return
	}
	if r.at.value < 0 && shape != 0 && (r.apart || r.mayBeTitle(shape)) && r.isAlone() {
		row.sort = aside
	}
	r.apart = false
	r.rowsRead++
	r.seen |= shape
	r.fewest = min(r.fewest, filled)
	r.seeAccount(it)
}

// mayBeTitle tells of an account whether it may be a title, where the header stands below it once more: no other before is
// like it, or the first header has a title, too, and this is no more than words.
func (r *Reader) mayBeTitle(shape shape) bool {
	return r.rowsRead > 0 && shape&^r.seen != 0 || r.above != "" && shape&(isPlain|isOther) != 0
}

// judgeFirst takes the first row for one of the table's where the second is like it.
func (r *Reader) judgeFirst(shape shape) {
	if len(r.tail.rows) != 1 || r.tail.rows[0].sort != first {
		return
	}
	row := &r.tail.rows[0]
	if before := r.shape(&row.item); before&shape&(hasBlank|noRoom) != 0 {
		row.sort, r.rowsRead = ordinary, 1
		r.seen |= before
	}
}

// A few rows are too few to say of another that it is unlike them, and many are enough to say so of a word.
const (
	fewRows  = 3
	manyRows = 8
)

// longestFooter is how many bytes a row has at most that may be none, since such rows are held in memory.
const longestFooter = 64 << 10

func (r *Reader) sortOf(row *tailRow, shape shape, filled int) sort {
	it := &row.item
	if len(r.raw) > longestFooter {
		return ordinary
	}
	if mayCount(r.raw) || r.mayCountBeside(it) {
		is := ordinary
		if is, row.midway = r.counts(it); is != ordinary {
			return is
		}
	}
	if it.Invalid != "" {
		if cells := r.allCells(); len(r.cells) > 1 && countFilled(cells) == 1 && !slices.ContainsFunc(cells, looksLikeData) { // a footer is no address
			return lone
		}
		return ordinary
	}
	unseen, sparse := shape&^r.seen, r.rowsRead > 0 && (filled == 1 && r.fewest > 1 || 2*filled <= r.fewest)
	switch {
	case shape == isNumber && r.rowsRead > 0 && len(it.Account) < 10 && strings.TrimLeft(it.Account, "0") == strconv.FormatInt(r.rowsRead, 10):
		return odd // the number of the rows before
	case unseen == 0 && (!sparse || slices.Contains(r.like.forms, formOf(it.Account))): // an empty cell says nothing beside a usual account
		return ordinary
	case unseen&noRoom != 0:
		if r.rowsRead == 0 {
			row.midway = "this has no room of the next rows' shape, and may say what the columns are to hold"
			return first
		}
		row.midway = "this has no room of the other rows' shape, and may be none of them"
		return odd
	case r.at.value >= 0: // no footer has a good status
		return ordinary
	}
	return r.unlike(row, unseen, shape, sparse)
}

// unlike tells what a row is whose account is of a shape that no row before had, or that has fewer cells filled.
func (r *Reader) unlike(row *tailRow, unseen, shape shape, sparse bool) sort {
	alone := r.isAlone()
	text := unseen&(hasBlank|hasColon) != 0
	if alone && (text && strings.IndexFunc(row.item.Account, isNoTelephone) >= 0 || sparse && r.apart) {
		row.midway = readsUnlike
	}
	kind, plain := unseen&(isNumber|isWord|isOther), shape&isPlain != 0 && unseen&(isPlain|isCapital) != 0
	switch {
	case sparse && (unseen != 0 || shape&isAddress == 0 && (shape != isNumber || len(row.item.Account) < longestCount)): // no footer is an address
		return odd
	case r.rowsRead == 0 && unseen&hasBlank != 0 && row.midway != "":
		return first
	case r.rowsRead == 0, !alone && unseen&hasColon == 0 && !r.apart:
		return ordinary // it fills other columns as well
	case text, r.apart && (kind != 0 || plain || unseen&isAddress != 0),
		r.rowsRead >= fewRows && kind != 0, r.rowsRead >= manyRows && plain:
		return odd
	}
	return ordinary
}

// isNoTelephone tells of characters that stand in no telephone number: letters, and what stands between pages.
func isNoTelephone(c rune) bool { return unicode.IsLetter(c) || c == '/' }

// isAlone tells whether the last row has one cell that is not empty.
func (r *Reader) isAlone() bool { return len(r.cells) == 1 || countFilled(r.allCells()) == 1 }

// filled counts the cells of the last row that are not empty; as many as the fewest before stand for more. It matters where
// rows without a value could be sent.
func (r *Reader) filled() (n int) {
	if r.fewest <= 1 || r.at.value >= 0 {
		return r.fewest
	}
	delimiter := byte(r.format.delimiter)
	if bytes.IndexByte(r.raw, '"') < 0 {
		return filledUpTo(r.raw, delimiter, r.fewest)
	}
	quoted, empty := false, true
	for _, c := range r.raw {
		switch {
		case c == '"':
			quoted = !quoted
		case c == delimiter && !quoted:
			empty = true
		case c > ' ' && empty:
			empty = false
			if n++; n == r.fewest {
				return n
			}
		}
	}
	return n
}

// filledUpTo counts the cells that are not empty of a row without quotes, up to a number of them.
func filledUpTo(row []byte, delimiter byte, most int) (n int) {
	for n < most {
		end := bytes.IndexByte(row, delimiter)
		cell := row
		if end >= 0 {
			cell = row[:end]
		}
		if slices.ContainsFunc(cell, func(c byte) bool { return c > ' ' }) {
			n++
		}
		if end < 0 {
			break
		}
		row = row[end+1:]
	}
	return n
}

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
