package report

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"meetbatch/internal/system"
	"meetbatch/job"
)

// A Reconciling is a run that has come to its end, while what is unknown of it is settled by reading the service. It holds
// the directory's lock until Close. Its methods are for one goroutine at a time, and none of them may be called while
// WriteRun of its Dir is.
//
// The order is: Reconcile; Begin, from which on readings can be recorded with the Dir; Settle, once or not at all;
// WriteFailed of the Dir; End; Close. A process may be killed between any two of them, and within: until the results are
// replaced, in Settle, they are those of before, and from then on the new ones. What is missing then the next Reconcile
// goes on with, or a resume.
type Reconciling struct {
	Path   string     // of the directory
	Counts job.Counts // of all rows
	Left   int64      // rows that reading may settle
	Killed bool       // a reconcile of before was killed; whatever is left, Begin, WriteFailed and End mend that

	past    *Past
	dir     *Dir // nil before Begin
	now     Run  // as it was when that was called
	settled int64
	asked   int64 // readings of before
}

// Reconcile takes the lock of the directory of a run that is finished or stopped, and reads it as Open does. It changes
// nothing. The error is a *LockedError where another process has the lock, or had until just now.
func Reconcile(path string, c Check) (*Reconciling, error) {
	if c.Run.State != Finished && c.Run.State != Stopped {
		return nil, fmt.Errorf("%s has not come to its end: its state is %s", path, c.Run.State)
	}
	past, err := Open(path, c)
	if err != nil {
		return nil, err
	}
	r := &Reconciling{Path: path, Killed: c.Run.Reconciling, past: past, asked: past.readings}
	if err := r.look(); err != nil {
		return nil, errors.Join(err, past.Close())
	}
	return r, nil
}

// look counts the rows, of a run that is as it was left.
func (r *Reconciling) look() error {
	p := r.past
	now, err := ReadRun(r.Path)
	switch {
	case err != nil:
		return err
	case now.State != p.Run.State || now.Resumed != p.Run.Resumed || !sameTime(now.Alive, p.Run.Alive):
		return &LockedError{Path: r.Path} // until just now, by a process that took the run further
	case len(p.torn) > 0:
		return p.torn[0]
	case p.uncounted > 0:
		return fmt.Errorf("%s: %d results have no request in %s, or one without an answer", filepath.Join(r.Path, ResultsFile), p.uncounted, RequestsFile)
	}
	for result, err := range Results(r.Path, p.Operation, nil) {
		if err != nil {
			return err
		}
		r.Counts.Add(result.Status, 1)
		if Unsettled(&result) {
			r.Left++
		}
	}
	return nil
}

func sameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// Rows yields the rows that reading may settle, in the order of their results. An error is the last thing that it yields.
func (r *Reconciling) Rows() iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		for result, err := range Results(r.Path, r.past.Operation, nil) {
			if (err != nil || Unsettled(&result)) && !yield(result, err) {
				return
			}
		}
	}
}

// EndSessions completes what run.json says of the sessions of before, of which the last one may have been killed.
func (r *Reconciling) EndSessions(now *Run) { r.past.EndSessions(now) }

// Begin writes run.json, which says from then on that the run is being reconciled, with a session for that: the last one
// of now where it has not ended, else a new one. With the Dir that it gives readings are recorded, and run.json, failed.csv
// and report.html written; no other records are to be made. It belongs to r, whose Close closes it.
func (r *Reconciling) Begin(now Run) (*Dir, error) {
	p := r.past
	if p.lock == nil || !p.lock.held() {
		return nil, fmt.Errorf("%s: %w", r.Path, os.ErrClosed)
	}
	if err := sweep(r.Path); err != nil {
		return nil, err
	}
	d, err := openDir(r.Path, p.Operation, p.lock, p.journal.table, p.results)
	if err == nil {
		err = d.Sync()
	}
	if err != nil {
		return nil, errors.Join(err, d.closeTables())
	}
	d.done, d.failures, d.latency, d.before, d.readings = p.done, p.failures, p.journal.latency, p.before, p.readings
	d.failed, d.reconciles = p.Run.Said(FailedFile), true
	d.failedPerm, d.pagePerm = permOf(d.File(FailedFile)), permOf(d.File(PageFile))
	now.Sessions = slices.Clone(now.Sessions)
	if n := len(now.Sessions); n == 0 || now.Sessions[n-1].End != nil {
		now.Sessions = append(now.Sessions, NewSession(time.Now(), "", 0))
	}
	now.Sessions[len(now.Sessions)-1].Command = Reconciles
	now.Input.LastLine = cmp.Or(now.Input.LastLine, p.Run.Input.LastLine)
	if err := d.WriteRun(now); err != nil {
		return nil, errors.Join(err, d.closeTables())
	}
	r.dir, r.now, p.lock = d, now, nil
	return d, nil
}

