package report

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"meetbatch/internal/system"
	"meetbatch/job"
)

// Proof is what Verify found.
type Proof struct {
	// Problems are what does not add up, in words, and after the first ten that there are more. There are none when
	// everything fits and, where the run is over, every row has exactly one result.
	Problems []string

	Notes []string // what changed since the run or will be mended, and takes nothing from the proof
	Over  bool     // the run is over, and nothing is being changed of it; else it is under way, or was killed, and some rows may have no result yet
}

// Verify recounts a run directory from its files and the input alone. It writes nothing and takes no lock, so that it
// works on what can only be read, and beside a run under way. The error is that of a file that cannot be read.
func Verify(path string, c Check) (Proof, error) {
	v := &verifier{counts: map[string]int64{}}
	v.Over = (c.Run.State == Finished || c.Run.State == Stopped) && !(c.Run.Reconciling && c.Run.Said(FailedFile) == nil)
	v.books = books{Check: c, path: path, result: v.result, misfit: v.misfit}
	if err := v.read(); err != nil {
		return v.Proof, err
	}
	found := v.Problems
	v.Problems = nil // those that are torn come first, since much follows from that
	for _, err := range v.torn {
		v.tornTable(err)
	}
	for _, text := range found {
		v.problem("%s", text)
	}
	v.before()
	if v.behind != nil {
		v.Notes = append(v.Notes, v.behind.Error())
	}
	if c.Run.Reconciling {
		v.Notes = append(v.Notes, "the service is being read to settle what is unknown, or was when that was killed; the next reconcile ends it")
	}
	switch {
	case v.Over:
		v.ended()
	case v.uncounted > 0:
		v.Notes = append(v.Notes, fmt.Sprintf("results whose requests are not in %s, or have no answer there, do not count (%d of them); a resume sends their rows again", RequestsFile, v.uncounted))
	}
	if c.Rows == nil {
		v.withoutInput()
		return v.Proof, nil
	}
	return v.Proof, cmp.Or(v.input(), v.rest())
}

// A verifier is a Verify under way.
type verifier struct {
	books
	Proof

	counts map[string]int64 // rows by their fate, and what else run.json counts, by the words for it
	done   bitmap           // lines of rows that need not be run again
	so     bitmap           // those of rows that were skipped since they were as wanted; of a duplicate, that which it repeats
}

// shownProblems is how many problems Verify names.
const shownProblems = 10

func (v *verifier) problem(format string, args ...any) {
	switch n := len(v.Problems); {
	case n < shownProblems:
		v.Problems = append(v.Problems, fmt.Sprintf(format, args...))
	case n == shownProblems:
		v.Problems = append(v.Problems, "and more")
	}
}

// misfit takes down what cannot be right, and lets the reading go on.
func (v *verifier) misfit(place string, err error) error {
	if place != "" {
		err = fmt.Errorf("%s: %w", place, err)
	}
	v.problem("%v", err)
	return nil
}

// result counts a row of results.csv.
func (v *verifier) result(rec *record[Result], bad error) {
	r := &rec.row
	v.counts[string(r.Status)]++
	if r.Status.Done() {
		v.done.set(r.Line)
	}
	if r.DuplicateOf != 0 {
		v.counts["duplicates"]++
	}
	if asIs(r) && r.ErrorMessage == AsIs {
		v.so.set(cmp.Or(r.DuplicateOf, r.Line))
	}
	if _, uncounted := errors.AsType[*uncountedError](bad); v.Over && uncounted {
		v.problem("line %d: %v", r.Line, bad)
	}
	if v.Run.Schema == 0 && v.Over { // else the sums tell, whichever clock there was
		v.time(r)
	}
}

// time holds the time of a result against that of the run.
func (v *verifier) time(r *Result) {
	const leeway = 24 * time.Hour // clocks are set, by hours where a machine began with a wrong one
	start, end := v.Run.Start, v.Run.End
	if end == nil || r.Status == job.Skipped {
		return
	}
	if r.FinishedAt.Before(start.Add(-leeway)) || r.FinishedAt.After(end.Add(leeway)) {
		v.problem("line %d was settled at %s, when the run was not under way", r.Line, r.FinishedAt.Format(time.RFC3339))
	}
}

// tornTable takes down that a table is torn. That is no problem of a run that was killed, unless what is gone was brought
// to the disk.
func (v *verifier) tornTable(err error) {
	torn, is := errors.AsType[*tornError](err)
	if v.Over || !is || torn.From < v.Run.Files[filepath.Base(torn.Path)].Size { // which is 0 where nothing is said of it
		v.problem("%v", err)
		return
	}
	v.Notes = append(v.Notes, err.Error()+"; a resume mends it")
}

// ended holds what a run left behind that is over against what run.json says.
func (v *verifier) ended() {
	v.counts["requests"], v.counts["readings"] = v.journal.sent()
	if v.Run.Reconciling { // run.json says how many there were when it was written
		v.counts["readings"] = v.Run.Requests.Readings
	}
	for _, table := range []struct {
		name  string
		whole int64
	}{{RequestsFile, v.journal.table.whole}, {ResultsFile, v.results.whole}} {
		if said := v.Run.Said(table.name); v.Run.Schema > 0 && (said == nil || said.Size < table.whole) && !(v.Run.Reconciling && table.name == RequestsFile) {
			v.problem("%s holds more than %s says was written to it", table.name, RunFile)
		}
	}
	if v.Run.Resumed > 0 {
		return // it may have been killed before
	}
	var unanswered []int64 // lines
	for i := range v.journal.traces {
		if t := &v.journal.traces[i]; !t.answered && !t.reading() {
			unanswered = append(unanswered, t.firstLine)
		}
	}
	slices.Sort(unanswered) // the journal has them in an order that differs between processes
	for _, line := range unanswered {
		v.problem("%s: the request that begins with line %d has no answer, and the run was never interrupted", RequestsFile, line)
	}
}

