package pace_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"meetbatch/job"
	"meetbatch/job/pace"
)

// most counts the requests of each second, and tells what was the most in any of them.
type most struct {
	mu      sync.Mutex
	seconds map[time.Duration]int
}

func (m *most) count(at time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seconds == nil {
		m.seconds = map[time.Duration]int{}
	}
	m.seconds[at.Truncate(time.Second)]++
}

func (m *most) between(from, to time.Duration) (most int) {
	for at, n := range m.seconds {
		if at >= from && at < to {
			most = max(most, n)
		}
	}
	return most
}

// TestFollowAfterAnOutage: while nothing can be sent the rate does not grow, so that no storm follows.
func TestFollowAfterAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m most
		start := time.Now()
		p := pace.New(pace.Settings{Rate: job.AutoRate})
		during(t, 10*time.Minute+time.Minute/2, p, 8, func() job.Answer {
			at := time.Since(start)
			m.count(at)
			if at > 20*time.Second && at < 10*time.Minute {
				return refused
			}
			return fine
		})
		before, after := m.between(0, 20*time.Second), m.between(10*time.Minute, 10*time.Minute+5*time.Second)
		if after > before+1 {
			t.Errorf("%d requests in a second before the outage, and %d after it", before, after)
		}
	})
}

// TestFollowSlowAnswers: while the workers, and not the rate, hold requests back, the rate does not grow, so that
// answers that come at once again meet no storm. What was under way then, on every worker, may be refused.
func TestFollowSlowAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var m most
		start := time.Now()
		limit := fixed(100, time.Minute, false)
		p := pace.New(pace.Settings{Rate: job.AutoRate})
		during(t, 70*time.Minute, p, 64, func() job.Answer {
			m.count(time.Since(start))
			takes := 20 * time.Millisecond
			if time.Since(start) < time.Hour {
				takes = 45 * time.Second
			}
			time.Sleep(takes)
			mu.Lock()
			defer mu.Unlock()
			if ok, _ := limit(time.Now()); !ok {
				return throttled
			}
			return fine
		})
		if paced := p.Report(); m.between(0, time.Hour) > 4 || paced.MostPerSecond > 8 || paced.Throttled > 64 {
			t.Errorf("%d requests in a second, then %d; %d throttled", m.between(0, time.Hour), paced.MostPerSecond, paced.Throttled)
		}
	})
}

// TestFollowForgets: a limit that is said in refusals alone is forgotten after a while, and then probed gently.
func TestFollowForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var m most
		start := time.Now()
		limit := sliding(100, time.Minute, true)
		p := pace.New(pace.Settings{Rate: job.AutoRate})
		done := during(t, 45*time.Minute, p, 8, func() job.Answer {
			m.count(time.Since(start))
			time.Sleep(50 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			if ok, said := limit(time.Now()); !ok {
				return job.Answer{HTTPStatus: 429, Limits: said}
			}
			return fine
		})
		if paced, later := p.Report(), m.between(time.Minute, time.Hour); later > 3 || paced.Throttled > 30 || done < 45*95 {
			t.Errorf("%d requests in a second, %d throttled, %d done", later, paced.Throttled, done)
		}
	})
}

// TestHoldConcernsWhoeverWaits: with no rate, those who wait for a sign-in when the service throttles do not all go
// out when that is there.
func TestHoldConcernsWhoeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		answer := func() job.Answer {
			if time.Since(start) < 20*time.Second {
				time.Sleep(5 * time.Second)
				return job.Answer{HTTPStatus: 429, RetryAfter: time.Minute, Limits: []job.Limit{{Name: "api", Limit: 100, Window: time.Minute}}}
			}
			return fine
		}
		var later atomic.Bool
		p := pace.New(pace.Settings{Ready: func(context.Context) error {
			if later.Swap(true) {
				time.Sleep(time.Until(start.Add(10 * time.Second)))
			}
			return nil
		}})
		if _, err := drive(t.Context(), p, 64, 200, answer); err != nil {
			t.Fatal(err)
		}
		if paced := p.Report(); paced.MostPerSecond > 3 || paced.Throttled != 1 {
			t.Errorf("%d requests in a second, %d throttled", paced.MostPerSecond, paced.Throttled)
		}
	})
}

// TestProbeSurvivesANewLimit: an attempt that is to find out whether the service is back, and waits for a sign-in when
// an answer states a limit, goes out all the same.
func TestProbeSurvivesANewLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var requests atomic.Int64
		answer := func() job.Answer {
			switch n := requests.Add(1); {
			case n == 1:
				time.Sleep(5 * time.Second)
				return job.Answer{HTTPStatus: 503, Limits: []job.Limit{{Name: "api", Remain: 99, Limit: 100, Window: time.Minute}}}
			case n <= 8:
				time.Sleep(time.Second)
				return job.Answer{HTTPStatus: 503}
			}
			return fine
		}
		p := pace.New(pace.Settings{Ready: func(context.Context) error {
			if time.Since(start) > 500*time.Millisecond {
				time.Sleep(time.Until(start.Add(9 * time.Second)))
			}
			return nil
		}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if good, err := drive(ctx, p, 8, 40, answer); err != nil || good != 40 {
			t.Errorf("%v, %d of 40 requests succeeded after %s", err, good, time.Since(start))
		}
	})
}

// TestRenewalKeepsThePace: a request that had to wait for a sign-in pushes back those behind it.
func TestRenewalKeepsThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex
		var at []time.Time
		var renewed atomic.Bool
		p := pace.New(pace.Settings{Rate: job.Rate{Requests: 1, Per: 4 * time.Second}, Ready: func(context.Context) error {
			if time.Since(start) > 9*time.Second && !renewed.Swap(true) {
				time.Sleep(7 * time.Second)
			}
			return nil
		}})
		_, err := drive(t.Context(), p, 8, 8, func() job.Answer {
			mu.Lock()
			defer mu.Unlock()
			at = append(at, time.Now())
			return fine
		})
		if err != nil || len(at) != 8 {
			t.Fatal(err, len(at))
		}
		for i := 1; i < len(at); i++ {
			if gap := at[i].Sub(at[i-1]); gap < 4*time.Second {
				t.Errorf("requests %d and %d are %s apart", i, i+1, gap)
			}
		}
	})
}

// TestStepUp: when the rate is doubled while somebody waits for his moment, no request follows closer than the new rate allows.
func TestStepUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var last time.Time
		var gap time.Duration
		during(t, 15*time.Second, pace.New(pace.Settings{Rate: job.AutoRate}), 8, func() job.Answer {
			mu.Lock()
			now := time.Now()
			if next := now.Sub(last); !last.IsZero() {
				if next < gap*9/20 {
					t.Errorf("%s after %s", next, gap)
				}
				gap = next
			}
			last = now
			mu.Unlock()
			time.Sleep(10 * time.Millisecond)
			return fine
		})
	})
}
