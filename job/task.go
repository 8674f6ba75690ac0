package job

import (
	"time"

	"github.com/google/uuid"
)

// task is entries of a chunk on their way to a fate: the chunk itself, or a part that it was divided
// into.
type task struct {
	chunk      Chunk
	stale      bool   // the last request was refused for its token alone
	renewals   int    // how often one was
	attempts   int    // that the entries took part in, also as a part of more
	unanswered string // the request ID of the last of those that had no answer
	earlier    string // the request ID of an attempt without answer in an earlier process, which was killed
	requestID  string // of the last one
	answer     Answer // to the last one
}

// try sends a task's request until it has an answer that does not change by trying again, and tells
// what that asks for. It is again or throttle when the run stops before that.
func (r *running) try(t *task) (v verdict, err error) {
	delays := newDelays()
	v = again
	for counted := 0; ; {
		attempt := Attempt{RequestID: uuid.NewString(), Chunk: t.chunk, Number: counted + 1}
		stopped, err := r.pace.wait(r.stopping, func() error { return r.Recorder.Sent(attempt) })
		if stopped != nil && r.stopping.Err() == nil {
			r.stop(&Stop{Reason: stopped.Error()})
		}
		if stopped != nil || err != nil {
			return v, err
		}
		var counts bool
		v, counts, err = r.attempt(t, attempt)
		if v == renew {
			t.renewals++
		}
		if v == renew && err == nil && (t.stale || t.renewals > r.attempts) {
			r.stop(&Stop{Reason: t.refusal()}) // though the sign-in is new
			return halt, nil
		}
		t.stale = v == renew
		if err != nil || v != again && v != throttle && v != renew {
			return v, err
		}
		if !counts || v == renew {
			continue // the gate says when to go on
		}
		if counted++; counted >= r.attempts {
			return spent, nil
		}
		select {
		case <-time.After(delays.NextBackOff()):
		case <-r.stopping.Done():
			return v, nil
		}
	}
}

// attempt sends a task's request once, which is in the journal. An error is that of a record that could not
// be written.
func (r *running) attempt(t *task, attempt Attempt) (v verdict, counts bool, err error) {
	start := time.Now()
	r.Requests.Add(1)
	t.answer = r.Sender.Send(r.abandon, r.Operation, attempt)
	t.attempts++
	t.requestID = attempt.RequestID
	if err := r.Recorder.Answered(attempt, t.answer); err != nil {
		return 0, false, err
	}
	if t.answer.HTTPStatus == 0 && !t.answer.Unsent {
		t.unanswered = attempt.RequestID
	}
	v = judge(r.Operation, t.answer)
	if r.abandon.Err() != nil {
		return v, false, nil // how it went says nothing about the service
	}
	r.gate.rest(r.pace.heard(start, v, t.answer))
	counts, trouble := r.gate.report(t, start, v, t.answer)
	switch {
	case trouble != nil:
		r.stop(&Stop{Reason: trouble.Error()})
	case v == halt:
		r.stop(&Stop{Reason: t.refusal()})
	}
	return v, counts, nil
}

// refusal words an answer that would be given to any request.
func (t *task) refusal() string {
	return "the service refuses the run: " + t.answer.String()
}

// outcome settles a task by the verdict on its last answer.
func (t *task) outcome(v verdict) Outcome {
	o := Outcome{
		Chunk:      t.chunk,
		RequestID:  t.requestID,
		Answer:     t.answer,
		Attempts:   t.attempts,
		FinishedAt: time.Now(),
	}
	switch {
	case v == done:
		o.Status = Succeeded
		return o
	case v == divide || v == refuse:
		o.Status = Failed
	case t.unanswered != "":
		o.Status = Unknown
	case v == spent:
		o.Status = Failed
	default: // the run stopped before the service gave an answer that settles anything
		o.Status = NotSent
	}
	switch {
	case t.unanswered != "" && t.unanswered != t.requestID:
		o.Doubt = Doubt{Unanswered, t.unanswered}
	case t.unanswered == "" && t.earlier != "":
		o.Doubt = Doubt{UnansweredBefore, t.earlier}
	case o.Status == NotSent && t.attempts > 0 && !t.answer.Unsent && (v == again || v == divide):
		o.Doubt = Doubt{Kind: Unsettled}
	}
	return o
}
