package pace

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"meetbatch/job"
)

// Settings of a pacer. The zero value sends as fast as the service takes it.
type Settings struct {
	Rate     job.Rate      // at which requests are evenly spaced
	Quotas   []job.Rate    // counts in any such time, whatever the spacing
	Sent     []time.Time   // when requests went out that count for the quotas already; ascending
	Patience time.Duration // without any good answer; 0 means Patience
	Notify   func(string)  // gets a sentence when something changes that people want to know; may be nil

	// Budget is what other processes share, and Of says whose limit that is: the address of the service, a blank, and the
	// application, if that is known. All of them must have the same rates. Without a budget the pacer has its rates alone.
	Budget Budget
	Of     string

	// Ready returns when there is a sign-in that requests can go out with. It is called before each, and may
	// take its time: nothing goes out meanwhile. It must be safe for concurrent use. It may be nil.
	Ready func(context.Context) error
}

// Pacer lets requests go out at a rate, evenly spaced, as long as the service takes them. It is safe for
// concurrent use.
type Pacer struct {
	gate   *gate
	ready  func(context.Context) error
	notify func(string)
	share  *share        // in a budget; nil where there is none
	line   chan struct{} // holds the one caller who waits for the limiter, a quota or the budget

	mu       sync.Mutex
	governor *governor
	company  company
	limiter  *rate.Limiter // at the governor's rate
	quotas   []*quota
	book     book
	gone     []time.Time // when requests went out while the rates are being changed
	changing bool
}

// New returns a pacer for all requests of a process that share a limit.
func New(s Settings) *Pacer {
	if s.Notify == nil {
		s.Notify = func(string) {}
	}
	if s.Ready == nil {
		s.Ready = func(context.Context) error { return nil }
	}
	share, now, quotas := newShare(s), time.Now(), newQuotas(s.Quotas, s.Sent)
	if share != nil {
		now, quotas = onBudgetsClock(0), nil
	}
	governor := newGovernor(s.Rate, now)
	return &Pacer{
		share:    share,
		gate:     newGate(cmp.Or(s.Patience, Patience), s.Notify),
		ready:    s.Ready,
		notify:   s.Notify,
		line:     make(chan struct{}, 1),
		governor: governor,
		quotas:   quotas,
		limiter:  rate.NewLimiter(governor.rate(now), 1),
	}
}

// Turn is the permission to send one request. Exactly one of Gone and Back has to follow, and Answered after Gone.
// It belongs to one goroutine.
type Turn struct {
	pacer  *Pacer
	inLine bool      // it was given at a rate, and nobody else gets one meanwhile
	due    time.Time // when the limiter let it through
	goneAt time.Time
}

