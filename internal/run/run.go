// Package run is the life of a run, from its settings to its exit code: reading and planning, guards, the question,
// signing in, sending, and leaving a complete run directory; also going on with a run, and proving one. It has no
// flags, no terminal, no environment and no clock of its own: what it needs of them comes in a [World].
package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"meetbatch/internal/meeting"
	"meetbatch/internal/sandbox"
	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/report"
)

// Job says what a new run is to do.
type Job struct {
	Operation job.Operation
	Settings  Settings
	File      string   // the input's path; - is standard input
	Out       string   // the run directory; empty: runs/COMMAND-TIME, or the next name that is free
	Arguments []string // the command line, for run.json
	Version   string   // of the program, for run.json
	Undoes    *Stored  // the run that this one takes back; mostly nil
	Anew      *Stored  // the run in Out in whose place this one begins, since it sent nothing; mostly nil
	Again     bool     // a run may be in Out by now, which another process began with the same command
}

// World is what a run needs of the process that it is part of.
type World struct {
	User        User
	Stdin       io.Reader
	Now         func() time.Time
	Budget      pace.Budget                                  // that other processes share; nil: there is none
	Files       int                                          // and connections that it may open, beside those it has; 0: any number
	Credentials meeting.Credentials                          // empty for the sandbox, which needs none
	Trace       func(job.Operation, job.Attempt, job.Answer) // gets every request; may be nil

	// Stopping ends when nothing further is to be sent; its cause, which wraps ErrStopped, says why. Abandon ends
	// when what is in flight is to be given up.
	Stopping, Abandon context.Context
}

// ErrStopped is the cause of a run's end by a signal or by a time that was set for it.
var ErrStopped = errors.New("stopped")

// User is whoever starts a run and watches it.
type User interface {
	Warn(text string)
	Secrets(mask func(string) string)                 // gives what takes the secrets out of a text, before the first is used
	Found(*Planned)                                   // says what is wrong with the input, and shows the plan
	Reading(requests func() int64) (stop func())      // the service is read from now on, until stop is called
	Confirm(context.Context, *Planned) error          // asks whether to go on; where nobody is asked, doubts refuse it; nil: go on
	Agree(ctx context.Context, question string) error // asks whether to do what no plan says; nil: go on
	Sending(*Progress) (stop func())                  // requests go out from now on, until stop is called
	Next(*Ending) string                              // gives the command that comes next; empty where there is none
	Ended(*Ending)                                    // says how a run ended
	Already(dir string, counts report.Counts)         // says that a run had ended before
}

// run is one run of a job.
type run struct {
	World
	op       job.Operation
	settings Settings
	path     string // of the run directory; empty where none is written
	workers  int    // of the settings, as far as there may be connections

	client     *meeting.Client
	input      *input
	keeper     *report.Keeper // nil where the input is not to be kept, or was kept
	past       *report.Past   // nil for a new run
	dir        *report.Dir    // as soon as it can be written to
	planned    *Planned
	meta       report.Run
	progress   *Progress   // of the sending; nil before that
	changes    *changes    // nil unless the service was read first
	read       int64       // requests by which it was
	pacer      *pace.Pacer // of this process, as soon as there is one
	leave      func()      // gives up the part in a budget, as soon as there is one
	dry        bool        // nothing is to be written
	misordered bool        // what stands in place of orders cannot be taken away

	simulated sandbox.Settings // the service, where the run is a rehearsal
	simulator *sandbox.Handler // as soon as it serves
	server    *sandbox.Server
	signedIn  bool
	directory *report.Sum // of its directory, if it has one
}

// Start begins a new run: it refuses what can be refused before anything is read, plans, asks, sends and reports. A
// Code as the error says that everything was said. The directory is that of the run, and empty where none is left.
func Start(w World, j Job) (dir string, err error) {
	r, err := begin(w, j)
	if err != nil {
		return "", err
	}
	defer r.close()
	r.warnUnkept()
	if err := r.createDir(j); err != nil {
		return "", err
	}
	if err := r.orStopped(r.prepare()); err != nil {
		return "", r.takeBack(err)
	}
	if err := r.markUndone(); err != nil {
		return "", r.takeBack(err)
	}
	return r.path, r.send()
}

