package reader

import (
	"cmp"
	"strings"
)

// Options say how an input is read. The zero value leaves all of it to what the input shows.
type Options struct {
	// Columns names the header of a field, where the choice is not left to the reader: account=owner. The fields are
	// account and the operation's column. Case and blanks in a header do not matter.
	Columns map[string]string

	AccountType int    // 0 or 1: whether userAccount or thirdAccount is one of the headers of account
	Value       string // the value of every row; it is an error then if the input has a column for it
	AnyID       bool   // room IDs of any shape are good
	Encoding    string // one of the constants; empty is Auto
	Delimiter   rune   // of ASCII; 0: as the header row shows it

	// Say words a setting for a hint as whoever gave it would give it again, such as --column account=owner. The
	// settings are those above: column, account-type, value, any-id, encoding and delimiter. Where the value is
	// empty, the setting itself is meant, such as --column. Without Say they read column account=owner and column.
	Say func(setting, value string) string
}

// complete fills in what stands for nothing.
func (o Options) complete() Options {
	o.Encoding = cmp.Or(o.Encoding, Auto)
	if o.Say == nil {
		o.Say = plainly
	}
	return o
}

// plainly is what Options.Say is when nobody has set it.
func plainly(setting, value string) string { return strings.TrimSuffix(setting+" "+value, " ") }
