package page

import (
	"cmp"
	"slices"
	"strings"

	"meetbatch/job"
	"meetbatch/report"
)

const (
	shownRows     = 1000 // that did not succeed
	shownExamples = 5    // of a group
	shownLines    = 100  // of an invalid reason
	shownGroups   = 20
	mostGroups    = 100 // a service that has a code of its own for each row would make any number
)

// books are what results.csv says, in memory that does not depend on how many rows it has.
type books struct {
	op     job.Operation
	noRows bool

	counts          job.Counts
	groups          map[kind]*group
	failed, invalid first // failed are those of unknown fate too
	odd             int64 // rows that were sent whose ID is not 32 hex digits
}

// A kind is what rows have in common that did not succeed.
type kind struct {
	Status     job.Status
	HTTPStatus int
	code       string // of rows that are invalid: the reason
}

// otherCodes stands in place of the code where there were too many to tell them apart.
const otherCodes = "…"

// A group is the rows of a kind.
type group struct {
	kind
	message  string // of the first of them
	Rows     int64
	odd      int64 // how many of them have an ID that is not 32 hex digits
	examples first
	account  string // of all of them; empty: of several
}

// take counts a row.
func (b *books) take(r *report.Result) {
	b.counts.Add(r.Status, 1)
	odd := b.op.Column == job.Reclaim.Column && r.Attempts > 0 && !hex32(r.Value)
	if odd {
		b.odd++
	}
	if r.Status.Done() || r.Status == job.NotSent {
		return
	}
	g := b.group(r)
	if g.Rows++; g.Rows == 1 {
		g.account = strings.Clone(r.Account)
	} else if g.account != r.Account {
		g.account = ""
	}
	if odd {
		g.odd++
	}
	g.examples.add(r)
	if r.Status == job.Invalid {
		b.invalid.add(r)
	} else {
		b.failed.add(r)
	}
}

func (b *books) group(r *report.Result) *group {
	k := kind{r.Status, r.HTTPStatus, r.ErrorCode}
	if r.Status == job.Invalid { // what is particular about a row stands behind the colon
		k.code, _, _ = strings.Cut(r.ErrorMessage, ": ")
	}
	g := b.groups[k]
	if g == nil && len(b.groups) >= mostGroups {
		k = kind{Status: r.Status, code: otherCodes}
		g = b.groups[k]
	}
	if g == nil {
		k.code = strings.Clone(k.code) // of the whole row
		g = &group{kind: k, examples: first{n: shownExamples}}
		if r.Status == job.Invalid {
			g.examples.n = shownLines
		}
		if !b.noRows && k.code != otherCodes { // a service may name an account in what it says
			g.message = shortened(r.ErrorMessage, 200)
		}
		b.groups[k] = g
	}
	return g
}

// sorted gives the groups of rows that are invalid, or else of the others, the greatest first.
func (b *books) sorted(invalid bool) (groups []*group) {
	for _, g := range b.groups {
		if (g.Status == job.Invalid) == invalid {
			groups = append(groups, g)
		}
	}
	slices.SortFunc(groups, func(a, b *group) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.code, b.code), cmp.Compare(a.HTTPStatus, b.HTTPStatus), cmp.Compare(a.Status, b.Status))
	})
	return groups
}

// first is the first n rows, by their lines, of any number.
type first struct {
	n    int
	rows []report.Result // of no use before cut
	full bool
	last int64 // the line of the nth, when it is full
}

func (f *first) add(r *report.Result) {
	if f.full && r.Line > f.last {
		return
	}
	kept := *r
	kept.Account, kept.Value = strings.Clone(shown(r.Account)), strings.Clone(shown(r.Value)) // a cell may have any size
	kept.ErrorCode, kept.ErrorMessage, kept.ServerRequestID = strings.Clone(r.ErrorCode), "", ""
	kept.RequestID = strings.Clone(r.RequestID)
	if f.rows = append(f.rows, kept); len(f.rows) >= 2*f.n {
		f.cut()
	}
}

// cut gives the first rows.
func (f *first) cut() []report.Result {
	slices.SortFunc(f.rows, func(a, b report.Result) int { return cmp.Compare(a.Line, b.Line) })
	if len(f.rows) >= f.n {
		clear(f.rows[f.n:])
		f.rows, f.full = f.rows[:f.n], true
		f.last = f.rows[f.n-1].Line
	}
	return f.rows
}

// hex32 tells whether an ID looks like one of a room.
func hex32(id string) bool { return len(id) == 32 && strings.Trim(id, "0123456789abcdefABCDEF") == "" }
