// Package send carries a plan out: a pool of workers takes its chunks, sends each until its fate is known, divides
// those that hold bad entries, and settles every row once.
//
//	runner.go    the pool, and what stops it
//	crew.go      how many requests may be in flight
//	attempts.go  trying one request again, and which attempts count
//	judge.go     what an answer asks for
//	divide.go    isolating the bad entries of a refused request
//	doubt.go     what a refusal means after a request without an answer
//	nested.go    how many entries the next of its requests carries
//	barred.go    accounts that are refused one after the other
//	share.go     which share of the entries is bad, and what a refusal proves
//	task.go      what a row's fate is in the end
//	ledger.go    results brought to the disk, and then counted
package send

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/job/plan"
)

// Defaults of a Runner's settings, for those that are zero.
const (
	DefaultWorkers  = 8
	DefaultAttempts = 5
)

// restingPerWorker is how many requests may wait for a further try without a worker.
const restingPerWorker = 8

// Runner sends a plan's chunks and settles every row of it once. It is used for one plan.
type Runner struct {
	Operation   job.Operation
	Sender      job.Sender
	Recorder    job.Recorder
	Pacer       *pace.Pacer
	Workers     int       // requests in flight at most
	Attempts    int       // tries per request for what may pass by itself
	MaxFailures job.Share // of the settled rows; the run stops when so many failed; zero means no bound

	// Pending tells why an earlier process may have carried out a chunk of the plan, or a part of it. It may be nil.
	Pending func(job.Chunk) job.Doubt

	// Tried tells of a line whether its row was sent before, in vain. What holds such rows goes out last, so that a
	// run does not begin with what stopped it. It may be nil.
	Tried func(line int64) bool

	Counts   job.Counts   // rows settled so far whose results are on the disk
	Requests atomic.Int64 // attempts sent so far

	crew atomic.Pointer[crew] // of the run under way
}

// SetWorkers changes how many requests may be in flight while Run is under way; before and after it does nothing. It is
// safe for concurrent use.
func (r *Runner) SetWorkers(n int) {
	if c := r.crew.Load(); c != nil {
		c.resize(n)
	}
}

// Stop is the error of a run that ended early because the service left no reason to go on.
type Stop struct {
	Reason string
	Try    string // a hint; mostly empty
}

func (s *Stop) Error() string { return s.Reason }

// Hint names what to try.
func (s *Stop) Hint() string { return s.Try }

// TooManyFailed is the error of a run that ended early because as many rows failed, or are unknown, as MaxFailures says.
type TooManyFailed struct {
	Failed, Settled int64 // rows
	Bound           job.Share
}

func (t *TooManyFailed) Error() string {
	return fmt.Sprintf("%d of %d settled rows failed, and the bound is %s", t.Failed, t.Settled, t.Bound)
}

// sending is a run under way.
type sending struct {
	runner   *Runner
	attempts int
	ledger   *ledger
	seen     *experience // of bad entries
	barred   row
	workers  *crew
	resting  chan struct{}           // holds the requests that wait for a further try without one
	halt     context.CancelCauseFunc // ends the run for a reason that is not the recorder's
	fail     context.CancelCauseFunc // ends it for the recorder's

	soldOut sync.Map             // targets that no further request would be taken for: the answer that said so
	tooLong atomic.Pointer[Stop] // some request was to wait longer than a run does

	halted  context.Context // ends with the run, for whatever reason but the recorder's: the rest is settled as not sent
	open    context.Context // ends when nothing further may go out: with halted, and when a record cannot be written
	abandon context.Context // ends when requests in flight are to be given up
}

