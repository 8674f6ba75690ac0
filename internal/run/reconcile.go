package run

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"meetbatch/internal/meeting"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/report"
)

// Reconciled is what came of settling by reading what was unknown of a run.
type Reconciled struct {
	Stored   *Stored // the run as it is now
	Unclear  int64   // rows that were unknown, or may have been carried out
	AsWanted int64   // of them
	NotSo    int64   // that were not carried out
	Left     int64   // that reading does not tell
	Requests int64
}

// Reconcile reads the service to settle the rows of a run that has come to its end of which it is not known whether they
// were carried out. A row that is not as wanted is read again when wait is over: what was changed may be read late. The
// access of the settings counts.
func Reconcile(w World, s *Stored, wait time.Duration) (done Reconciled, err error) {
	if err := s.hasEnded("reconcile"); err != nil {
		return done, err
	}
	if s.Settings.Sandbox {
		return done, Refuse(fmt.Errorf("%s is a rehearsal, and its simulated service ended with its process, so there is nothing to read", s.Path), "rehearse with meetbatch sandbox in another terminal, and --endpoint")
	}
	r := &run{World: w, op: s.Operation, settings: s.Settings, path: s.Path, meta: s.Run}
	if err := r.newClient(); err != nil {
		return done, err
	}
	if r.input, err = openAgain(s.Path, r.meta.Input); err != nil {
		return done, err
	}
	defer r.input.close()
	check := r.check()
	if check.Run.Input.LastLine, err = r.lastLine(); err != nil {
		return done, Refuse(err, "")
	}
	c, err := report.Reconcile(s.Path, check)
	if err != nil {
		return done, misfit(s.Path, err)
	}
	defer c.Close()
	done.Unclear = c.Left
	if c.Left > 0 || c.Killed {
		err = r.reconcile(c, wait, &done)
		r.signOut()
	}
	if err != nil && w.Stopping.Err() != nil {
		err = &Error{Stopped, fmt.Errorf("%w, before all was read; nothing was settled", context.Cause(w.Stopping)), "give the same command again"}
	}
	if err != nil {
		return done, err
	}
	done.Stored, err = Load(s.Path)
	return done, err
}

// hasEnded refuses a run that has not come to its end.
func (s *Stored) hasEnded(command string) error {
	state := s.Run.State
	if state == report.Finished || state == report.Stopped {
		return nil
	}
	if state != report.Broken {
		used, err := report.InUse(s.Path)
		switch {
		case err != nil:
			return misfit(s.Path, err)
		case used:
			return &report.LockedError{Path: s.Path}
		}
		return Refuse(fmt.Errorf("%s was killed: %s is for runs that have come to their end", s.Path, command), "go on with it first: "+NextResume(s.Path))
	}
	return Refuse(fmt.Errorf("%s has not come to its end, its state is %s: %s is for those that have", s.Path, state, command), "go on with it first: "+NextResume(s.Path))
}

// reconcile reads, settles what can be settled, and leaves the directory complete.
func (r *run) reconcile(c *report.Reconciling, wait time.Duration, done *Reconciled) error {
	accounts, err := unclearAccounts(c, func(report.Result) bool { return true })
	if err != nil {
		return Unrecorded(err, "")
	}
	before, err := r.sentSince(r.settings.Rate)
	if err != nil {
		return Unrecorded(err, "")
	}
	if c.Left > 0 {
		question := fmt.Sprintf("Read the service for %s of %s (nothing is changed there)", words.Plural(c.Left, "row"), words.Plural(int64(len(accounts)), "account"))
		if err := r.User.Agree(r.Stopping, question); err != nil {
			return err
		}
		if r.leave, err = r.World.signIn(r.Stopping, r.client, r.newPacer(before), r.settings.Access()); err != nil {
			return err
		}
	}
	r.past = nil
	c.EndSessions(&r.meta)
	if r.dir, err = c.Begin(r.meta); err != nil {
		return Unrecorded(err, writeHint(r.path, err))
	}
	k := &asker{client: r.client, pacer: r.newPacer(before), attempts: r.settings.Attempts, records: r.dir, abandon: r.Abandon, trace: r.Trace}
	if c.Left > 0 {
		stop := r.User.Reading(k.requests.Load)
		verdicts, err := r.readTwice(c, k, accounts, wait)
		stop()
		if err != nil {
			return errors.Join(unread(err), r.endReconcile(c))
		}
		succeeded := c.Counts.Of(job.Succeeded)
		if err := c.Settle(func(row report.Result) (report.Verdict, error) { return verdicts.verdict(row), nil }); err != nil {
			return Unrecorded(err, "give the same command again")
		}
		done.AsWanted, done.Left = c.Counts.Of(job.Succeeded)-succeeded, c.Left
		done.NotSo = done.Unclear - done.AsWanted - done.Left
	}
	done.Requests = k.requests.Load()
	return r.endReconcile(c)
}

