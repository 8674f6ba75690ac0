package send_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/job/plan"
	"meetbatch/job/send"
)

// bad answers as a service that rejects whole requests in which an entry is bad.
func rejecting(bad map[string]bool) func(job.Attempt) job.Answer {
	return func(a job.Attempt) job.Answer {
		for _, e := range a.Chunk.Entries {
			if bad[e.ID] {
				return badEntry
			}
		}
		return fine
	}
}

// picky is a service that refuses requests for their entries, and for more than that. It remembers what it did.
type picky struct {
	bad     map[string]bool
	most    int        // entries that it takes at a time
	partial bool       // it carries out the good entries of a request that it refuses
	moody   *rand.Rand // nil: it refuses nothing else

	requests map[string]job.Chunk // by ID
	applied  map[string]string    // the ID of the last request that carried an entry out, by entry
	tries    map[string]int       // requests that had an entry
}

func newPicky(bad map[string]bool) *picky {
	return &picky{bad: bad, most: job.MaxChunk, requests: map[string]job.Chunk{}, applied: map[string]string{}, tries: map[string]int{}}
}

func (p *picky) answer(a job.Attempt) job.Answer {
	p.requests[a.RequestID] = a.Chunk
	answer := fine
	isBad := func(e job.Entry) bool { return p.bad[e.ID] }
	switch {
	case p.moody != nil && p.moody.IntN(8) == 0:
		answer = []job.Answer{badEntry, {HTTPStatus: 400}, noUser, {HTTPStatus: 413}}[p.moody.IntN(4)]
	case len(a.Chunk.Entries) > p.most, slices.ContainsFunc(a.Chunk.Entries, isBad):
		answer = badEntry
	}
	for _, e := range a.Chunk.Entries {
		p.tries[e.ID]++
		if answer.HTTPStatus == 200 || p.partial && !isBad(e) {
			p.applied[e.ID] = a.RequestID
		}
	}
	return answer
}

// drawBad draws which of n entries are bad: few of them, or any number, anywhere or in one row.
func drawBad(t *rapid.T, n int) map[string]bool {
	k := rapid.OneOf(rapid.IntRange(0, min(3, n)), rapid.IntRange(0, n)).Draw(t, "bad")
	places := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).Perm(n)[:k]
	if rapid.Bool().Draw(t, "in a row") {
		from := rapid.IntRange(0, n-k).Draw(t, "from")
		for i := range places {
			places[i] = from + i
		}
	}
	bad := map[string]bool{}
	for _, i := range places {
		bad[fmt.Sprint(i)] = true
	}
	return bad
}

// within tells whether so many requests for a chunk of n entries are within the bound.
func within(n int, requests int64) bool {
	return float64(requests) <= float64(n)+max(float64(n/10), math.Log2(float64(n))+2)
}

// TestDivide: whatever stands where, and whatever the service refuses besides and does with the good entries of a
// request that it refuses, each row has the result that is true of it, names a request that carried it, and counts the
// requests that did; and the requests stay within the bound. Where it is only the entries, they are as many as those by
// which the figures are counted.
func TestDivide(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, job.MaxChunk).Draw(t, "entries")
		p := newPicky(drawBad(t, n))
		p.most = rapid.OneOf(rapid.Just(job.MaxChunk), rapid.IntRange(1, job.MaxChunk)).Draw(t, "most")
		p.partial = rapid.Bool().Draw(t, "partial")
		if rapid.IntRange(0, 3).Draw(t, "moody") == 0 {
			p.moody = rand.New(rand.NewPCG(1, uint64(n)))
		}
		rec := &memory{}
		r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: &service{answer: p.answer}, Recorder: rec, Workers: 1})
		if err := r.Run(context.Background(), context.Background(), oneRequest(n)); err != nil {
			t.Fatal(err)
		}
		if !within(n, r.Requests.Load()) {
			t.Fatalf("%d requests for %d entries", r.Requests.Load(), n)
		}
		if r.Counts.Total() != int64(n) {
			t.Fatalf("%d results for %d entries", r.Counts.Total(), n)
		}
		if want := send.Simulate(p.places(n)); p.moody == nil && p.most >= n && r.Requests.Load() != int64(want) {
			t.Fatalf("%d requests for %d entries, and %d in the simulation", r.Requests.Load(), n, want)
		}
		for _, o := range rec.outcomes {
			p.hold(t, o)
		}
	})
}

