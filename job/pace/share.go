package pace

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"meetbatch/job"
)

const (
	// tornOnce is in how long an update may be written over once: by a process that was stopped just before it wrote.
	tornOnce = 10 * time.Minute

	// signOfLife is how often one is given by a process that has nothing else to say.
	signOfLife = 10 * time.Second
)

// share is a process's part in a budget. Everything that its pacer hears of the service goes into the budget's record, in
// order, and what the others heard comes back with it: the search goes on as if one process had seen it all.
type share struct {
	budget Budget
	asked  job.Rate
	of     string
	rate   string
	quotas []job.Rate
	sent   []time.Time // when requests went out that a new record counts
	id     string      // this process among the members
	notify func(string)

	updating chan struct{} // holds the one update that is under way
	updates  int64         // of this process that are known to be in the record
	unsure   int64         // of this process that may be in it besides
	joined   bool
	leaving  bool
	last     record // as it was after the latest update

	wrote   time.Duration // when this process wrote there last
	torn    time.Duration // when an update of this process was written over; 0: none was
	tearing time.Duration // the same, of the update under way

	// The rest is the pacer's, under its lock.
	lasts     time.Duration // how long an update took lately
	clock     moments
	pending   []heard       // what is not in the record yet
	unused    int           // moments that were handed out and not used
	hold      time.Duration // that is not in the record yet, on the budget's clock
	pause     time.Duration // that goes with it
	published time.Time     // the latest hold that was brought, or is about to be
	lost      time.Time     // since when the budget is out of reach; zero: it is not
	usedUp    time.Time     // until when a window is used up
	members   int
}

// moments brings moments of this machine to the budget's clock, and back.
type moments struct {
	here  time.Time
	there time.Duration
}

func (m moments) toBudget(t time.Time) time.Duration   { return m.there + t.Sub(m.here) }
func (m moments) fromBudget(d time.Duration) time.Time { return m.here.Add(d - m.there) }

func newShare(s Settings) *share {
	if s.Budget == nil {
		return nil
	}
	rates := job.Rates(s.Quotas)
	if s.Rate != (job.Rate{}) {
		rates = append(job.Rates{s.Rate}, rates...)
	}
	return &share{
		budget: s.Budget, asked: s.Rate, of: s.Of, rate: rates.String(), quotas: s.Quotas, sent: s.Sent, notify: s.Notify,
		id: strings.ReplaceAll(uuid.NewString(), "-", "")[:8], updating: make(chan struct{}, 1),
		clock: moments{here: time.Now(), there: 0},
	}
}

// update brings what was heard into the record, does with it what is asked for, and takes over what it says. do may be
// nil; it may be called more than once. Where there is nothing to bring and do is nil the record is only read, unless a
// sign of life is due.
func (p *Pacer) update(ctx context.Context, do func(r *record, now time.Duration, g *governor)) error {
	s := p.share
	select {
	case s.updating <- struct{}{}:
		defer func() { <-s.updating }()
	case <-ctx.Done():
		return ctx.Err()
	}
	began := time.Now()
	p.mu.Lock()
	u := update{p: p, do: do, pending: len(s.pending), unused: s.unused, hold: s.hold, pause: s.pause}
	p.mu.Unlock()
	err := s.budget.Update(ctx, u.change)
	switch {
	case err != nil && u.wrote:
		s.unsure++
		return err
	case err != nil:
		return err
	case u.wrote:
		s.updates, s.unsure, s.wrote = s.updates+s.unsure+1, 0, u.at.there
	}
	others := u.r.Through - s.last.Through - u.accepted
	s.joined, s.last = true, *u.r
	if s.tearing != 0 {
		s.torn = s.tearing
	}
	p.adopt(&u, others, time.Since(began))
	return nil
}

// update is one of the record, with what it brings and what it finds.
type update struct {
	p           *Pacer
	do          func(r *record, now time.Duration, g *governor)
	pending     int // so many of what was heard
	accepted    int64
	unused      int
	hold, pause time.Duration

	at    moments
	r     *record
	g     *governor
	wrote bool
}

