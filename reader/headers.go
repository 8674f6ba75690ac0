package reader

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"meetbatch/job"
)

// field is what is known of a thing that a row says, such as its account.
type field struct {
	headers []string  // it stands under one of these, case, blanks and what does not show aside
	byType  []string  // or under the one of the account type, 0 or 1
	first   [2]string // where there is the one of the account type here, it stands under no other: exports of users have both
	noun    string    // what one of its values is, for people, where there are few
	rooms   bool      // its values are IDs of rooms

	// check tells what is wrong with an ID, and what is strange about one that is not wrong.
	check func(id string, anyID bool) verdict
}

// fields are those of the operations, by the name that an operation has for its column. The headers are those of the
// service's queries (SearchCorpVmr, SearchUsers) and of its management pages.
var fields = map[string]field{
	"account": {
		headers: []string{"account", "账号", "帐号", "member.id"},
		byType:  []string{"userAccount", "thirdAccount"},
		first:   [2]string{"", "third_account"},
	},
	"vmr_id": {
		headers: []string{"vmr_id", "id", "vmrId", "云会议室ID"},
		rooms:   true,
		check:   checkRoom,
	},
	"user_status": {
		headers: []string{"user_status"},
		noun:    "status",
	},
}

// fieldOf finds a field by its name. One that is not in the table stands under its own name, and where there is no check
// nothing more is known than of any ID.
func fieldOf(name string) field {
	f, known := fields[name]
	if !known {
		f.headers = []string{name}
	}
	f.noun = cmp.Or(f.noun, "value")
	if f.check == nil {
		f.check = func(id string, _ bool) verdict { return wrongID(name, id) }
	}
	return f
}

// headersFor lists the headers under which the field is looked for with an account type.
func (f field) headersFor(accountType int) []string {
	if f.byType == nil {
		return f.headers
	}
	return append(slices.Clip(f.headers), f.byType[accountType])
}

// columns tells which column of the input holds which field; -1 where none does.
type columns struct{ account, value int }

var nowhere = columns{-1, -1}

// findColumns looks up the fields of an operation in the header row.
func findColumns(headers []string, op job.Operation, opts Options) (columns, error) {
	account, err := findColumn(headers, "account", opts)
	if err != nil {
		return nowhere, err
	}
	if account < 0 {
		return nowhere, missing(headers, "account", op, opts)
	}
	value, err := findColumn(headers, op.Column, opts)
	switch {
	case err != nil:
		return columns{account, -1}, err
	case value >= 0 && opts.Value != "":
		return nowhere, &Error{
			Reason: fmt.Sprintf("the file has a column %q, and %s sets it for every row", headers[value], opts.Say("value", "")),
			Try:    fmt.Sprintf("leave %s away, or remove the column", opts.Say("value", "")),
		}
	case value < 0 && opts.Value == "":
		return columns{account, -1}, missing(headers, op.Column, op, opts)
	case value == account:
		return nowhere, &Error{
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
		if n, is := Position(chosen); is {
			return atPosition(headers, n, opts)
		}
		wanted = []string{chosen}
	} else if first := fieldOf(field).first[opts.AccountType]; first != "" && slices.ContainsFunc(headers, func(header string) bool { return fold(header) == first }) {
		wanted = []string{first}
	}
	at := -1
	for i, header := range headers {
		switch {
		case !isOneOf(header, wanted):
		case at < 0:
			at = i
		case fold(headers[at]) == fold(header):
			return 0, &Error{
				Reason: fmt.Sprintf("two columns are headed %q", headers[at]),
				Try:    fmt.Sprintf("choose with %s or %s", opts.Say("column", fmt.Sprintf("%s=#%d", field, at+1)), opts.Say("column", fmt.Sprintf("%s=#%d", field, i+1))),
			}
		default:
			return 0, &Error{
				Reason: fmt.Sprintf("%s could be column %q or column %q", field, headers[at], header),
				Try:    "choose with " + opts.Say("column", field+"="+headers[at]),
			}
		}
	}
	if named && at < 0 {
		return 0, &Error{
			Reason: fmt.Sprintf("no column %q, which %s names for %s", chosen, opts.Say("column", ""), field),
			Try:    "the headers are " + list(headers),
			err:    errMissing,
		}
	}
	return at, nil
}

// Position reads #3, which names the third column; of what names none is is false.
func Position(text string) (n int, is bool) {
	number, is := strings.CutPrefix(text, "#")
	n, err := strconv.Atoi(number)
	return n, is && err == nil && n > 0
}

func atPosition(headers []string, n int, opts Options) (int, error) {
	if n > len(headers) {
		return 0, &Error{Reason: fmt.Sprintf("there is no column #%d, the last is #%d", n, len(headers)), Try: "the headers are " + list(headers), err: errMissing}
	}
	if looksLikeData(headers[n-1]) {
		return 0, &Error{Reason: fmt.Sprintf("column #%d is headed %q, which looks like a row's cell", n, headers[n-1]), Try: "is there no header row? " + opts.Say("no-header", "")}
	}
	return n - 1, nil
}

// isOneOf tells whether a header is one of several, case, blanks and what does not show aside.
func isOneOf(header string, several []string) bool {
	return slices.ContainsFunc(several, func(h string) bool { return fold(h) == fold(header) })
}

// fold makes headers comparable: lower case, without blanks and characters that do not show. A NUL stays: it is no text.
func fold(header string) string {
	return strings.Map(func(c rune) rune {
		if c != 0 && (unicode.IsSpace(c) || unicode.In(c, unicode.Cc, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)) {
			return -1
		}
		return unicode.ToLower(c)
	}, header)
}

func missing(headers []string, field string, op job.Operation, opts Options) error {
	f := fieldOf(field)
	e := &Error{
		Reason: fmt.Sprintf("no column %s (looked for %s)", field, list(f.headersFor(opts.AccountType))),
		Try:    fmt.Sprintf("the headers are %s; choose with %s", list(headers), opts.Say("column", field+"=HEADER")),
		err:    errMissing,
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
	const dozen = 12
	var names []string
	for _, h := range headers[:min(dozen, len(headers))] {
		names = append(names, fmt.Sprintf("%q", h))
	}
	if more := len(headers) - dozen; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
