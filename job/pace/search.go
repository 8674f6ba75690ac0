package pace

import "math"

// phase is how the search stands to the rate in force.
type phase int

const (
	steady    phase = iota // it is right, as far as is known
	raised                 // it may be too high: it was raised to find out
	found                  // it is new and lower, and doubted sooner than one that has proved itself
	refilling              // it is right, but a window that was used up may take a minute to give as much
	trying                 // it is lower than it need be, to see whether refusals depend on it
)

const (
	minute     = 60.0
	probation  = 75.0       // for how long a new rate is doubted sooner: a window of a minute shows a limit only at its end
	longOutage = 100.0      // nobody got through for so long: no window of a minute does that, with the pauses (backoff.go)
	justBelow  = 0.97       // of what got through
	lowest     = 1.0 / 60.0 // requests per second; nothing brings the rate below that
)

// search finds the rate that a service allows and does not state. It is arithmetic: it is told what happens, with the
// moment in seconds since some beginning, and has no clock of its own. It is not safe for concurrent use.
//
// A refusal alone says little: others may use the same limit, or a gateway sheds load. So the rate moves only when
// more is refused than noise explains (doubt.go), and then one of three things is done. A rate that was just raised
// goes back (climb.go). Where nobody got through for a while, a window was used up, and what got through in its minute
// is the limit; so BBR takes the delivered rate for the bandwidth. Otherwise a trial at a lower rate finds out whether
// refusals depend on the rate at all (trial.go); so PCC and BBR v2 do, which bear a share of losses.
type search struct {
	top  float64 // the rate never goes above
	rate float64 // requests per second; +Inf: as fast as the workers go

	noise   float64 // share of refusals that do not depend on the rate, as far as is known
	doubtAt float64 // when that has to prove itself again
	trust   float64 // for how long it was to be believed

	phase    phase
	stay     stay
	climb    climb
	trial    trial
	row      row
	flow     flow
	fullAt   float64 // when a window was found used up
	othersAt float64 // when it was taken to be others who did that
	right    float64 // a rate that was right for long, or what a window held last
	best     float64 // the highest rate that was right for long
	floor    float64 // a rate that the service bore, since it was last found to have a lower limit; 0: none
}

// stay is what was seen at the rate in force.
type stay struct {
	since          float64
	heard, refused float64 // answers
	all, shed      float64 // the same with the refusals that only went with one before
	doubt          doubt
	lowered        bool // the rate before was higher
	jammed         bool // nobody got through for a while
}

// row is refusals in a row.
type row struct {
	n         int
	since     float64 // the first of them
	last      float64 // the last of them
	blockedAt float64 // the last by which it was found that nobody gets through
}

func newSearch(top, start float64) *search {
	return &search{top: top, rate: math.Min(top, start), climb: newClimb(), row: row{blockedAt: math.Inf(-1)}, othersAt: math.Inf(-1)}
}

// set goes to another rate.
func (s *search) set(now, rate float64, p phase) {
	rate = math.Min(s.top, math.Max(lowest, rate))
	if r := s.proved(now); r > 0 {
		s.right, s.best = r, math.Max(s.best, r)
	}
	s.floor = math.Max(s.floor, s.borne(now))
	s.stay = stay{since: now, lowered: rate < s.rate}
	s.rate, s.phase = rate, p
}

// bound takes in the rate that the service states, +Inf where it states none. That is the rate in force, unless more was
// refused than it explains. When it is too old to hold any more it is where the climb goes on, and gently.
func (s *search) bound(now, ceiling, states float64) {
	s.top = math.Min(ceiling, states)
	s.floor = math.Min(s.floor, s.top)
	switch {
	case math.IsInf(states, 1):
		s.climb.ends(s.rate, s.rate)
		s.climb.rests()
	case s.climb.bad == 0 && s.phase != trying, s.rate > s.top:
		s.set(now, s.top, steady)
	}
}

// sent takes in a request that goes out.
func (s *search) sent(now float64) { s.flow.sent(now) }

// blocked tells whether nobody gets through: so many were refused in a row that noise would do it once in thousands. In
// a trial that is the noise in question.
func (s *search) blocked() bool {
	noise := math.Max(0.005, s.noise)
	if s.phase == trying {
		noise = math.Max(noise, math.Min(maxNoise, math.Max(s.trial.refused/s.trial.heard, (s.stay.refused+0.5)/(s.stay.heard+5))))
	}
	return s.row.n >= max(2, int(math.Ceil(math.Log(0.0005)/math.Log(noise))))
}