// endReconcile completes the directory.
func (r *run) endReconcile(c *report.Reconciling) error {
	rows, err := r.newReader(r.input, nil)
	if err == nil {
		err = r.dir.WriteFailed(rows.Header(), r.rows)
	}
	if err == nil {
		r.meta, err = c.End(r.meta)
	}
	if err == nil {
		err = r.proveSettled()
	}
	if err != nil {
		return Unrecorded(err, "give the same command again")
	}
	r.writePage(&Ending{Dir: r.dir, Run: r.meta, Settings: r.settings, Planned: &Planned{Operation: r.op}})
	return nil
}

// proveSettled holds the directory against its input, as verify does.
func (r *run) proveSettled() error {
	now, err := Load(r.path)
	if err != nil {
		return err
	}
	proof, err := verify(now)
	if err == nil && len(proof.Problems) > 0 {
		err = fmt.Errorf("%s: %s", r.path, proof.Problems[0])
	}
	return err
}

// unclearAccounts lists the accounts of those unclear rows that a test is true of, each once.
func unclearAccounts(c *report.Reconciling, is func(report.Result) bool) ([]string, error) {
	var all []string
	seen := map[string]bool{}
	for row, err := range c.Rows() {
		if err != nil {
			return nil, err
		}
		if !seen[row.Account] && is(row) {
			seen[row.Account] = true
			all = append(all, row.Account)
		}
	}
	return all, nil
}

// verdicts are two readings of the service: the second one of what was not as wanted in the first.
type verdicts struct {
	op            job.Operation
	first, second *holdings
	at            time.Time
}

// readTwice reads what is unclear, and when wait is over what is not as wanted once more.
func (r *run) readTwice(c *report.Reconciling, k *asker, accounts []string, wait time.Duration) (*verdicts, error) {
	v := &verdicts{op: r.op, first: newHoldings(r.op, r.settings.accountType(), r.Now())}
	if err := r.readUnclear(c, k, v.first, accounts); err != nil {
		return nil, err
	}
	again, err := unclearAccounts(c, func(row report.Result) bool {
		return r.op.Weigh(v.first.state(row.Account, row.Value), row.Value) == job.ToChange
	})
	if err != nil {
		return nil, err
	}
	v.second, v.at = v.first, r.Now()
	if len(again) == 0 {
		return v, nil
	}
	select {
	case <-time.After(wait):
	case <-r.Stopping.Done():
		return nil, context.Cause(r.Stopping)
	}
	v.second, v.at = newHoldings(r.op, r.settings.accountType(), r.Now()), r.Now()
	return v, r.readUnclear(c, k, v.second, again)
}

// readUnclear reads the service for the unclear rows of some accounts.
func (r *run) readUnclear(c *report.Reconciling, k *asker, h *holdings, accounts []string) error {
	wanted := map[string]bool{}
	for _, account := range accounts {
		wanted[account] = true
	}
	read := &reading{
		holdings: h, ask: k.ask, paging: meeting.Paging{Workers: r.workers},
		accounts: withoutErrors(slices.Values(accounts)),
		rows: func() iter.Seq2[job.Item, error] {
			return func(yield func(job.Item, error) bool) {
				for row, err := range c.Rows() {
					if (err != nil || wanted[row.Account]) && !yield(job.Item{Line: row.Line, Account: row.Account, Value: row.Value}, err) {
						return
					}
				}
			}
		},
	}
	return read.read(r.Stopping, int64(len(accounts)))
}

// verdict is what becomes of a row. One that the run did not settle before it stopped stays to be sent by a resume, unless it
// is as wanted.
func (v *verdicts) verdict(row report.Result) report.Verdict {
	said := v.say(row)
	if row.Status == job.NotSent && said.Status != job.Succeeded {
		return report.Verdict{}
	}
	return said
}

// say is what the readings say of a row. That it is as wanted does not say that the run made it so.
func (v *verdicts) say(row report.Result) report.Verdict {
	state, at := v.first.state(row.Account, row.Value), v.first.at
	if v.op.Weigh(state, row.Value) == job.ToChange {
		state, at = v.second.state(row.Account, row.Value), v.at
	}
	switch v.op.Weigh(state, row.Value) {
	case job.IsSo:
		return report.Verdict{Status: job.Succeeded, Why: "it is as wanted, whoever made it so", ReadAt: at}
	case job.ToChange:
		return report.Verdict{Status: job.Failed, Why: "it is not as wanted, as two readings say", ReadAt: at}
	}
	return report.Verdict{Status: job.Unknown, Why: untold(state), ReadAt: at}
}

// untold says why reading does not tell whether a row was carried out.
func untold(s job.State) string {
	switch s {
	case job.Other:
		return "the room is allocated to another account or a terminal by now"
	case job.Gone:
		return "the service knows no such account or room any more"
	}
	return "the service's lists say nothing of it"
}
