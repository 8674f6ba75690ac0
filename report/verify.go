package report

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"slices"
	"strings"
	"unique"

	"github.com/google/uuid"

	"meetbatch/job"
)

// shownProblems is how many problems Verify names.
const shownProblems = 10

// ErrUnfinished is the error of Verify for a run that was interrupted.
var ErrUnfinished = errors.New("is not finished")

// Rows calls row with every row of an input, as it was read and byte for byte, in order.
type Rows func(row func(it job.Item, raw []byte) error) error

// Verify recounts a run directory from its files and the input alone. It returns the problems that it
// found, in words: none when every row has exactly one result and everything else fits. The error is
// ErrUnfinished, *LockedError, or that of a file that cannot be read.
func Verify(path string, op job.Operation, run Run, header []byte, rows Rows) ([]string, error) {
	v := &verifier{dir: &Dir{Path: path, op: op}, requests: map[uuid.UUID]string{}, skips: hasEntries(run.Settings["skip-succeeded"]), counts: map[job.Status]int64{}}
	if err := v.dir.acquire(); err != nil {
		return nil, err
	}
	defer v.dir.lock.Unlock()
	if run.State != Finished && run.State != Stopped {
		return nil, fmt.Errorf("%s %w: its state is %s", path, ErrUnfinished, run.State)
	}
	for _, step := range []func() error{v.journal, v.results, func() error { return v.input(header, rows) }} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	v.run(run)
	v.state(run)
	return v.problems, nil
}

type verifier struct {
	dir      *Dir
	problems []string
	further  int

	requests map[uuid.UUID]string // that were sent, and the HTTP status that each was answered with
	skips    bool                 // rows may have been skipped
	contents []uint32             // by line: a hash of the account and the value of its result
	sent     int64
	seen     bitmap // lines with a result
	repeats  bitmap // those of them that are duplicates
	targets  []duplicate
	counts   map[job.Status]int64
	rows     int64
}

type duplicate struct{ line, of int64 }

func (v *verifier) problem(format string, args ...any) {
	if len(v.problems) < shownProblems {
		v.problems = append(v.problems, fmt.Sprintf(format, args...))
	} else if v.further++; v.further == 1 {
		v.problems = append(v.problems, "and more")
	}
}

// table reads a table to its end; one that is not whole is a problem.
func table[T any](v *verifier, name string, take func(row []string) error) error {
	head, err := header[T](v.dir.op)
	if err != nil {
		return err
	}
	f, err := os.Open(v.dir.File(name))
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err = readTable(f, f.Name(), head, take); errors.Is(err, errTorn) {
		v.problem("%s: %v", f.Name(), err)
		return nil
	}
	return err
}

func (v *verifier) journal() error {
	return table[event](v, RequestsFile, func(row []string) error {
		id, err := uuid.Parse(row[2])
		if err != nil {
			return err
		}
		if row[1] == "sent" {
			v.sent++
			v.requests[id] = ""
			return nil
		}
		if _, sent := v.requests[id]; !sent {
			v.problem("%s: request %s was answered, but not sent", RequestsFile, id)
		}
		v.requests[id] = intern(row[7])
		return nil
	})
}

