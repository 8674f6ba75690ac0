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

var barred = job.Answer{HTTPStatus: 403, Code: "USG.201040047", Message: "not this one"}

// TestBarred: accounts that the service bars fail, and the run goes on, until five of them in a row were barred: in the
// order in which requests went out, whatever time their answers take.
func TestBarred(t *testing.T) {
	for name, test := range map[string]struct {
		barred  string // a letter for each account: b barred at once, B barred late, s taken at once, S taken late, r refused
		workers int
		failed  int64 // at most, where the run stops
		stops   bool
	}{
		"one":                               {"sssbsssss", 1, 1, false},
		"the first":                         {"bsssssss", 1, 1, false},
		"the only one":                      {"b", 1, 1, false},
		"four in a row, twice":              {"bbbbsbbbbs", 1, 8, false},
		"four in a row, and a bad room":     {"bbbbrbbbbs", 1, 9, false},
		"five in a row":                     {"ssbbbbbss", 1, 5, true},
		"five first ones":                   {"bbbbbssss", 1, 5, true},
		"all, with many workers":            {strings.Repeat("b", 40), 8, 20, true},
		"late, with many workers":           {strings.Repeat("B", 40), 8, 20, true},
		"every second one, while others go": {strings.Repeat("bS", 20), 16, 20, false},
		"taken at once, barred late":        {strings.Repeat("Bs", 20), 16, 20, false},
		"from some time on":                 {strings.Repeat("s", 20) + strings.Repeat("b", 40), 8, 20, true},
		"taken before, told late":           {strings.Repeat("S", 7) + strings.Repeat("b", 80), 8, 30, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				list := plan.New(plan.Settings{Operation: job.Reclaim, Size: job.MaxChunk})
				for i, kind := range test.barred {
					list.Add(job.Item{Line: int64(i + 2), Account: string(kind) + strings.Repeat("x", i), Value: "room"})
				}
				r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Recorder: &memory{}, Workers: test.workers, Sender: slowly(func(a job.Attempt) (job.Answer, time.Duration) {
					switch a.Chunk.Target[0] {
					case 'b':
						return barred, time.Millisecond
					case 'B':
						return barred, time.Second
					case 's':
						return fine, time.Millisecond
					case 'r':
						return badEntry, time.Millisecond
					}
					return fine, time.Second
				})})
				err := r.Run(t.Context(), t.Context(), mustPlan(list))
				var stop *send.Stop
				if errors.As(err, &stop) != test.stops || err != nil && !test.stops {
					t.Errorf("Run = %v", err)
				}
				failed := r.Counts.Of(job.Failed)
				if test.stops && (failed < 5 || failed > test.failed || !strings.Contains(stop.Reason, "5 accounts in a row were refused, the last one by 403 USG.201040047 not this one") || stop.Try == "") || !test.stops && failed != test.failed {
					t.Errorf("%d failed, %d not sent: %v", failed, r.Counts.Of(job.NotSent), err)
				}
				if r.Counts.Total() != int64(len(test.barred)) || r.Counts.Of(job.Unknown) > 0 {
					t.Errorf("%d results, %d unknown", r.Counts.Total(), r.Counts.Of(job.Unknown))
				}
			})
		})
	}
}

// slowly is a service that says how long each answer takes.
type slowly func(job.Attempt) (job.Answer, time.Duration)

func (s slowly) Send(_ context.Context, _ job.Operation, a job.Attempt) job.Answer {
	answer, takes := s(a)
	time.Sleep(takes)
	return answer
}

// TestBarredAmongOthers: accounts in the body are found as bad entries are, and the rest goes through; where all are
// barred, a chunk is not divided to its end.
func TestBarredAmongOthers(t *testing.T) {
	t.Parallel()
	for _, all := range []bool{false, true} {
		svc := &service{answer: func(a job.Attempt) job.Answer {
			for _, e := range a.Chunk.Entries {
				if all || e.ID == "7" {
					return barred
				}
			}
			return fine
		}}
		r := paced(pace.Settings{}, &send.Runner{Operation: job.SetStatus, Sender: svc, Recorder: &memory{}, Workers: 1})
		list := plan.New(plan.Settings{Operation: job.SetStatus, Size: job.MaxChunk})
		for i := range 100 {
			list.Add(job.Item{Line: int64(i + 2), Account: fmt.Sprint(i), Value: "1"})
		}
		err := r.Run(t.Context(), t.Context(), mustPlan(list))
		want := map[bool]int64{false: 1, true: 5}[all]
		if r.Counts.Of(job.Failed) != want || (err != nil) != all || r.Counts.Total() != 100 || r.Requests.Load() > 20 {
			t.Errorf("all %t: %v, %d failed, %d not sent, %d requests", all, err, r.Counts.Of(job.Failed), r.Counts.Of(job.NotSent), r.Requests.Load())
		}
	}
}
