package send_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/job/plan"
	"meetbatch/job/send"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service answers requests with a function and remembers when they came.
type service struct {
	answer func(job.Attempt) job.Answer
	takes  time.Duration

	mu       sync.Mutex
	at       []time.Time
	flying   int
	mostEver int
}

func (s *service) Send(ctx context.Context, _ job.Operation, a job.Attempt) job.Answer {
	s.mu.Lock()
	s.at = append(s.at, time.Now())
	s.flying++
	s.mostEver = max(s.mostEver, s.flying)
	s.mu.Unlock()
	time.Sleep(s.takes)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flying--
	if s.answer == nil {
		return job.Answer{HTTPStatus: 200}
	}
	return s.answer(a)
}

// memory records in memory, and fails from the nth record on when n is not zero.
type memory struct {
	kind     string // of the records that fail; all where it is empty
	mu       sync.Mutex
	events   []string // kind and request ID, in order
	outcomes []job.Outcome
	failFrom int
	onError  func()
}

var errFull = errors.New("disk full")

func (m *memory) record(event string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failFrom > 0 && len(m.events)+1 >= m.failFrom && strings.HasPrefix(event, m.kind) {
		if m.onError != nil {
			m.onError()
		}
		return errFull
	}
	m.events = append(m.events, event)
	return nil
}

func (m *memory) Sent(a job.Attempt) error { return m.record("sent " + a.RequestID) }
func (m *memory) Answered(a job.Attempt, _ job.Answer) error {
	return m.record("answered " + a.RequestID)
}
func (m *memory) Sync() error                             { return nil }
func (m *memory) Reject(iter.Seq2[job.Item, error]) error { return nil }
func (m *memory) Settle(os ...job.Outcome) error {
	m.mu.Lock()
	m.outcomes = append(m.outcomes, os...)
	m.mu.Unlock()
	return m.record("settled " + os[0].RequestID)
}

// paced gives a runner a pacer of its own, as a process has one.
func paced(s pace.Settings, r *send.Runner) *send.Runner {
	r.Pacer = pace.New(s)
	return r
}

func mustPlan(p *plan.Planner) *plan.Plan {
	planned, err := p.Plan()
	if err != nil {
		panic(err) // nothing is written to a file
	}
	return planned
}

// manyAccounts plans one request for each of n accounts.
func manyAccounts(n int) *plan.Plan {
	p := plan.New(plan.Settings{Operation: job.Reclaim, Size: 100})
	for i := range n {
		p.Add(job.Item{Line: int64(i + 2), Account: fmt.Sprint("account", i), Value: "room"})
	}
	return mustPlan(p)
}

// TestRunKeepsTheRate holds the moments at which requests go out against the rate: evenly spaced, in
// no second more than the rate and one, whatever the answers take.
func TestRunKeepsTheRate(t *testing.T) {
	for _, takes := range []time.Duration{0, 3 * time.Millisecond, 190 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			svc := &service{takes: takes}
			r := paced(pace.Settings{Rate: job.Rate{Requests: 50, Per: time.Second}}, &send.Runner{Sender: svc, Recorder: &memory{}, Workers: 10})
			if err := r.Run(t.Context(), t.Context(), manyAccounts(1001)); err != nil {
				t.Fatal(err)
			}
			if took := svc.at[1000].Sub(svc.at[0]); took < 20*time.Second || took > 20*time.Second+10*time.Millisecond {
				t.Errorf("answers take %s: 1001 requests at 50/1s went out in %s, want 20s", takes, took)
			}
			for i := 51; i < len(svc.at); i++ {
				if gap := svc.at[i].Sub(svc.at[i-51]); gap < time.Second {
					t.Fatalf("answers take %s: requests %d to %d in %s, want a second or more", takes, i-51, i, gap)
				}
			}
		})
	}
}

func TestRunUsesTheWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		svc := &service{takes: time.Second}
		r := paced(pace.Settings{}, &send.Runner{Sender: svc, Recorder: &memory{}, Workers: 7})
		start := time.Now()
		if err := r.Run(t.Context(), t.Context(), manyAccounts(70)); err != nil {
			t.Fatal(err)
		}
		if svc.mostEver != 7 || time.Since(start) != 10*time.Second {
			t.Errorf("at most %d in flight for %s, want 7 for 10s", svc.mostEver, time.Since(start))
		}
	})
}

// TestRunWritesBeforeItActs: each request is recorded before it goes out, under an ID of its own.
func TestRunWritesBeforeItActs(t *testing.T) {
	t.Parallel()
	rec := &memory{}
	svc := &service{}
	svc.answer = func(a job.Attempt) job.Answer {
		rec.mu.Lock()
		defer rec.mu.Unlock()
		for _, e := range rec.events {
			if e == "sent "+a.RequestID {
				return job.Answer{HTTPStatus: 200}
			}
		}
		t.Errorf("request %s went out unrecorded", a.RequestID)
		return job.Answer{}
	}
	r := paced(pace.Settings{}, &send.Runner{Sender: svc, Recorder: rec, Workers: 16})
	if err := r.Run(t.Context(), t.Context(), manyAccounts(200)); err != nil {
		t.Fatal(err)
	}
	next := map[string]string{"": "sent", "sent": "answered", "answered": "settled"}
	was := map[string]string{}
	for _, event := range rec.events {
		kind, id, _ := strings.Cut(event, " ")
		if next[was[id]] != kind {
			t.Errorf("request %s was %q, then %s", id, was[id], kind)
		}
		was[id] = kind
	}
	if len(was) != 200 || len(rec.events) != 600 {
		t.Errorf("%d request IDs and %d records for 200 requests", len(was), len(rec.events))
	}
}

// TestRunStopsWhenRecordsFail: from the first record that cannot be written nothing goes out, and
// what is in flight is awaited.
func TestRunStopsWhenRecordsFail(t *testing.T) {
	for i, failFrom := range []int{1, 2, 3, 4, 50, 1, 60, 1, 70} {
		synctest.Test(t, func(t *testing.T) {
			svc := &service{takes: time.Second + 50*time.Millisecond} // answers come between the turns, and so do records of them
			var after int
			rec := &memory{failFrom: failFrom, kind: []string{"", "", "", "", "", "settled", "settled", "answered", "sent"}[i]}
			var failed sync.Once
			r := paced(pace.Settings{Rate: job.Rate{Requests: 10, Per: time.Second}}, &send.Runner{Sender: svc, Recorder: rec, Workers: 4})
			rec.onError = func() {
				failed.Do(func() { svc.mu.Lock(); after = len(svc.at); svc.mu.Unlock() })
			}
			err := r.Run(t.Context(), t.Context(), manyAccounts(1000))
			if !errors.Is(err, errFull) {
				t.Fatalf("Run = %v, want %v", err, errFull)
			}
			if svc.flying != 0 {
				t.Errorf("%d requests are still in flight", svc.flying)
			}
			if len(svc.at) != after {
				t.Errorf("record %d failed after %d requests, then %d more went out", failFrom, after, len(svc.at)-after)
			}
		})
	}
}