// takeBack removes the directory of a run that is not to be. Nothing in it may be open any more: Windows would keep that.
func (r *run) takeBack(err error) error {
	r.input.close()
	if r.planned != nil {
		r.planned.Close()
		r.planned = nil
	}
	return errors.Join(err, r.dir.Remove())
}

// Plan reads, checks and plans what a run would do, and writes nothing. The plan must be closed.
func Plan(w World, j Job) (*Planned, error) {
	r, err := begin(w, j)
	if err != nil {
		return nil, err
	}
	defer r.close()
	if r.settings.OnlyChanges { // it is planned twice, and no run directory keeps it
		if err := r.input.setAside(); err != nil {
			return nil, err
		}
	}
	if err = r.makePlan(w.Stopping); err == nil && r.settings.OnlyChanges {
		if err = r.planned.Guard(); err == nil {
			err = r.planChanges()
		}
	}
	planned := r.planned
	r.planned = nil // it is the caller's
	return planned, err
}

// close gives up whatever a run holds, however far it came.
func (r *run) close() {
	r.signOut()
	r.leaveBudget()
	r.stopSandbox()
	if r.planned != nil {
		r.planned.Close()
	}
	if r.dir != nil {
		r.dir.Close()
	}
	if r.past != nil {
		r.past.Close()
	}
	r.input.close()
}

func (r *run) leaveBudget() {
	if r.leave != nil {
		r.leave()
	}
}

// prepare plans the run and asks whether to go on. After an error nothing has been sent.
func (r *run) prepare() error {
	if err := r.dir.WriteRun(r.meta); err != nil {
		return Unrecorded(err, "")
	}
	if err := r.keepInput(); err != nil {
		return err
	}
	sleep := r.keepAlive(r.frozen())
	err := r.makePlan(r.Stopping)
	sleep()
	if err != nil {
		return err
	}
	if err := r.readFirst(); err != nil {
		return err
	}
	r.meta.Input.LastLine = r.planned.lastLine
	r.meta.Counts.Rows = r.planned.Rows
	r.meta.Requests.Planned = r.planned.Requests
	if err := r.dir.WriteRun(r.meta); err != nil {
		return Unrecorded(err, "")
	}
	defer r.keepAlive(r.frozen())() // whoever is asked may take his time
	r.User.Found(r.planned)
	if err := r.planned.Guard(); err != nil {
		return err
	}
	return r.agree()
}

// readFirst reads the service, where only what is not as wanted is to be sent. The file is looked at before that.
func (r *run) readFirst() error {
	if !r.settings.OnlyChanges {
		return nil
	}
	if err := r.planned.Guard(); err != nil {
		r.User.Found(r.planned)
		return err
	}
	if err := r.dir.WriteRun(r.meta); err != nil { // which says by now what was read and kept: who is killed while reading goes on
		return Unrecorded(err, "")
	}
	defer r.keepAlive(r.frozen())()
	return r.planChanges()
}

// agree asks the user, and then signs in.
func (r *run) agree() error {
	if err := r.User.Confirm(r.Stopping, r.planned); err != nil {
		return err
	}
	return r.signIn(r.Stopping)
}

// orStopped gives the error of a run that ended before it sent anything; if it was stopped, that is the reason, also
// where everything was ready by then.
func (r *run) orStopped(err error) error {
	if r.Stopping.Err() == nil {
		return err
	}
	anything := "anything"
	if r.past != nil {
		anything = "anything more"
	}
	return &Error{Stopped, fmt.Errorf("%w, before %s was sent", context.Cause(r.Stopping), anything), "give the same command again"}
}

// isSettled is what a planner asks about rows that an interrupted run has settled.
func (r *run) isSettled() func(int64) bool {
	if r.past == nil {
		return nil
	}
	return r.past.Settled
}

// settledBefore counts the rows that were settled before this process.
func (r *run) settledBefore(fates ...job.Status) int64 {
	switch {
	case r.past == nil:
		return 0
	case len(fates) == 0:
		return r.past.Counts.Total()
	}
	return r.past.Counts.Of(fates...)
}