// input holds the results and failed.csv against the rows of the input.
func (v *verifier) input() error {
	failed := newExpecter(filepath.Join(v.path, FailedFile))
	defer failed.file.Close()
	headerDiffers := failed.expect(v.Header)
	missing := int64(0) // the line of the first row that failed.csv does not go on with
	err := v.Rows(func(it job.Item, raw []byte) error {
		v.counts["rows"]++
		if err := v.row(it); err != nil {
			v.problem("%v", err)
		}
		if v.Over && !v.seen.has(it.Line) {
			v.problem("line %d has no result", it.Line)
		}
		if !v.done.has(it.Line) && failed.expect(raw) {
			missing = it.Line
		}
		return nil
	})
	if err != nil || !v.Over {
		return err
	}
	v.failed(failed, headerDiffers, missing)
	v.run()
	return nil
}

// withoutInput proves what can be proved where there is no input any more: that the files are as they were written, and
// what they say of one another.
func (v *verifier) withoutInput() {
	if !v.Over {
		return
	}
	for _, fate := range []job.Status{job.Succeeded, job.Failed, job.Unknown, job.NotSent, job.Invalid, job.Skipped} {
		v.counts["rows"] += v.counts[string(fate)]
	}
	v.run()
	said := v.Run.Said(FailedFile)
	if said == nil { // which is wrong in itself, where it is to be there
		said = &Sum{}
	}
	err := holdsJust(filepath.Join(v.path, FailedFile), said)
	if _, changed := errors.AsType[*ChangedError](err); changed {
		v.Notes = append(v.Notes, FailedFile+" was changed since the run")
	} else if err != nil {
		v.problem("%v", err)
	}
}

// failed says how failed.csv differs from the rows that did not succeed. Where run.json says that it was them, it was
// changed since: people mend it, and run it again.
func (v *verifier) failed(f *expecter, headerDiffers bool, missing int64) {
	said, differs := v.Run.Said(FailedFile), f.ended()
	switch {
	case f.err != nil:
		v.problem("%v", f.err)
	case v.Run.Schema > 0 && (said == nil || *said != *f.expected.sum()):
		v.problem("%s says of %s what is not so of the rows that did not succeed", RunFile, FailedFile)
	case differs && said != nil:
		v.Notes = append(v.Notes, fmt.Sprintf("%s was changed since the run; when it was written it was the rows that did not succeed", FailedFile))
	case headerDiffers:
		v.problem("%s: the header is not the input's", FailedFile)
	case missing > 0:
		v.problem("%s is not the rows that did not succeed: line %d should follow", FailedFile, missing)
	case differs:
		v.problem("%s holds more than the rows that did not succeed", FailedFile)
	}
}

// An expecter compares a file with what is expected of it, piece by piece.
type expecter struct {
	file     *os.File
	err      error // why it cannot be read
	in       *bufio.Reader
	differs  bool // the file is not as expected; it is not read any further
	expected summed
	buffer   []byte
}

func newExpecter(path string) *expecter {
	f, err := system.Open(path, os.O_RDONLY, 0)
	return &expecter{file: f, err: err, in: bufio.NewReader(f), differs: err != nil, expected: summed{io.Discard, sha256.New(), 0}}
}

// expect tells whether the file differs here for the first time.
func (e *expecter) expect(text []byte) bool {
	e.expected.Write(text)
	if e.differs {
		return false
	}
	e.buffer = append(e.buffer[:0], text...) // which makes it as long
	_, err := io.ReadFull(e.in, e.buffer)
	e.differs = err != nil || !bytes.Equal(e.buffer, text)
	return e.differs
}

// ended tells whether the file is not just what was expected.
func (e *expecter) ended() bool {
	_, err := e.in.ReadByte()
	return e.differs || err != io.EOF
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
		{string(job.Skipped), c.Skipped}, {"duplicates", c.Duplicates}, {"requests", v.Run.Requests.Sent}, {"readings", v.Run.Requests.Readings},
	} {
		if n := v.counts[said.what]; n != said.n {
			v.problem("%s says %d %s, the files %d", RunFile, said.n, said.what, n)
		}
	}
	if (v.Run.State == Stopped) != (c.NotSent > 0) {
		v.problem("%s says that the run is %s, with %d rows not sent", RunFile, v.Run.State, c.NotSent)
	}
	if !v.Run.endsRight() {
		v.problem("%s has an exit code that its counts do not bear out", RunFile)
	}
}

// endsRight tells whether the exit code of a run that is over is one to which its counts can lead. The codes for a run
// that was stopped early are 4 and 5.
func (r *Run) endsRight() bool {
	if r.ExitCode == nil {
		return false
	}
	code := *r.ExitCode
	early := (code == 4 || code == 5) && r.Reason != "" && r.Counts.NotSent+r.Counts.Unknown > 0
	switch {
	case r.Counts.Left() == 0:
		return code == 0
	case r.State == Stopped:
		return early
	}
	return early || code == 1 && r.Counts.NotSent == 0
}
