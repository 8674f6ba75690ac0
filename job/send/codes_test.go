package send_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/job/plan"
	"meetbatch/job/send"
)

// statusPlan plans to enable so many accounts and to disable as many others, ten in a request.
func statusPlan(t *testing.T, n int) *plan.Plan {
	p := plan.New(plan.Settings{Operation: job.SetStatus, Size: 10})
	for i := range int64(2 * n) {
		it := job.Item{Line: i + 2, Account: string(rune('a'+i%26)) + time.Duration(i).String(), Value: []string{"0", "1"}[i%2]}
		if err := p.Add(it); err != nil {
			t.Fatal(err)
		}
	}
	return mustPlan(p)
}

// TestNoneLeft: when as many users are enabled as were bought, nothing is divided and no further account is enabled;
// the others are disabled, and the run ends as one that the service stopped.
func TestNoneLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &memory{}
		var mu sync.Mutex
		enabling := 0
		svc := &service{takes: time.Second, answer: func(a job.Attempt) job.Answer {
			mu.Lock()
			defer mu.Unlock()
			if a.Chunk.Target == "1" {
				return fine
			}
			if enabling++; enabling <= 3 {
				return fine
			}
			return job.Answer{HTTPStatus: 400, Code: "USG.201040005", Message: "buy more"}
		}}
		r := paced(pace.Settings{}, &send.Runner{Operation: job.SetStatus, Sender: svc, Recorder: rec, Workers: 2})
		err := r.Run(t.Context(), t.Context(), statusPlan(t, 200))
		var stop *send.Stop
		if !errors.As(err, &stop) || !strings.Contains(stop.Reason, "USG.201040005 buy more") {
			t.Errorf("Run = %v, want a stop with the code", err)
		}
		if done, not := r.Counts.Of(job.Succeeded), r.Counts.Of(job.NotSent); done != 230 || not != 170 {
			t.Errorf("%d rows succeeded and %d were not sent, want 230 and 170", done, not)
		}
		if enabling > 5 {
			t.Errorf("%d requests to enable, want the three that were taken and one of each worker", enabling)
		}
		for _, o := range rec.outcomes {
			if o.Status == job.NotSent && (o.Answer.Code != "USG.201040005" || job.Doubtful(o.Message())) {
				t.Errorf("outcome = %+v", o)
			}
		}
	})
}

// TestUpgrading: while the service is upgraded one request now and then finds out when it is back, with minutes between.
func TestUpgrading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		during := 0
		svc := &service{takes: time.Second}
		svc.answer = func(job.Attempt) job.Answer {
			if time.Since(start) < 10*time.Minute {
				during++
				return job.Answer{HTTPStatus: 400, Code: "USG.000000008", Message: "upgrading", RetryAfter: 2 * time.Minute}
			}
			return fine
		}
		r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: &memory{}})
		if err := r.Run(t.Context(), context.Background(), manyAccounts(100)); err != nil || r.Counts.Of(job.Succeeded) != 100 {
			t.Errorf("Run = %v, %d of 100 rows succeeded", err, r.Counts.Of(job.Succeeded))
		}
		if during > 8+8 {
			t.Errorf("%d requests in ten minutes", during)
		}
	})
}
