package send_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/job/plan"
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
// has not failed, whatever the status, and also where it asks so in the middle of a division; the others go on.
func TestOneAccountIsToWaitForLong(t *testing.T) {
	for _, long := range []job.Answer{
		{HTTPStatus: 429, Code: "APIG.0308", RetryAfter: time.Hour},
		{HTTPStatus: 503, Code: "APIG.0308", RetryAfter: time.Hour},
		{HTTPStatus: 429, Code: "APIG.0308", RetryAfter: pace.Patience + time.Second},
	} {
		for _, divided := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) { waitForLong(t, long, divided) })
		}
	}
}

// waitForLong runs a hundred accounts of two rooms, of which one gets that answer: for both of
// its rooms, or where they are divided for the first.
func waitForLong(t *testing.T, long job.Answer, divided bool) {
	rec, asked := &memory{}, false
	svc := &service{takes: 100 * time.Millisecond, answer: func(a job.Attempt) job.Answer {
		switch whole := len(a.Chunk.Entries) > 1; {
		case a.Chunk.Target == "account20" && !asked: // from now on, it is for the request alone
			asked = true
			return job.Answer{HTTPStatus: 429, RetryAfter: time.Second}
		case a.Chunk.Target == "account50" && divided && whole:
			return badEntry
		case a.Chunk.Entries[0].ID == "100":
			return long
		}
		return fine
	}}
	list := plan.New(plan.Settings{Operation: job.Reclaim, Size: job.MaxChunk})
	for i := range 200 {
		list.Add(job.Item{Line: int64(i + 2), Account: fmt.Sprintf("account%d", i/2), Value: fmt.Sprint(i)})
	}
	r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: rec, Workers: 1})
	err := r.Run(t.Context(), t.Context(), mustPlan(list))
	var stop *send.Stop
	want := fmt.Sprintf("the service asks to wait %s with one request, which is longer than 15m0s", long.RetryAfter)
	if !errors.As(err, &stop) || stop.Reason != want {
		t.Errorf("Run = %v, want %s", err, want)
	}
	if not, done := r.Counts.Of(job.NotSent), r.Counts.Of(job.Succeeded); not+done != 200 || not != map[bool]int64{false: 2, true: 1}[divided] {
		t.Errorf("%d were not sent and %d succeeded of 200: %s, divided: %t", not, done, long, divided)
	}
	for _, o := range rec.outcomes {
		if o.Status == job.NotSent && (o.Answer.Code != "APIG.0308" || job.Doubtful(o.Message())) {
			t.Errorf("outcome = %+v", o)
		}
	}
}
