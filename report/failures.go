package report

import (
	"cmp"
	"slices"
	"strings"

	"meetbatch/job"
)

// Failure is what rows have in common that did not succeed: their fate, and the HTTP status and error code of the answer
// that settled them, or for rows that are invalid the reason. Rows that were not sent are no failures.
type Failure struct {
	Status     job.Status `json:"status"`
	HTTPStatus int        `json:"http_status,omitempty"`
	Code       string     `json:"error_code,omitempty"`
	Message    string     `json:"message,omitempty"` // that of the first of them
	Rows       int64      `json:"rows"`
	Lines      []int64    `json:"first_lines"` // of those that were settled first, five at most
}

const (
	mostFailures = 100 // groups; a service that has a code of its own for each row would make any number
	shownLines   = 5
)

// OtherCodes stands in place of the code where there were too many to tell them apart.
const OtherCodes = "OTHERS"

// failures groups the rows that did not succeed. The zero value has none. It is not safe for concurrent use.
type failures struct{ groups []*Failure }

// add counts a row with its duplicates, as results.csv has it.
func (f *failures) add(status job.Status, httpStatus int, code, message string, line int64, duplicates ...int64) {
	if status.Done() || status == job.NotSent {
		return
	}
	if status == job.Invalid { // what is particular about a row stands behind the colon
		message, _, _ = strings.Cut(message, ": ")
	}
	group := f.of(status, httpStatus, code, message)
	group.Rows += 1 + int64(len(duplicates))
	lines := append([]int64{line}, duplicates...)
	group.Lines = append(group.Lines, lines[:min(len(lines), shownLines-len(group.Lines))]...)
}

func (f *failures) of(status job.Status, httpStatus int, code, message string) *Failure {
	at := slices.IndexFunc(f.groups, func(g *Failure) bool {
		return g.Status == status && g.HTTPStatus == httpStatus && g.Code == code && (status != job.Invalid || g.Message == message)
	})
	switch {
	case at >= 0:
		return f.groups[at]
	case len(f.groups) >= mostFailures && code != OtherCodes:
		return f.of(status, 0, OtherCodes, "")
	}
	f.groups = append(f.groups, &Failure{Status: status, HTTPStatus: httpStatus, Code: code, Message: message})
	return f.groups[len(f.groups)-1]
}

// Failures gives what the rows have in common that did not succeed, the most frequent first.
func (d *Dir) Failures() []Failure {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.failures.list()
}

// list gives the groups, the greatest first.
func (f *failures) list() []Failure {
	all := make([]Failure, 0, len(f.groups))
	for _, g := range f.groups {
		one := *g
		one.Lines = slices.Clone(g.Lines)
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b Failure) int { return cmp.Compare(b.Rows, a.Rows) })
	return all
}
