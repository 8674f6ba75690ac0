package reader

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// cause finds out what else hides the columns where no header was found: another delimiter or encoding than the one that
// was named, fields that no delimiter divides, or lines that stand in quotes as a whole. Nil: nothing that is known.
func (r *Reader) cause(window []byte, passed []heading) error {
	for i := range passed[:min(len(passed), 5)] {
		first := &passed[i]
		e := &Error{Line: r.lineAt(first)}
		if r.opts.Delimiter != 0 || r.separator != 0 {
			if h := r.headingAt(window, len(first.above), usualDelimiters); h.err == nil {
				return r.otherDelimiter(e, &h, first.err)
			}
		}
		if r.opts.Encoding != Auto {
			guessed := *r
			guessed.sure, guessed.format = false, format{cr: r.format.cr}
			if h := guessed.headingAt(window, len(first.above), usualDelimiters); h.err == nil && h.encoding != r.format.encoding {
				h.encoding = cmp.Or(h.encoding, UTF8)
				e.Reason = fmt.Sprintf("the header row is not in %s, but in %s, as it seems: then the columns are there", r.opts.Encoding, h.encoding)
				e.Try = r.opts.Say("encoding", h.encoding)
				return e
			}
		}
		if r.isHidden(e, first, window) {
			return e
		}
	}
	return nil
}

// otherDelimiter says that the columns are there with another delimiter than the one that was named.
func (r *Reader) otherDelimiter(e *Error, h *heading, err error) error {
	name := strings.Replace(string(h.delimiter), "\t", "tab", 1)
	if r.opts.Delimiter != 0 {
		if known, is := errors.AsType[*Error](err); is {
			e.Line, e.Reason, e.err = known.Line, known.Reason, known.err
		}
	} else {
		e.Reason = fmt.Sprintf("the line sep= above the header names the delimiter %q, and the columns are divided by another", r.separator)
	}
	e.Try = fmt.Sprintf("with %s the columns are there", r.opts.Say("delimiter", name))
	return e
}

// isHidden fills an error where a row would be a header if its one cell, or its line, was taken apart.
func (r *Reader) isHidden(e *Error, first *heading, window []byte) bool {
	isHeader := func(cells []string) bool {
		_, err := findColumns(cells, r.op, r.opts)
		return len(cells) > 1 && err == nil
	}
	line := strings.TrimSpace(r.format.text(string(first.row)))
	if len(first.cells) == 1 && strings.HasPrefix(line, `"`) {
		for _, delimiter := range usualDelimiters {
			f := format{delimiter: delimiter}
			if cells, err := f.parser(strings.NewReader(first.cells[0])).Read(); err == nil && isHeader(cells) {
				e.Reason = "each line as a whole stands in quotes, so that all of it is one cell"
				e.Try = fmt.Sprintf("remove the quotes around the lines, or export again, without a program that puts rows together by itself; the delimiter is %q", delimiter)
				return true
			}
		}
	}
	if countFilled(first.cells) > 1 {
		return false
	}
	words := strings.Fields(strings.ReplaceAll(line, `"`, " "))
	if !isHeader(words) {
		return false
	}
	below, _, _ := bytes.Cut(window[len(first.above)+len(first.row):], []byte(r.lineBreak()))
	if ruler := strings.TrimSpace(string(below)); ruler != "" && strings.Trim(ruler, "- ") == "" || strings.Contains(line, "  ") {
		e.Reason = "the table has columns of fixed width, and no delimiter between them"
		e.Try = `export with a delimiter: sqlcmd -W -s "," (and SET NOCOUNT ON), or as the database's own CSV`
		return true
	}
	e.Reason = "the fields are divided by blanks, which is no delimiter here"
	e.Try = `export with commas; in R: write.csv(..., row.names=FALSE), or write.table(..., sep=",", row.names=FALSE)`
	return true
}

// checkNumbers refuses rows that have one cell more than their header and begin with row numbers, as R's write.table writes
// them: each field would be read from the column beside its own. Where they may only be that, it is told as a doubt.
func (r *Reader) checkNumbers(window []byte, h *heading) error {
	at := len(h.above) + len(h.row)
	rows, counted, rising, beyond := 0, true, true, true
	last := 0
	widths := map[int]bool{}
	for rows < searchedRows {
		next := r.headingWith(window, at, h.delimiter)
		at = len(next.above) + len(next.row)
		if next.cells == nil || at == bufferSize {
			break
		}
		n, err := strconv.Atoi(trim(next.cells[0]))
		if err != nil || len(next.cells) != len(h.cells)+1 {
			if rows > 0 && countFilled(next.cells) < 2 { // a footer
				break
			}
			return nil
		}
		rows++
		counted, rising, last = counted && n == rows, rising && n > last, n
		beyond = beyond && trim(next.cells[len(h.cells)]) != ""
		widths[len(strconv.Itoa(n))] = true
	}
	const numbers = "the rows begin with row numbers, for which the header has no cell"
	isFirst := h.fields.account == 0
	switch {
	case rows == 0 || !beyond && !isFirst:
	case counted || rising && beyond:
		return &Error{Line: r.lineAt(h), Reason: numbers, Try: "export with a header for each column; in R: write.table(..., col.names=NA), or row.names=FALSE"}
	case rising && len(widths) > 1:
		r.notes = append(r.notes, Note{Doubt: DoubtShape, Text: "the rows have a cell more than the header, and may begin with row numbers"})
	}
	return nil
}
