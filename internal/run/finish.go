package run

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"meetbatch/internal/system"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/report"
)

// Ending is how a run ended.
type Ending struct {
	Dir      *report.Dir // closed, when the user is told
	Run      report.Run
	Settings Settings
	Planned  *Planned
	Hint     string        // why the run ended early, what to try; mostly empty
	Paced    pace.Report   // of this process
	Took     time.Duration // it, and those before it
}

// Stored is the run as its directory describes it now.
func (e *Ending) Stored() *Stored { return &Stored{e.Dir.Path, e.Planned.Operation, e.Settings, e.Run} }

// finish completes the run directory after the sending has come to an end, of whatever kind.
func (r *run) finish(end error, took time.Duration) error {
	reason, code := early(end)
	err := end
	if reason != "" {
		err = nil
	}
	r.count()
	if err == nil {
		err = errors.Join(r.checkSum(), r.dir.Check())
	}
	if err == nil {
		err = errors.Join(r.writeFailed(), r.dir.Sync()) // the journal may have rows behind the last result
	}
	code = r.conclude(err, reason, code)
	if !isMoved(err) {
		err = errors.Join(err, r.dir.WriteRun(r.meta))
	}
	if err == nil && r.past != nil && r.meta.State == report.Finished {
		err = r.prove()
	}
	ending := &Ending{
		Dir: r.dir, Run: r.dir.Described(r.meta), Settings: r.settings, Planned: r.planned, Hint: job.HintOf(end),
		Paced: r.progress.pacer.Report(), Took: took + r.meta.Worked(len(r.meta.Sessions)-1),
	}
	if !isMoved(err) {
		r.writePage(ending)
	}
	err = errors.Join(err, r.dir.Close())
	if !isMoved(err) { // where it is, its copy of the input is too
		r.warnOutside()
	}
	if err != nil {
		return Unrecorded(err, r.mend(err))
	}
	r.User.Ended(ending)
	return code.Err()
}

// prove holds the directory of a run that was resumed, and has come to its end, against its input as verify does. What
// does not add up makes it broken.
func (r *run) prove() error {
	now, err := Load(r.path)
	if err != nil {
		return err
	}
	proof, err := verify(now)
	if err == nil && len(proof.Problems) > 0 {
		err = fmt.Errorf("%s: %s", r.path, strings.Join(proof.Problems, "; "))
	}
	if err != nil {
		r.conclude(err, "", OK)
		err = errors.Join(err, r.dir.WriteRun(r.meta))
	}
	return err
}

// isMoved tells whether an error says that the run directory is no longer under its name.
func isMoved(err error) bool {
	lost, is := errors.AsType[*report.LostError](err)
	return is && lost.Dir
}

// mend is the hint for a run whose files could not be written, or do not add up.
func (r *run) mend(err error) string {
	gone, lost := errors.AsType[*report.LostError](err)
	switch _, held := errors.AsType[*system.HeldError](err); {
	case held:
		return "every request that was sent is in the journal; close it there (Excel keeps what it shows), and go on: " + NextResume(r.path)
	case isMoved(err):
		return "nothing more was sent; if it was moved, go on with it there: meetbatch resume DIR; if it was removed, only the service knows what was carried out"
	case lost && gone.Lock:
		return "nothing more was sent; see to it that nothing clears the run directory while a run is on, and go on: " + NextResume(r.path)
	case lost:
		return "nothing more was sent; bring it back as it was, or go on without it, which sends again what has no result any more: " + NextResume(r.path)
	case errors.Is(err, errChanged):
		return "bring it back as it was, and go on: " + NextResume(r.path)
	}
	return "every request that was sent is in the journal; make room, or mend what is wrong, and go on: " + NextResume(r.path)
}

// conclude decides on the state that a run is left in, and its exit code. A run that was stopped, and had come to its
// end all the same, is finished.
func (r *run) conclude(err error, reason string, early Code) Code {
	code := OK
	r.meta.State = report.Finished
	counts := r.meta.Counts
	switch {
	case err != nil:
		r.meta.State, code = report.Broken, Recorded
	case reason != "" && (counts.NotSent > 0 || early == Service && counts.Unknown > 0):
		r.meta.Reason, code = reason, early
		if counts.NotSent > 0 {
			r.meta.State = report.Stopped
		}
	case counts.Left() > 0:
		code = Rows
	}
	number := int(code)
	r.meta.ExitCode = &number
	r.endSession()
	return code
}

// checkSum finds out whether every row was settled.
func (r *run) checkSum() error {
	if settled := r.settledBefore() + r.progress.runner.Counts.Total(); settled != r.planned.Rows {
		return fmt.Errorf("%s: %s of the input, but %s with a result", r.dir.File(report.ResultsFile), words.Plural(r.planned.Rows, "row"), words.Plural(settled, "row"))
	}
	return nil
}

// writeFailed copies the rows that did not succeed, from the input as it is now.
func (r *run) writeFailed() error {
	rows := r.rows
	if r.meta.Counts.Left() == 0 {
		rows = func(func(job.Item, []byte) error) error { return nil }
	}
	return r.dir.WriteFailed(r.planned.header, rows)
}

// count completes what run.json says.
func (r *run) count() {
	reached := r.progress.pacer.Report().PerSecond
	r.meta = r.describe(r.progress)
	r.meta.Rate.AchievedPerSecond, r.meta.Waiting = reached, nil
	end := r.Now().UTC()
	r.meta.End, r.meta.ExpectedEnd = &end, nil
}
