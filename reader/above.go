package reader

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// checkAbove refuses a header above which there may be rows: nobody could tell the title of a list from an account.
func (r *Reader) checkAbove(passed []heading, window []byte, h *heading) error {
	for i := range passed {
		row := r.headingWith(window, len(passed[i].above), h.delimiter)
		next := h
		if i+1 < len(passed) {
			next = &passed[i+1]
		}
		apart := len(next.above) > len(row.above)+len(row.row) // by a blank line
		title := !apart && bytes.Contains(bytes.TrimSpace(row.row), []byte(" "))
		if !bytes.HasPrefix(row.row, []byte("#")) && r.mayBeRow(row.cells, h, apart || title) {
			return &Error{
				Line:   r.lineAt(&row),
				Reason: fmt.Sprintf("this may be a row, and the header stands below it, in line %d", r.lineAt(h)),
				Try:    "if nothing above the header is a row, say " + r.opts.Say("header-line", fmt.Sprint(r.lineAt(h))),
			}
		}
		if !bytes.HasPrefix(row.row, []byte("#")) && (countFilled(row.cells) > 0 || row.err != nil) {
			sample := strings.TrimRight(strings.Join(row.cells, ", "), ", ")
			r.note(Note{Text: leftOutAbove, Sample: sample}, r.lineAt(&row))
			r.titled = r.titled || title && countFilled(row.cells) == 1 && countFilled(h.cells) == 1
		}
	}
	return nil
}

// leftOutAbove is told of titles.
const leftOutAbove = "left out, as they stand above the header"

// mayBeRow tells whether cells that stand above a header may be a row of the table. Those of a title, or of what an
// export says of itself, fill fewer columns, or the wrong ones. Above a list of one column a title stands apart, or is of
// several words.
func (r *Reader) mayBeRow(cells []string, h *heading, apart bool) bool {
	account, value := fieldAt(cells, h.fields.account), fieldAt(cells, h.fields.value)
	switch filled := countFilled(cells); {
	case filled == 0:
		return false
	case filled == 1 && countFilled(h.cells) > 1:
		return slices.ContainsFunc(cells, looksLikeData)
	case filled == 1:
		return !apart || looksLikeData(account)
	case h.fields.value < 0:
		return trim(account) != "" && !strings.Contains(trim(account), " ")
	case len(r.op.Values) > 0:
		_, known := r.op.ValueOf(trim(value))
		return known && trim(account) != ""
	}
	return trim(account) != "" && (r.opts.AnyID && trim(value) != "" || looksLikeData(value))
}

func countFilled(cells []string) (n int) {
	for _, c := range cells {
		if trim(c) != "" {
			n++
		}
	}
	return n
}

// dataShape is of cells that are no headers and no titles: addresses, room IDs, numbers.
var dataShape = matches(`^(?:[^\s@]+@[^\s@]+|[0-9a-fA-F]{32}|\+?[0-9]{3,})$`)

func looksLikeData(cell string) bool { return dataShape(trim(cell)) }

// doubtTitles makes a doubt of titles of several words above a list where accounts have several, too. The header is the same
// one whichever of the rows are read, so that it is for failed.csv, too.
func (r *Reader) doubtTitles() {
	for i := range r.notes {
		if n := &r.notes[i]; r.blanks && n.Text == leftOutAbove {
			n.Doubt, n.Text = DoubtShape, leftOutAbove+", but may be rows, which have blanks as well"
		}
	}
}
