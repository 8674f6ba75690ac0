package pace

import (
	"math"
	"time"

	"golang.org/x/time/rate"

	"meetbatch/job"
)

const (
	// secondRefusal is within which time a further refusal at the rate that the service states means that it is too
	// high all the same: others may share the limit.
	secondRefusal = 2 * time.Minute

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

// governor finds the rate that the service allows, up to a ceiling. Where answers state the service's limit, the rate
// is just under that. Where they do not, it follows refusals as TCP's congestion control does (CUBIC, RFC
// 9438): down to a part of the rate that was refused, quickly back to just under it, and slowly, then faster
// beyond it. It is not safe for concurrent use, and has no clock of its own.
type governor struct {
	ceiling rate.Limit // rate.Inf: none
	stated  stated
	recent  meter
	lastOut time.Time // when the last request went out

	followed  rate.Limit // what the service stated when it was asked last; 0: nothing
	plateau   rate.Limit // at which the service last refused; the climb is slowest near it; 0: it never refused
	assumed   bool       // plateau is a guess: nothing was refused yet
	climbFrom time.Time  // when the climb began
	refusing  bool       // no good answer has come since the last refusal
	refusedAt time.Time
}

func newGovernor(r job.Rate, now time.Time) *governor {
	g := &governor{ceiling: ceiling(r), stated: stated{}}
	if r.Auto {
		g.assume(perSecond(r), now)
	}
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

// assume lets the climb begin where it is slowest, at a rate that is a guess.
func (g *governor) assume(r rate.Limit, now time.Time) {
	g.plateau, g.assumed = r, true
	g.climbFrom = now.Add(-climbTime(r))
}

// climbTime is how long the climb back to a refused rate takes.
func climbTime(refused rate.Limit) time.Duration {
	d := time.Duration(climbRequests / float64(refused) * float64(time.Second))
	return min(max(d, minClimb), maxClimb)
}

// rate gives the rate for now; rate.Inf is no limit.
func (g *governor) rate(now time.Time) rate.Limit {
	states := g.stated.rate(now)
	if states == rate.Inf && g.followed > 0 && (g.assumed || g.plateau == 0) {
		// What the service stated is too old. It is where the climb goes on, gently, and not all that could have
		// been in the meantime.
		g.assume(g.followed, now)
	}
	g.followed = 0
	if states < rate.Inf {
		g.followed = states
	}
	top := min(g.ceiling, states)
	switch {
	case g.plateau == 0, g.assumed && states < rate.Inf:
		return top
	case g.refusing:
		return min(top, g.plateau*comeDown)
	}
	x := float64(now.Sub(g.climbFrom))/float64(climbTime(g.plateau)) - 1 // -1 where the climb begins, 0 at the plateau
	return min(top, g.plateau*rate.Limit(1+(1-comeDown)*math.Pow(x, 3)))
}

// sent takes in a request that goes out. Time in which the rate is not what holds them back is no part of the
// climb (RFC 9438, section 5.8): the service was down, or every worker waits for an answer.
func (g *governor) sent(now time.Time) {
	g.recent.add(now)
	if gap := now.Sub(g.lastOut); !g.lastOut.IsZero() && g.recent.rate(now) < inUse*g.rate(now) {
		g.climbFrom = g.climbFrom.Add(gap)
	}
	g.lastOut = now
}

// answered takes in an answer that was no refusal, to a request that went out at start.
func (g *governor) answered(start, now time.Time) {
	if g.refusing && start.After(g.refusedAt) {
		g.refusing, g.climbFrom = false, now
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
	if g.stated.rate(now) < rate.Inf && now.Sub(before) > secondRefusal {
		return // the rate is what the service states; a window may have been used up before
	}
	g.plateau, g.assumed = max(at, lowest), false
}
