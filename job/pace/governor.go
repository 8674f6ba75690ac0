package pace

import (
	"math"
	"time"

	"golang.org/x/time/rate"

	"meetbatch/job"
)

// governor gives the rate in force: the one that was asked for, below that the one that the service states, and
// where it states none, or where more is refused than that explains, the one that the search found. It is not safe for
// concurrent use, and has no clock of its own.
type governor struct {
	ceiling rate.Limit // rate.Inf: none
	stated  stated
	search  *search
	began   time.Time

	states   rate.Limit    // what the service stated when it was asked last; rate.Inf: nothing
	looked   time.Time     // when that was
	followed time.Duration // for how long the rate differed from the one asked for, until then
}

func newGovernor(r job.Rate, now time.Time) *governor {
	g := &governor{ceiling: ceiling(r), stated: stated{}, began: now, looked: now, states: rate.Inf}
	start := g.ceiling
	if r.Auto {
		start = perSecond(r)
	}
	g.search = newSearch(number(g.ceiling), number(start))
	return g
}

// ceiling is the highest rate that was asked for.
func ceiling(r job.Rate) rate.Limit {
	if r.Requests == 0 || r.Auto {
		return rate.Inf
	}
	return perSecond(r)
}

func perSecond(r job.Rate) rate.Limit { return rate.Limit(float64(r.Requests) / r.Per.Seconds()) }

// number gives a limit as the search counts, where none is infinite.
func number(l rate.Limit) float64 {
	if l == rate.Inf {
		return math.Inf(1)
	}
	return float64(l)
}

// heard is what a governor is told of a request, in the order in which it happens.
type heard struct {
	what       event
	start, now time.Time   // when the request went out, and when this was
	limits     []job.Limit // that the answer states
}

type event int

const (
	told     event = iota // the answer says nothing of the rate, but perhaps of limits
	sent                  // it goes out
	accepted              // it was answered, and not refused
	refused
)

// take takes in what is heard. It tells for how long nothing may go out by what the service says of its limits.
func (g *governor) take(h heard) (rest time.Duration) {
	rest = g.stated.hear(h.limits, h.now)
	switch start, now := g.moment(h.start), g.moment(h.now); h.what {
	case sent:
		g.search.sent(now)
	case accepted:
		g.search.accepted(start, now)
	case refused:
		g.search.refused(start, now)
	}
	return rest
}

// interval is the time between two requests at the rate in force.
func (g *governor) interval(now time.Duration) time.Duration {
	r := g.rate(onBudgetsClock(now))
	if r == rate.Inf || r <= 0 {
		return 0
	}
	return time.Duration(math.Round(float64(time.Second) / float64(r)))
}

// moment gives a time as the search counts.
func (g *governor) moment(t time.Time) float64 { return t.Sub(g.began).Seconds() }

// rate gives the rate for now; rate.Inf is no limit.
func (g *governor) rate(now time.Time) rate.Limit {
	if g.why() != "" {
		g.followed += now.Sub(g.looked)
	}
	g.looked = now
	if states := g.stated.rate(now); states != g.states {
		g.states = states
		g.search.bound(g.moment(now), number(g.ceiling), number(states))
	}
	if math.IsInf(g.search.rate, 1) {
		return rate.Inf
	}
	return rate.Limit(g.search.rate)
}

// why tells why the rate in force differs from the one asked for; empty where it does not.
func (g *governor) why() string {
	s := g.search
	switch {
	case s.rate < s.top && (s.climb.bad > 0 || s.phase == trying || g.ceiling < rate.Inf):
		return afterRefusals
	case g.states < g.ceiling:
		return statedByService
	}
	return ""
}

func (g *governor) following(now time.Time) Following {
	r, why := g.rate(now), g.why()
	if why == "" {
		return Following{For: g.followed}
	}
	return Following{PerSecond: float64(r), Why: why, For: g.followed}
}
