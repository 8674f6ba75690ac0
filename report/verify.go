package report

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"meetbatch/job"
)

// ErrUnfinished is the error of Verify for a run that was interrupted.
var ErrUnfinished = errors.New("is not finished")

// Check is what Verify holds the files of a run directory against.
type Check struct {
	Operation job.Operation
	Run       Run    // as ReadRun gave it
	Skips     bool   // the run was to skip rows that an earlier one carried out
	Header    []byte // of the input
	Rows      Rows   // the input's
}

// Verify recounts a run directory from its files and the input alone, while it holds the directory's lock. It returns
// the problems that it found, in words, and after the first ten that there are more: none when every row has exactly one
// result and everything else fits. The error is ErrUnfinished, a *LockedError, or that of a file that cannot be read.
func Verify(path string, c Check) (problems []string, err error) {
	lock, err := acquire(path)
	if err != nil {
		return nil, err
	}
	defer lock.Unlock()
	if c.Run.State != Finished && c.Run.State != Stopped {
		return nil, fmt.Errorf("%s %w: its state is %s", path, ErrUnfinished, c.Run.State)
	}
	v := &verifier{Check: c, path: path, answers: map[uuid.UUID]int{}, counts: map[job.Status]int64{}}
	for _, step := range []func() error{v.journal, v.results, v.input} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	v.run()
	v.state()
	return v.problems, nil
}

// A verifier is a Verify under way.
type verifier struct {
	Check
	path     string
	problems []string
	further  bool // there are more than these

	sent       int64             // requests in the journal
	answers    map[uuid.UUID]int // their HTTP statuses; 0 where there was no answer
	first      Result            // the last one that is of no duplicate
	contents   []uint32          // by line: a hash of the account and the value of its result
	seen       bitmap            // lines that have a result
	done       bitmap            // lines of rows that need not be run again
	repeats    bitmap            // lines of duplicates
	duplicates []duplicate
	counts     map[job.Status]int64
	rows       int64 // of the input
}

type duplicate struct{ line, of int64 }

// shownProblems is how many problems Verify names.
const shownProblems = 10

func (v *verifier) problem(format string, args ...any) {
	switch {
	case len(v.problems) < shownProblems:
		v.problems = append(v.problems, fmt.Sprintf(format, args...))
	case !v.further:
		v.further = true
		v.problems = append(v.problems, "and more")
	}
}

// run holds run.json against what was counted.
func (v *verifier) run() {
	c := v.Run.Counts
	for _, count := range []struct {
		name    string
		is, was int64
	}{
		{"rows", v.rows, c.Rows},
		{string(job.Succeeded), v.counts[job.Succeeded], c.Succeeded},
		{string(job.Failed), v.counts[job.Failed], c.Failed},
		{string(job.Unknown), v.counts[job.Unknown], c.Unknown},
		{string(job.NotSent), v.counts[job.NotSent], c.NotSent},
		{string(job.Invalid), v.counts[job.Invalid], c.Invalid},
		{string(job.Skipped), v.counts[job.Skipped], c.Skipped},
		{"duplicates", int64(len(v.duplicates)), c.Duplicates},
		{"requests", v.sent, v.Run.Requests.Sent},
	} {
		if count.is != count.was {
			v.problem("%s says %d %s, the files %d", RunFile, count.was, count.name, count.is)
		}
	}
}

// state holds what run.json concludes against its counts.
func (v *verifier) state() {
	counts := v.Run.Counts
	if (v.Run.State == Stopped) != (counts.NotSent > 0) {
		v.problem("%s says that the run is %s, with %d rows not sent", RunFile, v.Run.State, counts.NotSent)
	}
	if code := v.Run.ExitCode; code == nil || (*code == 0) != (counts.Left() == 0) {
		v.problem("%s has an exit code that its counts do not bear out", RunFile)
	}
}
