package pace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/time/rate"

	"meetbatch/job"
)

const (
	// toldAfter is for how long a budget may be out of reach without a word to people.
	toldAfter = 5 * time.Second

	// firstRetry and longestRetry bound the pauses after which a budget that is out of reach is asked again: nothing goes
	// out meanwhile, and when it is back that should be found out at once.
	firstRetry   = 50 * time.Millisecond
	longestRetry = time.Second

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
	pending, hold, pause := len(s.pending), s.hold, s.pause
	p.mu.Unlock()
	var r *record
	var g *governor
	var at moments
	wrote := false
	err := s.budget.Update(ctx, func(old []byte, now time.Duration) ([]byte, error) {
		at = moments{time.Now(), now}
		var err error
		if r, g, err = p.read(old, at); err != nil {
			return nil, err
		}
		p.mu.Lock()
		for _, h := range s.pending[:pending] {
			g.take(h.at(at))
			r.count(h.at(at))
		}
		p.mu.Unlock()
		wrote = do != nil || pending > 0 || hold > r.Hold || now-r.Members[s.id].Seen > signOfLife
		if hold > r.Hold {
			r.Hold, r.Told, r.Pause = hold, now, max(r.Pause, pause)
		}
		if do != nil {
			do(r, now, g)
		}
		if !wrote {
			return nil, nil
		}
		if r.Members[s.id] = (member{Seen: now, Updates: s.updates + s.unsure + 1}); s.leaving {
			delete(r.Members, s.id)
		}
		r.learn(g)
		return r.write()
	})
	switch {
	case err != nil:
		if wrote && r != nil {
			s.unsure++
		}
		return err
	case wrote:
		s.updates, s.unsure = s.updates+s.unsure+1, 0
	}
	s.joined, s.last = true, *r
	p.adopt(r, g, at, pending)
	p.mu.Lock()
	s.lasts = time.Since(began)
	p.mu.Unlock()
	return nil
}

// adopt takes over what the record knows after an update that brought so much of what was heard.
func (p *Pacer) adopt(r *record, g *governor, at moments, brought int) {
	s := p.share
	p.mu.Lock()
	defer p.mu.Unlock()
	p.governor.rate(p.clock(time.Now())) // which counts for how long it was followed
	s.pending = s.pending[brought:]
	s.clock, s.members = at, len(r.Members)
	if s.hold <= r.Hold {
		s.hold = 0
	}
	others := r.Through
	for _, h := range s.pending {
		g.take(h.at(at))
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
	if r.Hold > at.there {
		p.gate.holdTill(at.fromBudget(r.Hold), r.Pause)
	}
}

// read gives the record and what it knows of the service, or new ones where there is none that can be used.
func (p *Pacer) read(old []byte, at moments) (*record, *governor, error) {
	s := p.share
	r, err := readRecord(old)
	if err != nil {
		return nil, nil, &BudgetError{Budget: s.budget.Name(), Reason: err.Error(), Try: "name a budget of its own"}
	}
	g := newGovernor(s.asked, onBudgetsClock(at.there))
	g.began = onBudgetsClock(0)
	if r != nil && r.outdated(at.there, g.interval(at.there)) {
		s.notify("the budget's clock was set; it begins anew")
		return s.begin(at, g, false), g, nil
	}
	if r == nil {
		return s.begin(at, g, s.joined), g, nil
	}
	r.forget(at.there)
	if sameLimit(r.Of, s.of) && len(s.of) > len(r.Of) {
		r.Of = s.of
	}
	if err := s.check(r); err != nil {
		return nil, nil, err
	}
	if r.Rate != s.rate || len(r.Used) != len(s.quotas) { // of those who have gone
		fresh := s.begin(at, g, false)
		fresh.Next, fresh.Hold = max(fresh.Next, r.Next), r.Hold
		return fresh, g, nil
	}
	for i, q := range s.quotas {
		r.Used[i].rate = q
	}
	if err := r.tell(g); err != nil {
		return nil, nil, &BudgetError{Budget: s.budget.Name(), Reason: err.Error(), Try: "remove it when nobody uses it"}
	}
	return r, g, nil
}

// begin makes a record where there is none. One that was there and is lost had handed out moments, a last one to each of
// its members: the first moment comes after those. What it knew of the service is known here still.
func (s *share) begin(at moments, g *governor, lost bool) *record {
	r := &record{Version: recordVersion, Of: s.of, Rate: s.rate, Next: at.there, Members: map[string]member{}, Used: newWindows(s.quotas)}
	sent := s.sent
	if lost {
		r.Hold, r.Through, r.Stated, r.Found = s.last.Hold, s.last.Through, s.last.Stated, s.last.Found
		if s.last.outdated(at.there, g.interval(at.there)) || r.tell(g) != nil {
			r.Hold = 0
			*g = *newGovernor(s.asked, onBudgetsClock(at.there))
			g.began = onBudgetsClock(0)
		}
		r.Next = at.there + time.Duration(len(s.last.Members)+1)*g.interval(at.there)
		for i := range s.last.Used {
			r.Used[i] = s.last.Used[i]
		}
		sent = nil
	}
	for i := range r.Used {
		for _, t := range sent {
			if d := at.toBudget(t); d > 0 {
				r.Used[i].take(min(d, at.there))
			}
		}
	}
	return r
}

// check refuses a record that is another's.
func (s *share) check(r *record) error {
	me, known := r.Members[s.id]
	others := len(r.Members)
	if known {
		others--
	}
	switch {
	case !sameLimit(r.Of, s.of):
		return &BudgetError{Budget: s.budget.Name(), Reason: "it is the budget of another application, or of another service: " + r.Of, Try: "each has a limit of its own, and takes a budget of its own"}
	case r.Rate != s.rate && others > 0:
		return &BudgetError{Budget: s.budget.Name(), Reason: fmt.Sprintf("its rate is %s, and that of this run %s", r.Rate, s.rate),
			Try: fmt.Sprintf("give --rate %s; or wait until the others have ended, for a minute if they were killed", r.Rate)}
	case known && (me.Updates < s.updates || me.Updates > s.updates+s.unsure):
		return &BudgetError{Budget: s.budget.Name(), Reason: "what this process wrote there was written over by another at the same time: its lock keeps nobody out",
			Try: "a file on a disk of this machine can be locked; for several machines take redis://"}
	}
	return nil
}

// sameLimit tells whether two processes may share a limit. One that does not know its application has that of the other.
func sameLimit(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+" ") || strings.HasPrefix(b, a+" ")
}

