package send_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/job/plan"
	"meetbatch/job/send"
)

var (
	fine       = job.Answer{HTTPStatus: 200}
	badEntry   = job.Answer{HTTPStatus: 400, Code: "USG.201080000", Message: "no such room"}
	noUser     = job.Answer{HTTPStatus: 400, Code: "USG.201040000", Message: "no such user"}
	broken     = job.Answer{HTTPStatus: 500, Message: "exception"}
	away       = job.Answer{HTTPStatus: 503, Message: "unavailable"}
	unanswered = job.Answer{Message: "connection reset"}
	noFile     = job.Answer{Message: "too many open files", Unsent: true, NoFile: true}
	refused    = job.Answer{Message: "connection refused", Unsent: true}
	throttled  = job.Answer{HTTPStatus: 429, Code: "APIG.0308"}
)

// oneRequest plans a single request of n rooms.
func oneRequest(n int) *plan.Plan {
	p := plan.New(plan.Settings{Operation: job.Reclaim, Size: job.MaxChunk})
	for i := range n {
		p.Add(job.Item{Line: int64(i + 2), Account: "a", Value: fmt.Sprint(i)})
	}
	return mustPlan(p)
}

// answers gives one answer after the other, and the last one for ever.
func answers(list ...job.Answer) func(job.Attempt) job.Answer {
	n := 0
	return func(job.Attempt) job.Answer {
		n++
		return list[min(n, len(list))-1]
	}
}

// fates lists the rows' status by line, from line 2 on.
func (m *memory) fates() string {
	byLine := map[int64]job.Status{}
	for _, o := range m.outcomes {
		for _, e := range o.Chunk.Entries {
			if was, twice := byLine[e.Line]; twice {
				return fmt.Sprintf("line %d is both %s and %s", e.Line, was, o.Status)
			}
			byLine[e.Line] = o.Status
		}
	}
	var list []string
	for line := int64(2); len(byLine) > 0; line++ {
		list = append(list, string(byLine[line]))
		delete(byLine, line)
	}
	return strings.Join(list, " ")
}

