package pace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// toldAfter is for how long a budget may be out of reach without a word to people.
	toldAfter = 5 * time.Second

	// firstRetry and longestRetry bound the pauses after which a budget that is out of reach is asked again: nothing goes
	// out meanwhile, and when it is back that should be found out at once.
	firstRetry   = 50 * time.Millisecond
	longestRetry = time.Second
)

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
			p.unused()
			continue
		}
		wait := time.Until(due)
		if wait > longWait && used.Rate != told {
			told = used.Rate
			p.notify(usedUp(used.rate, due))
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
		if p.gate.opens().After(due) {
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