// places says of each of n entries whether it is bad.
func (p *picky) places(n int) []bool {
	bad := make([]bool, n)
	for i := range bad {
		bad[i] = p.bad[fmt.Sprint(i)]
	}
	return bad
}

// hold holds an outcome against what the service did.
func (p *picky) hold(t *rapid.T, o job.Outcome) {
	for _, e := range o.Chunk.Entries {
		carried := slices.ContainsFunc(p.requests[o.RequestID].Entries, func(c job.Entry) bool { return c.ID == e.ID })
		switch {
		case !carried || o.Attempts != p.tries[e.ID]:
			t.Fatalf("entry %s: request %s carried it: %t; %d attempts, and it was in %d requests", e.ID, o.RequestID, carried, o.Attempts, p.tries[e.ID])
		case o.Status == job.Succeeded && p.applied[e.ID] != o.RequestID:
			t.Fatalf("entry %s %s with request %s, which did not carry it out", e.ID, o.Status, o.RequestID)
		case o.Status == job.Failed && !p.bad[e.ID] && p.moody == nil:
			t.Fatalf("entry %s is good, and %s", e.ID, o.Status)
		case o.Status != job.Succeeded && o.Status != job.Failed:
			t.Fatalf("entry %s is %s", e.ID, o.Status)
		}
	}
}

// TestDeduction: once a code was that of a single entry, the last entry of a refused request of which the others were
// carried out gets that refusal, without a request of its own, but the first time.
func TestDeduction(t *testing.T) {
	t.Parallel()
	p := newPicky(map[string]bool{"1": true})
	list := plan.New(plan.Settings{Operation: job.Reclaim, Size: job.MaxChunk})
	for i, account := range []string{"first", "second", "second", "third", "third", "fourth", "fourth"} {
		list.Add(job.Item{Line: int64(i + 2), Account: account, Value: []string{"1", "0", "2", "0", "1", "0", "1"}[i]})
	}
	rec := &memory{}
	r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: &service{answer: p.answer}, Recorder: rec, Workers: 1})
	if err := r.Run(t.Context(), t.Context(), mustPlan(list)); err != nil {
		t.Fatal(err)
	}
	last := rec.outcomes[len(rec.outcomes)-1]
	if rec.fates() != "failed succeeded succeeded succeeded failed succeeded failed" || r.Requests.Load() != 7 {
		t.Errorf("%s with %d requests, want 7", rec.fates(), r.Requests.Load())
	}
	if got := p.requests[last.RequestID]; last.Answer.String() != badEntry.String() || last.Attempts != 1 || len(got.Entries) != 2 {
		t.Errorf("the last row has the answer %s to a request of %d entries, want that of both, and 1 attempt: %d", last.Answer, len(got.Entries), last.Attempts)
	}
}

// TestRefusedForNothing: a code with which requests were refused whose entries were all carried out afterwards never
// proves that an entry is bad, though a bad entry has it too.
func TestRefusedForNothing(t *testing.T) {
	t.Parallel()
	p := newPicky(map[string]bool{"bad": true})
	list := plan.New(plan.Settings{Operation: job.Reclaim, Size: job.MaxChunk})
	for i, row := range []string{"fine 0", "fine 1", "odd 2", "odd 3", "single bad", "odder 4", "odder 5"} {
		account, room, _ := strings.Cut(row, " ")
		list.Add(job.Item{Line: int64(i + 2), Account: account, Value: room})
	}
	svc := &service{answer: func(a job.Attempt) job.Answer {
		if strings.HasPrefix(a.Chunk.Target, "odd") && len(a.Chunk.Entries) > 1 {
			return badEntry
		}
		return p.answer(a)
	}}
	rec := &memory{}
	r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: rec, Workers: 1})
	if err := r.Run(t.Context(), t.Context(), mustPlan(list)); err != nil {
		t.Fatal(err)
	}
	if r.Counts.Of(job.Failed) != 1 || r.Counts.Of(job.Succeeded) != 6 || r.Requests.Load() != 8 {
		t.Errorf("%s with %d requests, want one that failed, and 8", rec.fates(), r.Requests.Load())
	}
}

