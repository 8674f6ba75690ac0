package pace_test

import (
	"cmp"
	"flag"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"meetbatch/job"
	"meetbatch/job/pace"
)

// following is a service and what a run should take of it.
type following struct {
	name    string
	rate    string
	service func(*rand.Rand) limiter
	allowed float64 // requests a minute
	least   float64 // the part of them that is to be used
	most    float64 // the share of requests that may be refused

	workers int           // 0: 8
	takes   time.Duration // an answer; 0: 30 ms
	lasts   time.Duration // 0: ten minutes
	steady  bool          // the last ten minutes are to be as good as the first
	seed    uint64        // of chance
	faults  bool          // 1 % of 500, 0.5 % of 503, 0.3 % hang for 30 s
}

// just makes a service of a limiter that has no need of chance.
func just(l func() limiter) func(*rand.Rand) limiter { return func(*rand.Rand) limiter { return l() } }

// noisy refuses a share of the requests whatever the rate, and all beyond another limit.
func noisy(share float64, l func() limiter) func(*rand.Rand) limiter {
	return func(chance *rand.Rand) limiter { return noise(share, l(), chance) }
}

func everything() limiter { return unlimited }

// follows are the services of the two tables: those that are not ideal, and true limits.
var follows = []following{
	{name: "1 % noise", rate: "100/1m", service: noisy(0.01, everything), allowed: 100, least: 0.97, most: 1, lasts: time.Hour, steady: true},
	{name: "3 % noise", rate: "100/1m", service: noisy(0.03, everything), allowed: 100, least: 0.92, most: 1, lasts: time.Hour, steady: true},
	{name: "10 % noise", rate: "100/1m", service: noisy(0.10, everything), allowed: 100, least: 0.75, most: 1, lasts: time.Hour, steady: true},
	{name: "1 % noise, quick", rate: "10/1s", service: noisy(0.01, everything), allowed: 600, least: 0.97, most: 1, lasts: time.Hour, steady: true},
	{name: "3 % noise, quick", rate: "10/1s", service: noisy(0.03, everything), allowed: 600, least: 0.92, most: 1, lasts: time.Hour, steady: true},
	{name: "1 % noise, no rate", rate: "none", service: noisy(0.01, everything), allowed: 60 * 8 / 0.030, least: 0.90, most: 1, lasts: 5 * time.Minute},
	{name: "600 a minute", rate: "auto", service: just(func() limiter { return fixed(600, time.Minute, false) }), allowed: 600, least: 0.90, most: 0.03},
	{name: "600 in a sliding minute", rate: "auto", service: just(func() limiter { return sliding(600, time.Minute, false) }), allowed: 600, least: 0.90, most: 0.03},
	{name: "600 a minute from a bucket", rate: "auto", service: just(func() limiter { return leaky(600, time.Minute, 5) }), allowed: 600, least: 0.90, most: 0.03},
	{name: "10 a second", rate: "auto", service: just(func() limiter { return fixed(10, time.Second, false) }), allowed: 600, least: 0.90, most: 0.03},
	{name: "3,000 a minute", rate: "auto", service: just(func() limiter { return fixed(3000, time.Minute, false) }), allowed: 3000, least: 0.85, most: 0.03, workers: 64},
	{name: "3,000 a minute from a bucket", rate: "auto", service: just(func() limiter { return leaky(3000, time.Minute, 5) }), allowed: 3000, least: 0.85, most: 0.03, workers: 64},
	{name: "others take it all at times", rate: "auto", service: just(func() limiter {
		return bursts(fixed(100, time.Minute, false), 5*time.Minute, 5*time.Minute, 15*time.Minute)
	}), allowed: 100 * 2 / 3.0, least: 0.90, most: 0.03, lasts: time.Hour},
	{name: "others take it all at times, 600 a minute", rate: "auto", service: just(func() limiter {
		return bursts(fixed(600, time.Minute, false), 5*time.Minute, 5*time.Minute, 15*time.Minute)
	}), allowed: 400, least: 0.90, most: 0.03, lasts: time.Hour},
	{name: "others have used it up at first", rate: "100/1m", service: just(func() limiter { return bursts(everything(), 0, 20*time.Second, 0) }), allowed: 100 * 29.0 / 30, least: 0.95, most: 0.02},
	{name: "others have used it up at first, for longer", rate: "100/1m", service: just(func() limiter { return bursts(fixed(100, time.Minute, false), 0, 50*time.Second, 0) }), allowed: 100 * 11.0 / 12, least: 0.93, most: 0.02},
	{name: "others have used it up at first, no rate", rate: "none", service: just(func() limiter { return bursts(fixed(600, time.Minute, false), 0, 50*time.Second, 0) }), allowed: 600 * 11.0 / 12, least: 0.90, most: 0.06, workers: 64},
	{name: "others have used it up soon", rate: "100/1m", service: just(func() limiter { return bursts(fixed(100, time.Minute, false), 2*time.Second, 50*time.Second, 0) }), allowed: 100 * 11.0 / 12, least: 0.93, most: 0.02},
	{name: "others use it up now and then", rate: "100/1m", service: just(func() limiter {
		return bursts(fixed(600, time.Minute, false), 100*time.Second, 45*time.Second, 5*time.Minute)
	}), allowed: 85, least: 0.93, most: 0.03, lasts: 30 * time.Minute},
	{name: "others use it up now and then, auto", rate: "auto", service: just(func() limiter {
		return bursts(fixed(600, time.Minute, false), 100*time.Second, 45*time.Second, 5*time.Minute)
	}), allowed: 600 * 0.85, least: 0.88, most: 0.02, lasts: 30 * time.Minute},
	{name: "others use it up now and then, quick", rate: "10/1s", service: just(func() limiter {
		return bursts(everything(), 100*time.Second, 20*time.Second, 5*time.Minute)
	}), allowed: 600 * 14.0 / 15, least: 0.93, most: 0.01, lasts: 30 * time.Minute},
	{name: "600 a minute with faults", rate: "900/1m", service: just(func() limiter { return fixed(600, time.Minute, false) }), allowed: 600, least: 0.90, most: 0.03, faults: true},
	{name: "600 a minute with faults, auto", rate: "auto", service: just(func() limiter { return fixed(600, time.Minute, false) }), allowed: 600, least: 0.90, most: 0.03, faults: true},
	{name: "600 a minute with 1 % noise", rate: "900/1m", service: noisy(0.01, func() limiter { return fixed(600, time.Minute, false) }), allowed: 600, least: 0.90, most: 0.04},
	{name: "a limit that is halved", rate: "auto", service: just(func() limiter {
		return changing(20*time.Minute, fixed(600, time.Minute, false), fixed(300, time.Minute, false))
	}), allowed: 450, least: 0.90, most: 0.015, lasts: 40 * time.Minute},
	{name: "a limit that is doubled", rate: "auto", service: just(func() limiter {
		return changing(20*time.Minute, fixed(300, time.Minute, false), fixed(600, time.Minute, false))
	}), allowed: 500, least: 0.85, most: 0.015, lasts: time.Hour},

	{name: "fixed window with headers", rate: "auto", service: just(func() limiter { return fixed(100, time.Minute, true) }), allowed: 100, least: 0.97, most: 0.01},
	{name: "calendar minutes with headers", rate: "auto", service: just(func() limiter { return calendar(100, true) }), allowed: 100, least: 0.97, most: 0.01},
	{name: "sliding window with headers", rate: "auto", service: just(func() limiter { return sliding(100, time.Minute, true) }), allowed: 100, least: 0.97, most: 0.01},
	{name: "a higher limit with headers", rate: "auto", service: just(func() limiter { return fixed(1000, time.Minute, true) }), allowed: 1000, least: 0.97, most: 0.01},
	{name: "a lower limit with headers", rate: "auto", service: just(func() limiter { return fixed(30, time.Minute, true) }), allowed: 30, least: 0.97, most: 0.01},
	{name: "a fixed rate above the limit, with headers", rate: "10/1s", service: just(func() limiter { return fixed(100, time.Minute, true) }), allowed: 100, least: 0.97, most: 0.01},
	{name: "no rate, with headers", rate: "none", service: just(func() limiter { return sliding(100, time.Minute, true) }), allowed: 100, least: 0.97, most: 0.02},
	{name: "no rate, one a second", rate: "none", service: just(func() limiter { return fixed(1, time.Second, false) }), allowed: 60, least: 0.70, most: 0.40, workers: 64, takes: 300 * time.Millisecond},
	{name: "no rate, ten a second", rate: "none", service: just(func() limiter { return fixed(10, time.Second, false) }), allowed: 600, least: 0.85, most: 0.08, workers: 256},
	{name: "no rate, 600 a minute from a bucket", rate: "none", service: just(func() limiter { return leaky(600, time.Minute, 5) }), allowed: 600, least: 0.90, most: 0.08, workers: 64, takes: 300 * time.Millisecond},
	{name: "no rate, 600 a minute from a larger bucket, slow", rate: "none", service: just(func() limiter { return leaky(600, time.Minute, 100) }), allowed: 600, least: 0.90, most: 0.16, workers: 256, takes: 2 * time.Second},
	{name: "6,000 a minute from a bucket of a minute", rate: "auto", service: just(func() limiter { return leaky(6000, time.Minute, 6000) }), allowed: 6000, least: 0.85, most: 0.04, workers: 64},

	{name: "half of the limit is another's, with headers", rate: "auto", service: just(func() limiter { return shared(fixed(100, time.Minute, true), 50) }), allowed: 50, least: 0.90, most: 0.03},
	{name: "half of the limit is another's", rate: "auto", service: just(func() limiter { return shared(fixed(100, time.Minute, false), 50) }), allowed: 50, least: 0.80, most: 0.05},
	{name: "fixed window without headers", rate: "auto", service: just(func() limiter { return fixed(100, time.Minute, false) }), allowed: 100, least: 0.90, most: 0.015},
	{name: "calendar minutes without headers", rate: "auto", service: just(func() limiter { return calendar(100, false) }), allowed: 100, least: 0.90, most: 0.015},
	{name: "sliding window without headers", rate: "auto", service: just(func() limiter { return sliding(100, time.Minute, false) }), allowed: 100, least: 0.90, most: 0.015},
	{name: "leaky bucket", rate: "auto", service: just(func() limiter { return leaky(100, time.Minute, 0) }), allowed: 100, least: 0.90, most: 0.015},
	{name: "leaky bucket of nginx", rate: "auto", service: just(func() limiter { return nginx(100) }), allowed: 100, least: 0.90, most: 0.01, takes: 2 * time.Millisecond},
	{name: "leaky bucket of nginx, at its rate", rate: "100/1m", service: just(func() limiter { return nginx(100) }), allowed: 100, least: 0.90, most: 0.01, takes: 2 * time.Millisecond},
	{name: "leaky bucket with room for 5", rate: "auto", service: just(func() limiter { return leaky(100, time.Minute, 5) }), allowed: 100, least: 0.90, most: 0.015},
	{name: "leaky bucket with room for 20", rate: "auto", service: just(func() limiter { return leaky(100, time.Minute, 20) }), allowed: 100, least: 0.90, most: 0.03},
	{name: "a higher limit without headers", rate: "auto", service: just(func() limiter { return leaky(300, time.Minute, 5) }), allowed: 300, least: 0.90, most: 0.015},
	{name: "a lower limit without headers", rate: "auto", service: just(func() limiter { return leaky(50, time.Minute, 2) }), allowed: 50, least: 0.90, most: 0.015},
	{name: "a fixed rate above the limit", rate: "10/1s", service: just(func() limiter { return leaky(100, time.Minute, 5) }), allowed: 100, least: 0.90, most: 0.015},
	{name: "a rate of requests a second", rate: "20/1s", service: just(func() limiter { return leaky(600, time.Minute, 5) }), allowed: 600, least: 0.90, most: 0.02},
}

