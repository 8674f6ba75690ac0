package send_test

import (
	"fmt"
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

// forgetful is a service that refuses what it has carried out, and at times does not answer.
type forgetful struct {
	bad     map[string]bool
	repeats bool            // it carries out again what it has carried out
	done    map[string]bool // entries
	mute    func(n int) (silent, acts bool)
	n       int
}

func (f *forgetful) answer(a job.Attempt) job.Answer {
	f.n++
	silent, acts := f.mute(f.n)
	if silent && !acts {
		return unanswered
	}
	ids := a.Chunk.Entries
	answer := fine
	if slices.ContainsFunc(ids, func(e job.Entry) bool { return f.bad[e.ID] || f.done[e.ID] && !f.repeats }) {
		answer = badEntry
	} else {
		for _, e := range ids {
			f.done[e.ID] = true
		}
	}
	if silent {
		return unanswered
	}
	return answer
}

// TestRefusedAfterNoAnswer: what was carried out never stands as failed without a doubt, where repeats are refused; and
// where the request without an answer was not carried out, all is as without it.
func TestRefusedAfterNoAnswer(t *testing.T) {
	for _, test := range []struct {
		name     string
		n        int
		bad      []string
		acts     bool
		fates    string
		requests int64
	}{
		{"one entry, carried out", 1, nil, true, "unknown", 2},
		{"one entry, which is bad", 1, []string{"0"}, false, "unknown", 2},
		{"all were carried out", 5, nil, true, "unknown unknown unknown unknown unknown", 4},
		{"two were carried out", 2, nil, true, "unknown unknown", 4},
		{"none was, the first is good", 4, []string{"2"}, false, "succeeded succeeded failed succeeded", 0},
		{"none was, the first is bad", 4, []string{"0"}, false, "failed succeeded succeeded succeeded", 0},
		{"none was, the first two are bad", 4, []string{"0", "1"}, false, "unknown unknown unknown unknown", 4},
		{"none was, and none is bad", 4, nil, false, "succeeded succeeded succeeded succeeded", 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &forgetful{bad: map[string]bool{}, done: map[string]bool{}, mute: func(n int) (bool, bool) { return n == 1, test.acts }}
			for _, id := range test.bad {
				f.bad[id] = true
			}
			rec := &memory{}
			r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: &service{answer: f.answer}, Recorder: rec, Workers: 1})
			if err := r.Run(t.Context(), t.Context(), oneRequest(test.n)); err != nil {
				t.Fatal(err)
			}
			if rec.fates() != test.fates || test.requests > 0 && r.Requests.Load() != test.requests {
				t.Errorf("%s: %s with %d requests", test.name, rec.fates(), r.Requests.Load())
			}
			for _, o := range rec.outcomes {
				if job.Doubtful(o.Message()) != (o.Status == job.Unknown) {
					t.Errorf("%s: %s %q", test.name, o.Status, o.Message())
				}
			}
		})
	}
}

// TestRefusedAfterAKill: where an earlier process had no answer, one entry that is carried out proves that its request was
// not, and the refusal counts. Where results are lost it proves nothing: the entry may have been in another request.
func TestRefusedAfterAKill(t *testing.T) {
	const n, bad = 20, 7
	for kind, test := range map[job.DoubtKind]struct {
		fate job.Status
		most int64 // requests
	}{
		job.UnansweredBefore: {job.Failed, 12},
		job.UnansweredAmong:  {job.Unknown, n + 3},
		job.ResultLost:       {job.Unknown, n + 3},
		job.JournalLost:      {job.Unknown, n + 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			rec := &memory{}
			doubt := func(job.Chunk) job.Doubt { return job.Doubt{Kind: kind, RequestID: "earlier"} }
			svc := &service{answer: rejecting(map[string]bool{fmt.Sprint(bad): true})}
			r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: rec, Workers: 1, Pending: doubt})
			if err := r.Run(t.Context(), t.Context(), oneRequest(n)); err != nil {
				t.Fatal(err)
			}
			if r.Counts.Of(job.Succeeded) != n-1 || r.Counts.Of(test.fate) != 1 || r.Requests.Load() > test.most {
				t.Errorf("doubt of kind %d: %s with %d requests", kind, rec.fates(), r.Requests.Load())
			}
		})
	}
}

// TestDoubt: whatever goes unanswered, carried out or not, in this process or an earlier one, no entry stands as failed
// that was carried out, none as succeeded that was not, and none that is bad as succeeded; the requests stay within the
// bound, but for those without an answer and two for each; and no entry that was answered alone goes out alone again.
func TestDoubt(t *testing.T) {
	rapid.Check(t, func(draw *rapid.T) { checkDoubt(t, draw) })
}

