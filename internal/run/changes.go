package run

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"meetbatch/internal/meeting"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/job/plan"
	"meetbatch/report"
)

// changes are what a run makes of the rows that are as they are wanted, and of those that cannot be made so.
type changes struct {
	op    job.Operation
	undo  bool // a row that cannot be made so was changed by somebody else since, and is left as it is
	state func(it job.Item) job.State
	at    time.Time                 // when the service was read
	write func(report.Before) error // into before.csv; nil: it stands there
}

// Why a row cannot be carried out, as reading the service showed.
const (
	whyGone  = "the service knows no such account or room"
	whyFree  = "the room is allocated to nobody"
	whyOther = "the room is allocated to another account or a terminal"
)

// take gives a row as it is to be planned. One that is as wanted already the planner is told of.
func (c *changes) take(it job.Item, planner *plan.Planner) (job.Item, error) {
	if it.Invalid != "" {
		return it, nil
	}
	s := c.state(it)
	if c.write != nil {
		if err := c.write(report.Before{Line: it.Line, Account: it.Account, Value: it.Value, State: s, ReadAt: c.at}); err != nil {
			return it, err
		}
	}
	skip := ""
	switch c.op.Weigh(s, it.Value) {
	case job.IsSo:
		skip = report.AsIs
	case job.Impossible:
		why := map[job.State]string{job.Gone: whyGone, job.Free: whyFree, job.Held: whyOther, job.Other: whyOther}[s]
		if !c.undo {
			it.Invalid = why
			return it, nil
		}
		skip = report.Since + why
	}
	if skip == "" {
		return it, nil
	}
	return it, planner.AddEarlier(job.Earlier{Account: it.Account, Value: it.Value, Why: skip, At: c.at.UnixMilli()})
}

// impossible tells whether the reason for which a row is invalid is what the service holds.
func impossible(it job.Item) bool {
	return slices.Contains([]string{whyGone, whyFree, whyOther}, it.Invalid)
}

// planChanges reads the service, and plans again what is left to do then. The directory gets before.csv; where there is
// none, in a dry run, nothing is written.
func (r *run) planChanges() error {
	if err := r.startSandbox(); err != nil {
		return Refuse(err, "")
	}
	if err := r.nameInput(); err != nil {
		return err
	}
	if err := r.signIn(r.Stopping); err != nil {
		return err
	}
	h := newHoldings(r.op, r.settings.accountType(), r.Now())
	k := &asker{client: r.client, pacer: r.newPacer(nil), attempts: r.settings.Attempts, abandon: r.Abandon, trace: r.Trace}
	if r.dir != nil {
		k.records = r.dir
	}
	stop := r.User.Reading(k.requests.Load)
	err := r.reading(h, k).read(r.Stopping, r.accounts())
	stop()
	if err != nil {
		return unread(err)
	}
	r.read = k.requests.Load()
	r.changes = &changes{op: r.op, undo: r.meta.UndoOf != "", at: h.at, state: func(it job.Item) job.State { return h.state(it.Account, it.Value) }}
	if err := r.planFromBefore(); err != nil {
		return err
	}
	if r.meta.UndoOf != "" && r.planned.SkippedRows > 0 { // they are as they were before the run that is taken back
		r.User.Warn("not as the run left it, and so left alone: " + words.Plural(r.planned.SkippedRows, "row") +
			"; somebody has changed that since, or it is read late, which a longer --wait finds out")
	}
	return unread(r.warnSoldOut(k))
}

// planFromBefore plans once more, and writes before.csv meanwhile, unless nothing is to be written.
func (r *run) planFromBefore() error {
	if r.dir == nil {
		return r.planAgain()
	}
	err := r.dir.WriteBefore(func(add func(report.Before) error) error {
		r.changes.write = add
		return r.planAgain()
	})
	r.changes.write = nil
	if _, told := errors.AsType[*Error](err); err != nil && !told && r.Stopping.Err() == nil {
		return Unrecorded(err, writeHint(r.path, err))
	}
	return err
}

// warnSoldOut tells where fewer accounts can become normal than are to be, as far as the service says what was bought.
func (r *run) warnSoldOut(k *asker) error {
	if r.op.PerAccount || r.planned.Values["0"] == 0 {
		return nil
	}
	res, err := meeting.ShowResource(r.Stopping, k.ask)
	r.planned.Read = k.requests.Load()
	if _, is := errors.AsType[*Error](err); err != nil && (is || r.Stopping.Err() != nil) {
		return err
	}
	if err != nil {
		return nil // a refusal, or what cannot be read: it is wanted for no more than a warning
	}
	if left, n := int64(res.Users.Left()), r.planned.Values["0"]; left >= 0 && left < n {
		r.User.Warn(fmt.Sprintf("%s are to become normal, and of the users that were bought %s are left: the service refuses the others, and disables some at random when what was bought expires",
			words.Plural(n, "account"), words.Number(left)))
	}
	return nil
}

