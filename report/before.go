package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"meetbatch/internal/system"
	"meetbatch/job"
)

// Before is a row of before.csv: what the service said of the entry of a row before the run changed anything.
type Before struct {
	Line    int64 // of the input, on which the row begins
	Account string
	Value   string    // of the operation's column
	State   job.State // Unread where nothing was found
	ReadAt  time.Time
}

// AsIs is the message of a row that was skipped since it was as wanted before the run.
const AsIs = "is so already"

// Since begins the message of a row that was skipped in a run which takes another one back: somebody has changed its entry
// since.
const Since = "changed since: "

// asIs tells whether a row was skipped since it was as wanted before, or left as somebody else had made it.
func asIs(r *Result) bool {
	return r.Status == job.Skipped && r.RequestID == "" && (r.ErrorMessage == AsIs || strings.HasPrefix(r.ErrorMessage, Since))
}

// before is the table of what was so before a run of an operation.
func before(op job.Operation) table[Before] {
	return table[Before]{BeforeFile, []column[Before]{
		{name: "line", cell: func(b *Before) cell { return (*line)(&b.Line) }, required: true},
		{name: "account", cell: func(b *Before) cell { return (*text)(&b.Account) }},
		{name: op.Column, cell: func(b *Before) cell { return (*text)(&b.Value) }},
		{name: "before", cell: func(b *Before) cell { return (*text)(&b.State) }},
		{name: "read_at", cell: func(b *Before) cell { return (*stamp)(&b.ReadAt) }, required: true},
	}}
}

// known tells whether the entry of a row of the operation can be in a state.
func known(op job.Operation, s job.State) bool {
	if s == job.Unread || s == job.Gone {
		return true
	}
	if len(op.Values) > 0 {
		return slices.ContainsFunc(op.Values, func(v job.Value) bool { return job.State(v.API) == s })
	}
	return s == job.Held || s == job.Free || s == job.Other
}

// WriteBefore writes before.csv, of what write adds, in its order. It is on the disk when WriteBefore returns, and run.json
// says of it what it is from the next WriteRun on. After an error no part of it is there, and one of before stands as it
// did.
func (d *Dir) WriteBefore(write func(add func(Before) error) error) error {
	t := before(d.op)
	return d.replaceSummed(BeforeFile, system.Perm, &d.before, func(to io.Writer) error {
		text := t.header()
		if _, err := to.Write(text); err != nil {
			return err
		}
		return write(func(b Before) error {
			text = t.append(text[:0], &b)
			_, err := to.Write(text)
			return err
		})
	})
}

// ReadBefore reads the before.csv of a run of an operation from its directory, in the order in which it was written. It
// was written in one step, so that one that is torn is damaged. An error is the last thing that it yields; it is a
// *ChangedError where the file is not what was said of it, in run.json, which may be nothing, and fs.ErrNotExist where
// there is none.
func ReadBefore(path string, op job.Operation, said *Sum) iter.Seq2[Before, error] {
	return func(yield func(Before, error) bool) {
		file, err := before(op).scan(path, said, func(rec *record[Before]) error {
			switch {
			case rec.bad != nil:
				return rec.bad
			case !known(op, rec.row.State):
				return fmt.Errorf("before is %q", string(rec.row.State))
			case !yield(rec.row, nil):
				return fs.SkipAll
			}
			return nil
		})
		switch {
		case errors.Is(err, fs.SkipAll):
		case err != nil:
			yield(Before{}, err)
		case said != nil && file.whole != said.Size:
			yield(Before{}, &ChangedError{filepath.Join(path, BeforeFile), *said, file.whole, true})
		}
	}
}

// Whole tells whether the before.csv of a run is in its directory, and is what run.json says of it.
func Whole(path string, run Run) bool {
	said := run.Said(BeforeFile)
	return said != nil && holdsJust(filepath.Join(path, BeforeFile), said) == nil
}

// before holds the rows that were skipped since they were as wanted before the run against what was read then.
func (v *verifier) before() {
	said := v.Run.Said(BeforeFile)
	if said == nil {
		if len(v.so) > 0 && v.Over {
			v.problem("rows were skipped as they were, and %s says nothing of %s", RunFile, BeforeFile)
		}
		return
	}
	var seen, so bitmap
	for b, err := range ReadBefore(v.path, v.Operation, said) {
		switch {
		case err != nil:
			v.problem("%v", err)
			return
		case b.Line > v.lastLine():
			v.problem("%s: line %d is behind that of the last row of the input", BeforeFile, b.Line)
			continue
		case seen.has(b.Line):
			v.problem("%s: line %d stands there twice", BeforeFile, b.Line)
		case v.seen.has(b.Line) && v.contents[b.Line] != contentHash(b.Account, b.Value):
			v.problem("%s: the account or the %s of line %d is not that of its result", BeforeFile, v.Operation.Column, b.Line)
		}
		seen.set(b.Line)
		if b.State == v.Operation.Wants(b.Value) {
			so.set(b.Line)
		}
	}
	for line := range int64(len(v.so)) * 64 {
		if v.so.has(line) && !so.has(line) {
			v.problem("line %d was skipped as it was, but %s does not say that it was as wanted", line, BeforeFile)
		}
	}
}

// checkBefore finds out whether before.csv is what run.json says of it. As long as nothing was done by it, it can be made
// anew.
func (p *Past) checkBefore() error {
	said := p.Run.Said(BeforeFile)
	if said == nil {
		return nil
	}
	switch err := holdsJust(filepath.Join(p.path, BeforeFile), said); {
	case err == nil:
		p.before = said
	case p.sent > 0 || p.asIs:
		return err
	}
	return nil
}