// TestFollow holds what a run takes of a service against what is allowed, and what is refused. Those services that take most
// requests are a sample of one in three, unless the test is asked for by its name.
func TestFollow(t *testing.T) {
	named := strings.Contains(flag.Lookup("test.run").Value.String(), "Follow")
	for i, f := range follows {
		many := f.allowed*cmp.Or(f.lasts, 10*time.Minute).Minutes() > 10_000
		if many && !named && i%pace.Mass(3, 1) > 0 {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			synctest.Test(t, f.test)
		})
	}
}

func (f following) test(t *testing.T) {
	rate, err := job.ParseRate(f.rate)
	if err != nil {
		t.Fatal(err)
	}
	f.takes, f.lasts, f.workers = cmp.Or(f.takes, 30*time.Millisecond), cmp.Or(f.lasts, 10*time.Minute), cmp.Or(f.workers, 8)
	s := newServed(f)
	p := pace.New(pace.Settings{Rate: rate})
	during(t, f.lasts, p, f.workers, s.answer)
	taken, refused := s.sums()
	paced := p.Report()
	minutes := f.lasts.Minutes()
	used, share := taken/(minutes*f.allowed), refused/(taken+refused)
	t.Logf("%5.1f %% used, %.2f %% refused, held %s, at most %d a second; %s", used*100, share*100, paced.Held.Round(time.Second), paced.MostPerSecond, paced.Following)
	if used < f.least || share > f.most {
		t.Errorf("want at least %.0f %% and at most %.1f %%", f.least*100, f.most*100)
	}
	if first, last := s.taken[0], s.taken[len(s.taken)-1]; f.steady && last < first-3*math.Sqrt(first*share)-0.02*first {
		t.Errorf("%.0f got through in the first ten minutes and %.0f in the last", first, last)
	}
	if paced.Throttled != int64(refused) {
		t.Errorf("%d throttled, want %g", paced.Throttled, refused)
	}
}

