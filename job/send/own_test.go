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

// TestLastAccountsInTrouble: accounts that are always throttled fail with the code, however many of them are left alone at the
// end of a run, and also where they were tried before the others were done. Where it is the service that throttles all who
// are left, they are not sent.
func TestLastAccountsInTrouble(t *testing.T) {
	const accounts = 300
	aRate := job.Rate{Requests: 100, Per: time.Minute}
	for _, test := range []struct {
		name         string
		rate         job.Rate
		from, to     int  // of the accounts, which are throttled
		outage       bool // all others are from then on, too
		failed, sent int64
	}{
		{"one", job.Rate{}, 299, 300, false, 1, 299},
		{"two", job.Rate{}, 298, 300, false, 2, 298},
		{"two, at a rate", aRate, 298, 300, false, 2, 298},
		{"three", job.Rate{}, 297, 300, false, 3, 297},
		{"ten", job.Rate{}, 290, 300, false, 10, 290},
		{"ten, at a rate", aRate, 290, 300, false, 10, 290},
		{"two that others follow", job.Rate{}, 280, 282, false, 2, 298},
		{"an outage", job.Rate{}, 250, 300, true, 0, 250},
		{"an outage, at a rate", aRate, 270, 300, true, 0, 270},
		{"an outage from the first on", job.Rate{}, 0, 300, true, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rec, out := &memory{}, false
				svc := &service{takes: 50 * time.Millisecond, answer: func(a job.Attempt) job.Answer {
					n := int(a.Chunk.Entries[0].Line) - 2
					bad := n >= test.from && n < test.to
					if out = out || bad && test.outage; out || bad {
						return throttled
					}
					return fine
				}}
				r := paced(pace.Settings{Rate: test.rate}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: rec})
				err := r.Run(t.Context(), t.Context(), manyAccounts(accounts))
				failed, done := r.Counts.Of(job.Failed), r.Counts.Of(job.Succeeded)
				if failed != test.failed || (done != test.sent && !(test.outage && done > test.sent-8 && done <= test.sent)) || (err == nil) != (failed+done == accounts) {
					t.Errorf("%v; %d failed and %d succeeded, want %d and %d", err, failed, done, test.failed, test.sent)
				}
				for _, o := range rec.outcomes {
					if o.Status == job.Failed && o.Answer.Code != throttled.Code {
						t.Errorf("failed with %s", o.Answer)
					}
				}
			})
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
