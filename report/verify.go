package report

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"meetbatch/internal/system"
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
	v := &verifier{Check: c, path: path, answers: map[uuid.UUID]int{}, counts: map[string]int64{}}
	for _, step := range []func() error{v.journal, v.results, v.input} {
		if err := step(); errors.Is(err, errTorn) {
			v.problem("%v", err)
		} else if err != nil {
			return nil, err
		}
	}
	v.run()
	return v.problems, nil
}

// A verifier is a Verify under way.
type verifier struct {
	Check
	path     string
	problems []string

	counts     map[string]int64  // rows by their fate, and what else run.json counts, by the words for it
	answers    map[uuid.UUID]int // their HTTP statuses; 0 where there was no answer
	first      Result            // the last one that is of no duplicate
	contents   []uint32          // by line: a hash of the account and the value of its result
	seen       bitmap            // lines that have a result
	done       bitmap            // lines of rows that need not be run again
	repeats    bitmap            // lines of duplicates
	duplicates []duplicate
}

type duplicate struct{ line, of int64 }

// shownProblems is how many problems Verify names.
const shownProblems = 10

func (v *verifier) problem(format string, args ...any) {
	switch n := len(v.problems); {
	case n < shownProblems:
		v.problems = append(v.problems, fmt.Sprintf(format, args...))
	case n == shownProblems:
		v.problems = append(v.problems, "and more")
	}
}

// journal reads which requests were sent, and how each was answered.
func (v *verifier) journal() error {
	_, err := requests.scan(v.path, func(rec *record[request]) error {
		r := &rec.row
		id, err := uuid.Parse(r.attempt.RequestID)
		if err := cmp.Or(rec.bad, err); err != nil {
			return err
		}
		if r.event == sent {
			v.counts["requests"]++
			v.answers[id] = 0
			return nil
		}
		if _, known := v.answers[id]; !known {
			v.problem("%s: request %s was answered, but not sent", RequestsFile, id)
		}
		v.answers[id] = r.answer.HTTPStatus
		return nil
	})
	return err
}

// results counts the results, and holds each against the journal and against the one that it repeats.
func (v *verifier) results() error {
	_, err := results(v.Operation).scan(v.path, func(rec *record[Result]) error {
		r := &rec.row
		if r.Line == 0 {
			v.problem("%s: %v", ResultsFile, rec.bad)
			return nil
		}
		if v.seen.has(r.Line) {
			v.problem("line %d has two results", r.Line)
		}
		v.seen.set(r.Line)
		v.counts[string(r.Status)]++
		if r.Status.Done() {
			v.done.set(r.Line)
		}
		if n := r.Line + 1 - int64(len(v.contents)); n > 0 {
			v.contents = append(v.contents, make([]uint32, n)...)
		}
		v.contents[r.Line] = contentHash(r.Account, r.Value)
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
	return err
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
func status(code int) []byte { return (*number)(&code).append(nil) }

// repeat holds the result of a duplicate against that of the row that it repeats, which stands before it.
func (v *verifier) repeat(r *Result) {
	if r.DuplicateOf == 0 {
		v.first = *r
		return
	}
	v.repeats.set(r.Line)
	v.counts["duplicates"]++
	v.duplicates = append(v.duplicates, duplicate{r.Line, r.DuplicateOf})
	if v.first.Line != r.DuplicateOf {
		return // it was interrupted in between; that the line has a result is checked when all are known
	}
	if v.first.Account != r.Account || v.first.Value != r.Value || v.first.RequestID != r.RequestID || v.first.Status != r.Status {
		v.problem("line %d repeats line %d, but does not share its fate", r.Line, r.DuplicateOf)
	}
}

// contentHash is of an account and a value as they come out of a table, in which line breaks are not told apart.
func contentHash(account, value string) uint32 {
	h := fnv.New32a()
	io.WriteString(h, strings.ReplaceAll(account+"\x00"+value, "\r", ""))
	return h.Sum32()
}

// input holds the results and failed.csv against the rows of the input.
func (v *verifier) input() error {
	f, err := system.Open(filepath.Join(v.path, FailedFile), os.O_RDONLY, 0)
	if err != nil {
		v.problem("%v", err)
	}
	defer f.Close()
	failed := &expecter{in: bufio.NewReader(f), differs: err != nil}
	if failed.expect(v.Header) {
		v.problem("%s: the header is not the input's", FailedFile)
	}
	var begun bitmap // the lines on which a row begins
	err = v.Rows(func(it job.Item, raw []byte) error {
		v.counts["rows"]++
		begun.set(it.Line)
		if !v.seen.has(it.Line) {
			v.problem("line %d has no result", it.Line)
		} else if v.contents[it.Line] != contentHash(it.Account, it.Value) {
			v.problem("line %d: the account or the %s of its result is not that of the row", it.Line, v.Operation.Column)
		}
		if !v.done.has(it.Line) && failed.expect(raw) {
			v.problem("%s is not the rows that did not succeed: line %d should follow", FailedFile, it.Line)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := failed.in.ReadByte(); !failed.differs && err != io.EOF {
		v.problem("%s holds more than the rows that did not succeed", FailedFile)
	}
	for line := range int64(len(v.contents)) {
		if v.seen.has(line) && !begun.has(line) {
			v.problem("line %d has a result, but no row of the input begins there", line)
		}
	}
	return nil
}

// An expecter compares a file with what is expected of it, piece by piece.
type expecter struct {
	in      *bufio.Reader
	differs bool // the file is not as expected, which was said; it is not read any further
	buffer  []byte
}

// expect tells whether the file differs here for the first time.
func (e *expecter) expect(text []byte) bool {
	if e.differs {
		return false
	}
	e.buffer = append(e.buffer[:0], text...) // which makes it as long
	_, err := io.ReadFull(e.in, e.buffer)
	e.differs = err != nil || !bytes.Equal(e.buffer, text)
	return e.differs
}

// run holds run.json against what was counted, and what it concludes against its own counts.
func (v *verifier) run() {
	c := v.Run.Counts
	for _, said := range []struct {
		what string
		n    int64
	}{
		{"rows", c.Rows}, {string(job.Succeeded), c.Succeeded}, {string(job.Failed), c.Failed},
		{string(job.Unknown), c.Unknown}, {string(job.NotSent), c.NotSent}, {string(job.Invalid), c.Invalid},
		{string(job.Skipped), c.Skipped}, {"duplicates", c.Duplicates}, {"requests", v.Run.Requests.Sent},
	} {
		if n := v.counts[said.what]; n != said.n {
			v.problem("%s says %d %s, the files %d", RunFile, said.n, said.what, n)
		}
	}
	if (v.Run.State == Stopped) != (c.NotSent > 0) {
		v.problem("%s says that the run is %s, with %d rows not sent", RunFile, v.Run.State, c.NotSent)
	}
	if code := v.Run.ExitCode; code == nil || (*code == 0) != (c.Left() == 0) {
		v.problem("%s has an exit code that its counts do not bear out", RunFile)
	}
}
