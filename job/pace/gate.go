package pace

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"meetbatch/job"
)

// The service counts as down when so many attempts in a row found no answer or one of a gateway that could
// not reach it, at more than one request: a single request that always fails may itself be the cause. A plain
// 500 is the service's own, and says nothing of the kind. That nothing could leave this machine, or that the service is being
// upgraded, counts at once.
const downAfter = 5

// longAsked is how long the service may ask to wait without a word to people.
const longAsked = 30 * time.Second

// gate holds all callers back when the service asks for it or is down. While it is down one attempt at
// a time goes through, to find out. It is safe for concurrent use.
type gate struct {
	patience time.Duration // how long there may be trouble without any good answer
	notify   func(string)

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when what follows changes
	until   time.Time     // nobody goes through before
	heldAt  time.Time     // when the last hold began: answers to earlier requests say nothing new
	total   time.Duration // for which nobody could go through, until has come

	troubleAt time.Time                   // when the trouble began; zero when there is none
	down      bool                        // the service is out of reach
	told      time.Time                   // until when it was told that nobody goes through
	outage    outage                      // what is said of that
	jammed    bool                        // it refuses every request
	probing   bool                        // the one attempt that is let through then is under way
	failed    int                         // attempts in a row that did not reach the service
	first     any                         // the request that the first of them was about
	several   bool                        // they were about more than one
	delays    *backoff.ExponentialBackOff // while it is down
	pause     time.Duration               // the last one while it throttles
	public    time.Time                   // until, where all have to wait who use the same limit
}

func newGate(patience time.Duration, notify func(string)) *gate {
	return &gate{patience: patience, notify: notify, changed: make(chan struct{}), delays: Delays()}
}

// wait returns when an attempt may go through, or with the context's error. Each call that returns without error
// must be followed by answered, by back, or by stillOpen where that is false.
func (g *gate) wait(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		hold, changed := g.enter()
		if changed == nil {
			return nil
		}
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

// enter lets an attempt through, or says for how long it has to wait; changed is nil where it was let through.
func (g *gate) enter() (hold time.Duration, changed <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	hold = time.Until(g.until)
	if hold <= 0 && !g.probing {
		g.probing = g.down || g.jammed
		return 0, nil
	}
	return hold, g.changed
}

// stillOpen tells whether the attempt that has passed wait last may still go out. If not, it has to wait again.
func (g *gate) stillOpen() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if time.Until(g.until) <= 0 {
		return true
	}
	g.probing = false
	return false
}

// back takes back what wait let through and does not go out after all.
func (g *gate) back() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.probing {
		g.probing = false
		g.wake()
	}
}

// wake lets everybody who waits look again. The lock is held.
func (g *gate) wake() {
	close(g.changed)
	g.changed = make(chan struct{})
}

// finding is what the company and the search find of a refusal.
type finding struct {
	own    bool          // it is the request's own trouble
	nobody bool          // nobody gets through
	pause  time.Duration // the first, where all have to wait
}

// answered takes in what came of an attempt that went out at start. It tells whether the answer says something
// about the request itself; otherwise the service is throttling or down. An error ends the run: the service
// has been in trouble for too long.
func (g *gate) answered(about any, start time.Time, a job.Answer, v finding) (own bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	defer g.wake()
	if a.Kind() != job.Away || a.RetryAfter > 0 { // what keeps this process from the service is its own affair
		defer g.publish(g.until)
	}
	fresh := !start.Before(g.heldAt) // it says something of the time since all were told to wait
	down := g.down && a.Kind() == job.Away
	if (fresh || g.down) && !down { // with its answer the one attempt that was to find out is over; or, if it is down, in away
		g.probing = false
	}
	switch a.Kind() {
	case job.Expired: // which says nothing about trouble
		return true, nil
	case job.Away:
		return g.away(about, start, a)
	case job.Throttled:
		return g.throttled(fresh, a.RetryAfter, v)
	}
	if g.down {
		g.notify(g.outage.over)
	}
	g.troubleAt, g.down, g.failed, g.first, g.several = time.Time{}, false, 0, nil, false
	if fresh {
		g.delays.Reset()
		g.jammed, g.pause = false, 0
	}
	return true, nil
}

// away takes in an attempt that did not reach the service.
func (g *gate) away(about any, start time.Time, a job.Answer) (own bool, err error) {
	g.failed++
	g.several = g.several || g.first != nil && g.first != about
	g.first = about
	wasDown := g.down
	g.down = g.down || a.Unsent || a.Means() == job.Upgrading || g.failed >= downAfter && g.several
	if !g.down {
		g.trouble()
		return true, nil
	}
	if start.Before(g.heldAt) {
		return false, nil // it was under way when the others were told to wait
	}
	g.probing = false
	if !wasDown {
		g.outage = outageOf(a)
		g.notify(g.outage.is + ": " + a.String() + fmt.Sprintf("; trying one request now and then, for %d minutes at most", Patience/time.Minute))
	}
	if lasts, enough := g.hold(a.RetryAfter, g.delays.NextBackOff()); enough {
		return false, fmt.Errorf("%s for %s: %s", g.outage.was, lasts, a)
	}
	return false, nil
}