// accepted takes in an answer that was no refusal, to a request that went out at start.
func (s *search) accepted(start, now float64) {
	s.flow.through(now)
	s.stay.count(start, false)
	was := s.row
	switch {
	case !s.blocked():
		if now >= was.last { // another process's answers are heard of a little late
			s.row.n = 0
		}
		s.hear(start, now, false)
	case start >= was.blockedAt: // those that were under way before say nothing of now
		s.row.n = 0
		s.recover(start, now, was)
	}
}

// refused takes in a refusal of a request that went out at start.
func (s *search) refused(start, now float64) {
	s.stay.count(start, true)
	if start < s.row.blockedAt { // the same event, which it is known of
		return
	}
	if s.row.n++; s.row.n == 1 {
		s.row.since = now
	}
	s.row.last = now
	if !s.blocked() {
		s.hear(start, now, true)
		return
	}
	s.row.blockedAt = now
	s.stay.jammed = true
	s.note(true)
}

// count counts an answer to a request at this rate, whatever it says of it.
func (s *stay) count(start float64, refused bool) {
	if start < s.since {
		return
	}
	s.all++
	if refused {
		s.shed++
	}
}

// overfull tells whether so much was refused that it is no noise: more than noise ever is, or than it was found to be
// and half as much again, and that not by chance.
func (s *search) overfull() bool {
	bearable := maxNoise
	if s.noise > 0 {
		bearable = math.Min(maxNoise, 1.5*s.noise+0.02)
	}
	n := s.stay.shed
	return n-2*math.Sqrt(n)-2 > bearable*s.stay.all
}

// hear takes in an answer, if it is one to a request at the rate in force.
func (s *search) hear(start, now float64, refused bool) {
	if start >= s.stay.since {
		s.note(refused)
		s.weigh(now)
	}
}

// note counts an answer. What is refused after the rate came down, and before anybody got through, may be for what
// went out before.
func (s *search) note(refused bool) {
	if refused && s.stay.lowered && s.stay.heard == 0 {
		s.stay.jammed = false
		return
	}
	s.stay.heard++
	if refused {
		s.stay.refused++
	}
	s.stay.doubt.add(refused, s.noise)
}

// recover takes in that somebody got through, after a row of refusals. A row that lasted so long that noise does not do
// it was a window that was used up.
func (s *search) recover(start, now float64, was row) {
	out := now - was.since
	full := s.phase != trying && s.unlikely(was.n) && (out > 25 || out > 10 && was.n >= 5 || s.phase == refilling && out > 3 && was.n >= 3)
	switch {
	case out > longOutage, full && s.others(now, out, was): // the rate is as right as before
		s.set(now, s.rate, s.phase)
	case full:
		s.usedUp(now, now-was.blockedAt)
	default:
		if out > 3 && was.n >= 3 {
			s.fullAt, s.climb.window = now, true
		}
		s.hear(start, now, false)
	}
}

// unlikely tells whether a row of so many refusals is more than chance, by what else was refused at this rate.
func (s *search) unlikely(n int) bool {
	row := float64(n)
	noise := math.Max(s.noise, (math.Max(0, s.stay.refused-row)+0.05)/(math.Max(0, s.stay.heard-row)+1))
	return math.Pow(noise, row) < 2e-4
}

// others tells whether it was rather others who used a window up, so that nobody got through for so long: this run had only
// begun, and nothing is known of what it may have; or it lasted longer than what the rate is beyond a rate that was right
// explains. Where the next window is used up too it was not them.
func (s *search) others(now, out float64, was row) bool {
	_, got := s.flow.over(was.since, minute)
	began := was.since < minute && got < 20
	right := math.Max(s.right, s.proved(was.since))
	surprising := out-(now-was.blockedAt)/2 > 10+1.1*minute*math.Max(0, 1-right/s.rate)
	if !began && !surprising || now-s.othersAt < 1.6*minute {
		return false
	}
	s.othersAt = now
	return true
}

// proved is the rate in force, where it was right for long enough to be sure; else 0.
func (s *search) proved(now float64) float64 {
	if now-s.stay.since < probation {
		return 0
	}
	return s.actual(now)
}

// borne is a rate that the service bore while this stay lasted, lower than the one in force by what was refused; 0 where the
// stay says nothing. So it is where the rate was not lowered: a bucket may fill for long then before anything is refused.
func (s *search) borne(now float64) float64 {
	heard, refused := s.stay.heard, s.stay.refused
	if heard < 25 || now-s.stay.since < 20 || !s.stay.lowered || s.stay.jammed {
		return 0
	}
	return s.actual(now) * (1 - (refused+math.Sqrt(refused)+1)/heard)
}

