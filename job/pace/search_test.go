package pace_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"meetbatch/job/pace"
)

// feed sends so many requests at the rate in force, from a moment on, each answered a twentieth of a second later.
func feed(s *pace.Search, at float64, n int, refused func(at, rate float64) bool) (then float64) {
	for range n {
		at += 1 / s.Rate()
		s.Sent(at)
		if refused(at, s.Rate()) {
			s.Refused(at, at+0.05)
		} else {
			s.Accepted(at, at+0.05)
		}
	}
	return at
}

// TestSearch gives the core numbers and expects numbers: requests per second.
func TestSearch(t *testing.T) {
	inf := math.Inf(1)
	every := func(n int) func(float64, float64) bool {
		count := 0
		return func(float64, float64) bool { count++; return count%n == 0 }
	}
	beyond := func(limit float64) func(float64, float64) bool {
		chance := rand.New(rand.NewPCG(1, 2))
		return func(_, rate float64) bool { return chance.Float64() < 1-limit/rate }
	}
	for _, test := range []struct {
		name                  string
		top, start            float64
		requests              int
		refused               func(at, rate float64) bool
		least, most           float64
		leastNoise, mostNoise float64
	}{
		{"nothing is refused at the rate asked for", 10, 10, 5000, func(float64, float64) bool { return false }, 10, 10, 0, 0},
		{"nothing is refused, and no rate was asked for", inf, 1, 500, func(float64, float64) bool { return false }, 16, 1000, 0, 0},
		{"one of a hundred is refused at any rate", 10, 10, 20000, every(100), 10, 10, 0, 0.02},
		{"one of thirty", 10, 10, 20000, every(30), 10, 10, 0.02, 0.06},
		{"one of ten", 10, 10, 20000, every(10), 10, 10, 0.06, 0.16},
		{"what is beyond eight", 10, 10, 20000, beyond(8), 7, 8.4, 0, 0.02},
		{"what is beyond eight, and no rate was asked for", inf, 1, 20000, beyond(8), 7, 8.8, 0, 0.03},
		{"what is beyond a tenth", 10, 10, 20000, beyond(1), 0.85, 1.1, 0, 0.03},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := pace.NewSearch(test.top, test.start)
			feed(s, 0, test.requests, test.refused)
			if r := s.Rate(); r < test.least || r > test.most {
				t.Errorf("rate %g, want %g to %g", r, test.least, test.most)
			}
			if n := s.Noise(); n < test.leastNoise || n > test.mostNoise {
				t.Errorf("noise %g, want %g to %g", n, test.leastNoise, test.mostNoise)
			}
		})
	}
}

// TestSearchTakesWhatAWindowTakes: what got through in a minute that was used up is the limit, whatever the rate was.
func TestSearchTakesWhatAWindowTakes(t *testing.T) {
	s := pace.NewSearch(math.Inf(1), 10)
	at := feed(s, 0, 100, func(float64, float64) bool { return false })
	for ; at < 60; at += 5 {
		s.Sent(at)
		s.Refused(at, at+0.05)
	}
	if !s.Blocked() {
		t.Error("not blocked after refusals only")
	}
	s.Sent(at)
	s.Accepted(at, at+0.05)
	if r := s.Rate() * 60; s.Blocked() || r < 95 || r > 99 {
		t.Errorf("blocked %t, %g a minute after a minute in which 100 got through", s.Blocked(), r)
	}
}

// TestSearchAfterOthers: when nobody got through for longer than a window lasts, the rate is as right as before.
func TestSearchAfterOthers(t *testing.T) {
	s := pace.NewSearch(2, 2)
	at := feed(s, 0, 200, func(float64, float64) bool { return false })
	for end := at + 300; at < end; at += 20 {
		s.Sent(at)
		s.Refused(at, at+0.05)
	}
	s.Sent(at)
	s.Accepted(at, at+0.05)
	if s.Rate() != 2 {
		t.Errorf("rate %g, want 2", s.Rate())
	}
}

// TestSearchHolds: whatever happens, in whatever order, the rate is above zero and at most the ceiling.
func TestSearchHolds(t *testing.T) {
	t.Parallel()
	rates := rapid.SampledFrom([]float64{0.001, 1.0 / 60, 0.5, 100.0 / 60, 10, 900, math.Inf(1)})
	rapid.Check(t, func(t *rapid.T) {
		top := rates.Draw(t, "ceiling")
		s := pace.NewSearch(top, rates.Filter(func(r float64) bool { return r <= top }).Draw(t, "start"))
		now := 0.0
		ceiling := top
		for range rapid.IntRange(1, 40).Draw(t, "phases") {
			step := rapid.Float64Range(0, 20).Draw(t, "seconds between")
			latency := rapid.Float64Range(0, 60).Draw(t, "latency")
			share := rapid.SampledFrom([]float64{0, 0.01, 0.1, 0.5, 1}).Draw(t, "share")
			chance := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
			if rapid.IntRange(0, 9).Draw(t, "states") == 0 {
				states := rates.Draw(t, "stated")
				s.Bound(now, top, states)
				ceiling = min(top, states)
			}
			for range rapid.IntRange(0, 100).Draw(t, "requests") {
				now += step
				start := max(0, now-latency*chance.Float64())
				switch {
				case chance.Float64() < 0.05: // an answer that says nothing
					s.Sent(start)
				case chance.Float64() < share:
					s.Sent(now)
					s.Refused(start, now)
				default:
					s.Sent(now)
					s.Accepted(start, now)
				}
				if r := s.Rate(); !(r > 0 && r <= ceiling) || s.Noise() < 0 || s.Noise() > 0.25 {
					t.Fatalf("rate %g of %g, noise %g", r, ceiling, s.Noise())
				}
			}
		}
	})
}

