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
	share          float64 // refused there
	got            float64 // got through there, per second
	run            float64 // refused there since the doubt began
	few            bool    // that rests on few answers
	need           float64 // answers until it is judged
	heard, refused float64 // in the step before, where there was one
	second         bool    // it has gone lower still
	overfull       bool    // so much was refused at home that it is no noise
}

// compare notes what a trial, or its next step, is compared with.
func (t *trial) compare(rate, share, run, got, heard, noise float64) {
	t.from, t.share, t.run, t.got, t.few = rate, share, run, got, heard < fewest
	t.need = math.Min(250, math.Max(fewest, excess/(share-math.Min(share/2, noise))))
}

// lower is the part of a rate at which nothing is refused, if refusals are what is beyond a limit.
func lower(share float64) float64 { return math.Max(1.0/3, 0.88*(1-share)) }

// try begins a trial.
func (s *search) try(now float64) {
	run, all := s.stay.doubt.share(), s.stay.refused/s.stay.heard
	share := math.Min(run, all)
	s.trial = trial{home: s.rate, overfull: s.overfull()}
	s.trial.compare(s.actual(now), share, run, s.got(now), s.stay.heard, s.noise)
	if all > 0.15 && s.stay.doubt.heard > 5 { // most of it lately, as where a bucket had to fill first
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
	enough := heard >= t.need || heard >= fewest && refused-s.noise*heard >= excess
	tooMuch := (refused-2)/heard > maxNoise || enough && share > maxNoise
	doubtful := share > 0.1 && refused >= 4 || enough && s.stay.jammed
	switch {
	case tooMuch, doubtful && !t.second:
		t.second, t.heard, t.refused = true, heard, refused
		t.compare(s.rate, math.Min(share, t.share), share, s.got(now), heard, s.noise)
		s.set(now, s.rate*math.Min(0.6, lower(math.Max(share, s.stay.doubt.share()))), trying)
	case !enough:
	case !s.stay.jammed && !t.overfull && refused-s.noise*heard > (t.share-s.noise)*heard/3: // about as much as before
		s.learn(now, heard+t.heard, refused+t.refused)
	default:
		s.limited(now)
	}
}

// learn ends a trial by which refusals do not depend on the rate, and goes back to the one it began at. The share is taken
// to be rather a little more than was seen.
func (s *search) learn(now, heard, refused float64) {
	s.noise = math.Min(maxNoise, (refused+math.Sqrt(refused))/heard)
	s.trust = math.Max(firstTrust, 2*s.trust)
	s.doubtAt = now + s.trust
	s.climb.bad, s.climb.wait, s.climb.retried = 0, 15, false
	s.set(now, s.trial.home, steady)
}

// limited ends a trial by which refusals depend on the rate. What got through before is the limit, if that rests on
// many answers. If not, it lies between the two rates.
func (s *search) limited(now float64) {
	t, good := &s.trial, s.rate
	least := good * (1 + firstStep)
	s.climb.wait, s.climb.failed = s.climb.rest, false
	if !t.few {
		s.climb.ends(good, math.Max(least, math.Min(t.from, t.got*(1+firstStep))))
		s.set(now, math.Max(good, justBelow*t.got), found)
		return
	}
	s.climb.ends(good, math.Max(least, math.Min(t.from, 2.5*t.from*(1-t.run))))
	s.set(now, (good+s.climb.bad)/2, raised)
}
