package job

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// DefaultWorkers is how many requests are in flight at most when Runner.Workers is zero.
const DefaultWorkers = 8

// Runner sends a plan's chunks and settles every row of it once.
type Runner struct {
	Operation Operation
	Sender    Sender
	Recorder  Recorder
	Rate      Rate
	Workers   int // requests in flight at most; 0 means DefaultWorkers

	Counts   Counts       // rows settled so far
	Requests atomic.Int64 // attempts sent so far
}

// Run settles the invalid rows of the plan and then sends its chunks. It returns when every row is
// settled and every goroutine that it started has ended, or with the error of a record that could
// not be written: then nothing further is sent, what is in flight is awaited, and rows are left
// without a result.
func (r *Runner) Run(ctx context.Context, plan *Plan) error {
	if err := r.Recorder.Reject(plan.Invalid); err != nil {
		return err
	}
	r.Counts.Add(Invalid, int64(len(plan.Invalid)))

	pace := newPacer(r.Rate)
	pool, broken := errgroup.WithContext(ctx)
	pool.SetLimit(cmp.Or(r.Workers, DefaultWorkers))
	for chunk, err := range plan.Chunks() {
		if err != nil {
			pool.Go(func() error { return err })
			break
		}
		pool.Go(func() error { return r.settle(ctx, broken, pace, chunk) })
		if broken.Err() != nil {
			break
		}
	}
	return pool.Wait()
}

// settle sends a chunk and records what became of it. Requests live as long as ctx; broken ends
// earlier, when a record could not be written, and keeps further ones from going out.
func (r *Runner) settle(ctx, broken context.Context, pace *pacer, chunk Chunk) error {
	if err := pace.wait(broken); err != nil {
		return err
	}
	attempt := Attempt{RequestID: uuid.NewString(), Chunk: chunk, Number: 1}
	if err := r.Recorder.Sent(attempt); err != nil {
		return err
	}
	r.Requests.Add(1)
	answer := r.Sender.Send(ctx, r.Operation, attempt)
	if err := r.Recorder.Answered(attempt, answer); err != nil {
		return err
	}
	outcome := Outcome{
		Chunk:      chunk,
		Status:     fate(answer),
		RequestID:  attempt.RequestID,
		Answer:     answer,
		Attempts:   attempt.Number,
		FinishedAt: time.Now(),
	}
	if err := r.Recorder.Settle(outcome); err != nil {
		return err
	}
	r.Counts.Add(outcome.Status, chunk.Rows())
	return nil
}

// fate tells what an answer means for the rows of its request.
func fate(a Answer) Status {
	switch {
	case a.HTTPStatus >= 200 && a.HTTPStatus < 300:
		return Succeeded
	case a.HTTPStatus != 0:
		return Failed
	case a.Unsent:
		return NotSent
	}
	return Unknown
}