// usedUp goes to what got through in a window of a minute that was found used up, late by so many seconds: it may have begun
// so much earlier. That is a count, and there is no hurry to go beyond it.
func (s *search) usedUp(now, late float64) {
	_, got := s.flow.over(now, math.Min(now-s.fullAt, minute+late))
	_, least := s.flow.over(now, math.Min(now-s.fullAt, minute))
	s.fullAt, s.floor = now, 0
	if got == 0 {
		return
	}
	got, s.right = got/minute, least/minute
	s.climb.window = true
	s.climb.ends(0, math.Min(s.rate, 1.03*got))
	if got < s.rate/2 && s.phase != raised { // it may be that others took the rest
		s.climb.failed, s.climb.wait, s.climb.step = false, probation, 4*firstStep
	} else {
		s.climb.rests()
		s.climb.wait = maxRest
	}
	s.set(now, justBelow*math.Min(s.rate, got), refilling)
}

// weigh decides what the answers so far come to. A rate that is hardly above a limit which was found is lowered by what is
// refused, without a trial: once, since noise would lower it again and again.
func (s *search) weigh(now float64) {
	lasts := now - s.stay.since
	switch {
	case s.phase == trying:
		s.judge(now)
	case s.phase == refilling && lasts < minute:
		s.stay.doubt = doubt{}
	case !s.climb.eased && s.noise <= usualNoise && s.stay.refused < 0.1*s.stay.heard && (s.phase == found && s.stay.refused >= 2 && s.stay.doubt.score > one ||
		s.phase == refilling && s.stay.refused >= 4 && s.stay.refused > 1.2*usualNoise*s.stay.heard):
		s.climb.eased, s.climb.bad = true, s.rate
		s.set(now, s.rate*(0.99-s.stay.refused/s.stay.heard), found)
	case s.stay.doubt.score > s.patience(now) && s.phase == raised && s.climb.good > 0:
		s.descend(now)
	case s.stay.doubt.score > s.patience(now):
		s.try(now)
	case s.stay.all >= 100 && s.overfull():
		s.try(now)
	case s.noise > usualNoise && now > s.doubtAt && s.stay.heard >= 250:
		s.noise, s.stay.doubt = 0, doubt{heard: s.stay.heard, refused: s.stay.refused}
		s.try(now)
	default:
		if n := s.stay.heard; n >= 150 { // noise cannot be more than what is refused at all
			s.noise = math.Min(s.noise, (s.stay.refused+2*math.Sqrt(s.stay.refused)+3)/n)
		}
		s.ascend(now)
	}
}

// one and two are the scores of doubt that a refusal among few answers gives, and two.
const one, two = 1.2, 2.8

// patience is the score of doubt that is borne. A rate that has proved itself bears what chance does about once in ten
// minutes; one that is new is probably too high if anything speaks for it, and a step towards a limit that is known is taken
// back for a single refusal: little is lost if that was chance. So may be a rate that was asked for and refuses many at once.
func (s *search) patience(now float64) float64 {
	switch lasts, fresh := now-s.stay.since, now-s.stay.since < probation; {
	case s.phase == raised && s.climb.bad > 0 && lasts < math.Max(probation, 100/s.rate):
		return one
	case fresh && (s.phase == raised || s.phase == found):
		return two
	case fresh && s.stay.heard >= 8 && s.stay.refused > 0.2*s.stay.heard && !math.IsInf(s.rate, 1) && s.climb.good == 0 && s.climb.bad == 0 && s.noise == 0:
		return 4
	}
	return math.Log(math.Min(600_000, math.Max(1000, 600*s.actual(now))))
}

// got is what got through per second at the rate in force, in the last minute at most.
func (s *search) got(now float64) float64 {
	d := math.Min(minute, math.Max(1, now-s.stay.since))
	_, through := s.flow.over(now, d)
	return through / d
}

// actual is the rate at which requests really go out: the workers may be much slower. A little slower it may be for the
// pauses.
func (s *search) actual(now float64) float64 {
	lasts := math.Min(minute, now-s.stay.since)
	if math.IsInf(s.rate, 1) {
		lasts = math.Min(lasts, 10)
	}
	lasts = math.Max(lasts, 1.0/slotsASecond)
	sent, _ := s.flow.over(now, lasts)
	if sent > s.rate*lasts/2 {
		return s.rate
	}
	return math.Min(s.rate, math.Max(1, sent)/lasts)
}