// planAgain plans the input once more, with what is known by now.
func (r *run) planAgain() error {
	if err := r.planned.Close(); err != nil {
		return unplanned(err)
	}
	r.planned = nil // two plans take twice the memory
	return r.input.again(func(from io.Reader) (err error) {
		r.planned, err = r.readPlan(r.Stopping, from, nil)
		return err
	})
}

// accounts counts those that a run is about.
func (r *run) accounts() int64 {
	if r.op.PerAccount {
		return r.planned.Accounts
	}
	return r.planned.Entries
}

// reading is how the service is read for the rows that are planned.
func (r *run) reading(h *holdings, k *asker) *reading {
	planned := r.planned
	return &reading{
		holdings: h, ask: k.ask, paging: meeting.Paging{Workers: r.workers},
		accounts: func(yield func(string, error) bool) {
			for c, err := range planned.Chunks() {
				if r.op.PerAccount {
					if !yield(c.Target, err) {
						return
					}
					continue
				}
				for _, e := range c.Entries {
					if !yield(e.ID, err) {
						return
					}
				}
			}
		},
		rows: func() iter.Seq2[job.Item, error] { return items(r.op, planned.Chunks()) },
	}
}

// items gives the rows of chunks, but for those that repeat another.
func items(op job.Operation, chunks iter.Seq2[job.Chunk, error]) iter.Seq2[job.Item, error] {
	return func(yield func(job.Item, error) bool) {
		for c, err := range chunks {
			if err != nil {
				yield(job.Item{}, err)
				return
			}
			for _, e := range c.Entries {
				it := job.Item{Line: e.Line, Account: c.Target, Value: e.ID}
				if !op.PerAccount {
					it.Account, it.Value = e.ID, c.Target
				}
				if !yield(it, nil) {
					return
				}
			}
		}
	}
}

// nameInput tells a simulated service that has no directory what it holds: what the input names, as the rows will be found
// before the run.
func (r *run) nameInput() error {
	if r.simulator == nil || r.settings.Directory != "" {
		return nil
	}
	for it, err := range items(r.op, r.planned.Chunks()) {
		if err != nil {
			return unplanned(err)
		}
		switch {
		case !r.op.PerAccount:
			status := "0"
			if r.meta.UndoOf != "" && it.Value == status { // it is as the run made it that is taken back
				status = "1"
			}
			r.simulator.Name(it.Account, "", status)
		case r.op.Takes == job.Free:
			r.simulator.Name(it.Account, "", "0")
			r.simulator.Name("", it.Value, "0")
		default:
			r.simulator.Name(it.Account, it.Value, "0")
		}
	}
	return nil
}

// newPacer makes the pacer of this process, once: what is read and what is sent share the rate.
func (r *run) newPacer(sent []time.Time) *pace.Pacer {
	if r.pacer == nil {
		r.pacer = r.newPacerOf(r.client, r.settings.Access(), sent)
	}
	return r.pacer
}

// unread gives the error of a service that could not be read before anything was sent.
func unread(err error) error {
	if _, short := errors.AsType[*meeting.NotWholeError](err); short {
		return &Error{Service, err, "nothing was sent; give the same command again when nobody changes what is listed"}
	}
	return refusedReading(err)
}

// guardChanges refuses a plan that changes more than it may, or that has rows which cannot be carried out.
func (p *Planned) guardChanges() error {
	s := p.Settings
	n := p.Rows - p.InvalidRows - p.SkippedRows
	switch {
	case !p.weighed: // before the service is read nobody knows how many rows are so already
		return nil
	case s.Strict && p.Impossible > 0:
		return Refuse(fmt.Errorf("%s: %s cannot be carried out as the service is, and --strict is given", p.Input, words.Plural(p.Impossible, "row")),
			"they are named above; leave them out, or leave --strict away")
	case s.MaxChanges == nil:
		return nil
	}
	allowed, of, text := *s.MaxChanges, p.fileRows, s.MaxChanges.String()
	if s.Shard.N > 0 {
		allowed, of = p.allowedHere(), p.Rows
		text += fmt.Sprintf(" (%s of shard %s)", allowed, s.Shard)
	}
	if !allowed.Exceeded(n, of) {
		return nil
	}
	return Refuse(fmt.Errorf("%s: %s of %s would be changed, and --max-changes is %s", p.Input, words.Number(n), words.Plural(of, "row"), text),
		"is this the right file? if it is, allow more with --max-changes")
}

// allowedHere is how much of --max-changes is a shard's: the same share of its rows, or its part of a number, rounded up, so
// that all shards together change no more than one run of the whole file may. Only the shard's rows were held against the
// service.
func (p *Planned) allowedHere() Allowed {
	allowed, all := *p.Settings.MaxChanges, p.Rows+p.Elsewhere.Rows
	if allowed.Percent == 0 && all > 0 {
		allowed.Rows = (min(allowed.Rows, all)*p.Rows + all - 1) / all
	}
	return allowed
}
