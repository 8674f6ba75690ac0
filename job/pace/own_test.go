package pace_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"meetbatch/job"
	"meetbatch/job/pace"
)

// TestOneInTrouble: one request of 2,000 that is always refused, wherever it stands, is given up after its attempts, and
// the others take what they would have taken without it.
func TestOneInTrouble(t *testing.T) {
	const requests, alone = 2000, 20 * time.Minute
	for _, answer := range []job.Answer{
		throttled,
		{HTTPStatus: 429, RetryAfter: 5 * time.Second},
		{HTTPStatus: 503, RetryAfter: 5 * time.Second},
		{HTTPStatus: 503, RetryAfter: time.Minute},
		{HTTPStatus: 503},
		{HTTPStatus: 500},
	} {
		for _, place := range []int{0, 700, requests - 1} {
			t.Run(fmt.Sprintf("%d after %s, request %d", answer.HTTPStatus, answer.RetryAfter, place), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					start := time.Now()
					var last atomic.Int64 // when one of the others was done
					l := &load{pacer: pace.New(pace.Settings{Rate: job.Rate{Requests: 100, Per: time.Minute}}), workers: 8, requests: requests, attempts: 5}
					l.answer = func(request int) job.Answer {
						time.Sleep(50 * time.Millisecond)
						if request == place {
							return answer
						}
						last.Store(int64(time.Since(start)))
						return fine
					}
					if err := l.run(t.Context()); err != nil || l.good.Load() != requests-1 || l.failed.Load() != 1 {
						t.Fatalf("%v, %d succeeded and %d failed", err, l.good.Load(), l.failed.Load())
					}
					took := time.Duration(last.Load())
					t.Logf("the others %s, all %s, %d refused", took.Round(time.Second), time.Since(start).Round(time.Second), l.pacer.Report().Throttled)
					most := alone*105/100 + answer.RetryAfter/time.Minute*time.Minute
					if took > most {
						t.Errorf("the others took %s, want %s at most", took, most)
					}
				})
			})
		}
	}
}

// TestRetryAfter: it is for all the first time, and as long as nobody gets through; then for the request that got it.
func TestRetryAfter(t *testing.T) {
	asked := job.Answer{HTTPStatus: 429, RetryAfter: 10 * time.Second}
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Settings{})
		for i, step := range []struct {
			about string
			a     job.Answer
			own   bool
			held  time.Duration // until the next can go out
		}{
			{"a", fine, true, 0},
			{"b", asked, false, 10 * time.Second},
			{"c", asked, false, 10 * time.Second}, // nobody got through since
			{"d", fine, true, 0},
			{"b", asked, true, 0},
			{"e", fine, true, 0},
			{"b", asked, true, 0},
			{"f", asked, false, 10 * time.Second},
		} {
			own, err := answer(t, p, step.about, step.a)
			start := time.Now()
			turn, nextErr := p.Next(t.Context())
			if err != nil || nextErr != nil {
				t.Fatal(err, nextErr)
			}
			turn.Back()
			if held := time.Since(start); own != step.own || held != step.held {
				t.Errorf("step %d: own %t, held %s, want %t, %s", i+1, own, held, step.own, step.held)
			}
		}
	})
}
