package run

import (
	"fmt"
	"slices"
	"time"

	"meetbatch/job"
	"meetbatch/report"
)

// knownChanges takes from before.csv what an earlier process read.
func (r *run) knownChanges() error {
	if !report.Whole(r.path, r.meta) {
		return Unrecorded(fmt.Errorf("%s: %s is not what the run wrote, so nobody knows what was so before it", r.path, report.BeforeFile), "bring it back, or begin a new run")
	}
	states, err := beforeStates(r.path, r.op, r.meta.Said(report.BeforeFile))
	if err != nil {
		return Unrecorded(err, "")
	}
	r.changes = &changes{op: r.op, undo: r.meta.UndoOf != "", at: states.at, state: func(it job.Item) job.State { return states.of(it.Line) }}
	return nil
}

// statesBefore are those of before.csv, by line, in a byte each.
type statesBefore struct {
	different []job.State
	byLine    []byte    // the number of the state, from 1
	at        time.Time // when the service was read
}

func beforeStates(path string, op job.Operation, said *report.Sum) (*statesBefore, error) {
	all := &statesBefore{}
	for b, err := range report.ReadBefore(path, op, said) {
		if err != nil {
			return nil, err
		}
		n := slices.Index(all.different, b.State)
		if n < 0 {
			n, all.different = len(all.different), append(all.different, b.State)
		}
		if missing := b.Line + 1 - int64(len(all.byLine)); missing > 0 {
			all.byLine = append(all.byLine, make([]byte, missing)...)
		}
		all.byLine[b.Line], all.at = byte(n+1), b.ReadAt
	}
	return all, nil
}

// of gives the state of the row of a line; Unread where before.csv does not have it.
func (s *statesBefore) of(line int64) job.State {
	if line >= int64(len(s.byLine)) || s.byLine[line] == 0 {
		return job.Unread
	}
	return s.different[s.byLine[line]-1]
}
