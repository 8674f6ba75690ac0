package report

import (
	"errors"
	"fmt"
	"reflect"

	"meetbatch/job"
)

// BeginAnew is Begin for a directory whose run has sent nothing and cannot go on, since what it was to read is not there
// whole: its files are removed. was is what its run.json was found to say. Where it says something else by now, another process
// has taken the run further, and the error is a *LockedError; where the tables say that something was sent, nothing is removed.
func BeginAnew(path string, op job.Operation, was Run) (*Dir, error) {
	return begin(path, op, func(path string) error {
		now, err := ReadRun(path)
		if err != nil && !errors.Is(err, ErrNoRun) {
			return err
		}
		if err != nil || !reflect.DeepEqual(now, was) {
			return &LockedError{Path: path}
		}
		if err := sentNothing(path, op, was); err != nil {
			return err
		}
		return removeFiles(path)
	})
}

// sentNothing finds out whether the tables of a run agree that nothing was sent.
func sentNothing(path string, op job.Operation, was Run) error {
	settled := 0
	b := books{
		Check: Check{Operation: op, Run: was}, path: path,
		result: func(*record[Result], error) { settled++ },
		misfit: func(_ string, err error) error { return err },
	}
	if err := b.read(); err != nil {
		return err
	}
	if sent, _ := b.journal.sent(); sent > 0 || settled > 0 {
		return fmt.Errorf("%s: %s says that nothing was sent, but %s and %s have %d requests and %d results", path, RunFile, RequestsFile, ResultsFile, sent, settled)
	}
	return nil
}