// at gives what was heard by the clock of the budget.
func (h heard) at(m moments) heard {
	h.start, h.now = onBudgetsClock(m.toBudget(h.start)), onBudgetsClock(m.toBudget(h.now))
	return h
}

// interval is the time between two requests at the rate in force.
func (g *governor) interval(now time.Duration) time.Duration {
	r := g.rate(onBudgetsClock(now))
	if r == rate.Inf || r <= 0 {
		return 0
	}
	return time.Duration(math.Round(float64(time.Second) / float64(r)))
}

// reached updates the record, again and again while the budget is out of reach. The error is the context's, or says why
// nothing should go out any more.
func (p *Pacer) reached(ctx context.Context, do func(r *record, now time.Duration, g *governor)) error {
	s := p.share
	var since time.Time
	told := false
	for pause := firstRetry; ; pause = min(2*pause, longestRetry) {
		began := time.Now()
		err := p.update(ctx, do)
		if final := (*BudgetError)(nil); err == nil || errors.As(err, &final) || ctx.Err() != nil {
			p.lose(time.Time{})
			if err == nil && told {
				s.notify("the budget is back")
			}
			return cmp.Or(ctx.Err(), err)
		}
		if since.IsZero() {
			since = began
			p.lose(since)
		}
		if lasts := time.Since(since); lasts > Patience {
			return fmt.Errorf("the budget was out of reach for %s: %w", lasts.Round(time.Second), err)
		} else if lasts >= toldAfter && !told {
			told = true
			s.notify(fmt.Sprintf("the budget is out of reach: %s; nothing goes out until it is back, for %d minutes at most", err, Patience/time.Minute))
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// lose notes since when the budget is out of reach.
func (p *Pacer) lose(since time.Time) {
	p.mu.Lock()
	p.share.lost = since
	p.mu.Unlock()
}

// waitBudget reserves the next moment, and waits for it, unless all are told to wait before it has come. A moment that was
// missed is not used.
func (p *Pacer) waitBudget(ctx context.Context) (due time.Time, err error) {
	var told string
	for {
		due, used, err := p.reserve(ctx)
		if err != nil {
			return due, err
		}
		if used == nil {
			if held, err := p.await(ctx, due); err != nil || held || !missed(due) {
				return due, err
			}
			continue
		}
		wait := time.Until(due)
		if wait > longWait && used.Rate != told {
			told = used.Rate
			p.notify(fmt.Sprintf("%s; the next goes out at %s", (&quota{rate: used.rate}).usedUp(), due.Format("2006-01-02 15:04:05 -07:00")))
		}
		if err := sleep(ctx, min(wait, signOfLife)); err != nil {
			return due, err
		}
	}
}

// missed tells whether a moment is over for longer than chance explains.
func missed(due time.Time) bool { return time.Since(due) > late }

// reserve takes the next moment that nobody has. Where a window is used up it takes none, and tells which and until when.
func (p *Pacer) reserve(ctx context.Context) (due time.Time, used *window, err error) {
	var at time.Duration
	p.mu.Lock()
	lasts := p.share.lasts
	p.mu.Unlock()
	err = p.reached(ctx, func(r *record, now time.Duration, g *governor) {
		at, used = r.reserve(now+lasts, g.interval(now))
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	due = p.share.clock.fromBudget(at)
	if p.share.usedUp = (time.Time{}); used != nil {
		p.share.usedUp = due
	}
	return due, used, err
}

// await waits for a moment, and hears meanwhile what the others hear. It ends early where nothing may go out at that
// moment after all.
func (p *Pacer) await(ctx context.Context, due time.Time) (held bool, err error) {
	for looked := time.Now(); ; looked = time.Now() {
		if opens, _ := p.gate.opens(); opens.After(due) {
			return true, nil
		}
		p.mu.Lock()
		ahead := 2*p.share.lasts + time.Millisecond // to look once more just before
		p.mu.Unlock()
		wait := time.Until(due)
		if wait <= ahead || wait < late && time.Since(looked) < late {
			return false, sleep(ctx, wait)
		}
		if err := sleep(ctx, min(wait-ahead, step)); err != nil {
			return false, err
		}
		if err := p.reached(ctx, nil); err != nil {
			return false, err
		}
	}
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

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
