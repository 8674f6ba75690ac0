package report

import (
	"errors"
	"hash/fnv"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"meetbatch/job"
)

// torn makes a problem of a table whose last record is not whole.
func (v *verifier) torn(name string, err error) error {
	if errors.Is(err, errTorn) {
		v.problem("%s: %v", filepath.Join(v.path, name), err)
		return nil
	}
	return err
}

// journal reads which requests were sent, and how each was answered.
func (v *verifier) journal() error {
	_, err := requests.scan(v.path, func(rec *record[Request]) error {
		r := &rec.row
		if rec.bad != nil {
			return rec.bad
		}
		id, err := uuid.Parse(r.RequestID)
		if err != nil {
			return err
		}
		if r.Event == Sent {
			v.sent++
			v.answers[id] = 0
			return nil
		}
		if _, sent := v.answers[id]; !sent {
			v.problem("%s: request %s was answered, but not sent", RequestsFile, id)
		}
		v.answers[id] = r.HTTPStatus
		return nil
	})
	return v.torn(RequestsFile, err)
}

// results counts the results, and holds each against the journal and against the one that it repeats.
func (v *verifier) results() error {
	_, err := results(v.Operation).scan(v.path, func(rec *record[Result]) error {
		r := &rec.row
		if r.Line == 0 {
			v.problem("%s: %v", ResultsFile, rec.bad)
			return nil
		}
		v.count(r)
		if rec.bad != nil {
			v.problem("line %d: %v", r.Line, rec.bad)
			return nil
		}
		v.request(r)
		v.repeat(r)
		return nil
	})
	for _, d := range v.duplicates {
		if !v.seen.has(d.of) || v.repeats.has(d.of) {
			v.problem("line %d repeats line %d, which has no result of its own", d.line, d.of)
		}
	}
	return v.torn(ResultsFile, err)
}

func (v *verifier) count(r *Result) {
	if v.seen.has(r.Line) {
		v.problem("line %d has two results", r.Line)
	}
	v.seen.set(r.Line)
	v.counts[r.Status]++
	if r.Status.Done() {
		v.done.set(r.Line)
	}
	v.contents = grow(v.contents, r.Line)
	v.contents[r.Line] = contentHash(r.Account, r.Value)
}

// request holds a result against the request that settled it.
func (v *verifier) request(r *Result) {
	id, noID := uuid.Parse(r.RequestID)
	answer, sent := v.answers[id]
	switch {
	case r.Status == job.Skipped && !v.Skips:
		v.problem("line %d was skipped, but the run was to skip nothing", r.Line)
	case r.Status == job.Skipped && noID == nil: // the request is that of an earlier run
	case noID == nil && !sent, noID != nil && r.RequestID != "":
		v.problem("line %d: request %s is not in %s", r.Line, r.RequestID, RequestsFile)
	case sent && answer != r.HTTPStatus:
		v.problem("line %d: its HTTP status is %q, that of request %s is %q", r.Line, status(r.HTTPStatus), r.RequestID, status(answer))
	case r.Status == job.Succeeded && r.HTTPStatus/100 != 2:
		v.problem("line %d succeeded with HTTP status %q", r.Line, status(r.HTTPStatus))
	case r.RequestID == "" && r.Status != job.Invalid && r.Status != job.NotSent:
		v.problem("line %d is %s without a request", r.Line, r.Status)
	}
}

// status gives an HTTP status as it stands in a table.
func status(code int) string {
	if code == 0 {
		return ""
	}
	return strconv.Itoa(code)
}

// repeat holds the result of a duplicate against that of the row that it repeats, which stands before it.
func (v *verifier) repeat(r *Result) {
	if r.DuplicateOf == 0 {
		v.first = *r
		return
	}
	v.repeats.set(r.Line)
	v.duplicates = append(v.duplicates, duplicate{r.Line, r.DuplicateOf})
	first := &v.first
	if first.Line != r.DuplicateOf {
		return // it was interrupted in between; that the line has a result is checked when all are known
	}
	if first.Account != r.Account || first.Value != r.Value || first.RequestID != r.RequestID || first.Status != r.Status {
		v.problem("line %d repeats line %d, but does not share its fate", r.Line, r.DuplicateOf)
	}
}

// contentHash is of an account and a value as they come out of a table, in which line breaks are not told apart.
func contentHash(account, value string) uint32 {
	h := fnv.New32a()
	for _, s := range []string{account, value} {
		io.WriteString(h, strings.ReplaceAll(s, "\r", ""))
		h.Write([]byte{0})
	}
	return h.Sum32()
}

// grow makes a slice reach up to an index.
func grow(s []uint32, index int64) []uint32 {
	if n := index + 1 - int64(len(s)); n > 0 {
		s = append(s, make([]uint32, n)...)
	}
	return s
}
