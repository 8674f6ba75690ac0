package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"meetbatch/internal/system"
	"meetbatch/job"
)

// NotCarriedOut is the error code of a row of which reading the service showed, twice, that it is not as wanted.
const NotCarriedOut = "NOT_CARRIED_OUT"

// readPrefix begins the message of every row that was read to settle it.
const readPrefix = "read: "

// wasRead tells whether the service was read to settle a row; one that is still unknown may be read again.
func wasRead(r *Result) bool {
	if !strings.HasPrefix(r.ErrorMessage, readPrefix) {
		return false
	}
	return r.Status == job.Unknown || r.Status == job.Succeeded && r.ErrorCode == "" || r.Status == job.Failed && r.ErrorCode == NotCarriedOut
}

// Unsettled tells whether reading the service may settle a row: it is unknown, or did not succeed and may have been carried
// out all the same.
func Unsettled(r *Result) bool {
	switch r.Status {
	case job.Unknown:
		return true
	case job.Failed, job.NotSent:
		return job.Doubtful(r.ErrorMessage) && !wasRead(r)
	}
	return false
}

// Verdict is what reading the service says of a row. The zero value says nothing: the row stays as it was.
type Verdict struct {
	Status job.Status // Succeeded: it is as wanted; Failed: it is not, as two readings say; Unknown: reading could not tell
	Why    string     // in words; the message of the row is this behind "read: "
	ReadAt time.Time
}

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
	if err != nil {
		return err
	}
	if now.State != p.Run.State || now.Resumed != p.Run.Resumed || !sameTime(now.Alive, p.Run.Alive) {
		return &LockedError{Path: r.Path} // until just now, by a process that took the run further
	}
	for _, err := range p.torn {
		if !p.tornBehind(err, RequestsFile) {
			return err
		}
	}
	if p.uncounted > 0 {
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
	if now.Input.LastLine == 0 {
		now.Input.LastLine = p.Run.Input.LastLine
	}
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
	run := d.Described(r.now)
	delete(run.Files, ResultsFile)
	delete(run.Files, FailedFile)
	if err := writeRun(r.Path, run); err != nil {
		return err
	}
	d.mu.Lock()
	d.failed = nil
	d.mu.Unlock()
	for _, name := range []string{FailedFile, PageFile} {
		if _, err := removeStale(r.Path, name); err != nil {
			return err
		}
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
		end := time.Now().UTC().Truncate(time.Millisecond)
		last.End = &end
	}
	if last.Ended == "" {
		last.Ended = EndedFinished
	}
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

// A rewriting makes the results anew: those that stay byte for byte, and behind them those that are judged.
type rewriting struct {
	judge func(Result) (Verdict, error)
	out   *bufio.Writer
	table table[Result]

	size      int64 // of what was written
	counts    job.Counts
	failures  failures
	done      []int64 // lines of rows that need not be run again any more
	left      int64   // rows that reading may settle still
	settled   int64   // rows that it has settled
	unsettled int64   // rows that were read, and are unknown still

	first   int64   // the line of the last row that repeats none
	verdict Verdict // what was said of it
}

func (w *rewriting) rewrite(path string, op job.Operation) error {
	from, err := system.Open(filepath.Join(path, ResultsFile), os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer from.Close()
	in, at := bufio.NewReaderSize(from, 64<<10), int64(0)
	judged, err := TempFile(path)
	if err != nil {
		return err
	}
	defer judged.Close()
	behind := bufio.NewWriterSize(judged, 64<<10)
	var text []byte
	_, err = results(op).scan(path, nil, func(rec *record[Result]) error {
		gap := rec.from - at // the header, before the first
		at = rec.to
		now, replaced, err := w.take(rec)
		if err != nil {
			return err
		}
		keep := rec.to - rec.from
		if replaced {
			text = w.table.append(text[:0], now)
			if _, err := behind.Write(text); err != nil {
				return err
			}
			keep = 0
			w.size += int64(len(text))
		}
		w.size += gap + keep
		if _, err := io.CopyN(w.out, in, gap+keep); err != nil {
			return err
		}
		_, err = in.Discard(int(rec.to - rec.from - keep))
		return err
	})
	if err == nil {
		err = behind.Flush()
	}
	if err == nil {
		_, err = judged.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = io.Copy(w.out, judged)
	}
	if err == nil {
		err = w.out.Flush()
	}
	return err
}

// take counts a row as it is from now on, and tells whether it is another one then.
func (w *rewriting) take(rec *record[Result]) (r *Result, replaced bool, err error) {
	if rec.bad != nil {
		return nil, false, rec.bad
	}
	r = &rec.row
	v, err := w.of(r)
	if err != nil {
		return nil, false, err
	}
	if v.Status != "" {
		if err := v.settle(r); err != nil {
			return nil, false, err
		}
		replaced = true
	}
	switch {
	case replaced && r.Status == job.Unknown:
		w.unsettled++
	case replaced:
		w.settled++
	}
	if replaced && r.Status.Done() {
		w.done = append(w.done, r.Line)
	}
	if Unsettled(r) {
		w.left++
	}
	w.counts.Add(r.Status, 1)
	w.failures.add(r.Status, r.HTTPStatus, r.ErrorCode, r.ErrorMessage, r.Line)
	return r, replaced, nil
}

// of gives what there is to say of a row.
func (w *rewriting) of(r *Result) (v Verdict, err error) {
	open := Unsettled(r)
	if open && r.DuplicateOf != 0 && r.DuplicateOf == w.first {
		return w.verdict, nil
	}
	if open {
		v, err = w.judge(*r)
	}
	if r.DuplicateOf == 0 {
		w.first, w.verdict = r.Line, v
	}
	return v, err
}

// settle gives a row the fate that was found.
func (v Verdict) settle(r *Result) error {
	switch {
	case v.Status == job.Succeeded:
		r.ErrorCode = ""
	case v.Status == job.Failed && r.Status != job.NotSent:
		r.ErrorCode = NotCarriedOut
	case v.Status == job.Unknown && r.Status != job.NotSent:
	default:
		return fmt.Errorf("line %d is %s, and cannot become %s by reading", r.Line, r.Status, v.Status)
	}
	r.Status, r.ErrorMessage, r.FinishedAt = v.Status, readPrefix+v.Why, v.ReadAt
	return nil
}
