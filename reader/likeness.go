package reader

import (
	"slices"
	"strings"

	"meetbatch/job"
)

// likeness is what the accounts of the first rows look like, so that another can be told that is not one but two, or a part
// of one.
type likeness struct {
	forms  []string // how they are built, where that shows that they are accounts
	behind []string // the same of what stands in the next column
	kinds  shape    // of all of them together
	common shape    // what all have
	signs  string   // that stand between parts of them
	blank  bool     // a blank stands before one
	rows   int
}

// formedRows is of how many rows the likeness is kept: where all are of a form the first show it.
const formedRows = 32

// seeAccount takes down what a good account looks like, as long as it is one of the first.
func (r *Reader) seeAccount(it *job.Item) {
	l := &r.like
	if l.rows == formedRows || it.Invalid != "" || it.Doubt != "" {
		return
	}
	shape := shapeOf(it.Account)
	if l.rows++; l.rows == 1 {
		l.common = shape
	}
	l.common &= shape
	l.kinds |= shape
	l.forms = withForm(l.forms, it.Account)
	if r.at.account > 0 {
		l.behind = withForm(l.behind, trim(fieldAt(r.allCells(), r.at.account+1)))
	}
	for _, c := range it.Account {
		if isBetween(c) {
			l.signs += string(c)
		}
	}
}

func withForm(forms []string, text string) []string {
	if form := formOf(text); form != "" && !slices.Contains(forms, form) {
		forms = append(forms, form)
	}
	return forms
}

// isBetween tells of what stands between names that are put into one cell.
func isBetween(c rune) bool { return strings.ContainsRune(";,/|&、；，", c) }

// doubtSeveral tells of an account with signs whether it is several that look like the others, or one that has lost a
// letter.
func (r *Reader) doubtSeveral(it *job.Item) {
	l := &r.like
	switch {
	case l.rows == 0:
	case r.signs&(separator|comma) != 0 && strings.ContainsFunc(it.Account, isBetween):
		if !strings.ContainsAny(it.Account, l.signs) && r.areLikeOthers(strings.FieldsFunc(it.Account, isBetween), l.rows >= fewRows) {
			doubt(it, DoubtShape, "account holds several that look like the others, with a sign between")
		}
	case r.signs&question != 0 && l.rows >= fewRows && l.common&isPlain != 0 && isPlainWord(strings.Replace(it.Account, "?", "", 1)):
		doubt(it, DoubtEncoding, "account has a question mark where a tool could not write a letter")
	case r.signs&blank != 0 && l.kinds&hasBlank == 0 && r.areLikeOthers(strings.Fields(it.Account), false):
		doubt(it, DoubtShape, "account holds several that look like the others, with a blank between")
	}
}

// withExponent matches a number as some programs write it, and one with the sign of a language for long ones.
var withExponent = matches(`^-?[1-9][0-9]*E[1-9][0-9]?$|^[0-9]{5,}L$`)

// doubtNumber tells of what may be a number as a program wrote it, where no account before has letters and digits.
func (r *Reader) doubtNumber(it *job.Item) {
	isMixed := func(form string) bool { return strings.Contains(form, "0") && strings.ContainsAny(form, "aA") }
	if r.like.rows > 0 && withExponent(it.Account) && !slices.ContainsFunc(r.like.forms, isMixed) {
		doubt(it, DoubtPlaceholder, "account"+writtenNumber)
	}
}

// areLikeOthers tells of parts of an account whether they are two or more, and each is built as others are. A word is
// built as any; it is one where others are words, too, and enough of them are known.
func (r *Reader) areLikeOthers(parts []string, words bool) bool {
	for _, part := range parts {
		part = trim(part)
		form, shape := formOf(part), shapeOf(part)&^isCapital
		isWord := form == "" && words && len(part) > 1 && shape&(isPlain|isOther) != 0 && shape&^r.like.kinds == 0
		if !isWord && !slices.Contains(r.like.forms, form) {
			return false
		}
	}
	return len(parts) > 1
}

// doubtPart tells of an account that is no more than words whether a comma in a name before it has shifted it: what stands
// behind it is built as accounts are, and as nothing is that stood there before.
func (r *Reader) doubtPart(it *job.Item, raw string, behind func() string) {
	l, begins := &r.like, strings.HasPrefix(raw, " ")
	before := l.blank
	l.blank = before || begins
	if it.Invalid != "" || it.Doubt != "" || l.rows == 0 || r.signs&(at|digit) != 0 {
		return
	}
	if begins && !before && shapeOf(it.Account)&isCapital&^l.kinds != 0 && formOf(it.Account) == "" ||
		len(l.forms) > 0 && isAnother(l.forms, formOf(trim(behind())), l.behind) && !slices.Contains(l.forms, formOf(it.Account)) {
		doubt(it, DoubtShape, "account may be a part of a name, by a comma that does not stand in quotes, with the account behind it")
	}
}

// isAnother tells whether a form is one of accounts, and none of others.
func isAnother(of []string, form string, others []string) bool {
	return slices.Contains(of, form) && !slices.Contains(others, form)
}

// fieldBehind is what stands behind the account in a row that was parsed, with its quotes.
func (r *Reader) fieldBehind() string {
	column := r.at.account + 1
	if column >= r.csv.FieldsPerRecord {
		return ""
	}
	first, _ := r.csv.FieldPos(0)
	line, at := r.csv.FieldPos(column)
	if line != first || at > len(r.raw) {
		return ""
	}
	field, end := r.raw[at-1:], 0
	for end < len(field) && rune(field[end]) != r.format.delimiter && field[end] != '\r' && field[end] != '\n' {
		end++
	}
	return strings.Trim(r.format.text(string(field[:end])), `"`)
}
