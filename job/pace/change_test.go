package pace_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"meetbatch/job"
	"meetbatch/job/pace"
)

// TestChange: a rate that is changed holds within a second, also for whoever waits for a turn already; quotas count what
// went out before, and a change that fails changes nothing.
func TestChange(t *testing.T) {
	for _, test := range []struct {
		name       string
		from, to   job.Rates
		in         time.Duration // sending after the change
		least, top int           // requests in that time
	}{
		{"faster", parse(t, "1/50m"), parse(t, "10/1s"), 10 * time.Second, 90, 101},
		{"slower", parse(t, "10/1s"), parse(t, "1/1m"), 10 * time.Minute, 10, 12},
		{"from none", nil, parse(t, "10/1s"), 10 * time.Second, 98, 102},
		{"a quota that is used up", parse(t, "10/1s"), parse(t, "10/1s,50/1h"), 30 * time.Minute, 0, 0},
		{"a quota that is not", parse(t, "10/1s"), parse(t, "10/1s,150/1h"), 30 * time.Minute, 48, 50},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pace.New(pace.Settings{Rate: test.from.Spaced(), Quotas: test.from.Quotas()})
				var before []time.Time
				var count atomic.Int64
				send := func() job.Answer {
					time.Sleep(10 * time.Millisecond)
					count.Add(1)
					before = append(before, time.Now())
					return fine
				}
				during(t, 10*time.Second, p, 1, send)
				if err := p.Change(job.Rate{Requests: 1, Per: time.Hour}, nil, func() ([]time.Time, error) { return nil, errors.New("unreadable") }); err == nil {
					t.Error("a change went through although it is not known what was sent")
				}
				if err := p.Change(test.to.Spaced(), test.to.Quotas(), func() ([]time.Time, error) { return before[:min(len(before), 100)], nil }); err != nil {
					t.Fatal(err)
				}
				count.Store(0)
				during(t, test.in, p, 4, func() job.Answer { count.Add(1); return fine })
				if n := int(count.Load()); n < test.least || n > test.top {
					t.Errorf("%d requests in %s, and %d to %d were to be", n, test.in, test.least, test.top)
				}
			})
		})
	}
}

// TestChangeWhileWaiting: whoever waits for a moment that is far away, of a rate or of a quota, goes out at the new rate.
func TestChangeWhileWaiting(t *testing.T) {
	for _, rates := range []job.Rates{parse(t, "1/50m"), parse(t, "100/1s,1/1d"), parse(t, "1/1h")} {
		changeWhileWaiting(t, rates)
	}
}

func changeWhileWaiting(t *testing.T, rates job.Rates) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Settings{Rate: rates.Spaced(), Quotas: rates.Quotas()})
		answer(t, p, "a", fine)
		start := time.Now()
		time.AfterFunc(5*time.Second, func() {
			if err := p.Change(job.Rate{Requests: 1, Per: time.Second}, nil, func() ([]time.Time, error) { return nil, nil }); err != nil {
				t.Error(err)
			}
		})
		answer(t, p, "b", fine)
		if waited := time.Since(start); waited < 5*time.Second || waited > 7*time.Second {
			t.Errorf("%s: it went out after %s", rates, waited)
		}
	})
}

func parse(t *testing.T, text string) job.Rates {
	t.Helper()
	rates, err := job.ParseRates(text)
	if err != nil {
		t.Fatal(err)
	}
	return rates
}
