package pace

import "math"

// maxNoise is the share of refusals above which they are never taken for noise.
const maxNoise = 0.25

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
}

// compare notes what a trial, or its next step, is compared with.
func (t *trial) compare(rate, share, run, got, heard, noise float64) {
	t.from, t.share, t.run, t.got, t.few = rate, share, run, got, heard < 40
	t.need = math.Min(250, math.Max(40, 8/(share-math.Min(share/2, noise))))
}

// lower is the part of a rate at which nothing is refused, if refusals are what is beyond a limit.
func lower(share float64) float64 { return math.Max(1.0/3, 0.88*(1-share)) }

// try begins a trial.
func (s *search) try(now float64) {
	run, all := s.stay.doubt.share(), s.stay.refused/s.stay.heard
	share := math.Min(run, all)
	d := math.Min(minute, math.Max(1, now-s.stay.since))
	_, got := s.flow.over(now, d)
	s.trial = trial{home: s.rate}
	s.trial.compare(s.rate, share, run, got/d, s.stay.heard, s.noise)
	if all > 0.15 { // most of it lately, as where a bucket had to fill first
		share = run
	}
	s.set(now, s.actual(now)*lower(share), trying)
}

// judge ends a trial, or takes its next step, when there are answers enough.
func (s *search) judge(now float64) {
	t, heard, refused := &s.trial, s.stay.heard, s.stay.refused
	share := refused / heard
	enough := heard >= t.need
	same := enough && refused-s.noise*heard > (t.share-s.noise)*heard/3
	switch {
	case (refused-2)/heard > maxNoise, share > 0.1 && refused >= 4 && !t.second: // so much needs a second look, or the limit is far below
		t.second, t.heard, t.refused = true, heard, refused
		t.compare(s.rate, share, share, s.rate*(1-share), heard, s.noise)
		s.set(now, s.rate*math.Min(0.6, lower(math.Max(share, s.stay.doubt.share()))), trying)
	case same:
		refused += t.refused
		s.noise = math.Min(maxNoise, (refused+math.Sqrt(refused))/(heard+t.heard)) // rather a little more than less
		if !s.climb.certain {
			s.climb.bad = 0
		}
		s.climb.wait, s.climb.retried = 15, false
		s.set(now, t.home, settled)
	case enough:
		s.limited(now)
	}
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
