package pace

import "math"

const (
	inUse     = 0.9 // the part of the rate that has to be used for it to be raised
	firstStep = 0.04
	firstRest = 240.0 // seconds between tries beyond a known limit, doubled with each that fails
	maxRest   = 480.0
	firstFew  = 5.0   // answers at a rate
	wayBack   = 120.0 // seconds that a step on the way back to a rate that was right waits at most
)

// climb is what is known on the way up.
type climb struct {
	good   float64 // the rate from which it was raised; 0: none
	bad    float64 // a rate at which too much was refused; 0: none is known
	failed bool    // the last raise was too much, so that the next waits for more answers
	wait   float64 // seconds at a rate before one beyond bad is tried
	rest   float64 // the next long wait
	step   float64 // how far beyond
	over   float64 // a rate that was certainly too high, where bad is only an estimate below it; 0: bad is none
	window bool    // nobody got through at bad
	haste  haste   // by how soon the limit showed
	eased  bool    // the rate was lowered a little since it was raised
}

// haste is how soon a climb goes on, by how soon the limit shows: the sooner, the fewer refusals a try beyond it costs.
type haste int

const (
	slow     haste = iota // when a window is used up or a bucket is full; or that is not known
	quick                 // with one of the first few requests that come too early
	quickest              // from the beginning on, as where a bucket has no room
)

// waits is what a step waits for.
type waits struct {
	least, most float64 // answers below the limit
	near        float64 // answers near it
	part        float64 // of all else
}

func (h haste) waits() waits {
	switch h {
	case quick:
		return waits{least: 10, most: 40, near: 40, part: 2.0 / 3}
	case quickest:
		return waits{least: 6, most: 20, near: 20, part: 1.0 / 3}
	}
	return waits{least: 10, most: 40, near: 100, part: 1}
}

func newClimb() climb { return climb{rest: firstRest, step: firstStep} }

// ends notes a limit between two rates.
func (c *climb) ends(good, bad float64) {
	c.good, c.bad, c.step, c.over, c.haste = good, bad, firstStep, 0, slow
}

// about notes a limit between a rate that is good and one that was certainly too high, and an estimate of it by few answers.
func (c *climb) about(good, bad, over float64, h haste) {
	c.ends(good, bad)
	if c.wait = 30; h == quickest {
		c.step, c.over, c.haste, c.wait = 4*firstStep, over, h, 10
	}
}

// rests waits for long, and longer the next time: each try that fails costs refusals.
func (c *climb) rests() {
	c.failed = true
	c.wait, c.rest = c.rest, math.Min(maxRest, 2*c.rest)
}

// near tells whether a rate between is not worth a refusal.
func (c *climb) near(good, bad float64) bool {
	if c.haste > slow && c.over == 0 {
		return good >= 0.97*bad
	}
	return good >= bad*(1-math.Min(0.2, math.Max(0.08, 0.17/good)))
}

// ascend raises the rate, where it is what holds requests back and nothing speaks against it: by a factor while no limit
// is known, halfway towards one that is, but by no more than a quarter, and from just below it by steps that grow as long as
// they go well. The less is to be gained, the more answers it waits for: a bucket fills the slower, and a window is used up
// the later. A limit that shows at once needs fewer.
func (s *search) ascend(now float64) {
	c, lasts, heard := &s.climb, now-s.stay.since, s.stay.heard
	w := c.haste.waits()
	few := math.Min(w.most, math.Max(10, s.rate*probation))
	if bad := math.Max(c.bad, c.over); bad > s.rate {
		few = math.Min(few, math.Max(w.least, 12*w.part/(bad/s.rate-1)))
	}
	if c.failed {
		few = 100
	}
	switch {
	case s.rate >= s.top, lasts < 6, heard < w.least, s.stay.doubt.score > 1.5: // there is no reason to, or too little is known
	case c.bad == 0:
		s.raise(now, 2*s.rate)
	case lasts < 15*w.part, heard < few && lasts < s.longest(), c.window && lasts < probation:
	case !c.near(s.rate, c.bad):
		if lasts >= 6*w.part/(c.bad/s.rate-1) {
			s.raise(now, math.Min(1.25*s.rate, (s.rate+c.bad)/2))
		}
	case lasts >= c.wait:
		s.step(now)
	}
}

// longest is for how many seconds a step waits at most for the answers that it wants. Far below a rate that was right for long
// the limit may have gone up again, and a hundred answers would take too long; anywhere else they are waited for.
func (s *search) longest() float64 {
	if s.rate < s.best/3 {
		return wayBack
	}
	return math.Inf(1)
}

// step goes a step beyond the rate that is taken to be near the limit, or halfway to one that was certainly too high.
func (s *search) step(now float64) {
	c := &s.climb
	to, next, answers := s.rate*(1+c.step), math.Min(1, 2*c.step), c.haste.waits().near
	if half := (s.rate + c.over) / 2; half < to && half > 1.01*s.rate {
		to, next = half, firstStep
	}
	if s.raise(now, to) {
		c.bad, c.step, c.wait = math.Max(c.bad, s.rate), next, math.Max(0.3*answers, math.Min(s.longest(), answers/s.rate))
	}
}

// raise goes to a higher rate, if the one in force is used, and was clean where it was itself a step.
func (s *search) raise(now, to float64) bool {
	lasts := now - s.stay.since
	d := math.Min(minute, lasts)
	if sent, _ := s.flow.over(now, d); sent < inUse*s.rate*d {
		return false
	}
	expected := 1.2 * math.Max(usualNoise, s.noise) * s.stay.heard
	if s.phase == raised && lasts > minute && s.stay.refused > expected+0.5 {
		s.descend(now)
		return false
	}
	s.climb.good, s.climb.failed, s.climb.eased = s.rate, false, false
	s.set(now, to, raised)
	return true
}

// descend goes back from a rate that was raised too far: to what got through, but not below the one that was good.
func (s *search) descend(now float64) {
	c, share := &s.climb, s.stay.doubt.share()
	good, bad := c.good, s.rate
	c.window = c.window && s.stay.jammed
	c.ends(good, bad)
	if s.stay.heard <= firstFew && !s.stay.jammed {
		c.haste = quick
	}
	c.failed = c.haste == slow
	if c.near(good, bad) {
		c.rests()
	}
	s.set(now, math.Max(good, justBelow*bad*(1-share)), found)
}