func (v *verifier) results() error {
	var first []string // the row before that is no duplicate
	err := table[result](v, ResultsFile, func(row []string) error {
		line, err := lineNumber(row[0])
		if err != nil {
			v.problem("%s: line is %q", ResultsFile, row[0])
			return nil
		}
		if v.seen.has(line) {
			v.problem("line %d has two results", line)
		}
		v.seen.set(line)
		status := job.Status(row[4])
		v.counts[status]++
		if status.Done() {
			v.dir.done.set(line)
		}
		v.contents = grow(v.contents, line)
		v.contents[line] = contentHash(row[1], row[2])
		id, err := uuid.Parse(row[3])
		answered, sent := v.requests[id]
		switch {
		case status == job.Skipped && !v.skips:
			v.problem("line %d was skipped, but the run was to skip nothing", line)
		case status == job.Skipped && err == nil: // the request is that of an earlier run
		case err == nil && !sent, err != nil && row[3] != "":
			v.problem("line %d: request %s is not in %s", line, row[3], RequestsFile)
		case sent && answered != row[5]:
			v.problem("line %d: its HTTP status is %q, that of request %s is %q", line, row[5], row[3], answered)
		case status == job.Succeeded && !strings.HasPrefix(row[5], "2"):
			v.problem("line %d succeeded with HTTP status %q", line, row[5])
		case row[3] == "" && status != job.Invalid && status != job.NotSent:
			v.problem("line %d is %s without a request", line, status)
		}
		if row[9] == "" {
			first = slices.Clone(row)
			return nil
		}
		of, err := lineNumber(row[9])
		if err != nil {
			v.problem("line %d: duplicate_of is %q", line, row[9])
			return nil
		}
		v.repeats.set(line)
		v.targets = append(v.targets, duplicate{line, of})
		if first != nil && first[0] == row[9] && !slices.Equal(first[1:5], row[1:5]) {
			v.problem("line %d repeats line %d, but does not share its fate", line, of)
		}
		return nil
	})
	for _, d := range v.targets {
		if !v.seen.has(d.of) || v.repeats.has(d.of) {
			v.problem("line %d repeats line %d, which has no result of its own", d.line, d.of)
		}
	}
	return err
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

// intern gives a string that does not hold on to the row that it is part of; HTTP statuses are few.
func intern(s string) string { return unique.Make(s).Value() }

// input holds the results and failed.csv against the rows of the input.
func (v *verifier) input(header []byte, rows Rows) error {
	f, err := os.Open(v.dir.File(FailedFile))
	if err != nil {
		v.problem("%v", err)
		f = nil
	} else {
		defer f.Close()
	}
	failed := &expecter{in: bufio.NewReader(f), differs: err != nil}
	if failed.expect(header) {
		v.problem("%s: the header is not the input's", FailedFile)
	}
	extra := slices.Clone(v.seen)
	err = rows(func(it job.Item, raw []byte) error {
		line := it.Line
		v.rows++
		if !v.seen.has(line) {
			v.problem("line %d has no result", line)
		} else if v.contents[line] != contentHash(it.Account, it.Value) {
			v.problem("line %d: the account or the %s of its result is not that of the row", line, v.dir.op.Column)
		}
		extra.clear(line)
		if !v.dir.done.has(line) && failed.expect(raw) {
			v.problem("%s is not the rows that did not succeed: line %d should follow", FailedFile, line)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if failed.more() {
		v.problem("%s holds more than the rows that did not succeed", FailedFile)
	}
	for line := range extra.all() {
		v.problem("line %d has a result, but no row of the input begins there", line)
	}
	return nil
}

// run holds run.json against what was counted.
func (v *verifier) run(run Run) {
	c := run.Counts
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
		{"duplicates", int64(len(v.targets)), c.Duplicates},
		{"requests", v.sent, run.Requests.Sent},
	} {
		if count.is != count.was {
			v.problem("%s says %d %s, the files %d", RunFile, count.was, count.name, count.is)
		}
	}
}

// state holds what run.json concludes against its counts.
func (v *verifier) state(run Run) {
	if (run.State == Stopped) != (run.Counts.NotSent > 0) {
		v.problem("%s says that the run is %s, with %d rows not sent", RunFile, run.State, run.Counts.NotSent)
	}
	if code := run.ExitCode; code == nil || (*code == 0) != (run.Counts.Left() == 0) {
		v.problem("%s has an exit code that its counts do not bear out", RunFile)
	}
}

// expecter compares a file with what is expected of it, piece by piece.
type expecter struct {
	in      *bufio.Reader
	differs bool
	buffer  []byte
}

// expect tells whether the file differs here for the first time.
func (e *expecter) expect(text []byte) bool {
	if e.differs {
		return false
	}
	e.buffer = slices.Grow(e.buffer[:0], len(text))[:len(text)]
	_, err := io.ReadFull(e.in, e.buffer)
	e.differs = err != nil || !bytes.Equal(e.buffer, text)
	return e.differs
}

// more tells whether the file goes on.
func (e *expecter) more() bool {
	if e.differs {
		return false
	}
	_, err := e.in.ReadByte()
	return err != io.EOF
}

// hasEntries tells whether a setting is a list of something.
func hasEntries(setting any) bool {
	list, isList := setting.([]any)
	return isList && len(list) > 0
}
