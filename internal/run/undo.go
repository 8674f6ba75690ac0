package run

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"time"

	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/reader"
	"meetbatch/report"
)

// An Undoing is a run that takes back what another one carried out. Its input is made of that one's results.
type Undoing struct {
	Of        *Stored
	Rows      int64 // that are taken back, unless somebody has changed them since
	Unknown   int64 // rows of which nobody knows whether they were carried out: they are left alone
	Unread    int64 // rows that were carried out, and of which nobody knows what was so before: they too
	Unchanged int64 // rows that were carried out, and were so before

	op     job.Operation
	before func(line int64) job.State // what was so before, by line; nil: nobody looked
	blind  bool                       // what was so before is taken for what the run had to find
}

// NewUndoing looks at what is to be taken back of a run. blind takes for granted that the run changed all that it carried
// out: without before.csv nobody knows better.
//
// It returns when the end of the run is as long ago as wait says: what the run has changed may be read late, and would
// then seem to be as it was before.
func NewUndoing(s *Stored, w World, wait time.Duration, blind bool) (*Undoing, error) {
	if err := s.hasEnded("undo"); err != nil {
		return nil, err
	}
	switch by := s.Run.UndoneBy; {
	case by != "":
		hint := "what that run has not carried out is in its failed.csv; to take it back in turn: meetbatch undo " + words.Path(by)
		if undo, err := Load(by); err == nil && undo.Run.State != report.Finished {
			hint = "it has not come to its end: " + NextResume(by)
		}
		return nil, Refuse(fmt.Errorf("%s was taken back already, by %s", s.Path, by), hint)
	case s.Run.Reconciling:
		return nil, Refuse(fmt.Errorf("%s: a reconcile of it was killed", s.Path), "give that command again first: meetbatch reconcile "+words.Path(s.Path))
	}
	if used, err := report.InUse(s.Path); err != nil || used {
		return nil, cmp.Or(err, error(&report.LockedError{Path: s.Path}))
	}
	u := &Undoing{Of: s, blind: blind, op: s.Operation}
	if s.Operation.Undoes != "" {
		u.op = OperationOf(s.Operation.Undoes)
	}
	u.op.MostPerAccount = 0 // the account did hold them all
	if err := u.readBefore(); err != nil {
		return nil, err
	}
	for _, err := range u.items() {
		if err != nil {
			return nil, Unrecorded(err, "meetbatch verify "+words.Path(s.Path)+" says what is wrong with it")
		}
		u.Rows++
	}
	if u.before == nil && !blind && u.Rows+u.Unread > 0 {
		return nil, Refuse(fmt.Errorf("%s has no %s: it carried out %s, and nobody knows which of them were so already before, and are to stay so", s.Path, report.BeforeFile, words.Plural(u.Unread, "row")),
			"a run with --only-changes writes that down; --without-before takes all of these rows back, also what was so already: whoever was disabled long ago is enabled then")
	}
	if end := s.Run.End; end != nil && u.Rows > 0 {
		select {
		case <-time.After(end.Add(wait).Sub(w.Now())):
		case <-w.Stopping.Done():
			return nil, &Error{Stopped, fmt.Errorf("%w, before anything was sent", context.Cause(w.Stopping)), "give the same command again"}
		}
	}
	return u, nil
}

// readBefore reads what was so before the run.
func (u *Undoing) readBefore() error {
	s := u.Of
	said := s.Run.Said(report.BeforeFile)
	if said == nil {
		return nil
	}
	states, err := beforeStates(s.Path, s.Operation, said)
	if err != nil {
		return Unrecorded(err, "bring it back as the run left it")
	}
	u.before = states.of
	return nil
}

// items yields the rows to be taken back, as the run that does so reads them. It counts the others, which is right when it
// is gone through once.
func (u *Undoing) items() iter.Seq2[job.Item, error] {
	u.Unknown, u.Unread, u.Unchanged = 0, 0, 0
	s := u.Of
	return func(yield func(job.Item, error) bool) {
		for row, err := range report.Results(s.Path, s.Operation, s.Run.Said(report.ResultsFile)) {
			if err != nil {
				yield(job.Item{}, err)
				return
			}
			if row.DuplicateOf != 0 {
				continue
			}
			if report.Unsettled(&row) {
				u.Unknown++
			}
			if row.Status != job.Succeeded {
				continue
			}
			if it, is := u.item(&row); is && !yield(it, nil) {
				return
			}
		}
	}
}

// item makes of a row that was carried out what takes it back, where the run changed it.
func (u *Undoing) item(row *report.Result) (it job.Item, is bool) {
	it = job.Item{Line: row.Line, Account: row.Account, Value: row.Value}
	was, op := u.stateBefore(row), u.Of.Operation
	switch op.Weigh(was, row.Value) {
	case job.IsSo:
		u.Unchanged++
	case job.ToChange:
		if !op.PerAccount {
			it.Value = string(was)
		}
		return it, true
	default:
		u.Unread++
	}
	return it, false
}

// stateBefore is in which state the entry of a row was before the run.
func (u *Undoing) stateBefore(row *report.Result) job.State {
	op := u.Of.Operation
	switch {
	case u.before != nil:
		return u.before(row.Line)
	case !u.blind:
		return job.Unread
	case op.PerAccount:
		return op.Takes
	}
	for _, v := range op.Values {
		if v.API != row.Value {
			return job.State(v.API)
		}
	}
	return job.Unread
}

// Job is the run that takes the other one back, and its input, which is to be read as standard input. The access of the
// settings counts.
func (u *Undoing) Job(access Access, out string) (j Job, input io.Reader) {
	s := defaults()
	s.Pacing, s.Site, s.Rehearsing = access.Pacing, access.Site, access.Rehearsing
	s.Chunk, s.OnlyChanges, s.AnyID, s.Accept = u.Of.Settings.Chunk, true, true, reader.Doubts
	s.Encoding, s.Delimiter = "utf-8", ','
	s.MaxInvalid = Allowed{job.Share{Percent: 100}}
	from, to := io.Pipe()
	go func() { to.CloseWithError(u.write(to)) }()
	return Job{Operation: u.op, Settings: s, File: "-", Out: out, Undoes: u.Of}, from
}

// write writes the input of the run that takes the other one back.
func (u *Undoing) write(to io.Writer) error {
	w := csv.NewWriter(to)
	err := w.Write([]string{"account", u.op.Column})
	for it, itemErr := range u.items() {
		if err = errors.Join(err, itemErr); err == nil {
			err = w.Write([]string{it.Account, it.Value})
		}
		if err != nil {
			return err
		}
	}
	w.Flush()
	return errors.Join(err, w.Error())
}

// markUndone notes in the run that this one takes back that it does, before the first request.
func (r *run) markUndone() error {
	if r.meta.UndoOf == "" || r.planned.Requests == 0 { // where nothing is to be done the run may be taken back later
		return nil
	}
	path, err := filepath.Abs(r.path)
	if err != nil {
		return Unrecorded(err, "")
	}
	was, err := report.ReadRun(r.meta.UndoOf)
	if err == nil {
		err = report.SetUndone(r.meta.UndoOf, path, was)
	}
	if err != nil {
		return Refuse(fmt.Errorf("the run that is to be taken back: %w", err), "nothing was sent; a run is taken back once, and where it lies")
	}
	return nil
}