// TestTryAgain pins what one request comes to, with how many attempts, and in what time.
func TestTryAgain(t *testing.T) {
	for _, test := range []struct {
		name     string
		answers  []job.Answer
		want     job.Status
		attempts int64
		atLeast  time.Duration
		stopped  bool
	}{
		{"done", []job.Answer{fine}, job.Succeeded, 1, 0, false},
		{"done, without content", []job.Answer{{HTTPStatus: 204}}, job.Succeeded, 1, 0, false},
		{"an error that passes", []job.Answer{broken, away, unanswered, {HTTPStatus: 504}, fine}, job.Succeeded, 5, 7 * time.Second, false},
		{"a server error that stays", []job.Answer{broken}, job.Failed, 5, 7 * time.Second, false},
		{"no answer, ever", []job.Answer{unanswered}, job.Unknown, 5, 7 * time.Second, false},
		{"no answer, then server errors", []job.Answer{unanswered, broken}, job.Unknown, 5, 7 * time.Second, false},
		{"no answer, then a refusal", []job.Answer{unanswered, noUser}, job.Unknown, 2, time.Second / 2, false},
		{"a gateway that lost it, for ever", []job.Answer{{HTTPStatus: 504}}, job.Unknown, 5, 7 * time.Second, false},
		{"a gateway that lost it, then a refusal", []job.Answer{{HTTPStatus: 502}, badEntry}, job.Unknown, 2, time.Second / 2, false},
		{"a gateway that has nobody behind it", []job.Answer{{HTTPStatus: 502, Code: "APIG.0610"}}, job.Failed, 5, 7 * time.Second, false},
		{"somebody else's page", []job.Answer{{HTTPStatus: 200, Foreign: "look"}}, job.Unknown, 1, 0, true},
		{"accepted", []job.Answer{{HTTPStatus: 202, Foreign: "look"}}, job.Unknown, 1, 0, true},
		{"an error in a 200", []job.Answer{{HTTPStatus: 200, Code: "USG.201080000"}}, job.Failed, 1, 0, false},
		{"a web server", []job.Answer{{HTTPStatus: 404, Foreign: "look"}}, job.NotSent, 1, 0, true},
		{"not made for that", []job.Answer{{HTTPStatus: 501, Foreign: "look"}}, job.NotSent, 1, 0, true},
		{"a certificate that will not do", []job.Answer{{Unsent: true, Foreign: "look"}}, job.NotSent, 0, 0, true},
		{"one account is barred", []job.Answer{{HTTPStatus: 403, Code: "USG.201040047"}}, job.Failed, 1, 0, false},
		{"one account is not known", []job.Answer{{HTTPStatus: 404, Code: "USG.201040000"}}, job.Failed, 1, 0, false},
		{"the gateway bars all", []job.Answer{{HTTPStatus: 403, Code: "APIG.0302"}}, job.NotSent, 1, 0, true},
		{"refused", []job.Answer{noUser}, job.Failed, 1, 0, false},
		{"one bad entry", []job.Answer{badEntry}, job.Failed, 1, 0, false},
		{"a throttle does not use up attempts", []job.Answer{throttled, throttled, throttled, throttled, throttled, throttled, throttled, fine}, job.Succeeded, 8, 30 * time.Second, false},
		{"nor does a service that is out of reach", []job.Answer{refused, refused, refused, refused, refused, refused, refused, fine}, job.Succeeded, 1, 30 * time.Second, false}, // what never left is no request
		{"nor does a machine that allows no connection", []job.Answer{noFile, noFile, noFile, noFile, noFile, noFile, noFile, fine}, job.Succeeded, 1, 30 * time.Second, false},
		{"Retry-After", []job.Answer{{HTTPStatus: 429, RetryAfter: 90 * time.Second}, fine}, job.Succeeded, 2, 90 * time.Second, false},
		{"Retry-After with 503", []job.Answer{{HTTPStatus: 503, RetryAfter: 90 * time.Second}, fine}, job.Succeeded, 2, 90 * time.Second, false},
		{"Retry-After beyond patience", []job.Answer{{HTTPStatus: 429, RetryAfter: time.Hour}}, job.NotSent, 1, 0, true},
		{"throttled for ever", []job.Answer{throttled}, job.NotSent, 0, 15 * time.Minute, true},
		{"out of reach for ever", []job.Answer{refused}, job.NotSent, 0, 15 * time.Minute, true},
		{"a token that is not accepted", []job.Answer{{HTTPStatus: 401}}, job.NotSent, 1, 0, true},
		{"no permission", []job.Answer{{HTTPStatus: 403}}, job.NotSent, 1, 0, true},
		{"not the service", []job.Answer{{HTTPStatus: 404}}, job.NotSent, 1, 0, true},
		{"a redirect", []job.Answer{{HTTPStatus: 302}}, job.NotSent, 1, 0, true},
		{"unfit for the gateway", []job.Answer{{HTTPStatus: 400, Code: "APIG.1009"}}, job.NotSent, 1, 0, true},
		{"no answer, then no permission", []job.Answer{unanswered, {HTTPStatus: 403}}, job.Unknown, 2, time.Second / 2, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rec := &memory{}
				r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: &service{answer: answers(test.answers...)}, Recorder: rec})
				start := time.Now()
				err := r.Run(t.Context(), t.Context(), oneRequest(1))
				var stop *send.Stop
				if errors.As(err, &stop) != test.stopped || err != nil && !test.stopped {
					t.Errorf("Run = %v, want a stop: %t", err, test.stopped)
				}
				if rec.fates() != string(test.want) {
					t.Errorf("row is %s, want %s", rec.fates(), test.want)
				}
				if n := r.Requests.Load(); test.attempts > 0 && n != test.attempts || n > 40 {
					t.Errorf("%d requests, want %d", n, test.attempts)
				}
				if took := time.Since(start); took < test.atLeast || took > 20*time.Minute {
					t.Errorf("took %s, want %s at least", took, test.atLeast)
				}
			})
		})
	}
}

