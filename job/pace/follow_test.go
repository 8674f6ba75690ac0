package pace_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"meetbatch/job"
	"meetbatch/job/pace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	fine      = job.Answer{HTTPStatus: 200}
	refused   = job.Answer{Message: "connection refused", Unsent: true}
	throttled = job.Answer{HTTPStatus: 429, Code: "APIG.0308"}
)

// drive sends n requests through a pacer with so many workers, each again and again until it got a good answer, as a
// run does. It ends early with the context, and with the error of a turn.
func drive(ctx context.Context, p *pace.Pacer, workers, n int, answer func() job.Answer) (good int64, err error) {
	var done atomic.Int64
	pool, ctx := errgroup.WithContext(ctx)
	pool.SetLimit(workers)
	for range n {
		if ctx.Err() != nil {
			break
		}
		pool.Go(func() error {
			request := new(int)
			for pauses := pace.Delays(); ; {
				turn, err := p.Next(ctx)
				if err != nil {
					return err
				}
				turn.Gone()
				a := answer()
				own, err := turn.Answered(request, a)
				switch {
				case err != nil:
					return err
				case a.HTTPStatus == 200:
					done.Add(1)
					return nil
				case own:
					time.Sleep(pauses.NextBackOff())
				}
			}
		})
	}
	err = pool.Wait()
	return done.Load(), err
}

// during drives a pacer for a time, with as many requests as that takes.
func during(t *testing.T, d time.Duration, p *pace.Pacer, workers int, answer func() job.Answer) (good int64) {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	good, err := drive(ctx, p, workers, 1_000_000, answer)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	return good
}

// limiter is a service's own limit: it tells whether a request that comes now is taken, and what the answer says
// of the limit.
type limiter func(now time.Time) (ok bool, said []job.Limit)

// fixed takes so many requests in each window, which begins with a request; its answers say so where they are
// to.
func fixed(limit int, window time.Duration, says bool) limiter {
	var began time.Time
	used := 0
	return func(now time.Time) (bool, []job.Limit) {
		if now.Sub(began) >= window {
			began, used = now, 0
		}
		ok := used < limit
		if ok {
			used++
		}
		if !says {
			return ok, nil
		}
		return ok, []job.Limit{
			{Name: "api", Remain: limit - used, Limit: limit, Window: window},
			{Name: "allenv", Remain: 199, Limit: 200, Window: time.Second},
		}
	}
}

// calendar is like fixed, with windows that begin with the minute.
func calendar(limit int, says bool) limiter {
	var minute time.Time
	used := 0
	return func(now time.Time) (bool, []job.Limit) {
		if m := now.Add(17 * time.Second).Truncate(time.Minute); m != minute {
			minute, used = m, 0
		}
		ok := used < limit
		if ok {
			used++
		}
		if !says {
			return ok, nil
		}
		return ok, []job.Limit{{Name: "api", Remain: limit - used, Limit: limit, Window: time.Minute}}
	}
}

// sliding takes so many requests in any window.
func sliding(limit int, window time.Duration, says bool) limiter {
	var taken []time.Time
	return func(now time.Time) (bool, []job.Limit) {
		for len(taken) > 0 && now.Sub(taken[0]) >= window {
			taken = taken[1:]
		}
		ok := len(taken) < limit
		if ok {
			taken = append(taken, now)
		}
		if !says {
			return ok, nil
		}
		return ok, []job.Limit{{Name: "api", Remain: limit - len(taken), Limit: limit, Window: window}}
	}
}

// shared is a limiter of which somebody else takes so many requests a minute.
func shared(l limiter, others int) limiter {
	every := time.Minute / time.Duration(others)
	var next time.Time
	return func(now time.Time) (bool, []job.Limit) {
		for ; next.IsZero() || !next.After(now); next = next.Add(every) {
			if next.IsZero() {
				next = now
			}
			l(next)
		}
		return l(now)
	}
}

// leaky is a bucket that loses so many requests in a window and holds burst beyond the one that is served, as a
// reverse proxy's limit.
func leaky(limit int, window time.Duration, burst float64) limiter {
	var last time.Time
	var excess float64
	return func(now time.Time) (bool, []job.Limit) {
		e := 0.0
		if !last.IsZero() {
			e = max(0, excess-float64(now.Sub(last))/float64(window)*float64(limit)+1)
		}
		if e > burst {
			return false, nil
		}
		last, excess = now, e
		return true, nil
	}
}

