package job

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// Defaults of a Runner's settings, for those that are zero.
const (
	DefaultWorkers  = 8
	DefaultAttempts = 5
	DefaultPatience = 15 * time.Minute
)

// Runner sends a plan's chunks and settles every row of it once.
type Runner struct {
	Operation   Operation
	Sender      Sender
	Recorder    Recorder
	Rate        Rate
	Workers     int              // requests in flight at most
	Attempts    int              // tries per request for what may pass by itself
	MaxFailures Share            // of the settled rows; the run stops when so many failed; zero means no bound
	Patience    time.Duration    // the run stops when the service has been down or throttling for so long
	Pending     map[int64]string // request IDs by first line, of what an earlier process left unanswered; may be nil
	Notify      func(string)     // gets a sentence when something changes that people want to know; may be nil

	// Ready returns when there is a sign-in that requests can go out with. It is called before each, and may
	// take its time: nothing goes out meanwhile. Its error, unless it is the context's, stops the run. It
	// must be safe for concurrent use. It may be nil.
	Ready func(context.Context) error

	Counts   Counts       // rows settled so far whose results are on the disk
	Requests atomic.Int64 // attempts sent so far
	Paced    Paced        // when Run has returned
}

// Stop is the error of a run that ended early because the service, or too many of its answers, left no
// reason to go on.
type Stop struct{ Reason string }

func (s *Stop) Error() string { return s.Reason }

// running is a run under way.
type running struct {
	*Runner
	attempts int
	ledger   *ledger
	gate     *gate
	pace     *pacer
	abandon  context.Context         // ends when requests in flight are to be given up
	stopping context.Context         // ends when nothing further is to be sent
	stop     context.CancelCauseFunc // of stopping
}

// Planned is what a plan yields.
type Planned interface {
	Invalid() iter.Seq2[Item, error]
	Skipped() iter.Seq2[Outcome, error]
	Chunks() iter.Seq2[Chunk, error]
}

// Run settles the invalid rows of the plan, of which there are as many as invalid says, and then sends its chunks, until stopping ends; then what
// is in flight is finished, and what was not sent is settled as such. When abandon ends, requests in
// flight are given up, and recorded.
//
// Run returns when every goroutine that it started has ended. Unless a record could not be written,
// every row is settled then, also when the error is a *Stop or the cause of stopping's end. When a
// record could not be written nothing further is sent, what is in flight is awaited, and rows are left
// without a result.
func (r *Runner) Run(stopping, abandon context.Context, plan Planned, invalid int64) error {
	if err := r.Recorder.Reject(plan.Invalid()); err != nil {
		return err
	}
	r.Counts.Add(Invalid, invalid)

	stopping, stop := context.WithCancelCause(stopping)
	defer stop(nil)
	recorded, fail := context.WithCancelCause(stopping) // ends also when the disk fails
	defer fail(nil)
	pool, sending := errgroup.WithContext(recorded) // ends also when a record could not be written
	pool.SetLimit(cmp.Or(r.Workers, DefaultWorkers))
	notify := r.Notify
	if notify == nil {
		notify = func(string) {}
	}
	run := &running{
		Runner:   r,
		attempts: cmp.Or(r.Attempts, DefaultAttempts),
		ledger:   &ledger{Runner: r, fail: fail, waiting: map[Status]int64{}},
		gate:     newGate(cmp.Or(r.Patience, DefaultPatience), notify),
		abandon:  abandon,
		stopping: sending,
		stop:     stop,
	}
	ready := r.Ready
	if ready == nil {
		ready = func(context.Context) error { return nil }
	}
	run.pace = newPacer(r.Rate, run.gate, ready)
	defer func() { r.Paced = run.pace.report() }()

	done := make(chan struct{})
	var keeping sync.WaitGroup
	keeping.Go(func() { run.ledger.keep(done) })
	err := run.send(plan, pool, stopping)
	err = errors.Join(err, pool.Wait())
	close(done)
	keeping.Wait()
	if err = cmp.Or(err, run.ledger.failure()); err != nil {
		return err
	}
	return context.Cause(stopping)
}

// send hands a plan's chunks to the pool. Those that it does not come to before stopping ends are settled
// as not sent. It returns early when records cannot be written.
func (r *running) send(plan Planned, pool *errgroup.Group, stopping context.Context) error {
	rest := batch{running: r}
	for skipped, err := range plan.Skipped() {
		if err == nil {
			err = rest.add(skipped)
		}
		if err != nil {
			return err
		}
	}
	if err := rest.flush(); err != nil {
		return err
	}
	for chunk, err := range plan.Chunks() {
		switch {
		case err != nil:
			return err
		case stopping.Err() != nil:
			if err := rest.add(r.newTask(chunk).outcome(again)); err != nil {
				return err
			}
		case r.stopping.Err() != nil:
			return nil // the reason is the pool's or the ledger's to tell
		default:
			pool.Go(func() error {
				d := &division{running: r, slack: slack(len(chunk.Entries))}
				_, err := d.settle(r.newTask(chunk), false)
				return err
			})
		}
	}
	return rest.flush()
}

func (r *running) newTask(chunk Chunk) *task {
	t := &task{chunk: chunk}
	if len(r.Pending) > 0 {
		for _, e := range chunk.Entries {
			t.earlier = cmp.Or(t.earlier, r.Pending[e.Line])
		}
	}
	return t
}

// record settles rows, and stops the run when too many of them failed.
func (r *running) record(outcomes ...Outcome) error {
	enough, err := r.ledger.record(outcomes...)
	if enough != nil {
		r.stop(enough)
	}
	return err
}

// batch settles what is not sent, many outcomes at a time.
type batch struct {
	*running
	outcomes []Outcome
}

func (b *batch) add(o Outcome) error {
	b.outcomes = append(b.outcomes, o)
	if len(b.outcomes) < 1000 {
		return nil
	}
	return b.flush()
}

func (b *batch) flush() error {
	if len(b.outcomes) == 0 {
		return nil
	}
	defer func() { b.outcomes = b.outcomes[:0] }()
	return b.record(b.outcomes...)
}