// outage is what is said while nothing gets through, when that lasts too long, and when it is over.
type outage struct{ is, was, over string }

// outageOf finds the words for what keeps a request from the service.
func outageOf(a job.Answer) outage {
	if a.NoFile {
		return outage{"this machine allows no further connection (ulimit -n, or fewer --workers)", "this machine allowed no further connection", "requests go out again"}
	}
	return outage{"the service is out of reach", "the service was out of reach", "the service is back"}
}

// throttled takes in a refusal. Where it is not the request's own trouble all have to wait, and where nobody gets
// through one at a time finds out when somebody does.
func (g *gate) throttled(fresh bool, retryAfter time.Duration, v finding) (own bool, err error) {
	switch {
	case v.own:
		return true, nil
	case retryAfter > g.patience:
		return false, fmt.Errorf("the service asks to wait %s, which is longer than %s", retryAfter, g.patience)
	case !fresh:
		g.extend(retryAfter)
		return false, nil
	}
	g.jammed = g.jammed || v.nobody
	g.pause = min(max(v.pause, 3*g.pause), longestPause)
	if lasts, enough := g.hold(retryAfter, g.pause); enough {
		return false, fmt.Errorf("the service throttled every request for %s", lasts)
	}
	return false, nil
}

// rest lets nobody through for a time, without there being any trouble.
func (g *gate) rest(d time.Duration) {
	if d <= 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	defer g.publish(g.until)
	g.extend(d)
}

// publish notes what has changed since an earlier until as being for all. The lock is held.
func (g *gate) publish(before time.Time) {
	if g.until.After(before) {
		g.public = g.until
	}
}

// asked lets nobody through for as long as the service asks with an answer that is good, which is told where it is long:
// once, and not with each answer that puts it off a little further.
func (g *gate) asked(d time.Duration) {
	if d <= 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	defer g.publish(g.until)
	lasts := min(d, g.patience)
	g.extend(lasts)
	if lasts <= longAsked || time.Until(g.told) >= lasts-longAsked {
		return
	}
	g.told = time.Now().Add(lasts)
	text := fmt.Sprintf("the service asks to wait %s (Retry-After)", d)
	if d > lasts {
		text += fmt.Sprintf(", of which %s are waited", lasts)
	}
	g.notify(fmt.Sprintf("%s; the next request goes out at %s", text, g.until.Format("2006-01-02 15:04:05 -07:00")))
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
	g.total += until.Sub(g.until)
	g.until = until
}

// holdTill lets nobody through until a moment that another process was told, after a pause of its own, if it made one.
// What is hardly later than the moment known is the same one, brought from clock to clock.
func (g *gate) holdTill(t time.Time, pause time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t.Sub(g.until) > late {
		g.heldAt = time.Now()
		g.extend(time.Until(t))
	}
	g.pause = max(g.pause, pause)
}

// eased takes in that another process got through: there is trouble no more, unless it is the way from here.
func (g *gate) eased() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.down {
		return
	}
	g.troubleAt, g.pause = time.Time{}, 0
	if g.jammed {
		g.jammed = false
		g.wake()
	}
}

// opens is when somebody may go through.
func (g *gate) opens() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.until
}

// forAll is until when all have to wait who use the same limit. pause is the last one, while it throttles.
func (g *gate) forAll() (till time.Time, pause time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.public, g.pause
}

// waiting tells why nothing goes out now.
func (g *gate) waiting() (w Waiting) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.down || g.jammed {
		w = Waiting{Down: g.down, Throttled: !g.down, Since: g.troubleAt, GiveUp: g.troubleAt.Add(g.patience)}
	}
	if time.Until(g.until) > 0 {
		w.Throttled, w.Until = !w.Down, g.until
	}
	return w
}

// heldFor tells for how long nobody could go through so far.
func (g *gate) heldFor() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.total - max(time.Until(g.until), 0)
}

// hold lets nobody through for a time, at least for a pause, unless there has been trouble for too long; then it says
// for how long.
func (g *gate) hold(least, pause time.Duration) (lasts time.Duration, enough bool) {
	if lasts = g.trouble(); lasts+least > g.patience {
		return lasts.Round(time.Second), true
	}
	g.heldAt = time.Now()
	g.extend(max(least, pause))
	return lasts, false
}

// trouble tells how long there has been no good answer.
func (g *gate) trouble() time.Duration {
	if g.troubleAt.IsZero() {
		g.troubleAt = time.Now()
	}
	return time.Since(g.troubleAt)
}