// TestUnansweredIsNamed: a refusal that follows an unanswered try says so, also for a part of the rows. Where the
// service may refuse what it has carried out, nobody knows then which of both it is.
func TestUnansweredIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var first string
		rec := &memory{}
		svc := &service{answer: func(a job.Attempt) job.Answer {
			if first == "" {
				first = a.RequestID
				return unanswered
			}
			return badEntry
		}}
		r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: rec})
		if err := r.Run(t.Context(), t.Context(), oneRequest(3)); err != nil {
			t.Fatal(err)
		}
		for _, o := range rec.outcomes {
			if o.Status != job.Unknown || !strings.Contains(o.Message(), "no such room; request "+first+" for the same row went unanswered") {
				t.Errorf("outcome = %s %q", o.Status, o.Answer.Message)
			}
			if o.Attempts < 2 {
				t.Errorf("%d attempts, want those before the division counted", o.Attempts)
			}
		}
	})
}

// bad answers as a service that rejectoncerns the target concerns all entries; for accounts in the body
// the same code concerns one of them.
func TestWholeRequestIsNotDivided(t *testing.T) {
	t.Parallel()
	r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: &service{answer: answers(noUser)}, Recorder: &memory{}})
	if err := r.Run(t.Context(), t.Context(), oneRequest(100)); err != nil || r.Requests.Load() != 1 || r.Counts.Of(job.Failed) != 100 {
		t.Errorf("reclaim: %v, %d requests, %d failed", err, r.Requests.Load(), r.Counts.Of(job.Failed))
	}
	p := plan.New(plan.Settings{Operation: job.SetStatus, Size: job.MaxChunk})
	for i := range 100 {
		p.Add(job.Item{Line: int64(i + 2), Account: fmt.Sprint(i), Value: "1"})
	}
	r = paced(pace.Settings{}, &send.Runner{Operation: job.SetStatus, Recorder: &memory{}, Sender: &service{answer: func(a job.Attempt) job.Answer {
		for _, e := range a.Chunk.Entries {
			if e.ID == "50" {
				return noUser
			}
		}
		return fine
	}}})
	if err := r.Run(t.Context(), t.Context(), mustPlan(p)); err != nil || r.Requests.Load() > 15 || r.Counts.Of(job.Failed) != 1 {
		t.Errorf("status: %v, %d requests, %d failed", err, r.Requests.Load(), r.Counts.Of(job.Failed))
	}
}

// TestOutage: while the service is down one request at a time finds out; afterwards everything goes on,
// at the rate, and nothing is lost although the outage outlasts the attempts.
func TestOutage(t *testing.T) {
	for _, kind := range []job.Answer{refused, unanswered, away} {
		for _, lasts := range []time.Duration{time.Minute, 10 * time.Minute} {
			synctest.Test(t, func(t *testing.T) {
				rec := &memory{}
				svc := &service{takes: 10 * time.Millisecond}
				start := time.Now()
				during := 0
				svc.answer = func(job.Attempt) job.Answer {
					if at := time.Since(start); at > 10*time.Second && at < 10*time.Second+lasts {
						during++
						return kind
					}
					return fine
				}
				r := paced(pace.Settings{Rate: job.Rate{Requests: 5, Per: time.Second}}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: rec})
				if err := r.Run(t.Context(), t.Context(), manyAccounts(200)); err != nil {
					t.Fatal(err)
				}
				if got := r.Counts.Of(job.Succeeded); got != 200 {
					t.Errorf("%+v for %s: %d of 200 rows succeeded", kind, lasts, got)
				}
				if during > 60 {
					t.Errorf("%+v for %s: %d requests during the outage", kind, lasts, during)
				}
				for i := 6; i < len(svc.at); i++ {
					if gap := svc.at[i].Sub(svc.at[i-6]); gap < time.Second {
						t.Fatalf("requests %d to %d in %s", i-6, i, gap)
					}
				}
			})
		}
	}
}

