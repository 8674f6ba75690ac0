package pace

import (
	"time"

	"meetbatch/job"
)

// Answered takes in what came of the request. about tells requests apart: it is the same for all tries of one. own
// says that the answer is about the request, also where it was throttled while others got through, and then it may
// have to wait for its Retry-After alone. Otherwise it is the service that throttles or is down, and the same request
// can go out again as soon as there is a turn. An error says why no request should go out any more: there was no good
// answer for too long.
func (t *Turn) Answered(about any, a job.Answer) (own bool, err error) {
	p := t.pacer
	rest := p.hear(about, t.goneAt, a)
	var v finding
	kind := a.Kind()
	if kind == job.Throttled {
		p.flush()
		v = p.weigh(a.RetryAfter > 0)
	}
	p.gate.rest(rest)
	if kind == job.Alive || kind == job.Expired { // also where something else was wrong, or nothing
		p.gate.asked(a.RetryAfter)
	}
	own, err = p.gate.answered(about, t.goneAt, a, v)
	p.holdAll(p.gate.forAll())
	return own, err
}

// hear takes in an answer to a request that went out at start. It tells for how long nothing may go out by what the
// service says of its limits.
func (p *Pacer) hear(about any, start time.Time, a job.Answer) (rest time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := heard{start: start, now: time.Now(), limits: a.Limits}
	switch a.Kind() {
	case job.Throttled:
		p.book.throttled++
		// One that a request meets again while others get through says nothing of the rate.
		if again := p.company.refuses(about, h.now); !again {
			h.what = refused
		}
	case job.Alive, job.Expired, job.Broken:
		p.company.passes()
		h.what = accepted
	}
	return p.take(h)
}

// take tells the governor what is heard, and the budget with the next update.
func (p *Pacer) take(h heard) (rest time.Duration) {
	if p.share == nil {
		return p.governor.take(h)
	}
	p.share.pending = append(p.share.pending, h)
	return p.governor.take(h.at(p.share.clock))
}

// weigh finds what the refusal that was taken in last comes to.
func (p *Pacer) weigh(retryAfter bool) finding {
	p.mu.Lock()
	defer p.mu.Unlock()
	g, now := p.governor, time.Now()
	v := finding{nobody: g.search.blocked(), pause: firstPause}
	v.own = p.company.own(v.nobody, retryAfter, now)
	if r := g.rate(p.clock(now)); p.company.through > 0 { // a window of a second is over soon
		v.pause = min(v.pause, max(time.Second/2, time.Duration(3/float64(r)*float64(time.Second))))
	}
	return v
}
