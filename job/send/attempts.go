package send

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"meetbatch/job"
	"meetbatch/job/pace"
)

// step is how a task goes on after an attempt.
type step int

const (
	settled step = iota // trying again would change nothing
	later               // the attempt counts; again after a pause, if one is left
	soon                // it does not count; again as soon as there is a turn
	over                // the run has come to its end
)

// try sends a task's request until its verdict does not change by trying again, or the run ends. An error is that
// of a record that could not be written.
func (s *sending) try(t *task) error {
	pauses := pace.Delays()
	t.verdict = again // a part of a chunk that was refused was not refused itself
	for counted := 0; ; {
		if why, is := s.soldOut.Load(t.chunk.Target); is {
			t.requestID, t.answer, t.verdict = "", why.(job.Answer), sold // no request settled it
			return nil
		}
		next, err := s.attempt(t, counted+1)
		if err != nil || next == settled || next == over {
			return err
		}
		if next == soon {
			if t.verdict == throttle && !s.rest(0) { // the others first: they may get through
				return nil
			}
			continue
		}
		if d := t.answer.RetryAfter; d > pace.Patience { // the others go on, and a resume tries it again
			s.tooLong.Store(&Stop{Reason: fmt.Sprintf("the service asks to wait %s with one request, which is longer than %s", d, pace.Patience)})
			return nil
		}
		wait := max(pauses.NextBackOff(), t.answer.RetryAfter) // which the pacer has found to be for this request alone
		if counted++; counted >= s.attempts {
			t.verdict = spent
			return nil
		}
		if !s.rest(wait) {
			return nil
		}
	}
}

// rest waits before a further try, and tells whether there may be one. Meanwhile somebody else has the worker, so that
// requests with a trouble of their own take none from the others; unless too many rest already.
func (s *sending) rest(d time.Duration) bool {
	select {
	case s.resting <- struct{}{}:
		s.workers.leave()
		defer func() {
			s.workers.enter()
			<-s.resting
		}()
	default:
	}
	select {
	case <-time.After(d):
		return true
	case <-s.open.Done():
		return false
	}
}

// attempt sends a task's request once, when there is a turn, with a record before and after it.
func (s *sending) attempt(t *task, number int) (step, error) {
	r := s.runner
	attempt := job.Attempt{RequestID: uuid.NewString(), Chunk: t.chunk, Number: number}
	turn, err := r.Pacer.Next(s.open)
	if err != nil {
		if s.open.Err() == nil { // there is no sign-in any more
			s.halt(&Stop{Reason: err.Error(), Try: job.HintOf(err)})
		}
		return over, nil
	}
	if err := r.Recorder.Sent(attempt); err != nil {
		turn.Back()
		return over, err
	}
	turn.Gone()
	place := s.barred.sent()
	r.Requests.Add(1)
	answer := r.Sender.Send(s.abandon, r.Operation, attempt)
	if answer.Unsent { // what never left is no request
		r.Requests.Add(-1)
	}
	if err := r.Recorder.Answered(attempt, answer); err != nil {
		return over, err
	}
	t.take(attempt, answer, judge(r.Operation, answer))
	inARow := s.barred.answered(place, s.account(t.chunk), t.verdict, answer)
	switch {
	case s.abandon.Err() != nil:
		return over, nil // how it went says nothing about the service
	case answer.Foreign != "":
		return s.next(t, true), nil // nor does somebody else's answer
	case inARow:
		s.halt(&Stop{Reason: fmt.Sprintf("%d accounts in a row were refused, the last one by %s", mostBarred, answer), Try: barredHint})
	}
	own, trouble := turn.Answered(t, answer)
	if trouble != nil {
		s.halt(&Stop{Reason: trouble.Error()})
	}
	return s.next(t, own), nil
}

// take keeps what came of an attempt.
func (t *task) take(attempt job.Attempt, answer job.Answer, v verdict) {
	if !answer.Unsent {
		t.attempts++
	}
	t.requestID, t.answer, t.verdict = attempt.RequestID, answer, v
	if v != done && answer.MayHaveActed() {
		t.unanswered = attempt.RequestID
	}
}

// next tells how a task goes on. An attempt counts when its trouble is its own, as the pacer sees it: a 429 does while
// others get through, and what befalls all while the service throttles or is down does not. A sign-in that has
// expired does not count either, but one that is refused although it is new ends the run.
func (s *sending) next(t *task, own bool) step {
	expired := t.expired
	t.expired = t.verdict == renew
	switch t.verdict {
	case again, throttle:
		if own {
			return later
		}
		return soon
	case renew:
		if t.renewals++; !expired && t.renewals <= s.attempts {
			return soon
		}
		t.verdict = halt
	}
	switch t.verdict {
	case sold:
		s.soldOut.Store(t.chunk.Target, job.Answer{Code: t.answer.Code, Message: t.answer.Message})
	case halt:
		s.halt(t.refusal())
	}
	return settled
}
