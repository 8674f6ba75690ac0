package pace

import "time"

// aloneFor is for how long a request that is tried alone is taken to be refused for the service's sake: longer than the
// windows of limits.
const aloneFor = 75 * time.Second

// company knows of each refusal whether others got through meanwhile. If so it is the request's own trouble, which
// holds nobody and says nothing of the rate. It is not safe for concurrent use.
type company struct {
	through int64       // answers so far that were no refusals
	recent  [64]refusal // the last ones, each about another request
	next    int         // place in recent

	asked   bool  // a Retry-After was heard
	askedAt int64 // through, when one was heard last

	first   any       // the request that the first refusal since somebody got through was about
	several bool      // there were others
	since   time.Time // when that was
}

// refusal is one that a request met.
type refusal struct {
	about   any
	through int64 // company's, when it was refused last
	times   int   // that it was refused while others got through
}

// passes takes in an answer that was no refusal.
func (c *company) passes() {
	c.through++
	c.first, c.several = nil, false
}

// refuses takes in a refusal. again tells whether the same request was refused twice before and others got through since:
// once may be chance, and is as much of a hint as any.
func (c *company) refuses(about any, now time.Time) (again bool) {
	if c.first == nil {
		c.first, c.since = about, now
	}
	c.several = c.several || c.first != about
	r := c.find(about)
	if r.through < c.through {
		r.times++
		again = r.times > 2
	}
	r.through = c.through
	return again
}

// find gives the place of a request among the recent ones, which may be a new one.
func (c *company) find(about any) *refusal {
	for i := range c.recent {
		if r := &c.recent[i]; r.about == about {
			return r
		}
	}
	r := &c.recent[c.next]
	*r = refusal{about: about, through: -1}
	c.next = (c.next + 1) % len(c.recent)
	return r
}

// own tells whether the refusal that was taken in last is the request's own trouble. Where nobody gets through at all it
// is not, unless it is only this one request that has been tried for so long. A Retry-After is for all the first
// time, and as long as nobody gets through.
func (c *company) own(nobody, retryAfter bool, now time.Time) bool {
	others := c.through > 0
	if retryAfter {
		others = c.asked && c.through > c.askedAt
		c.asked, c.askedAt = true, c.through
	} else if nobody {
		others = false
	}
	return others || c.through > 0 && !c.several && now.Sub(c.since) > aloneFor
}
