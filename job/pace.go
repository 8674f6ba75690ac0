package job

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Paced is how fast a run went.
type Paced struct {
	PerSecond     float64       // requests, from the first to the last; 0 where there was one or none
	MostPerSecond int           // requests in any one second
	Throttled     int64         // answers that said that the rate was too high (429)
	Held          time.Duration // for which nothing could go out, because the service was throttling or down
}

// pacer lets requests go out at a rate, evenly spaced, as long as the gate is open. It is safe for
// concurrent use.
type pacer struct {
	gate  *gate
	ready func(context.Context) error // what else has to be so before a request goes out
	turn  chan struct{}

	mu       sync.Mutex
	governor *governor
	limiter  *rate.Limiter // at the governor's rate
	second   []time.Time   // of the requests in the last second
	count    int64         // of requests
	first    time.Time
	last     time.Time
	paced    Paced
}

func newPacer(r Rate, g *gate, ready func(context.Context) error) *pacer {
	governor := newGovernor(r, time.Now())
	return &pacer{gate: g, ready: ready, turn: make(chan struct{}, 1), governor: governor, limiter: rate.NewLimiter(governor.rate(time.Now()), 1)}
}

// wait returns when the next request may go out, after it has called record. The first error is why none may,
// the context's as a rule; the second is record's.
func (p *pacer) wait(ctx context.Context, record func() error) (stopped, unrecorded error) {
	for {
		if p.limit() < rate.Inf {
			return p.waitTurn(ctx, record)
		}
		if err := p.gate.wait(ctx); err != nil {
			return err, nil
		}
		if err := p.ready(ctx); err != nil {
			return err, nil
		}
		if !p.gate.open() {
			continue // it has closed in the meantime
		}
		if p.limit() == rate.Inf {
			p.sent()
			return nil, record()
		}
		p.gate.back() // there is a rate now
	}
}

// waitTurn waits where there is a rate.
//
// Only one caller at a time waits for the limiter. If all did, each would hold a reservation for a
// moment that is already fixed, and callers that wake late would go out closer together than the
// rate allows; as it is, a late one pushes back those behind it. So does one whose record takes its time.
func (p *pacer) waitTurn(ctx context.Context, record func() error) (stopped, unrecorded error) {
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err(), nil
	}
	defer func() { <-p.turn }()
	for {
		if err := p.gate.wait(ctx); err != nil {
			return err, nil
		}
		if err := p.waitLimiter(ctx); err != nil {
			return err, nil
		}
		due := time.Now()
		if err := p.ready(ctx); err != nil {
			return err, nil
		}
		if p.gate.open() { // it may have closed in the meantime
			p.sent()
			unrecorded = record()
			if time.Since(due) > late {
				p.limiter.Allow() // what the limiter has gathered meanwhile is no reason for the next to follow at once
			}
			return nil, unrecorded
		}
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

// waitLimiter waits for the limiter, at the rate as it is from time to time.
func (p *pacer) waitLimiter(ctx context.Context) error {
	told := false
	for {
		r := p.limit()
		next := p.limiter.Reserve()
		d := next.Delay()
		if d > step {
			next.Cancel()
		}
		if asked := p.governor.ceiling; d > longWait && r < asked && !told {
			p.gate.notify(fmt.Sprintf("the service allows so little that the next request goes out in %s", d.Round(time.Second)))
			told = true
		}
		select {
		case <-time.After(min(d, step)):
		case <-ctx.Done():
			return ctx.Err()
		}
		if d <= step {
			return nil
		}
	}
}

// limit brings the limiter to the governor's rate for now.
func (p *pacer) limit() rate.Limit {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.governor.rate(time.Now())
	if r != p.limiter.Limit() {
		p.limiter.SetLimit(r)
	}
	return r
}

// sent takes note that a request goes out.
func (p *pacer) sent() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.governor.sent(now)
	if p.count == 0 {
		p.first = now
	}
	p.count, p.last = p.count+1, now
	old := 0
	for old < len(p.second) && now.Sub(p.second[old]) >= time.Second {
		old++
	}
	p.second = append(p.second[old:], now)
	p.paced.MostPerSecond = max(p.paced.MostPerSecond, len(p.second))
}

// heard takes in an answer to a request that went out at start, and tells for how long nothing may go out by
// what the service says of its limits.
func (p *pacer) heard(start time.Time, v verdict, a Answer) (hold time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	hold = p.governor.hear(a.Limits, now)
	switch {
	case v == throttle:
		p.paced.Throttled++
		p.governor.refuse(now)
	case a.HTTPStatus > 0 && v != again:
		p.governor.answered(start, now)
		hold = max(hold, min(a.RetryAfter, p.gate.patience)) // also where something else was wrong, or nothing
	}
	return hold
}

// report tells how fast it went so far.
func (p *pacer) report() Paced {
	p.mu.Lock()
	defer p.mu.Unlock()
	paced := p.paced
	paced.Held = p.gate.heldFor()
	if took := p.last.Sub(p.first); took > 0 {
		paced.PerSecond = float64(p.count-1) / took.Seconds()
	}
	return paced
}