// TestServiceIsDown: with a service that is never there the run stops in time, and nothing was sent.
func TestServiceIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &memory{}
		r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: &service{answer: answers(refused)}, Recorder: rec, Workers: 20})
		start := time.Now()
		err := r.Run(t.Context(), t.Context(), manyAccounts(5000))
		if err == nil || !strings.Contains(err.Error(), "out of reach") || !strings.Contains(err.Error(), "connection refused") {
			t.Errorf("Run = %v", err)
		}
		if n := r.Counts.Of(job.NotSent); n != 5000 {
			t.Errorf("%d of 5000 rows not sent", n)
		}
		if took := time.Since(start); took > 17*time.Minute {
			t.Errorf("it took %s", took)
		}
		if n := r.Requests.Load(); n > 100 {
			t.Errorf("%d requests", n)
		}
	})
}

// TestThrottleHoldsAll: after a 429 nobody sends before the time that it gives.
func TestThrottleHoldsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		svc := &service{takes: 5 * time.Millisecond}
		var until time.Time
		n := 0
		svc.answer = func(job.Attempt) job.Answer {
			n++
			if n == 20 {
				until = time.Now().Add(42 * time.Second)
				return job.Answer{HTTPStatus: 429, RetryAfter: 42 * time.Second}
			}
			return fine
		}
		r := paced(pace.Settings{Rate: job.Rate{Requests: 100, Per: time.Second}}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: &memory{}, Workers: 16})
		if err := r.Run(t.Context(), t.Context(), manyAccounts(100)); err != nil {
			t.Fatal(err)
		}
		for i, at := range svc.at {
			if at.After(until.Add(-42*time.Second)) && at.Before(until) {
				t.Errorf("request %d went out %s before the hold was over", i, until.Sub(at))
			}
		}
		if len(svc.at) != 101 {
			t.Errorf("%d requests, want 101", len(svc.at))
		}
	})
}

func TestMaxFailures(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		bound string
		rows  int
		want  int64 // rows that failed when the run stopped; all of them if it did not
	}{
		{"7", 100, 7}, {"100%", 3000, 1000}, {"50%", 999, 999}, {"50%", 3000, 1000},
	} {
		share, err := job.ParseShare(test.bound)
		if err != nil {
			t.Fatal(err)
		}
		r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: &service{answer: answers(noUser)}, Recorder: &memory{}, Workers: 1, MaxFailures: share})
		err = r.Run(t.Context(), t.Context(), manyAccounts(test.rows))
		if got := r.Counts.Of(job.Failed); got != test.want || (err != nil) != (test.want < int64(test.rows)) || r.Counts.Total() != int64(test.rows) {
			t.Errorf("--max-failures %s: %v after %d of %d rows", test.bound, err, got, test.rows)
		}
	}
	for _, wrong := range []string{"", "0", "-1", "0%", "101%", "x", "5 %", "NaN%", "1.5"} {
		if s, err := job.ParseShare(wrong); err == nil {
			t.Errorf("ParseShare(%q) = %s", wrong, s)
		}
	}
}

// TestStopping: the first signal lets what is in flight finish, the second gives it up; either way each
// row has one result.
func TestStopping(t *testing.T) {
	for _, givenUp := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			rec := &memory{}
			svc := &patient{takes: 10 * time.Second}
			errSignal := errors.New("signal")
			stopping, stop := context.WithCancelCause(t.Context())
			abandon, giveUp := context.WithCancel(t.Context())
			time.AfterFunc(15*time.Second, func() { stop(errSignal) })
			if givenUp {
				time.AfterFunc(16*time.Second, giveUp)
			}
			defer giveUp()
			r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: rec, Workers: 4})
			start := time.Now()
			if err := r.Run(stopping, abandon, manyAccounts(100)); !errors.Is(err, errSignal) {
				t.Errorf("Run = %v", err)
			}
			want := []int64{8, 0, 92}
			wantTime := 20 * time.Second
			if givenUp {
				want, wantTime = []int64{4, 4, 92}, 16*time.Second
			}
			for i, status := range []job.Status{job.Succeeded, job.Unknown, job.NotSent} {
				if got := r.Counts.Of(status); got != want[i] {
					t.Errorf("given up %t: %d rows %s, want %d", givenUp, got, status, want[i])
				}
			}
			if took := time.Since(start); took != wantTime {
				t.Errorf("given up %t: it took %s, want %s", givenUp, took, wantTime)
			}
		})
	}
}

