package pace

import "time"

// aloneFor is for how long a request that is tried alone is taken to be refused for the service's sake: longer than the
// windows of limits.
const aloneFor = 75 * time.Second

// Where no more than fewLeft requests are left and nobody got through for fewFor, it is they that are refused. That the service
// began to refuse everybody just before the end, and for so long, is the less likely; a run that has more to send goes on.
const (
	fewLeft = 12
	fewFor  = 5 * time.Minute
)

// company knows of each refusal whether others got through meanwhile. If so it is the request's own trouble, which
// holds nobody and says nothing of the rate. It is not safe for concurrent use.
type company struct {
	through int64       // answers so far that were no refusals
	recent  [64]refusal // the last ones, each about another request
	next    int         // place in recent

	left int // requests that are not done; 0: more than have been begun

	asked   bool  // a Retry-After was heard
	askedAt int64 // through, when one was heard last

	// Of the refusals since somebody got through:
	since     time.Time // the first
	different int       // how many requests they were about
	strangers int       // how many of those were not refused before, while others got through
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
	c.different, c.strangers = 0, 0
}

// refuses takes in a refusal. again tells whether the same request was refused twice before and others got through since:
// once may be chance, and is as much of a hint as any.
func (c *company) refuses(about any, now time.Time) (again bool) {
	if c.different == 0 {
		c.since = now
	}
	r := c.find(about)
	if r.through < c.through {
		r.times++
		again = r.times > 2
		c.different++
		if r.times == 1 {
			c.strangers++
		}
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
// is not, unless those that are tried were all refused before while others got through, or are the only ones that have been
// tried or are left for so long. A Retry-After is for all the first time, and as long as nobody gets through.
func (c *company) own(nobody, retryAfter bool, now time.Time) bool {
	others := c.through > 0
	if retryAfter {
		others = c.asked && c.through > c.askedAt
		c.asked, c.askedAt = true, c.through
	} else if nobody {
		others = c.strangers == 0
	}
	lasts := now.Sub(c.since)
	few := c.different == 1 && lasts > aloneFor || 0 < c.left && c.left <= fewLeft && lasts > fewFor
	return others || c.through > 0 && few
}
