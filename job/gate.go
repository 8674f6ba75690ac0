package job

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// The service counts as down when so many attempts in a row found no answer or one of a gateway that could
// not reach it, at more than one request: a single request that always fails may itself be the cause. A plain
// 500 is the service's own, and says nothing of the kind.
const downAfter = 5

// gate holds all workers back when the service asks for it or is down. While it is down one attempt at
// a time goes through, to find out. It is safe for concurrent use.
type gate struct {
	patience time.Duration // how long there may be trouble without any good answer
	notify   func(string)

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when what follows changes
	until   time.Time     // nobody goes through before
	since   time.Time     // when the trouble began; zero when there is none
	held    time.Time     // when until was set last
	down    bool
	probing bool // the one attempt is under way
	failed  int  // attempts in a row
	first   *task
	several bool                        // not all of them were attempts at the same request
	delays  *backoff.ExponentialBackOff // while it is down
	waits   *backoff.ExponentialBackOff // while it throttles
	all     time.Duration               // of until, since the beginning
}

func newGate(patience time.Duration, notify func(string)) *gate {
	return &gate{patience: patience, notify: notify, changed: make(chan struct{}), delays: newDelays(), waits: newWaits()}
}

// newWaits gives waits of 2s, 4s and so on up to a minute: windows of limits are a second or a minute long, and the
// advice for other services of the cloud is to wait 2 to 5 seconds.
func newWaits() *backoff.ExponentialBackOff {
	b := newDelays()
	b.InitialInterval = 2 * time.Second
	b.RandomizationFactor = 0
	return b
}

// newDelays gives waits of about 1s, 2s, 4s and so on up to a minute, each between half and one and a
// half of that.
func newDelays() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = time.Second
	b.Multiplier = 2
	return b
}

// wait returns when an attempt may go through, or with the context's error. Each call that returns
// without error must be followed by one of report, or of back, or of open that is false.
func (g *gate) wait(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		g.mu.Lock()
		hold := time.Until(g.until)
		if hold <= 0 && !(g.down && g.probing) {
			g.probing = g.down
			g.mu.Unlock()
			return nil
		}
		changed := g.changed
		g.mu.Unlock()
		var due <-chan time.Time // where it is nil, only a change lets anybody through
		if hold > 0 {
			due = time.After(hold)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		case <-due:
		}
	}
}

// open tells whether the attempt that has passed wait last may still go out. If not, it has to wait
// again.
func (g *gate) open() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if time.Until(g.until) <= 0 {
		return true
	}
	g.probing = false
	return false
}

// back gives back what wait let through and does not go out after all.
func (g *gate) back() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.probing {
		g.probing = false
		close(g.changed)
		g.changed = make(chan struct{})
	}
}

// report takes in what came of an attempt that went out at start. It tells whether the attempt says
// something about the request; otherwise the service is throttling or down, and it does not count. An
// error ends the run: the service has been in trouble for too long.
func (g *gate) report(t *task, start time.Time, v verdict, a Answer) (counts bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	defer func() { close(g.changed); g.changed = make(chan struct{}) }()
	alive := a.HTTPStatus == 500 // the service itself had trouble with this very request
	switch {
	case v == renew: // which says nothing about trouble
		g.probing = false
		return true, nil
	case v == again && !alive:
		g.failed++
		g.several = g.several || g.first != nil && g.first != t
		g.first = t
		wasDown := g.down
		g.down = g.down || a.Unsent || g.failed >= downAfter && g.several
		if !g.down {
			g.trouble()
			return true, nil
		}
		if start.Before(g.held) {
			return false, nil // it was under way when the others were told to wait
		}
		g.probing = false
		if !wasDown {
			g.notify("the service is out of reach: " + a.Message + "; trying one request now and then")
		}
		return false, g.hold(0, g.delays, "the service was out of reach for %s: "+a.Message)
	case v == throttle:
		g.probing = false
		if a.RetryAfter > g.patience {
			return false, fmt.Errorf("the service asks to wait %s, which is longer than %s", a.RetryAfter, g.patience)
		}
		if start.Before(g.held) {
			g.extend(a.RetryAfter)
			return false, nil
		}
		return false, g.hold(a.RetryAfter, g.waits, "the service throttled every request for %s")
	}
	if g.down {
		g.notify("the service is back")
	}
	g.since, g.down, g.probing, g.failed, g.first, g.several = time.Time{}, false, false, 0, nil, false
	if !start.Before(g.held) {
		g.delays.Reset()
		g.waits.Reset()
	}
	return true, nil
}

// rest lets nobody through for a time, without there being any trouble.
func (g *gate) rest(d time.Duration) {
	if d <= 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.extend(d)
}

// extend moves until, if that is later.
func (g *gate) extend(d time.Duration) {
	now := time.Now()
	until := now.Add(d)
	if !until.After(g.until) {
		return
	}
	if g.until.Before(now) {
		g.until = now
	}
	g.all += until.Sub(g.until)
	g.until = until
}

// heldFor tells for how long nobody could go through so far.
func (g *gate) heldFor() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.all - max(time.Until(g.until), 0)
}

// hold lets nobody through for a time, at least for the next delay of the back-off, unless that has
// gone on for too long.
func (g *gate) hold(least time.Duration, delays *backoff.ExponentialBackOff, reason string) error {
	if lasts := g.trouble(); lasts+least > g.patience {
		return fmt.Errorf(reason, lasts.Round(time.Second))
	}
	g.held = time.Now()
	g.extend(max(least, delays.NextBackOff()))
	return nil
}

// trouble tells how long there has been no good answer.
func (g *gate) trouble() time.Duration {
	if g.since.IsZero() {
		g.since = time.Now()
	}
	return time.Since(g.since)
}
