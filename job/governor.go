package job

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

const (
	// justUnder is the part of a known limit that is used: its windows and clocks are not ours.
	justUnder = 0.99

	// secondRefusal is within which time a further refusal at the rate that the service says means that it is too
	// high all the same: others may share the limit.
	secondRefusal = 2 * time.Minute

	// longWindow is how long a window may be for the rate to follow it. A quota for a day is used as the
	// run needs it.
	longWindow = 10 * time.Minute

	// comeDown is the part of the refused rate at which it goes on.
	comeDown = 0.85

	// inUse is the part of the rate that has to be reached for it to climb.
	inUse = 0.7

	// climbRequests is how many requests the climb back to a refused rate takes, within bounds of time. With
	// one refusal a climb, about one request in a hundred is refused.
	climbRequests            = 100
	minClimb                 = 30 * time.Second
	maxClimb                 = 5 * time.Minute
	maxGuess      rate.Limit = 10       // for a rate of none that was refused at once
	lowest        rate.Limit = 1.0 / 60 // no refusals bring the rate below that
)

// governor finds the rate that the service allows, up to a ceiling. Where answers say the service's limit, the rate
// is just under that. Where they do not, it follows refusals as TCP's congestion control does (CUBIC, RFC
// 9438): down to a part of the rate that was refused, quickly back to just under it, and slowly, then faster
// beyond it. It is not safe for concurrent use.
type governor struct {
	ceiling rate.Limit       // rate.Inf: none
	limits  map[string]limit // as answers say them
	recent  meter
	last    time.Time // a request went out

	followed  rate.Limit // what the answers allowed last; 0: they say nothing
	refused   rate.Limit // what the climb is flat at; 0: nothing was ever refused
	guessed   bool       // nothing was, and the climb is flat at a guess
	from      time.Time  // when the climb began
	refusing  bool       // no good answer came since the refusal
	refusedAt time.Time
}

type limit struct {
	Limit
	seen   time.Time
	resets time.Time // when the window ends; zero: not known
}

func newGovernor(r Rate, now time.Time) *governor {
	g := &governor{ceiling: r.limit(), limits: map[string]limit{}}
	if r.Auto {
		g.refused, g.guessed = rate.Limit(float64(r.Requests)/r.Per.Seconds()), true
		g.from = now.Add(-climbTime(g.refused))
	}
	return g
}

// climbTime is how long the climb back to a refused rate takes.
func climbTime(refused rate.Limit) time.Duration {
	d := time.Duration(climbRequests / float64(refused) * float64(time.Second))
	return min(max(d, minClimb), maxClimb)
}

// rate gives the rate for now; rate.Inf is no limit.
func (g *governor) rate(now time.Time) rate.Limit {
	said := g.said(now)
	if said == rate.Inf && g.followed > 0 && (g.guessed || g.refused == 0) {
		// What the service said is too old. It is where the climb goes on, gently, and not all that could have
		// been in the meantime.
		g.refused, g.guessed = g.followed, true
		g.from = now.Add(-climbTime(g.refused))
	}
	g.followed = 0
	if said < rate.Inf {
		g.followed = said
	}
	top := min(g.ceiling, said)
	switch {
	case g.refused == 0, g.guessed && said < rate.Inf:
		return top
	case g.refusing:
		return min(top, g.refused*comeDown)
	}
	x := float64(now.Sub(g.from))/float64(climbTime(g.refused)) - 1 // -1 where the climb begins, 0 where it is flat
	return min(top, g.refused*rate.Limit(1+(1-comeDown)*math.Pow(x, 3)))
}

// said is what the answers allow.
func (g *governor) said(now time.Time) rate.Limit {
	lowest := rate.Inf
	for _, l := range g.limits {
		if now.Sub(l.seen) < longWindow { // it may hold no more
			lowest = min(lowest, rate.Limit(justUnder*float64(l.Limit.Limit)/l.Window.Seconds()))
		}
	}
	return lowest
}

// sent takes note that a request goes out. Time in which the rate is not what holds them back is no part of the
// climb (RFC 9438, section 5.8): the service was down, or every worker waits for an answer.
func (g *governor) sent(now time.Time) {
	g.recent.add(now)
	if gap := now.Sub(g.last); !g.last.IsZero() && g.recent.rate(now) < inUse*g.rate(now) {
		g.from = g.from.Add(gap)
	}
	g.last = now
}

// answered takes in an answer that was no refusal, to a request that went out at start.
func (g *governor) answered(start, now time.Time) {
	if g.refusing && start.After(g.refusedAt) {
		g.refusing, g.from = false, now
		g.recent = meter{}
	}
}

// refuse takes in a refusal. Those that follow it before any good answer are the same one.
func (g *governor) refuse(now time.Time) {
	if g.refusing {
		return
	}
	at := min(g.rate(now), g.recent.rate(now))
	if at == rate.Inf {
		at = maxGuess // too few to tell
	}
	before := g.refusedAt
	g.refusing, g.refusedAt = true, now
	if g.said(now) < rate.Inf && now.Sub(before) > secondRefusal {
		return // the rate is what the service says; a window may have been used up before
	}
	g.refused, g.guessed = max(at, lowest), false
}

// hear takes in what an answer says of limits, and tells for how long nothing may go out because of them.
func (g *governor) hear(limits []Limit, now time.Time) (hold time.Duration) {
	for _, l := range limits {
		if l.Window > longWindow {
			continue
		}
		was, known := g.limits[l.Name]
		is := limit{Limit: l, seen: now, resets: was.resets}
		if full := l.Remain >= l.Limit*9/10; full && (!known || l.Remain > was.Remain) {
			is.resets = now.Add(l.Window) // the window has just begun; a sliding one never looks like that
		}
		g.limits[l.Name] = is
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

// meter measures the rate of the last requests. The zero value has seen none.
type meter struct {
	times [128]time.Time
	n     int
}

func (m *meter) add(now time.Time) {
	m.times[m.n%len(m.times)] = now
	m.n++
}

// rate gives requests per second, or rate.Inf when there were too few to tell.
func (m *meter) rate(now time.Time) rate.Limit {
	const fewest = 10
	if m.n < fewest {
		return rate.Inf
	}
	oldest := m.times[0]
	count := m.n
	if m.n > len(m.times) {
		oldest, count = m.times[m.n%len(m.times)], len(m.times)
	}
	if took := now.Sub(oldest); took > 0 {
		return rate.Limit(float64(count) / took.Seconds())
	}
	return rate.Inf
}
