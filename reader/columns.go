package reader

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"meetbatch/job"
)

// fold makes headers comparable: lower case, without blanks.
func fold(header string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, header)
}

// columns tells which column of the input holds which field; -1 where none does.
type columns struct{ account, value int }

// rename heads the columns of the fields as record has them, and any other not at all.
func (c columns) rename(headers []string) []string {
	names := make([]string, len(headers))
	names[c.account] = "account"
	if c.value >= 0 {
		names[c.value] = "value"
	}
	return names
}

// fieldAt is a field of a row that may be shorter than it should be, or have no such column.
func fieldAt(row []string, column int) string {
	if column < 0 || column >= len(row) {
		return ""
	}
	return row[column]
}

// findColumns looks up the fields of an operation in the header row.
func findColumns(headers []string, op job.Operation, opts Options) (columns, error) {
	account, err := findColumn(headers, "account", opts)
	if err != nil {
		return columns{}, err
	}
	if account < 0 {
		return columns{}, missing(headers, "account", op, opts)
	}
	value, err := findColumn(headers, op.Column, opts)
	switch {
	case err != nil:
		return columns{}, err
	case value >= 0 && opts.Value != "":
		return columns{}, &Error{
			Reason: fmt.Sprintf("the file has a column %q, and %s sets it for every row", headers[value], opts.Say("value", "")),
			Try:    fmt.Sprintf("leave %s away, or remove the column", opts.Say("value", "")),
		}
	case value < 0 && opts.Value == "":
		return columns{}, missing(headers, op.Column, op, opts)
	case value == account:
		return columns{}, &Error{
			Reason: fmt.Sprintf("column %q is named as both account and %s", headers[value], op.Column),
			Try:    "name two different columns with " + opts.Say("column", ""),
		}
	}
	return columns{account, value}, nil
}

// findColumn finds the column of a field; -1 where there is none.
func findColumn(headers []string, field string, opts Options) (int, error) {
	wanted := fieldOf(field).headersFor(opts.AccountType)
	chosen, named := opts.Columns[field]
	if named {
		wanted = []string{chosen}
	}
	at := -1
	for i, header := range headers {
		switch {
		case !isOneOf(header, wanted):
		case at >= 0:
			return 0, doubled(field, headers[at], header, opts)
		default:
			at = i
		}
	}
	if named && at < 0 {
		return 0, &Error{
			Reason: fmt.Sprintf("no column %q, which %s names for %s", chosen, opts.Say("column", ""), field),
			Try:    "the headers are " + list(headers),
		}
	}
	return at, nil
}

// isOneOf tells whether a header is one of several, case and blanks aside.
func isOneOf(header string, several []string) bool {
	return slices.ContainsFunc(several, func(h string) bool { return fold(h) == fold(header) })
}

func doubled(field, a, b string, opts Options) error {
	if fold(a) == fold(b) {
		return &Error{
			Reason: fmt.Sprintf("two columns are headed %q", a),
			Try:    "rename one of them in the file's first line",
		}
	}
	return &Error{
		Reason: fmt.Sprintf("%s could be column %q or column %q", field, a, b),
		Try:    "choose with " + opts.Say("column", field+"="+a),
	}
}

func missing(headers []string, field string, op job.Operation, opts Options) error {
	f := fieldOf(field)
	e := &Error{
		Reason: fmt.Sprintf("no column %s (looked for %s)", field, list(f.headersFor(opts.AccountType))),
		Try:    fmt.Sprintf("the headers are %s; choose with %s", list(headers), opts.Say("column", field+"=HEADER")),
	}
	if field == op.Column && len(op.Values) > 0 {
		e.Try += fmt.Sprintf(", or give one %s to all rows with %s", f.noun, opts.Say("value", ""))
	}
	if slices.ContainsFunc(headers, func(h string) bool { return isOneOf(h, f.byType) }) {
		e.Try += fmt.Sprintf(", or change %s, which is %d", opts.Say("account-type", ""), opts.AccountType)
	}
	return e
}

// list names headers in a message, and at most a dozen of them.
func list(headers []string) string {
	quoted := make([]string, 0, 12)
	for i, h := range headers {
		if i == 12 {
			quoted = append(quoted, fmt.Sprintf("and %d more", len(headers)-i))
			break
		}
		quoted = append(quoted, fmt.Sprintf("%q", h))
	}
	return strings.Join(quoted, ", ")
}
