package pace

import "math"

// maxNoise is the share of refusals above which they are never taken for noise.
const maxNoise = 0.25

// fewest is how many answers a trial waits for at least.
const fewest = 40.0

// excess is how many refusals beyond noise a trial waits for, if refusals do not depend on the rate.
const excess = 8.0

// firstTrust is for how many seconds noise is believed in before it has to prove itself again, doubled each time: a trial
// may err, and services change.
const firstTrust = 1800.0

// trial is an experiment at a lower rate. If about the same share is refused there, refusals do not depend on the rate;
// if none is, they do.
type trial struct {
	home           float64 // the rate to go back to, if refusals do not depend on it
	from           float64 // the rate that is compared with
	heard, refused float64 // there
	got            float64 // got through there, per second
	run            float64 // the share refused there since the doubt began, at least
	few            bool    // that rests on few answers
	need           float64 // answers until it is judged
	second         bool    // it has gone lower still
	overfull       bool    // so much was refused at home that it is no noise
	haste          haste   // how soon a limit showed there
}

// compare notes what a trial, or its next step, is compared with.
func (t *trial) compare(rate, heard, refused, run, got, noise float64) {
	t.from, t.heard, t.refused, t.run, t.got, t.few = rate, heard, refused, run, got, heard < fewest
	t.need = math.Min(250, math.Max(25, excess/math.Max(refused/heard/2, refused/heard-noise)))
}

// lower is the part of a rate at which nothing is refused, if refusals are what is beyond a limit.
func lower(share float64) float64 { return math.Max(1.0/3, 0.88*(1-share)) }

// try begins a trial.
func (s *search) try(now float64) {
	run, all := s.stay.doubt.share(), s.stay.refused/s.stay.heard
	share := math.Min(run, all)
	s.trial = trial{home: s.rate, overfull: s.overfull()}
	if s.stay.heard-s.stay.doubt.heard <= 2 { // there was hardly one before the first refusal
		s.trial.haste = quickest
	}
	heard, refused := s.stay.heard, s.stay.refused
	if run < all && s.stay.doubt.heard > 2 { // the doubt began and ends with a refusal, whatever their share
		heard, refused = s.stay.doubt.heard-1, s.stay.doubt.refused-1
	}
	s.trial.compare(s.actual(now), heard, refused, s.stay.doubt.least(2.5), s.got(now), s.noise)
	if all > 0.15 { // most of it lately, as where a bucket had to fill first
		share = run
	}
	s.set(now, s.actual(now)*lower(share), trying)
}

// judge ends a trial, or takes its next step, when there are answers enough. Noise never holds everybody back: where that
// happened the rate is still too high. A large share needs a second look, further down: a bucket that was full, or a limit
// that is far below, refuses at the lower rate too.
func (s *search) judge(now float64) {
	t, heard, refused := &s.trial, s.stay.heard, s.stay.refused
	if heard == 0 {
		return
	}
	share := refused / heard
	lasts := now - s.stay.since
	enough := (heard >= t.need || heard >= fewest && refused-s.noise*heard >= excess) && lasts >= 5
	tooMuch := (refused-2)/heard > maxNoise || enough && share > maxNoise
	asBefore := !s.stay.jammed && share <= maxNoise && t.same(heard, refused)
	early := t.few && !t.second && (refused >= 4 || refused >= 3 && share > 0.3)
	isNoise := refused >= 2 && !tooMuch && s.isTooLow(share)
	doubtful := share > 0.1 && (enough || early) || enough && s.stay.jammed
	switch {
	case isNoise && enough:
		s.learn(now, heard, refused)
	case isNoise: // more answers at this rate tell how much it is, and those at a lower one would only come later
	case tooMuch || doubtful && (!t.second || !asBefore) || enough && share > maxNoise/3 && t.heard < 20:
		t.second = true
		t.compare(s.rate, heard, refused, s.stay.doubt.least(2.5), s.got(now), s.noise)
		s.set(now, s.rate*math.Min(0.6, lower(math.Max(share, s.stay.doubt.share()))), trying)
	case !enough:
	case asBefore && !t.overfull:
		s.learn(now, heard, refused)
	default:
		s.limited(now)
	}
}

// isTooLow tells whether the trial's rate is too low for the share that is refused there to be a limit's: it is far below one
// that the service bore, and what was refused before the trial is nearer to that share than to what a limit here, which has
// come down meanwhile, would have refused then.
func (s *search) isTooLow(share float64) bool {
	t := &s.trial
	limits := 1 - (1-share)*s.rate/t.from
	return s.rate <= 0.85*s.floor && !s.stay.jammed && !t.overfull && t.refused/t.heard <= (share+limits)/2
}

// same tells whether what is refused at the lower rate is rather explained by the share that was refused before than by another:
// by their likelihoods, of which that of two shares is always the better, and less so by Schwarz's criterion (1978).
func (t *trial) same(heard, refused float64) bool {
	if t.heard < 20 && refused/heard > 1.5*t.refused/t.heard+0.15 { // what was before was only the beginning
		return false
	}
	apart := likelihood(t.heard, t.refused) + likelihood(heard, refused) - math.Log(t.heard+heard)/2
	if t.heard < 20 { // and more of them are of a bucket that was full
		apart++
	}
	return refused/heard >= t.refused/t.heard || likelihood(t.heard+heard, t.refused+refused) >= apart
}

// likelihood is the logarithm of that of so many refusals, at the share that they are.
func likelihood(heard, refused float64) float64 {
	if refused <= 0 || refused >= heard {
		return 0
	}
	p := refused / heard
	return refused*math.Log(p) + (heard-refused)*math.Log(1-p)
}

// learn ends a trial by which refusals do not depend on the rate, and goes back to the one it began at. The share is taken
// to be rather a little more than was seen.
func (s *search) learn(now, heard, refused float64) {
	s.noise = math.Min(maxNoise, (refused+math.Sqrt(refused))/heard)
	s.trust = math.Max(firstTrust, 2*s.trust)
	s.doubtAt = now + s.trust
	s.climb.bad, s.climb.wait, s.floor = 0, 15, 0
	s.set(now, s.trial.home, steady)
}

// limited ends a trial by which refusals depend on the rate. What got through before is the limit, if that rests on
// many answers. If not, it lies between the two rates.
func (s *search) limited(now float64) {
	t, c, good := &s.trial, &s.climb, s.rate
	c.wait, c.failed = c.rest, false
	switch least := good * (1 + firstStep); {
	case s.stay.refused >= 2: // it is there, or a little below
		good *= 1 - s.stay.refused/s.stay.heard
		c.ends(good, s.rate)
		s.set(now, good, found)
	case t.few:
		c.about(good, math.Max(least, t.from*(1-t.run)), t.from, t.haste)
		s.set(now, math.Min(1.25*good, (good+c.bad)/2), raised)
	default:
		c.ends(good, math.Max(least, math.Min(t.from, t.got*(1+firstStep))))
		s.set(now, math.Max(good, justBelow*t.got), found)
	}
	s.floor = math.Min(s.floor, s.rate)
}