// permOf gives the permissions that a file has, or gets where there is none.
func permOf(path string) fs.FileMode {
	info, err := os.Lstat(path)
	if err != nil {
		return system.Perm
	}
	return system.Perm & info.Mode()
}

// Settle replaces the results of rows that reading may settle by what judge says of them: it is asked in the order of Rows,
// but not for the repetition of a row that was judged just before, which shares its fate. A row that was not sent can only
// turn out to be as wanted. failed.csv and report.html, which will not hold any more, are removed. After an error of judge
// nothing was changed.
func (r *Reconciling) Settle(judge func(Result) (Verdict, error)) error {
	d := r.dir
	if d == nil {
		return fmt.Errorf("%s: %w", r.Path, os.ErrInvalid)
	}
	if err := d.Sync(); err != nil {
		return err
	}
	to, err := system.Replace(d.File(ResultsFile), system.Perm)
	if err != nil {
		return err
	}
	defer to.Discard()
	w := rewriting{judge: judge, out: bufio.NewWriterSize(to, 256<<10), table: d.results.table}
	if err := w.rewrite(r.Path, d.op); err != nil || w.settled+w.unsettled == 0 {
		return err
	}
	if err := r.retract(); err != nil {
		return err
	}
	if err := r.replaceResults(to, w.size); err != nil {
		return err
	}
	r.Counts, r.Left, r.settled = job.Counts{}, w.left, r.settled+w.settled
	for _, s := range []job.Status{job.Succeeded, job.Failed, job.Unknown, job.NotSent, job.Invalid, job.Skipped} {
		r.Counts.Add(s, w.counts.Of(s))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failures = w.failures
	d.done.set(w.done...)
	return nil
}

// retract takes back what run.json says of the results and failed.csv, and failed.csv and report.html themselves. From then
// on either results may be there: nothing contradicts them.
func (r *Reconciling) retract() error {
	d := r.dir
	run := d.Described(r.now)
	delete(run.Files, ResultsFile)
	delete(run.Files, FailedFile)
	if err := writeRun(r.Path, run); err != nil {
		return err
	}
	d.mu.Lock()
	d.failed = nil
	d.mu.Unlock()
	_, failedErr := removeStale(r.Path, FailedFile)
	_, pageErr := removeStale(r.Path, PageFile)
	return errors.Join(failedErr, pageErr)
}

// replaceResults puts the new results in the place of the old ones, and opens them.
func (r *Reconciling) replaceResults(to *system.Replacement, size int64) error {
	d := r.dir
	err := d.results.log.close() // Windows does not replace a file that is open
	if err == nil {
		err = to.Commit()
	}
	if err == nil {
		d.results.whole, d.results.sum = size, nil
	}
	err = errors.Join(err, d.results.open(r.Path))
	if err == nil {
		err = d.Sync()
	}
	return err
}

// End says in run.json that the run has been reconciled, and what it has come to now, which it gives.
func (r *Reconciling) End(now Run) (Run, error) {
	d := r.dir
	if d == nil || d.failed == nil {
		return now, fmt.Errorf("%s has not been written: %w", FailedFile, os.ErrInvalid)
	}
	if err := d.Sync(); err != nil {
		return now, err
	}
	now.Input.LastLine = r.now.Input.LastLine
	now.Sessions = slices.Clone(now.Sessions)
	if len(now.Sessions) < len(r.now.Sessions) {
		now.Sessions = slices.Clone(r.now.Sessions)
	}
	last := &now.Sessions[len(now.Sessions)-1]
	last.Command, last.Settled, last.Readings = Reconciles, r.settled, d.readings-r.asked
	if last.End == nil {
		last.End = new(time.Now().UTC().Truncate(time.Millisecond))
	}
	last.Ended = cmp.Or(last.Ended, EndedFinished)
	now.recounted(&r.Counts)
	d.reconciles = false
	now = d.Described(now)
	return now, d.WriteRun(now)
}

// recounted takes in what the rows of a run that was reconciled have come to.
func (r *Run) recounted(rows *job.Counts) {
	of := rows.Of
	r.Counts = Counts{of(job.Succeeded, job.Failed, job.Unknown, job.NotSent, job.Invalid, job.Skipped),
		of(job.Succeeded), of(job.Failed), of(job.Unknown), of(job.NotSent), of(job.Invalid), of(job.Skipped), r.Counts.Duplicates}
	if r.State == Stopped && r.Counts.NotSent == 0 {
		r.State = Finished
	}
	if r.endsRight() {
		return
	}
	code := 1
	if r.Counts.Left() == 0 {
		code = 0
	}
	r.ExitCode = &code
	if r.State == Finished {
		r.Reason = ""
	}
}

// Close closes the tables, where they are open, and gives up the lock. When it is called once more it does nothing.
func (r *Reconciling) Close() error {
	if r.dir != nil {
		return r.dir.Close()
	}
	return r.past.Close()
}
