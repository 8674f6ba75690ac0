package pace

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"meetbatch/job"
)

const (
	// updateTime is how long one update of a budget may take.
	updateTime = 5 * time.Second

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

	// The rest is the pacer's, under its lock.
	lasts   time.Duration // how long an update took lately
	clock   moments
	pending []heard       // what is not in the record yet
	hold    time.Duration // that is not in the record yet, on the budget's clock
	pause   time.Duration // that goes with it
	lost    time.Time     // since when the budget is out of reach; zero: it is not
	usedUp  time.Time     // until when a window is used up
	members int
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
		id: strings.ReplaceAll(uuid.NewString(), "-", "")[:12], updating: make(chan struct{}, 1),
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
	ctx, cancel := context.WithTimeout(ctx, updateTime)
	defer cancel()
	began := time.Now()
	p.mu.Lock()
	u := update{p: p, do: do, pending: len(s.pending), hold: s.hold, pause: s.pause}
	p.mu.Unlock()
	err := s.budget.Update(ctx, u.change)
	switch {
	case err != nil && u.wrote:
		s.unsure++
		return err
	case err != nil:
		return err
	case u.wrote:
		s.updates, s.unsure = s.updates+s.unsure+1, 0
	}
	s.joined, s.last = true, *u.r
	p.adopt(&u, time.Since(began))
	return nil
}

// update is one of the record, with what it brings and what it finds.
type update struct {
	p           *Pacer
	do          func(r *record, now time.Duration, g *governor)
	pending     int // so many of what was heard
	hold, pause time.Duration

	at    moments
	r     *record
	g     *governor
	wrote bool
}

// change makes the new record of an old one.
func (u *update) change(old []byte, now time.Duration) (text []byte, err error) {
	s := u.p.share
	u.at, u.wrote = moments{time.Now(), now}, false
	if u.r, u.g, err = s.read(old, u.at); err != nil {
		return nil, err
	}
	r := u.r
	u.p.mu.Lock()
	for _, h := range s.pending[:u.pending] {
		u.g.take(h.at(u.at))
		r.count(h.at(u.at))
	}
	u.p.mu.Unlock()
	u.wrote = u.do != nil || u.pending > 0 || u.hold > r.Hold || now-r.Members[s.id].Seen > signOfLife
	if u.hold > r.Hold {
		r.Hold, r.Told, r.Pause = u.hold, now, max(r.Pause, u.pause)
	}
	if u.do != nil {
		u.do(r, now, u.g)
	}
	if !u.wrote {
		return nil, nil
	}
	if r.Members[s.id] = (member{Seen: now, Updates: s.updates + s.unsure + 1}); s.leaving {
		delete(r.Members, s.id)
	}
	r.learn(u.g)
	return r.write()
}

// adopt takes over what the record knows after an update, which took so long.
func (p *Pacer) adopt(u *update, took time.Duration) {
	s, r, g := p.share, u.r, u.g
	p.mu.Lock()
	defer p.mu.Unlock()
	p.governor.rate(p.clock(time.Now())) // which counts for how long it was followed
	s.pending = s.pending[u.pending:]
	s.clock, s.lasts, s.members = u.at, took, len(r.Members)
	if s.hold <= r.Hold {
		s.hold = 0
	}
	others := r.Through
	for _, h := range s.pending {
		g.take(h.at(u.at))
		if h.what == accepted {
			others++
		}
	}
	if others > p.company.through {
		p.company.passes()
		p.company.through = others
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
	_, err := p.waitBudget(ctx)
	return err
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