// Next waits until the next request may go out. While a caller has a turn that it was given at a rate, and has called
// neither Gone nor Back, nobody else gets one. The error is the context's, or that of Settings.Ready.
//
// Where there is a rate, only one caller at a time waits for the limiter. If all did, each would hold a reservation for
// a moment that is already fixed, and callers that wake late would go out closer together than the rate allows; as it
// is, a late one pushes back those behind it. So does one whose record takes its time.
func (p *Pacer) Next(ctx context.Context) (*Turn, error) {
	t := &Turn{pacer: p}
	for {
		if p.paced() && !t.inLine {
			select {
			case p.line <- struct{}{}:
				t.inLine = true
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		if err := p.gate.wait(ctx); err != nil {
			t.leave()
			return nil, err
		}
		if err := t.pass(ctx); err != nil {
			t.Back()
			return nil, err
		}
		if !p.gate.stillOpen() { // it has closed in the meantime
			if p.share != nil {
				p.unused()
			}
			continue
		}
		if p.share != nil && missed(t.due) { // the sign-in took its time
			p.unused()
			p.gate.back()
			continue
		}
		if t.inLine || p.limit() == rate.Inf {
			return t, nil
		}
		p.gate.back() // there is a rate now
	}
}

// pass waits for the limiter, where there is a rate, and then for the sign-in.
func (t *Turn) pass(ctx context.Context) error {
	if t.inLine {
		if err := t.pacer.waitQuotas(ctx); err != nil {
			return err
		}
		due, err := t.pacer.waitLimiter(ctx)
		if err != nil {
			return err
		}
		t.due = due
	}
	return t.pacer.ready(ctx)
}

// leave lets the next one wait for the limiter.
func (t *Turn) leave() {
	if t.inLine {
		<-t.pacer.line
	}
}

const (
	// step is how long a wait for the limiter may be until it is found out whether the rate has changed.
	step = time.Second

	// late is how much later than it was due a request goes out for it to be more than chance.
	late = 50 * time.Millisecond

	// longWait is how long a wait is that people want to know of.
	longWait = 30 * time.Second
)

// waitLimiter waits for the limiter, at the rate as it is from time to time, and tells when the request is due. Where there
// is a budget the moment is reserved there before, and the limiter holds it.
func (p *Pacer) waitLimiter(ctx context.Context) (due time.Time, err error) {
	if p.share != nil {
		if due, err = p.waitBudget(ctx); err != nil {
			return due, err
		}
		p.follow()
		due = due.Add(p.limiter.ReserveN(due, 1).DelayFrom(due))
		return due, sleep(ctx, time.Until(due))
	}
	told := false
	for {
		r := p.follow()
		next := p.limiter.Reserve()
		d := next.Delay()
		if d > step {
			next.Cancel()
		}
		if d > longWait && r < p.ceiling() && !told {
			p.notify(fmt.Sprintf("the service allows so little that the next request goes out in %s", d.Round(time.Second)))
			told = true
		}
		select {
		case <-time.After(min(d, step)):
		case <-ctx.Done():
			return due, ctx.Err()
		}
		if d <= step {
			return time.Now(), nil
		}
	}
}

// waitQuotas waits until no quota is used up, by the quotas as they are from time to time.
func (p *Pacer) waitQuotas(ctx context.Context) error {
	var told *quota
	for {
		q, next := p.usedUp()
		wait := time.Until(next)
		if wait <= 0 {
			return nil
		}
		if wait > longWait && q != told {
			p.notify(usedUp(q.rate, next))
			told = q
		}
		select {
		case <-time.After(min(wait, step)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// usedUp gives the quota that lets the next request out last, and when that is; a time that is over means now.
func (p *Pacer) usedUp() (last *quota, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, q := range p.quotas {
		if next := q.next(); next.After(at) {
			last, at = q, next
		}
	}
	return last, at
}

// limit is the governor's rate for now.
func (p *Pacer) limit() rate.Limit {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.governor.rate(p.clock(time.Now()))
}

// follow brings the limiter to the governor's rate for now. It is for whoever waits for it, who holds no moment yet: one that
// is held already is paid for at the rate that it was reserved at, or the next would follow too closely on a rate that rose.
func (p *Pacer) follow() rate.Limit {
	r := p.limit()
	p.limiter.SetLimit(r)
	return r
}

// paced tells whether requests go out at a rate.
func (p *Pacer) paced() bool {
	limited := p.limit() < rate.Inf
	p.mu.Lock()
	defer p.mu.Unlock()
	return limited || len(p.quotas) > 0 || p.share != nil
}

// clock gives a moment as the governor counts: by the clock of the budget, where there is one.
func (p *Pacer) clock(t time.Time) time.Time {
	if p.share == nil {
		return t
	}
	return onBudgetsClock(p.share.clock.toBudget(t))
}

func (p *Pacer) ceiling() rate.Limit {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.governor.ceiling
}

// Gone says that the request is recorded and goes out now.
func (t *Turn) Gone() {
	p := t.pacer
	t.goneAt = time.Now()
	p.mu.Lock()
	p.take(heard{what: sent, start: t.goneAt, now: t.goneAt})
	p.book.sent(t.goneAt)
	for _, q := range p.quotas {
		q.take(t.goneAt)
	}
	if p.changing {
		p.gone = append(p.gone, t.goneAt)
	}
	p.mu.Unlock()
	if t.inLine && p.share == nil && t.goneAt.Sub(t.due) > late {
		p.limiter.Allow() // what the limiter has gathered meanwhile is no reason for the next to follow at once
	}
	t.leave()
}

// Back gives back a turn that is not used: the request could not be recorded.
func (t *Turn) Back() {
	t.pacer.gate.back()
	t.leave()
}
