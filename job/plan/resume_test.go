package plan_test

import (
	"fmt"
	"testing"

	"meetbatch/job"
	"meetbatch/job/plan"
)

// TestSkipped: what an earlier run carried out is not sent again. Of an account's statuses the last one counts.
func TestSkipped(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		op            job.Operation
		its           []job.Item
		earlier       []job.Earlier
		skipped, sent string
		duplicates    int64
	}{
		{job.Reclaim, items([2]string{"a", "1"}, [2]string{"b", "1"}, [2]string{"a", "2"}, [2]string{"a", "1"}),
			[]job.Earlier{{Account: "a", Value: "1", RequestID: "first", At: 1}, {Account: "c", Value: "1", RequestID: "first", At: 1}, {Account: "b", Value: "2", RequestID: "first", At: 1}},
			"a [{1 2 [5]}] first; ", "[{b [{1 3 []}]} {a [{2 4 []}]}]", 1},
		{job.SetStatus, items([2]string{"a", "1"}, [2]string{"b", "1"}, [2]string{"c", "1"}),
			[]job.Earlier{{Account: "a", Value: "0", RequestID: "first", At: 1}, {Account: "b", Value: "0", RequestID: "second", At: 2}, {Account: "b", Value: "1", RequestID: "first", At: 1}, {Account: "a", Value: "1", RequestID: "second", At: 2}},
			"1 [{a 2 []}] second; ", "[{1 [{b 3 []} {c 4 []}]}]", 0},
	} {
		p := plan.New(plan.Settings{Operation: test.op, Size: 100})
		for _, e := range test.earlier {
			if err := p.AddEarlier(e); err != nil {
				t.Fatal(err)
			}
		}
		plan := finish(t, p, test.its)
		skipped := ""
		for _, o := range all(t, plan.Skipped()) {
			skipped += fmt.Sprint(o.Chunk.Target, " ", o.Chunk.Entries, " ", o.RequestID, "; ")
		}
		sent := fmt.Sprint(all(t, plan.Chunks()))
		if skipped != test.skipped || sent != test.sent || plan.Duplicates != test.duplicates || plan.SkippedRows != 1+test.duplicates {
			t.Errorf("%s: skipped %s sent %s, %d duplicates, %d rows skipped", test.op.Name, skipped, sent, plan.Duplicates, plan.SkippedRows)
		}
	}
}

// TestSettledRowsAreLeftOut: a plan that goes on leaves out what has a result, and tells duplicates whose first
// row alone has one.
func TestSettledRowsAreLeftOut(t *testing.T) {
	t.Parallel()
	settled := map[int64]bool{2: true, 3: true, 6: true, 7: true}
	p := plan.New(plan.Settings{Operation: job.Reclaim, Size: 2, Settled: func(line int64) bool { return settled[line] }})
	its := items([2]string{"a", "1"}, [2]string{"b", "1"}, [2]string{"a", "1"}, [2]string{"a", "2"}, [2]string{"c", "1"})
	plan := finish(t, p, append(its, job.Item{Line: 7, Invalid: "wrong"}, job.Item{Line: 8, Invalid: "wrong"}))
	if got := fmt.Sprint(all(t, plan.Chunks())); got != "[{a [{2 5 []}]}]" || plan.Requests != 1 {
		t.Errorf("chunks = %s, %d requests", got, plan.Requests)
	}
	if got := fmt.Sprint(plan.Torn); got != "[{1 2 [4]}]" {
		t.Errorf("torn = %s", got)
	}
	if invalid := all(t, plan.Invalid()); len(invalid) != 1 || invalid[0].Line != 8 || plan.Rows != 7 {
		t.Errorf("invalid = %v of %d rows", invalid, plan.Rows)
	}
}

// TestOrder: what is left of accounts comes in the order of its first rows, also where the accounts' first rows of
// all, which have a result, are in another order.
func TestOrder(t *testing.T) {
	t.Parallel()
	const accounts = 3000 // so many that some are grouped together
	var its []job.Item
	for i := range accounts {
		its = append(its, job.Item{Line: int64(2 + i), Account: fmt.Sprint(i), Value: "settled"})
	}
	for i := range accounts {
		account := fmt.Sprint(accounts - 1 - i)
		its = append(its,
			job.Item{Line: int64(2 + accounts + 2*i), Account: account, Value: "left"},
			job.Item{Line: int64(3 + accounts + 2*i), Account: account, Value: "skipped"})
	}
	planner := plan.New(plan.Settings{Operation: job.Reclaim, Size: 1, Settled: func(line int64) bool { return line < 2+accounts }})
	for i := range accounts {
		if err := planner.AddEarlier(job.Earlier{Account: fmt.Sprint(i), Value: "skipped", RequestID: "first"}); err != nil {
			t.Fatal(err)
		}
	}
	p := finish(t, planner, its)
	chunks, skipped := all(t, p.Chunks()), all(t, p.Skipped())
	if len(chunks) != accounts || len(skipped) != accounts {
		t.Fatalf("%d chunks, %d skipped, want %d", len(chunks), len(skipped), accounts)
	}
	for i := range accounts {
		if line, want := chunks[i].Entries[0].Line, int64(2+accounts+2*i); line != want {
			t.Fatalf("chunk %d is of line %d, want %d", i, line, want)
		}
		if line, want := skipped[i].Chunk.Entries[0].Line, int64(3+accounts+2*i); line != want {
			t.Fatalf("skipped row %d is on line %d, want %d", i, line, want)
		}
	}
}