// change makes the new record of an old one.
func (u *update) change(old []byte, now time.Duration) (text []byte, err error) {
	s := u.p.share
	u.at, u.wrote, u.accepted, s.tearing = moments{time.Now(), now}, false, 0, 0
	if u.r, u.g, err = s.read(old, u.at); err != nil {
		return nil, err
	}
	r := u.r
	u.p.mu.Lock()
	for _, h := range s.pending[:u.pending] {
		u.g.take(h.at(u.at))
		if r.count(h.at(u.at)) {
			u.accepted++
		}
	}
	u.p.mu.Unlock()
	u.wrote = u.do != nil || u.pending > 0 || u.hold > r.Hold || now-r.Members[s.id].seen > signOfLife
	if u.hold > r.Hold {
		r.Hold, r.Told, r.Pause = u.hold, now, max(r.Pause, u.pause)
	}
	if !u.wrote {
		return nil, nil
	}
	r.giveBack(u.unused)
	if u.do != nil {
		u.do(r, now, u.g)
	}
	if r.Members[s.id] = (member{now, s.updates + s.unsure + 1}); s.leaving {
		delete(r.Members, s.id)
	}
	r.Wrote = now
	r.learn(u.g)
	return r.write()
}

// adopt takes over what the record knows after an update, which took so long, and in which so many answers of others were
// found that were no refusals.
func (p *Pacer) adopt(u *update, others int64, took time.Duration) {
	s, r, g := p.share, u.r, u.g
	p.mu.Lock()
	defer p.mu.Unlock()
	p.governor.rate(p.clock(time.Now())) // which counts for how long it was followed
	s.pending = s.pending[u.pending:]
	s.clock, s.lasts, s.members = u.at, took, len(r.Members)
	if s.hold <= r.Hold {
		s.hold = 0
	}
	for _, h := range s.pending {
		g.take(h.at(u.at))
	}
	if others > 0 {
		p.company.passes()
	}
	if u.wrote {
		s.unused -= u.unused
	}
	if r.Pause == 0 {
		p.gate.eased()
	}
	g.followed += p.governor.followed
	p.governor = g
	if r.Hold > u.at.there {
		p.gate.holdTill(u.at.fromBudget(r.Hold), r.Pause)
	}
}

// at gives what was heard by the clock of the budget.
func (h heard) at(m moments) heard {
	h.start, h.now = onBudgetsClock(m.toBudget(h.start)), onBudgetsClock(m.toBudget(h.now))
	return h
}

// flush brings what was heard to the budget at once, as far as that is in reach.
func (p *Pacer) flush() {
	if p.share != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		p.update(ctx, nil) // after an error it is brought with the next update
	}
}

// holdAll lets none of those who share the budget send before a moment, and says how long the last pause was.
func (p *Pacer) holdAll(till time.Time, pause time.Duration) {
	if p.share == nil {
		return
	}
	p.mu.Lock()
	if !till.After(p.share.published) {
		p.mu.Unlock()
		return
	}
	p.share.published = till
	p.share.hold, p.share.pause = max(p.share.hold, p.share.clock.toBudget(till)), pause
	p.mu.Unlock()
	p.flush()
}

// Join makes sure that the budget can be used, and makes this process one of its members. Where there is no budget it
// does nothing. Errors are a *BudgetError, the context's, or that the budget is out of reach for too long.
func (p *Pacer) Join(ctx context.Context) error {
	if p.share == nil {
		return nil
	}
	return p.reached(ctx, func(*record, time.Duration, *governor) {})
}

// Aside waits for a moment of the budget for a request that takes no turn, such as that of a sign-in. Where there is no
// budget it returns at once. Errors are those of Join.
func (p *Pacer) Aside(ctx context.Context) error {
	if p.share == nil {
		return nil
	}
	for {
		if err := sleep(ctx, time.Until(p.gate.opens())); err != nil {
			return err
		}
		if _, err := p.waitBudget(ctx); err != nil {
			return err
		}
		if time.Until(p.gate.opens()) <= 0 {
			return nil
		}
		p.unused()
	}
}

// unused says that a moment is not used that was handed out.
func (p *Pacer) unused() {
	p.mu.Lock()
	p.share.unused++
	p.mu.Unlock()
}

// Alive gives a sign of life to the other processes that share a budget, where one is due, and hears what they found.
func (p *Pacer) Alive(ctx context.Context) {
	if p.share != nil {
		p.update(ctx, nil)
	}
}

// Leave says that this process sends nothing more.
func (p *Pacer) Leave(ctx context.Context) {
	if p.share != nil && p.share.joined {
		p.share.leaving = true
		p.update(ctx, func(*record, time.Duration, *governor) {})
	}
}