func checkDoubt(test *testing.T, t *rapid.T) {
	n := rapid.IntRange(1, job.MaxChunk).Draw(t, "entries")
	f := &forgetful{bad: drawBad(t, n), done: map[string]bool{}, mute: func(int) (bool, bool) { return false, true }}
	f.repeats = rapid.IntRange(0, 3).Draw(t, "repeats") == 0
	pending := map[int64]job.Doubt{} // by line
	earlier := int64(0)
	for from := 0; from < n && rapid.Bool().Draw(t, "pending"); { // requests of an earlier process, one behind the other
		from += rapid.IntRange(0, 9).Draw(t, "gap")
		k := rapid.IntRange(1, n).Draw(t, "size")
		k = min(k, n-from)
		if k < 1 {
			break
		}
		earlier++
		for i := range k {
			pending[int64(from+i+2)] = job.Doubt{Kind: job.UnansweredBefore, RequestID: fmt.Sprint("earlier ", from)}
		}
		a := job.Attempt{Chunk: job.Chunk{}}
		for i := range k {
			a.Chunk.Entries = append(a.Chunk.Entries, job.Entry{ID: fmt.Sprint(from + i)})
		}
		if rapid.Bool().Draw(t, "acted") {
			f.answer(a)
		}
		from += k
	}
	silent := rapid.SliceOfN(rapid.IntRange(0, 5), 30, 30).Draw(t, "silent")
	silences := 0
	f.n, f.mute = 0, func(n int) (bool, bool) {
		kind := 5
		if n <= len(silent) {
			kind = silent[n-1]
		}
		if kind < 2 {
			silences++
		}
		return kind < 2, kind == 0
	}
	var wrong string
	synctest.Test(test, func(test *testing.T) { wrong = f.hold(test, n, pending, earlier, &silences) })
	if wrong != "" {
		t.Fatal(wrong)
	}
}

// hold runs one request of n entries, and holds what came of it against what the service did.
func (f *forgetful) hold(t *testing.T, n int, pending map[int64]job.Doubt, earlier int64, silences *int) string {
	rec := &memory{}
	answered := map[string]int{}
	svc := &service{answer: func(a job.Attempt) job.Answer {
		answer := f.answer(a)
		if len(a.Chunk.Entries) == 1 && answer.HTTPStatus != 0 {
			answered[a.Chunk.Entries[0].ID]++
		}
		return answer
	}}
	r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: rec, Workers: 1, Attempts: 40, Pending: pendingOf(pending)})
	if err := r.Run(t.Context(), t.Context(), oneRequest(n)); err != nil {
		return err.Error()
	}
	if extra := int64(*silences*3 + 2*int(earlier)); !within(n, r.Requests.Load()-extra) {
		return fmt.Sprintf("%d requests for %d entries, %d without an answer", r.Requests.Load(), n, *silences)
	}
	if r.Counts.Total() != int64(n) {
		return fmt.Sprintf("%d results for %d entries", r.Counts.Total(), n)
	}
	for _, o := range rec.outcomes {
		for _, e := range o.Chunk.Entries {
			switch {
			case o.Status == job.Failed && f.done[e.ID] && !f.repeats, o.Status == job.Succeeded && !f.done[e.ID]:
				return fmt.Sprintf("entry %s %s, carried out %t: %s", e.ID, o.Status, f.done[e.ID], o.Message())
			case answered[e.ID] > 1:
				return fmt.Sprintf("entry %s was answered alone %d times", e.ID, answered[e.ID])
			}
		}
	}
	return ""
}

// TestSpentInDoubt: an entry that an earlier process may have carried out has not failed for want of an answer that
// settles it now; the others of its request have.
func TestSpentInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &memory{}
		svc := &service{answer: func(job.Attempt) job.Answer { return job.Answer{HTTPStatus: 500} }}
		pending := pendingOf(map[int64]job.Doubt{3: {Kind: job.UnansweredBefore, RequestID: "earlier"}})
		r := paced(pace.Settings{}, &send.Runner{Operation: job.Reclaim, Sender: svc, Recorder: rec, Workers: 1, Pending: pending})
		if err := r.Run(t.Context(), t.Context(), oneRequest(3)); err != nil || rec.fates() != "failed unknown failed" {
			t.Errorf("%v: %s", err, rec.fates())
		}
	})
}

// TestDoubtOfStatus: where repeats are harmless, a refusal counts after a try without an answer, too.
func TestDoubtOfStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		svc := &service{answer: func(a job.Attempt) job.Answer {
			if n++; n == 1 {
				return unanswered
			}
			return rejecting(map[string]bool{"2": true})(a)
		}}
		list := plan.New(plan.Settings{Operation: job.SetStatus, Size: job.MaxChunk})
		for i := range 4 {
			list.Add(job.Item{Line: int64(i + 2), Account: fmt.Sprint(i), Value: "1"})
		}
		rec := &memory{}
		r := paced(pace.Settings{}, &send.Runner{Operation: job.SetStatus, Sender: svc, Recorder: rec, Workers: 1})
		if err := r.Run(t.Context(), t.Context(), mustPlan(list)); err != nil || rec.fates() != "succeeded succeeded failed succeeded" {
			t.Errorf("%v: %s", err, rec.fates())
		}
		for _, o := range rec.outcomes {
			if o.Status == job.Failed && !strings.HasSuffix(o.Message(), "may have been carried out") {
				t.Errorf("message %q", o.Message())
			}
		}
	})
}

// pendingOf answers for a chunk as a run directory does.
func pendingOf(byLine map[int64]job.Doubt) func(job.Chunk) job.Doubt {
	return func(c job.Chunk) job.Doubt {
		for _, e := range c.Entries {
			if d, is := byLine[e.Line]; is {
				return d
			}
		}
		return job.Doubt{}
	}
}