// served is a service under way.
type served struct {
	following
	start time.Time

	mu      sync.Mutex
	chance  *rand.Rand
	limit   limiter
	taken   []float64 // by ten minutes
	refused float64
}

func newServed(f following) *served {
	chance := rand.New(rand.NewPCG(f.seed+1, 2))
	tens := int((f.lasts + 10*time.Minute - 1) / (10 * time.Minute))
	return &served{following: f, start: time.Now(), chance: chance, limit: f.service(chance), taken: make([]float64, tens)}
}

func (s *served) sums() (taken, refused float64) {
	for _, n := range s.taken {
		taken += n
	}
	return taken, s.refused
}

// answer takes as long there as back, more or less.
func (s *served) answer() job.Answer {
	s.mu.Lock()
	wait := time.Duration((0.4 + 0.2*s.chance.Float64()) * float64(s.takes))
	s.mu.Unlock()
	time.Sleep(wait)
	s.mu.Lock()
	ok, said := s.limit(time.Now())
	if ten := int(time.Since(s.start) / (10 * time.Minute)); ok && ten < len(s.taken) {
		s.taken[ten]++
	} else if !ok {
		s.refused++
	}
	fault := s.chance.Float64()
	s.mu.Unlock()
	time.Sleep(wait)
	switch {
	case !ok:
		return job.Answer{HTTPStatus: 429, Code: "APIG.0308", Limits: said}
	case !s.faults, fault > 0.018:
		return job.Answer{HTTPStatus: 200, Limits: said}
	case fault < 0.01:
		return job.Answer{HTTPStatus: 500}
	case fault < 0.015:
		return job.Answer{HTTPStatus: 503}
	}
	time.Sleep(30 * time.Second)
	return job.Answer{Message: "no answer in time"}
}
