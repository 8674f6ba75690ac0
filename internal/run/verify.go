package run

import (
	"errors"
	"fmt"

	"meetbatch/report"
)

// Verify recounts a run from its files and its input. It returns the problems that it found, in words; none means that
// every row has exactly one result.
func Verify(s *Stored) (problems []string, err error) {
	r := &run{op: s.Operation, settings: s.Settings, path: s.Path, meta: s.Run}
	if r.input, err = openAgain(s.Path, s.Run.Input); err != nil {
		return nil, unrecorded(fmt.Errorf("input: %w", err), "")
	}
	defer r.input.close()
	rows, err := r.newReader(r.input)
	if err != nil {
		return nil, unrecorded(err, "")
	}
	problems, err = report.Verify(s.Path, report.Check{
		Operation: r.op,
		Run:       s.Run,
		Skips:     len(r.settings.SkipSucceeded) > 0,
		Header:    rows.Header(),
		Rows:      r.rows,
	})
	if errors.Is(err, report.ErrUnfinished) {
		return nil, unrecorded(err, nextResume(s.Path))
	}
	if err != nil {
		return nil, unrecordedUnlessLocked(err)
	}
	return problems, nil
}
