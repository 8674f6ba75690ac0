package run

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"meetbatch/internal/meeting"
	"meetbatch/internal/sandbox"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/job/send"
	"meetbatch/report"
)

// send carries the plan out and leaves a complete run directory behind.
func (r *run) send() error {
	if err := r.startSandbox(); err != nil {
		return Refuse(err, "")
	}
	r.meta.State = report.Running
	r.beginSession()
	if err := r.dir.WriteRun(r.meta); isMoved(err) {
		return Unrecorded(err, "nothing more was sent")
	} else if err != nil {
		return Unrecorded(err, "nothing more was sent; make room, and go on: "+NextResume(r.path))
	}
	before, err := r.sentBefore()
	if err != nil {
		return Unrecorded(err, "")
	}
	pacer := r.newPacer(before)
	runner := &send.Runner{
		Operation:   r.op,
		Sender:      r.client,
		Recorder:    r.dir,
		Pacer:       pacer,
		Workers:     r.workers,
		Attempts:    r.settings.Attempts,
		MaxFailures: r.settings.MaxFailures,
	}
	if r.past != nil {
		runner.Tried = r.past.Tried
		if runner.Pending, err = r.past.Pending(r.planned.Chunks()); err != nil {
			return unplanned(err)
		}
	}
	if r.Trace != nil {
		runner.Sender = traced{r.client, r.Trace}
	}
	toSend := r.planned.Rows - r.planned.InvalidRows - r.planned.SkippedRows - r.settledBefore()
	r.progress = &Progress{Operation: r.op, Planned: r.planned.Requests, ToSend: toSend, run: r, start: time.Now(), asked: r.settings.Rate, timeout: r.settings.Timeout.Duration, runner: runner, pacer: pacer}
	os.Remove(filepath.Join(r.path, controlFile)) // orders that no process took
	sleep := r.keepAlive(func() report.Run {
		r.takeOrders(r.progress)
		return r.describe(r.progress)
	})
	stop := r.User.Sending(r.progress)
	end := runner.Run(r.Stopping, r.Abandon, r.planned.Plan)
	took := time.Since(r.progress.start)
	stop()
	sleep()
	r.signOut() // before the last words, which name the next command
	return r.finish(end, took)
}

// sentBefore lists when requests of earlier processes went out that count for the run's quotas still.
func (r *run) sentBefore() (times []time.Time, err error) {
	if r.past == nil {
		return nil, nil
	}
	return r.sentSince(r.settings.Rate)
}

// sentSince lists when requests of this run went out that count for the quotas among the rates still.
func (r *run) sentSince(rates job.Rates) (times []time.Time, err error) {
	var longest time.Duration
	for _, q := range rates.Quotas() {
		longest = max(longest, q.Per)
	}
	if longest == 0 {
		return nil, nil
	}
	return report.SentSince(r.path, r.Now().Add(-longest))
}

// startSandbox starts the simulated service inside this process where it is asked for, unless it serves already.
func (r *run) startSandbox() (err error) {
	if !r.settings.Sandbox || r.server != nil {
		return nil
	}
	r.simulated.Token = r.client.Credentials.Token
	if r.past != nil {
		r.simulated.Before = uint64(r.past.Sent())
	}
	r.simulator = sandbox.New(r.simulated)
	if r.server, err = sandbox.Start(r.simulator, "127.0.0.1:0"); err != nil {
		return err
	}
	r.client.Endpoint = r.server.URL
	return nil
}

func (r *run) stopSandbox() {
	if r.server != nil {
		r.server.Abort() // nobody waits for an answer any more
		r.server = nil
	}
}

// DirectoryHint says what --directory is to name.
const DirectoryHint = "--directory names a CSV with commas and the columns account, vmr_id and user_status (all of them: meetbatch sandbox --help): what exists in the simulated service"

// rehearse reads what the simulated service is to do, once for all of the process. Where a run that is resumed had another
// directory when it began, that is told.
func (r *run) rehearse() error {
	settings, directory, err := r.settings.Rehearsal.Settings()
	was := r.meta.Directory
	switch {
	case err != nil && r.meta.Command != "":
		return Refuse(err, "bring the file back: the simulated service of the run needs it; or begin a new run")
	case err != nil:
		return Refuse(err, DirectoryHint)
	}
	r.simulated = settings
	if directory != nil {
		r.directory = &report.Sum{Size: int64(len(directory)), SHA256: fmt.Sprintf("%x", sha256.Sum256(directory))}
		if was != nil && *was != *r.directory {
			r.User.Warn(fmt.Sprintf("--directory: %s has changed since the run began, and what exists in the simulated service with it", words.Name(r.settings.Directory)))
		}
	}
	return nil
}

// traced tells of every request.
type traced struct {
	sender job.Sender
	trace  func(job.Operation, job.Attempt, job.Answer)
}

func (t traced) Send(ctx context.Context, op job.Operation, a job.Attempt) job.Answer {
	answer := t.sender.Send(ctx, op, a)
	t.trace(op, a, answer)
	return answer
}

// early tells why a run ended before its end; it is empty where it did not. Any other error is that of a record.
func early(end error) (reason string, code Code) {
	var stop *send.Stop
	var many *send.TooManyFailed
	switch {
	case errors.As(end, &stop):
		return stop.Reason, Service
	case errors.As(end, &many):
		return fmt.Sprintf("%d of %d settled rows failed, and --max-failures is %s", many.Failed, many.Settled, many.Bound), Service
	case errors.Is(end, ErrStopped):
		return end.Error(), Stopped
	}
	return "", OK
}

// signOutTime is how long a sign-out may take; what was sent is recorded by then.
const signOutTime = 5 * time.Second

// signIn signs in, where there is something to send. What the service refuses is refused here, and nothing was
// sent; where it is out of reach, that is the service's doing.
func (r *run) signIn(ctx context.Context) error {
	if r.planned.Requests == 0 || r.signedIn {
		return nil
	}
	before, err := r.sentBefore()
	if err != nil {
		return Unrecorded(err, "")
	}
	r.leave, err = r.World.signIn(ctx, r.client, r.newPacer(before), r.settings.Access())
	r.signedIn = err == nil
	return err
}

// signIn joins the budget, if there is one, and signs in. After an error there is nothing to leave.
func (w *World) signIn(ctx context.Context, client *meeting.Client, pacer *pace.Pacer, a Access) (leave func(), err error) {
	if leave, err = w.join(ctx, pacer, a, client.Credentials); err != nil {
		return nil, err
	}
	if err = refusedSignIn(ctx, client.SignIn(ctx)); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

// refusedSignIn gives the error of a sign-in as that of a run.
func refusedSignIn(ctx context.Context, err error) error {
	var no *meeting.SignInError
	switch {
	case err == nil || ctx.Err() != nil:
	case errors.As(err, &no):
		err = Refuse(err, "")
	case errors.Is(err, meeting.ErrNoAdministrator):
		err = Refuse(err, "use the credentials of an administrator")
	default:
		err = &Error{Service, err, "give the same command again when the service is back"}
	}
	return err
}

// signOut signs out, also when everything else was given up. Once it was called it does nothing more.
func (r *run) signOut() { signOutOf(r.client, r.User) }

func signOutOf(client *meeting.Client, u User) {
	within := signOutTime
	if client.Aside != nil {
		within *= 2 // it takes its turn
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	if err := client.SignOut(ctx); err != nil {
		u.Warn("could not sign out: " + err.Error() + "; the token ends by itself within a day")
	}
}
