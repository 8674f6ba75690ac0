package send

import (
	"time"

	"meetbatch/job"
)

// task is entries of a chunk on their way to a fate: the chunk itself, or a part that it was divided
// into.
type task struct {
	chunk      job.Chunk
	verdict    verdict    // on the last answer; again where there was none yet
	answer     job.Answer // the last one
	requestID  string     // of the last attempt
	attempts   int        // that the entries took part in, also as a part of more
	unanswered string     // the request ID of the last attempt that had no answer
	earlier    job.Doubt  // whether an earlier process carried it out
	repeats    bool       // the service may refuse what it has carried out: Operation.RefusesRepeats
	expired    bool       // the last answer asked for a new sign-in
	renewals   int        // how many did
}

func (s *sending) newTask(chunk job.Chunk) *task {
	t := &task{chunk: chunk, verdict: again, repeats: s.runner.Operation.RefusesRepeats}
	if s.runner.Pending != nil {
		t.earlier = s.runner.Pending(chunk)
	}
	return t
}

// inDoubt tells whether a refusal says nothing of the task's rows: an earlier try for them may have been carried out,
// and the service may refuse them for just that.
func (t *task) inDoubt() bool {
	return t.repeats && (t.unanswered != "" || t.earlier.Kind != job.NoDoubt)
}

// outcome is the fate of a task's rows, by the verdict on its last answer.
func (t *task) outcome() job.Outcome {
	o := job.Outcome{
		Chunk:      t.chunk,
		Status:     t.fate(),
		RequestID:  t.requestID,
		Answer:     t.answer,
		Attempts:   t.attempts,
		FinishedAt: time.Now(),
	}
	if o.Status != job.Succeeded {
		o.Doubt = t.doubt(o.Status)
	}
	return o
}

// fate says what a row's status comes to.
func (t *task) fate() job.Status {
	switch {
	case t.verdict == done:
		return job.Succeeded
	case t.verdict == divide, t.verdict == refuse: // the service refused just this
		if t.inDoubt() {
			return job.Unknown
		}
		return job.Failed
	case t.unanswered != "", t.verdict == spent && t.earlier.Kind != job.NoDoubt:
		return job.Unknown
	case t.verdict == spent:
		return job.Failed
	}
	return job.NotSent // the run stopped before the service gave an answer that settles anything
}

// doubt says what keeps a fate that is no success from being certain.
func (t *task) doubt(fate job.Status) job.Doubt {
	switch {
	case t.unanswered != "" && t.unanswered != t.requestID:
		return job.Doubt{Kind: job.Unanswered, RequestID: t.unanswered}
	case t.unanswered == "" && t.earlier.Kind != job.NoDoubt:
		return t.earlier
	case fate == job.NotSent && t.attempts > 0 && !t.answer.Unsent && t.verdict == again:
		return job.Doubt{Kind: job.Unsettled}
	}
	return job.Doubt{}
}

// refusal words an answer that would be given to any request.
func (t *task) refusal() *Stop {
	if hint := t.answer.Foreign; hint != "" {
		return &Stop{Reason: "this is not an answer of the service: " + t.answer.String(), Try: hint}
	}
	return &Stop{Reason: "the service refuses the run: " + t.answer.String(), Try: job.StopHint(t.answer)}
}