// Run settles the invalid rows of the plan and then sends its chunks, until stopping ends; then what
// is in flight is finished, and what was not sent is settled as such. When abandon ends, requests in
// flight are given up, and recorded.
//
// Run returns when every goroutine that it started has ended. Unless a record could not be written,
// every row is settled then, also when the error is a *Stop, a *TooManyFailed or the cause of stopping's end. When a
// record could not be written nothing further is sent, what is in flight is awaited, and rows are left
// without a result.
func (r *Runner) Run(stopping, abandon context.Context, p *plan.Plan) error {
	if err := r.Recorder.Reject(p.Invalid()); err != nil {
		return err
	}
	r.Counts.Add(job.Invalid, p.InvalidRows)

	halted, halt := context.WithCancelCause(stopping)
	defer halt(nil)
	durable, fail := context.WithCancelCause(halted)
	defer fail(nil)
	pool, open := errgroup.WithContext(durable) // it also ends with the first error of a worker, a record's
	workers := cmp.Or(r.Workers, DefaultWorkers)
	s := &sending{
		runner:   r,
		attempts: cmp.Or(r.Attempts, DefaultAttempts),
		ledger:   &ledger{recorder: r.Recorder, onDisk: &r.Counts, bound: r.MaxFailures, fail: fail, waiting: map[job.Status]int64{}},
		seen:     newExperience(),
		workers:  newCrew(workers),
		resting:  make(chan struct{}, restingPerWorker*workers),
		halt:     halt,
		fail:     fail,
		halted:   halted,
		open:     open,
		abandon:  abandon,
	}
	r.crew.Store(s.workers)
	done := make(chan struct{})
	var keeping sync.WaitGroup
	keeping.Go(func() { s.ledger.keep(done) })
	err := s.send(p, pool)
	err = errors.Join(err, pool.Wait())
	close(done)
	keeping.Wait()
	if err = cmp.Or(err, s.ledger.failure()); err != nil {
		return err
	}
	return cmp.Or(context.Cause(halted), s.unfinished())
}

// unfinished is the error of a run that came to its end, but for targets that no request is taken for any more, or for
// requests that it could not wait for.
func (s *sending) unfinished() (err error) {
	if stop := s.tooLong.Load(); stop != nil {
		err = stop
	}
	s.soldOut.Range(func(target, answer any) bool {
		err = &Stop{Reason: "the service takes no more: " + answer.(job.Answer).String()}
		return false
	})
	return err
}

// send hands a plan's chunks to the pool. Those that it does not come to before the run is halted are settled
// as not sent. It returns early when records cannot be written.
func (s *sending) send(p *plan.Plan, pool *errgroup.Group) error {
	unsent := batch{settle: s.settle}
	for skipped, err := range p.Skipped() {
		if err == nil {
			err = unsent.add(skipped)
		}
		if err != nil {
			return err
		}
	}
	if err := unsent.flush(); err != nil {
		return err
	}
	for chunk, err := range s.chunks(p) {
		switch {
		case err != nil:
			return err
		case s.open.Err() == nil:
			s.workers.enter()
			pool.Go(func() error {
				defer s.workers.leave()
				err := s.divide(s.newTask(chunk))
				if err != nil {
					s.fail(err) // before the worker is free, and sends something else
				}
				return err
			})
		case s.halted.Err() != nil: // looked at after open, which ends with it
			if err := unsent.add(s.newTask(chunk).outcome()); err != nil {
				return err
			}
		default:
			return nil // the reason is the pool's or the ledger's to tell
		}
	}
	return unsent.flush()
}

// chunks yields a plan's chunks, those last that hold rows which were tried before.
func (s *sending) chunks(p *plan.Plan) iter.Seq2[job.Chunk, error] {
	tried := s.runner.Tried
	if tried == nil {
		return p.Chunks()
	}
	return func(yield func(job.Chunk, error) bool) {
		var last []job.Chunk // a few, of each worker
		for chunk, err := range p.Chunks() {
			if slices.ContainsFunc(chunk.Entries, func(e job.Entry) bool { return tried(e.Line) }) {
				last = append(last, chunk)
			} else if !yield(chunk, err) {
				return
			}
		}
		for _, chunk := range last {
			if !yield(chunk, nil) {
				return
			}
		}
	}
}

// settle records the fates of rows, and halts the run when too many of them failed.
func (s *sending) settle(outcomes ...job.Outcome) error {
	tooMany, err := s.ledger.record(outcomes...)
	if tooMany != nil {
		s.halt(tooMany)
	}
	return err
}

// batch settles what is not sent, many outcomes at a time.
type batch struct {
	settle   func(...job.Outcome) error
	outcomes []job.Outcome
}

func (b *batch) add(o job.Outcome) error {
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
	return b.settle(b.outcomes...)
}
