package reader

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"meetbatch/job"
)

// withoutHeader begins with the first row, whose columns are named by their positions.
func (r *Reader) withoutHeader(window []byte, at int, delimiters []rune) (heading, error) {
	h := r.headingAt(window, at, delimiters)
	if h.err == io.EOF {
		return h, r.noHeader(window, nil)
	}
	var err error
	if h.fields, err = findColumns(make([]string, len(h.cells)), r.op, r.opts); err != nil {
		return h, err
	}
	if f := findAny(h.cells, r.op, r.opts); f != "" {
		return h, &Error{Line: r.lineAt(&h), Reason: fmt.Sprintf("the first row has the header %q, and there is to be none", f), Try: "leave " + r.opts.Say("no-header", "") + " away"}
	}
	h.above, h.row, h.cells = window[:at], nil, make([]string, len(h.cells))
	return h, nil
}

// noHeader says why there is no header among the rows that were looked at.
func (r *Reader) noHeader(window []byte, passed []heading) error {
	if len(passed) == 0 {
		return &Error{Reason: "the file is empty", Try: "the first line must name the columns: account," + r.op.Column}
	}
	first := &passed[0]
	f := r.format
	if f.is(first.encoding); f.bad(first.row) >= 0 {
		r.raw, r.format, r.evidence = first.row, f, first.evidence
		return r.notText(r.lineAt(first), f.bad(first.row), r.blankBytes+int64(len(first.above)))
	}
	if err := r.cause(window, passed); err != nil {
		return err
	}
	for i := range passed {
		if passed[i].fields.account >= 0 { // and no column of the operation's field
			return r.placed(&passed[i])
		}
	}
	elsewhere := fmt.Sprintf("or is the header another line, or none? %s, %s", r.opts.Say("header-line", "N"), r.opts.Say("no-header", ""))
	if unreadable, is := errors.AsType[*csv.ParseError](first.err); is {
		return &Error{Line: r.lineAt(first), Reason: "the header row cannot be read: " + unreadable.Err.Error(), Try: "is this a CSV?"}
	}
	isList := len(passed) < searchedRows && !slices.ContainsFunc(passed, func(h heading) bool { return countFilled(h.cells) > 1 }) && !isOneOf(fieldAt(first.cells, 0), fieldOf("account").allHeaders())
	if slices.ContainsFunc(first.cells, looksLikeData) || isList && len(passed) > 1 && r.opts.Columns["account"] == "" {
		return r.dataFirst(first)
	}
	if e, is := errors.AsType[*Error](first.err); is && len(passed) > 1 {
		if wider := slices.ContainsFunc(passed, func(h heading) bool { return countFilled(h.cells) > 1 }); wider && countFilled(first.cells) == 1 {
			e.Reason = fmt.Sprintf("none of the first %d rows is a header: %s", len(passed), e.Reason)
			e.Try = "in which line is the header? " + r.opts.Say("header-line", "N")
			return e
		}
		e.Try = strings.TrimPrefix(e.Try+"; "+elsewhere, "; ")
	}
	return r.placed(first)
}

// dataFirst says that the first row is no header, but one of the others.
func (r *Reader) dataFirst(first *heading) error {
	wanted, columns := []string{"account"}, []string{r.opts.Say("no-header", ""), r.opts.Say("column", "account=#1")}
	if r.opts.Value == "" {
		wanted = append(wanted, r.op.Column)
		columns = append(columns, r.opts.Say("column", r.op.Column+"=#2"))
	}
	if e, is := errors.AsType[*Error](first.err); is && !slices.ContainsFunc(first.cells, looksLikeData) {
		return &Error{
			Line:   r.lineAt(first),
			Reason: "there is no header row: " + e.Reason,
			Try: fmt.Sprintf("if %s is the header: %s; if it is a row: %s", list(first.cells),
				r.opts.Say("column", "account="+fieldAt(first.cells, 0)), strings.Join(columns, " ")),
		}
	}
	return &Error{
		Line:   r.lineAt(first),
		Reason: "there is no header row: " + list(first.cells) + " looks like a row already",
		Try:    fmt.Sprintf("put a line such as %s above it, or name the columns by position: %s", strings.Join(wanted, ","), strings.Join(columns, " ")),
	}
}

// findAny gives a cell that is a header of a wanted column; mostly none.
func findAny(cells []string, op job.Operation, opts Options) string {
	wanted := slices.Concat(fieldOf("account").headersFor(opts.AccountType), fieldOf(op.Column).headersFor(opts.AccountType))
	return fieldAt(cells, slices.IndexFunc(cells, func(c string) bool { return isOneOf(c, wanted) }))
}