// TestSearchNoRoom finds a limit that refuses whatever comes too early, wherever it lies: that of a bucket that holds nothing.
func TestSearchNoRoom(t *testing.T) {
	const minutes = 20
	for _, limit := range []float64{99.9, 97, 95, 90, 80, 70, 60, 50, 40} { // requests a minute
		chance := rand.New(rand.NewPCG(1, 2))
		s := pace.NewSearch(100.0/60, 100.0/60)
		last, taken, shed := math.Inf(-1), 0.0, 0.0
		for at := 0.0; at < 60*minutes; {
			at = feed(s, at, 1, func(at, _ float64) bool {
				if at += chance.Float64() * 0.005; at-last < 60/limit { // on its way it takes a little more or less
					shed++
					return true
				}
				last = at
				taken++
				return false
			})
		}
		used, refused := taken/(limit*minutes), shed/(taken+shed)
		t.Logf("%g a minute: %.1f %% used, %.2f %% refused, at %.1f a minute at last", limit, 100*used, 100*refused, 60*s.Rate())
		if used < 0.94 || refused > 0.015 {
			t.Errorf("%g a minute: %.1f %% used, %.2f %% refused", limit, 100*used, 100*refused)
		}
	}
}

// TestSearchNoise: hardly any hour at a rate that was asked for is lost to refusals that do not depend on it.
func TestSearchNoise(t *testing.T) {
	const top = 100.0 / 60
	hours := pace.Mass(200, 1000)
	for _, test := range []struct {
		share, mean float64
		slow, stuck float64 // shares of the hours in which less than 0.75 and 0.3 is used, at most
	}{{0.1, 0.95, 0.005, 0}, {0.15, 0.93, 0.02, 0.005}} {
		sum, slow, stuck := 0.0, 0, 0
		for seed := range hours {
			chance := rand.New(rand.NewPCG(uint64(seed), 7))
			s := pace.NewSearch(top, top)
			taken := 0.0
			for at := 0.0; at < 3600; {
				at = feed(s, at, 1, func(float64, float64) bool {
					if chance.Float64() < test.share {
						return true
					}
					taken++
					return false
				})
			}
			used := taken / (top * 3600 * (1 - test.share))
			sum += used
			if used < 0.75 {
				slow++
			}
			if used < 0.3 {
				stuck++
			}
		}
		n := float64(hours)
		t.Logf("%g refused: %.3f used on average, %d of %d hours below 0.75, %d below 0.3", test.share, sum/n, slow, hours, stuck)
		if sum < test.mean*n || float64(slow) > test.slow*n || float64(stuck) > test.stuck*n {
			t.Errorf("want %+v", test)
		}
	}
}

// bucket refuses what is beyond a limit that changes, in requests a minute, as one with so much room does.
func bucket(room float64, limit func(at float64) float64) func(at, _ float64) bool {
	level, last := 0.0, 0.0
	return func(at, _ float64) bool {
		level, last = max(0, level-(at-last)*limit(at)/60), at
		if level+1 > room {
			return true
		}
		level++
		return false
	}
}

// TestSearchComesBack: a limit that was far lower for an hour is followed up again within 25 minutes, however few answers
// there were meanwhile.
func TestSearchComesBack(t *testing.T) {
	const from, until = 1800.0, 5400.0
	for _, low := range []float64{33, 20, 10, 5} { // requests a minute, of 100
		for _, room := range []float64{5, 20} {
			s := pace.NewSearch(100.0/60, 100.0/60)
			refused := bucket(room, func(at float64) float64 {
				if at > from && at < until {
					return low
				}
				return 100.2
			})
			at := 0.0
			for at < until {
				at = feed(s, at, 1, refused)
			}
			if r := s.Rate() * 60; r > 1.5*low {
				t.Errorf("%g a minute at a limit of %g", r, low)
			}
			for s.Rate()*60 < 90 && at < until+7200 {
				at = feed(s, at, 1, refused)
			}
			t.Logf("%g a minute, room for %g: %.0f minutes", low, room, (at-until)/60)
			if at > until+25*60 {
				t.Error("want 25 at most")
			}
		}
	}
}

// TestSearchComesDown: a limit that comes down is found once, and not taken for noise.
func TestSearchComesDown(t *testing.T) {
	for _, low := range []float64{60, 45, 33, 30, 25, 20, 10} { // requests a minute, of 90
		for _, room := range []float64{5, 20} {
			s := pace.NewSearch(100.0/60, 100.0/60)
			limit := bucket(room, func(at float64) float64 {
				if at < 1800 {
					return 90
				}
				return low
			})
			taken, shed := 0.0, 0.0
			for at := 0.0; at < 5400; {
				at = feed(s, at, 1, func(at, rate float64) bool {
					refused := limit(at, rate)
					if at > 1800 && refused {
						shed++
					} else if at > 1800 {
						taken++
					}
					return refused
				})
			}
			t.Logf("%g a minute, room for %g: %.0f %% used, %g refused", low, room, 100*taken/low/60, shed)
			if taken < 0.95*low*60 || shed > 40 || s.Noise() > 0.01 {
				t.Errorf("noise %.2f; want 95 %% used, 40 refused at most, and no noise", s.Noise())
			}
		}
	}
}
