package send_test

import (
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
