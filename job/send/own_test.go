package send_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/job/send"
)

// TestOneAccountInTrouble: an account that is always throttled while others get through fails with its code, whatever
// the pace, and takes a worker from nobody while it waits.
func TestOneAccountInTrouble(t *testing.T) {
	for _, answer := range []job.Answer{throttled, {HTTPStatus: 503, RetryAfter: 5 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			rec := &memory{}
			svc := &service{takes: 100 * time.Millisecond, answer: func(a job.Attempt) job.Answer {
				if a.Chunk.Target == "account50" {
					return answer
				}
				return fine
			}}
			r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: rec, Workers: 1})
			start := time.Now()
			if err := r.Run(t.Context(), t.Context(), manyAccounts(400)); err != nil {
				t.Fatal(err)
			}
			if failed, done := r.Counts.Of(job.Failed), r.Counts.Of(job.Succeeded); failed != 1 || done != 399 {
				t.Errorf("%d failed and %d succeeded", failed, done)
			}
			for _, o := range rec.outcomes {
				if o.Status == job.Failed && (o.Answer.HTTPStatus != answer.HTTPStatus || o.Answer.Code != answer.Code) {
					t.Errorf("failed with %s", o.Answer)
				}
			}
			if took := time.Since(start); took > 50*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// TestOneAccountIsToWaitForLong: an account for which the service asks to wait longer than a run does is not sent, and
// has not failed; the others go on.
func TestOneAccountIsToWaitForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec, asked := &memory{}, false
		svc := &service{takes: 100 * time.Millisecond, answer: func(a job.Attempt) job.Answer {
			switch {
			case a.Chunk.Target == "account20" && !asked: // from now on, it is for the request alone
				asked = true
				return job.Answer{HTTPStatus: 429, RetryAfter: time.Second}
			case a.Chunk.Target == "account50":
				return job.Answer{HTTPStatus: 429, Code: "APIG.0308", RetryAfter: time.Hour}
			}
			return fine
		}}
		r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: rec, Workers: 1})
		err := r.Run(t.Context(), t.Context(), manyAccounts(100))
		var stop *send.Stop
		if !errors.As(err, &stop) || stop.Reason != "the service asks to wait 1h0m0s with one request, which is longer than 15m0s" {
			t.Errorf("Run = %v", err)
		}
		if not, done := r.Counts.Of(job.NotSent), r.Counts.Of(job.Succeeded); not != 1 || done != 99 {
			t.Errorf("%d were not sent and %d succeeded, want 1 and 99", not, done)
		}
		for _, o := range rec.outcomes {
			if o.Status == job.NotSent && (o.Answer.Code != "APIG.0308" || job.Doubtful(o.Message())) {
				t.Errorf("outcome = %+v", o)
			}
		}
	})
}