// patient answers after a time, or not at all when it is given up before.
type patient struct{ takes time.Duration }

func (p *patient) Send(ctx context.Context, _ job.Operation, _ job.Attempt) job.Answer {
	select {
	case <-time.After(p.takes):
		return fine
	case <-ctx.Done():
		return job.Answer{Message: "given up"}
	}
}

// TestWorkersDoNotMatter: with 1 worker and with 256 the rows have the same fates.
func TestWorkersDoNotMatter(t *testing.T) {
	fates := map[int]string{}
	for _, workers := range []int{1, 256} {
		synctest.Test(t, func(t *testing.T) {
			rec := &memory{}
			svc := &service{takes: time.Millisecond}
			tries := map[string]int{}
			svc.answer = func(a job.Attempt) job.Answer {
				account := a.Chunk.Target
				tries[account]++
				switch {
				case strings.HasSuffix(account, "7"):
					return noUser
				case strings.HasSuffix(account, "3") && tries[account] < 3:
					return broken
				case strings.HasSuffix(account, "5") && tries[account] == 1:
					return throttled
				}
				return fine
			}
			r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: rec, Workers: workers})
			if err := r.Run(t.Context(), t.Context(), manyAccounts(500)); err != nil {
				t.Fatal(err)
			}
			fates[workers] = rec.fates()
		})
	}
	if fates[1] != fates[256] {
		t.Errorf("with 1 worker: %s\nwith 256: %s", fates[1], fates[256])
	}
}

// TestStale: a request that is refused for its token goes out again with a new one, but not twice in a row.
func TestStale(t *testing.T) {
	stale := job.Answer{HTTPStatus: 401, Stale: true}
	for _, test := range []struct {
		answers []job.Answer
		stops   bool
		sent    int64
	}{
		{[]job.Answer{stale, fine}, false, 2},
		{[]job.Answer{stale, stale, fine}, true, 2},
		{[]job.Answer{stale, {HTTPStatus: 500}, {HTTPStatus: 500}, stale, fine}, false, 5},
		{[]job.Answer{{HTTPStatus: 401}}, true, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: &service{answer: answers(test.answers...)}, Recorder: &memory{}})
			err := r.Run(t.Context(), t.Context(), oneRequest(3))
			var stop *send.Stop
			if errors.As(err, &stop) != test.stops || r.Requests.Load() != test.sent {
				t.Errorf("%v: %v after %d requests", test.answers, err, r.Requests.Load())
			}
			want := job.Succeeded
			if test.stops {
				want = job.NotSent
			}
			if r.Counts.Of(want) != 3 {
				t.Errorf("%v: %d rows are %s", test.answers, r.Counts.Of(want), want)
			}
		})
	}
}

// TestTriedGoLast: what was tried in vain before goes out when everything else is done.
func TestTriedGoLast(t *testing.T) {
	t.Parallel()
	rec := &memory{}
	var order []string
	svc := &service{answer: func(a job.Attempt) job.Answer { order = append(order, a.Chunk.Target); return fine }}
	r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: rec, Workers: 1,
		Tried: func(line int64) bool { return line == 2 || line == 4 }})
	if err := r.Run(t.Context(), t.Context(), manyAccounts(5)); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(order); got != "[account1 account3 account4 account0 account2]" {
		t.Errorf("sent in the order %s", got)
	}
}