// TestRefusedForAnotherReason: a service that refuses pairs for what each of them is not, with the code of a bad entry
// that it had before, costs no good row at first, and none for long.
func TestRefusedForAnotherReason(t *testing.T) {
	t.Parallel()
	p := newPicky(map[string]bool{"bad": true})
	list := plan.New(plan.Settings{Operation: job.Reclaim, Size: job.MaxChunk})
	line := int64(1)
	add := func(account, room string) {
		line++
		list.Add(job.Item{Line: line, Account: account, Value: room})
	}
	add("fine", "0")
	add("fine", "1")
	add("single", "bad")
	for i := range 100 {
		add(fmt.Sprintf("odd%d", i), fmt.Sprintf("%d-0", i))
		add(fmt.Sprintf("odd%d", i), fmt.Sprintf("%d-1", i))
	}
	svc := &service{answer: func(a job.Attempt) job.Answer {
		if strings.HasPrefix(a.Chunk.Target, "odd") && len(a.Chunk.Entries) > 1 {
			return badEntry
		}
		return p.answer(a)
	}}
	r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: &memory{}, Workers: 1})
	if err := r.Run(t.Context(), t.Context(), mustPlan(list)); err != nil {
		t.Fatal(err)
	}
	if r.Counts.Of(job.Failed) != 1 || r.Counts.Of(job.Succeeded) != 202 {
		t.Errorf("%d rows failed and %d succeeded, want 1 and 202", r.Counts.Of(job.Failed), r.Counts.Of(job.Succeeded))
	}
}

// TestTooLarge: where the service takes fewer entries than a chunk has, it says so with the code of a bad entry, and
// one chunk after the other is refused, no good row fails for it.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	p := newPicky(map[string]bool{"0-3": true, "4-99": true, "5-0": true})
	p.most = 30
	list := plan.New(plan.Settings{Operation: job.Reclaim, Size: job.MaxChunk})
	for i := range 1000 {
		list.Add(job.Item{Line: int64(i + 2), Account: fmt.Sprint(i / 100), Value: fmt.Sprintf("%d-%d", i/100, i%100)})
	}
	r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: &service{answer: p.answer}, Recorder: &memory{}, Workers: 1})
	if err := r.Run(t.Context(), t.Context(), mustPlan(list)); err != nil {
		t.Fatal(err)
	}
	if failed := r.Counts.Of(job.Failed); failed != 3 || r.Counts.Total() != 1000 || r.Requests.Load() > 200 {
		t.Errorf("%d of %d rows failed, with %d requests", failed, r.Counts.Total(), r.Requests.Load())
	}
}

// TestStopWhileDividing: when the run stops in the middle of a division, the parts that were not tried yet are not
// sent, though a request that they were a part of was refused.
func TestStopWhileDividing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopping, stop := context.WithCancelCause(t.Context())
		rec := &memory{}
		bad := rejecting(map[string]bool{"0": true})
		svc := &service{answer: func(a job.Attempt) job.Answer {
			if len(a.Chunk.Entries) == 1 {
				stop(errors.New("signal"))
			}
			return bad(a)
		}}
		r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: rec})
		if err := r.Run(stopping, t.Context(), oneRequest(8)); err == nil {
			t.Error("Run = nil, want the signal")
		}
		if failed, notSent := r.Counts.Of(job.Failed), r.Counts.Of(job.NotSent); failed != 1 || notSent != 7 {
			t.Errorf("%d rows failed and %d were not sent, want 1 and 7", failed, notSent)
		}
		for _, o := range rec.outcomes {
			if doubtful := job.Doubtful(o.Message()); doubtful != (o.Status == job.NotSent) {
				t.Errorf("%s %q", o.Status, o.Message())
			}
		}
	})
}
