package pace_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"meetbatch/job"
	"meetbatch/job/pace"
)

// TestQuotasOfAWrongClock: requests that are said to have gone out in the future count as of now, in whichever order they
// stand.
func TestQuotasOfAWrongClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		p := pace.New(pace.Settings{
			Quotas: []job.Rate{{Requests: 3, Per: time.Hour}},
			Sent:   []time.Time{start.Add(40 * 24 * time.Hour), start.Add(-50 * time.Minute), start.Add(-40 * time.Minute)},
		})
		for i, want := range []time.Duration{10 * time.Minute, 20 * time.Minute, time.Hour} {
			turn, err := p.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			turn.Gone()
			turn.Answered(i, fine)
			if took := time.Since(start); took < want || took > want+time.Second {
				t.Errorf("request %d goes out after %v, want %v", i+1, took, want)
			}
		}
	})
}

// TestQuotas: no more requests than a quota allows go out in any such time, also those of before; the spaced rate
// holds besides, and whoever waits is told until when, and let go with the context.
func TestQuotas(t *testing.T) {
	for _, workers := range []int{1, 8} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			start := time.Now()
			at := []time.Time{start.Add(-40 * time.Minute), start.Add(-10 * time.Minute)}
			var told []string
			p := pace.New(pace.Settings{
				Rate:   job.Rate{Requests: 1, Per: time.Second},
				Quotas: []job.Rate{{Requests: 20, Per: time.Hour}, {Requests: 50, Per: 24 * time.Hour}},
				Sent:   at,
				Notify: func(s string) { told = append(told, s) },
			})
			during(t, 30*time.Hour, p, workers, func() job.Answer {
				mu.Lock()
				defer mu.Unlock()
				at = append(at, time.Now())
				return fine
			})
			for _, bound := range []struct {
				n   int
				per time.Duration
			}{{1, time.Second}, {20, time.Hour}, {50, 24 * time.Hour}} {
				for i := bound.n; i < len(at); i++ {
					if gap := at[i].Sub(at[i-bound.n]); gap < bound.per {
						t.Errorf("%d workers: requests %d to %d went out in %s, and %d in %s are allowed", workers, i-bound.n, i, gap, bound.n, bound.per)
					}
				}
			}
			if n := len(at); n != 50+2+48 && n != 50+50 { // a day's worth, and what the next day allowed in six hours
				t.Errorf("%d requests in 30 hours", n)
			}
			if len(told) == 0 || !strings.Contains(told[0], "20 requests in 1h0m0s are used up; the next goes out at ") {
				t.Errorf("told %q", told)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			for range 60 {
				if turn, err := p.Next(ctx); err == nil {
					turn.Gone()
				}
			}
			if ctx.Err() == nil {
				t.Error("nobody had to wait")
			}
		})
	}
}
