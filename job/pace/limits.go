package pace

import (
	"time"

	"golang.org/x/time/rate"

	"meetbatch/job"
)

const (
	// justUnder is the part of a stated limit that is used: its windows and clocks are not ours.
	justUnder = 0.99

	// longWindow is how long a window may be for the rate to follow it. A quota for a day is used as the
	// run needs it.
	longWindow = 10 * time.Minute
)

// stated are the limits that the service's answers name, by their names.
type stated map[string]statedLimit

type statedLimit struct {
	job.Limit
	seen   time.Time
	resets time.Time // when the window ends; zero: not known
}

// rate is what the limits allow together; rate.Inf where none is known.
func (s stated) rate(now time.Time) rate.Limit {
	allowed := rate.Inf
	for _, l := range s {
		if now.Sub(l.seen) < longWindow { // it may hold no more
			allowed = min(allowed, rate.Limit(justUnder*float64(l.Limit.Limit)/l.Window.Seconds()))
		}
	}
	return allowed
}

// hear takes in what an answer says of limits, and tells for how long nothing may go out because of them.
func (s stated) hear(limits []job.Limit, now time.Time) (hold time.Duration) {
	for _, l := range limits {
		if l.Window > longWindow {
			continue
		}
		was, known := s[l.Name]
		is := statedLimit{Limit: l, seen: now, resets: was.resets}
		if full := l.Remain >= l.Limit*9/10; full && (!known || l.Remain > was.Remain) {
			is.resets = now.Add(l.Window) // the window has just begun; a sliding one never looks like that
		}
		s[l.Name] = is
		if l.Remain != 0 {
			continue
		}
		wait := l.Window / time.Duration(l.Limit) // the time of one request, where nothing better is known
		if is.resets.After(now) {
			wait = is.resets.Sub(now)
		}
		hold = max(hold, wait)
	}
	return hold
}