// TestFollow holds what a run takes of a service's limit, in ten minutes, against what is allowed: with headers
// at least 97 % with at most 1 refusal in 100, without at least 85 % with at most 3.
func TestFollow(t *testing.T) {
	minute := time.Minute
	for _, test := range []struct {
		name             string
		rate             string
		limiter          func() limiter
		allowed          float64 // a minute
		least, mostRefus float64
	}{
		{"fixed window with headers", "auto", func() limiter { return fixed(100, minute, true) }, 100, 0.97, 0.01},
		{"calendar minutes with headers", "auto", func() limiter { return calendar(100, true) }, 100, 0.97, 0.01},
		{"sliding window with headers", "auto", func() limiter { return sliding(100, minute, true) }, 100, 0.97, 0.01},
		{"a higher limit with headers", "auto", func() limiter { return fixed(1000, minute, true) }, 1000, 0.97, 0.01},
		{"a lower limit with headers", "auto", func() limiter { return fixed(30, minute, true) }, 30, 0.97, 0.01},
		{"a fixed rate above the limit, with headers", "10/1s", func() limiter { return fixed(100, minute, true) }, 100, 0.97, 0.01},
		{"no rate, with headers", "none", func() limiter { return sliding(100, minute, true) }, 100, 0.97, 0.02},
		{"half of the limit is another's, with headers", "auto", func() limiter { return shared(fixed(100, minute, true), 50) }, 50, 0.90, 0.03},
		{"half of the limit is another's", "auto", func() limiter { return shared(fixed(100, minute, false), 50) }, 50, 0.80, 0.10},
		{"fixed window without headers", "auto", func() limiter { return fixed(100, minute, false) }, 100, 0.85, 0.03},
		{"calendar minutes without headers", "auto", func() limiter { return calendar(100, false) }, 100, 0.85, 0.03},
		{"sliding window without headers", "auto", func() limiter { return sliding(100, minute, false) }, 100, 0.85, 0.03},
		{"leaky bucket", "auto", func() limiter { return leaky(100, minute, 0) }, 100, 0.85, 0.03},
		{"leaky bucket with room for 5", "auto", func() limiter { return leaky(100, minute, 5) }, 100, 0.85, 0.03},
		{"leaky bucket with room for 20", "auto", func() limiter { return leaky(100, minute, 20) }, 100, 0.85, 0.03},
		{"a higher limit without headers", "auto", func() limiter { return leaky(300, minute, 5) }, 300, 0.80, 0.03},
		{"a lower limit without headers", "auto", func() limiter { return leaky(50, minute, 2) }, 50, 0.80, 0.04},
		{"a fixed rate above the limit", "10/1s", func() limiter { return leaky(100, minute, 5) }, 100, 0.85, 0.04},
		{"a rate of requests a second", "20/1s", func() limiter { return leaky(600, minute, 5) }, 600, 0.85, 0.03},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rate, err := job.ParseRate(test.rate)
				if err != nil {
					t.Fatal(err)
				}
				var mu sync.Mutex
				chance := rand.New(rand.NewPCG(1, 2))
				limit := test.limiter()
				taken, refused := 0.0, 0.0
				answer := func() job.Answer {
					mu.Lock()
					wait := time.Duration(chance.Int64N(int64(10 * time.Millisecond)))
					mu.Unlock()
					time.Sleep(20*time.Millisecond + wait) // on the way
					mu.Lock()
					ok, said := limit(time.Now())
					if ok {
						taken++
					} else {
						refused++
					}
					mu.Unlock()
					time.Sleep(wait)
					if !ok {
						return job.Answer{HTTPStatus: 429, Code: "APIG.0308", Limits: said}
					}
					return job.Answer{HTTPStatus: 200, Limits: said}
				}
				p := pace.New(pace.Settings{Rate: rate})
				during(t, 10*time.Minute, p, 8, answer)
				paced := p.Report()
				used, share := taken/(10*test.allowed), refused/(taken+refused)
				t.Logf("%.1f %% used, %.2f %% refused, held %s, at most %d a second", used*100, share*100, paced.Held, paced.MostPerSecond)
				if used < test.least || share > test.mostRefus {
					t.Errorf("want at least %.0f %% and at most %.0f %%", test.least*100, test.mostRefus*100)
				}
				if paced.Throttled != int64(refused) {
					t.Errorf("%d throttled, want %g", paced.Throttled, refused)
				}
			})
		})
	}
}

// TestFollowAfterAnOutage: while nothing can be sent the rate does not grow.
func TestFollowAfterAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		p := pace.New(pace.Settings{Rate: job.AutoRate})
		during(t, 11*time.Minute+30*time.Second, p, 8, func() job.Answer {
			if at := time.Since(start); at > time.Minute && at < 10*time.Minute {
				return refused
			}
			return fine
		})
		if most := p.Report().MostPerSecond; most > 30 {
			t.Errorf("%d requests in a second", most)
		}
	})
}

// TestFollowSlowAnswers: while the workers, and not the rate, hold requests back, the rate does not grow, so that
// answers that come at once again meet no storm.
func TestFollowSlowAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		start := time.Now()
		limit := fixed(100, time.Minute, false)
		p := pace.New(pace.Settings{Rate: job.AutoRate})
		during(t, 70*time.Minute, p, 64, func() job.Answer {
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
		if paced := p.Report(); paced.MostPerSecond > 4 || paced.Throttled > 30 {
			t.Errorf("%d requests in a second, %d throttled", paced.MostPerSecond, paced.Throttled)
		}
	})
}

// TestFollowForgets: a limit that is said in refusals alone is forgotten after a while, and then probed gently.
func TestFollowForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		limit := sliding(100, time.Minute, true)
		p := pace.New(pace.Settings{Rate: job.AutoRate})
		done := during(t, 45*time.Minute, p, 8, func() job.Answer {
			time.Sleep(50 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			if ok, said := limit(time.Now()); !ok {
				return job.Answer{HTTPStatus: 429, Limits: said}
			}
			return fine
		})
		if paced := p.Report(); paced.MostPerSecond > 3 || paced.Throttled > 30 || done < 45*95 {
			t.Errorf("%d requests in a second, %d throttled, %d done", paced.MostPerSecond, paced.Throttled, done)
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
