package report

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"meetbatch/job"
)

// An uncountedError says why a result does not count: what is not in the journal did not happen.
type uncountedError struct {
	RequestID string
	Sent      bool // it is in the journal, and has no answer there
}

func (e *uncountedError) Error() string {
	if e.Sent {
		return fmt.Sprintf("request %s has no answer in %s", e.RequestID, RequestsFile)
	}
	return fmt.Sprintf("request %s is not in %s", e.RequestID, RequestsFile)
}

// fits tells why a result cannot be right; nil: it can.
func (b *books) fits(r *Result) error {
	t := b.journal.find(r.RequestID)
	ofRequest := r.RequestID != "" && r.Status != job.Skipped // that of one skipped belongs to an earlier run
	if ofRequest && (t == nil || !t.answered) {
		return &uncountedError{r.RequestID, t != nil}
	}
	var err error
	if ofRequest && t.reading() {
		err = fmt.Errorf("request %s, which it names, changes nothing", r.RequestID)
	} else if ofRequest {
		err = b.fitsRequest(r, t)
	}
	return cmp.Or(err, b.fitsStatus(r, t), b.fitsFirst(r))
}

// fitsStatus tells why a result cannot have the status that it has. Whoever adds a way to settle a row adds it here.
func (b *books) fitsStatus(r *Result, t *requestTrace) error {
	none := r.RequestID == ""
	untouched := r.HTTPStatus == 0 && r.Attempts == 0 && r.ErrorCode == ""
	switch r.Status {
	case job.Invalid:
		if !none || !untouched || r.DuplicateOf != 0 || r.ErrorMessage == "" {
			return errors.New("it is invalid, and says something of a request or gives no reason")
		}
		return nil
	case job.Skipped:
		switch {
		case b.Changes && asIs(r) && untouched:
		case !b.Skips:
			return errors.New("it was skipped, but the run was to skip nothing")
		case none || !untouched:
			return errors.New("it was skipped, and names no earlier request or says something of a new one")
		}
		return nil
	case job.Succeeded, job.Failed:
		if none && !b.byReading(r) {
			return fmt.Errorf("it is %s without a request", r.Status)
		}
	case job.Unknown:
		if none && r.Attempts == 0 && !b.byReading(r) {
			return errors.New("it is unknown, and was never sent")
		}
	case job.NotSent:
	default:
		return fmt.Errorf("its status is %q", string(r.Status))
	}
	if t == nil && r.HTTPStatus != 0 || !possible(r) && !b.byReading(r) {
		return fmt.Errorf("it is %s with HTTP status %q", r.Status, status(r.HTTPStatus))
	}
	return nil
}

// byReading tells whether the service was read to settle a row, in vain or not. Its request may have had any answer then.
func (b *books) byReading(r *Result) bool { return b.Run.reconciled() && wasRead(r) }

// possible tells whether a row that was sent can come to its status with the answer that it had last. One that is unknown
// may have had any but those that settle something, or else says what is in doubt.
func possible(r *Result) bool {
	good := r.HTTPStatus/100 == 2
	switch r.Status {
	case job.Succeeded:
		return good
	case job.Unknown:
		settles := r.HTTPStatus/100 == 4 || r.HTTPStatus == 200 && r.ErrorMessage == ""
		return !settles || job.Doubtful(r.ErrorMessage)
	}
	return !good || r.ErrorCode != "" // an error in a 200 is a refusal; its parts may wait for their turn
}

// fitsRequest holds a result against the request that it names.
func (b *books) fitsRequest(r *Result, t *requestTrace) error {
	if r.DuplicateOf == 0 && t.rows <= t.entries {
		t.rows++
		if r.Status != job.NotSent {
			t.final++
		}
	}
	switch {
	case int(t.status) != r.HTTPStatus:
		return fmt.Errorf("its HTTP status is %q, that of request %s is %q", status(r.HTTPStatus), r.RequestID, status(int(t.status)))
	case t.code != textHash(strings.TrimLeft(r.ErrorCode, " ")) && !(b.byReading(r) && r.Status != job.Unknown):
		return fmt.Errorf("its error code is %q, that of request %s is another", r.ErrorCode, r.RequestID)
	case t.target != textHash(b.Operation.Target(r.Account, r.Value)):
		return fmt.Errorf("request %s, which it names, is not for the account or the %s of the row", r.RequestID, b.Operation.Column)
	case r.Line < t.firstLine:
		return fmt.Errorf("request %s, which it names, begins with line %d", r.RequestID, t.firstLine)
	case t.rows > t.entries:
		return fmt.Errorf("request %s, which it names, has %d entries and more results", r.RequestID, t.entries)
	case r.Attempts < int(t.attempt) && !t.unsent:
		return fmt.Errorf("it took part in %d attempts, and request %s was number %d", r.Attempts, r.RequestID, t.attempt)
	}
	return nil
}

// fitsFirst holds the result of a duplicate against that of the row that it repeats, which stands before it.
func (b *books) fitsFirst(r *Result) error {
	if r.DuplicateOf == 0 {
		b.first = *r
		return nil
	}
	b.repeats.set(r.Line)
	if r.DuplicateOf >= r.Line {
		return fmt.Errorf("it repeats line %d, which does not stand before it", r.DuplicateOf)
	}
	if b.first.Line != r.DuplicateOf { // the run was interrupted in between
		b.duplicates = append(b.duplicates, duplicate{r.Line, r.DuplicateOf})
		return nil
	}
	f := b.first
	if f.Account != r.Account || f.Value != r.Value || f.RequestID != r.RequestID || f.Status != r.Status {
		return fmt.Errorf("it repeats line %d, but does not share its fate", r.DuplicateOf)
	}
	return nil
}

func (b *books) fitsRepeated(d duplicate) error {
	switch {
	case !b.seen.has(d.of) || b.repeats.has(d.of):
		return b.misfit("", fmt.Errorf("line %d repeats line %d, which has no result of its own", d.line, d.of))
	case b.contents[d.line] != b.contents[d.of]:
		return b.misfit("", fmt.Errorf("line %d repeats line %d, which is of another row", d.line, d.of))
	}
	return nil
}

// status gives an HTTP status as it stands in a table.
func status(code int) []byte { return (*number)(&code).append(nil) }
