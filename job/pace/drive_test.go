package pace_test

import (
	"cmp"
	"context"
	"errors"
	"sync/atomic"
	"testing"
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

// load is requests that are sent through a pacer, each until it got a good answer, as a run does.
type load struct {
	pacer    *pace.Pacer
	workers  int
	requests int
	attempts int                          // that count, for each request; 0: no bound
	answer   func(request int) job.Answer // called by many goroutines at a time

	good, failed atomic.Int64
}

// run ends early with the context, and with the error of a turn. A request that waits for a further try has no worker
// meanwhile.
func (l *load) run(outer context.Context) error {
	pool, ctx := errgroup.WithContext(outer)
	workers := make(chan struct{}, l.workers)
	for i := range l.requests {
		workers <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		pool.Go(func() error {
			defer func() { <-workers }()
			return l.send(ctx, i, func(d time.Duration) {
				<-workers
				time.Sleep(d)
				workers <- struct{}{}
			})
		})
	}
	return cmp.Or(pool.Wait(), outer.Err())
}

func (l *load) send(ctx context.Context, i int, rest func(time.Duration)) error {
	request := new(int)
	pauses := pace.Delays()
	for counted := 0; ; {
		turn, err := l.pacer.Next(ctx)
		if err != nil {
			return err
		}
		turn.Gone()
		a := l.answer(i)
		own, err := turn.Answered(request, a)
		switch {
		case err != nil:
			return err
		case a.HTTPStatus == 200:
			l.good.Add(1)
			return nil
		case own:
			if counted++; counted == l.attempts {
				l.failed.Add(1)
				return nil
			}
			rest(max(pauses.NextBackOff(), a.RetryAfter))
		}
	}
}

// drive sends n requests through a pacer with so many workers.
func drive(ctx context.Context, p *pace.Pacer, workers, n int, answer func() job.Answer) (good int64, err error) {
	l := &load{pacer: p, workers: workers, requests: n, answer: func(int) job.Answer { return answer() }}
	err = l.run(ctx)
	return l.good.Load(), err
}

// during drives a pacer for a time, with as many requests as that takes.
func during(t *testing.T, d time.Duration, p *pace.Pacer, workers int, answer func() job.Answer) (good int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	good, err := drive(ctx, p, workers, 1_000_000, answer)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	return good
}
