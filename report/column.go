package report

import (
	"strconv"
	"time"
)

// The kinds of columns. Each is given its name and where in a row the value of its cell is.

// text is a column of text.
func text[R any, S ~string](name string, at func(*R) *S) column[R] {
	return column[R]{
		name:   name,
		append: func(dst []byte, r *R) []byte { return appendCell(dst, string(*at(r))) },
		parse:  func(r *R, cell string) bool { *at(r) = S(cell); return true },
	}
}

// integer is a column of whole numbers.
func integer[R any](name string, at func(*R) *int) column[R] {
	return column[R]{
		name:   name,
		append: func(dst []byte, r *R) []byte { return strconv.AppendInt(dst, int64(*at(r)), 10) },
		parse: func(r *R, cell string) bool {
			n, err := strconv.Atoi(cell)
			*at(r) = n
			return err == nil
		},
	}
}

// lastLine is the largest number that a line may have. Lines are kept in bitmaps, and a damaged number would otherwise
// take as much memory as it says.
const lastLine = 1 << 33

// line is a column of line numbers, from 1.
func line[R any](name string, at func(*R) *int64) column[R] {
	return column[R]{
		name:   name,
		append: func(dst []byte, r *R) []byte { return strconv.AppendInt(dst, *at(r), 10) },
		parse: func(r *R, cell string) bool {
			n, err := strconv.ParseInt(cell, 10, 64)
			if err != nil || n < 1 || n > lastLine {
				return false
			}
			*at(r) = n
			return true
		},
	}
}

// stampLayout is RFC 3339 in UTC, to the millisecond.
const stampLayout = "2006-01-02T15:04:05.000Z"

// stamp is a column of moments.
func stamp[R any](name string, at func(*R) *time.Time) column[R] {
	return column[R]{
		name:   name,
		append: func(dst []byte, r *R) []byte { return at(r).UTC().AppendFormat(dst, stampLayout) },
		parse: func(r *R, cell string) bool {
			t, err := time.Parse(time.RFC3339, cell)
			*at(r) = t
			return err == nil
		},
	}
}

// millis is a column of durations in whole milliseconds.
func millis[R any](name string, at func(*R) *time.Duration) column[R] {
	return column[R]{
		name:   name,
		append: func(dst []byte, r *R) []byte { return strconv.AppendInt(dst, at(r).Milliseconds(), 10) },
		parse: func(r *R, cell string) bool {
			n, err := strconv.ParseInt(cell, 10, 64)
			*at(r) = time.Duration(n) * time.Millisecond
			return err == nil
		},
	}
}

// number is a column of whole numbers in which 0 is an empty cell.
func number[R any](name string, at func(*R) *int) column[R] {
	return integer(name, at).where(func(r *R) bool { return *at(r) != 0 })
}

// lineIfAny is a column of line numbers in which 0, which is no line, is an empty cell.
func lineIfAny[R any](name string, at func(*R) *int64) column[R] {
	return line(name, at).where(func(r *R) bool { return *at(r) != 0 })
}

// where gives the column with empty cells in the rows for which is does not hold.
func (c column[R]) where(is func(*R) bool) column[R] {
	written := c.append
	c.append = func(dst []byte, r *R) []byte {
		if !is(r) {
			return dst
		}
		return written(dst, r)
	}
	return c
}

// neverEmpty gives the column as one that is damaged where a cell is empty.
func (c column[R]) neverEmpty() column[R] {
	c.required = true
	return c
}

// sinceLater gives the column as one that tables of version 0.1 do not have.
func (c column[R]) sinceLater() column[R] {
	c.later = true
	return c
}

// ownIf gives the column as one in which rows that are written together differ, if they do.
func (c column[R]) ownIf(differ bool) column[R] {
	c.own = differ
	return c
}
