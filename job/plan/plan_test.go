package plan_test

import (
	"fmt"
	"iter"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"meetbatch/job"
	"meetbatch/job/plan"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// items reads rows such as "wei blue" as items, the first on line 2.
func items(rows ...[2]string) []job.Item {
	var its []job.Item
	for i, row := range rows {
		its = append(its, job.Item{Line: int64(i + 2), Account: row[0], Value: row[1]})
	}
	return its
}

type fataler interface{ Fatal(...any) }

func planOf(t fataler, op job.Operation, size int, its []job.Item) *plan.Plan {
	return finish(t, plan.New(plan.Settings{Operation: op, Size: size}), its)
}

func finish(t fataler, p *plan.Planner, its []job.Item) *plan.Plan {
	for _, it := range its {
		if err := p.Add(it); err != nil {
			t.Fatal(err)
		}
	}
	plan, err := p.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// all collects what must come without an error.
func all[T any](t fataler, seq iter.Seq2[T, error]) []T {
	var its []T
	for it, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		its = append(its, it)
	}
	return its
}

func TestChunks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		op   job.Operation
		size int
		its  []job.Item
		want string
	}{
		{"nothing", job.Reclaim, 100, nil, `[]`},
		{"one account's rooms are together wherever they stand", job.Reclaim, 100,
			items([2]string{"a", "1"}, [2]string{"b", "2"}, [2]string{"a", "3"}),
			`[{a [{1 2 []} {3 4 []}]} {b [{2 3 []}]}]`},
		{"a chunk is no larger than it may be", job.Reclaim, 2,
			items([2]string{"a", "1"}, [2]string{"a", "2"}, [2]string{"a", "3"}),
			`[{a [{1 2 []} {2 3 []}]} {a [{3 4 []}]}]`},
		{"a duplicate shares the entry", job.Reclaim, 1,
			items([2]string{"a", "1"}, [2]string{"a", "2"}, [2]string{"a", "1"}, [2]string{"a", "1"}),
			`[{a [{1 2 [4 5]}]} {a [{2 3 []}]}]`},
		{"the same room of another account is another entry", job.Reclaim, 100,
			items([2]string{"a", "1"}, [2]string{"b", "1"}),
			`[{a [{1 2 []}]} {b [{1 3 []}]}]`},
		{"accounts share requests by value", job.SetStatus, 2,
			items([2]string{"a", "1"}, [2]string{"b", "0"}, [2]string{"c", "1"}, [2]string{"d", "1"}),
			`[{1 [{a 2 []} {c 4 []}]} {1 [{d 5 []}]} {0 [{b 3 []}]}]`},
		{"a contradiction is sent in neither way", job.SetStatus, 100,
			items([2]string{"a", "1"}, [2]string{"b", "0"}, [2]string{"a", "0"}, [2]string{"a", "1"}),
			`[{0 [{b 3 []}]}]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := planOf(t, test.op, test.size, test.its)
			if got := fmt.Sprint(all(t, p.Chunks())); got != test.want {
				t.Errorf("chunks = %s, want %s", got, test.want)
			}
		})
	}
}

func TestContradictionNamesTheOtherRow(t *testing.T) {
	t.Parallel()
	p := planOf(t, job.SetStatus, 100, items([2]string{"a", "1"}, [2]string{"a", "0"}, [2]string{"a", "1"}))
	want := []string{"0 on line 3", "1 on line 2", "0 on line 3"}
	invalid := all(t, p.Invalid())
	for i, it := range invalid {
		if it.Line != int64(i+2) || it.Detail != want[i] {
			t.Errorf("invalid row %d = line %d, %q, want line %d, %q", i, it.Line, it.Detail, i+2, want[i])
		}
	}
	if len(invalid) != 3 || p.InvalidRows != 3 {
		t.Errorf("%d invalid rows, want 3", len(invalid))
	}
}

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

// TestOrder: what is left of accounts comes in the order of its first rows, also where the first rows of the
// accounts themselves are in another order.
func TestOrder(t *testing.T) {
	t.Parallel()
	const accounts = 3000 // so many that some are grouped together
	var its []job.Item
	var want []int64
	for i := range accounts {
		its = append(its, job.Item{Line: int64(2 + i), Account: fmt.Sprint(i), Value: "settled"})
	}
	for i := range accounts {
		line := int64(2 + accounts + i)
		its = append(its, job.Item{Line: line, Account: fmt.Sprint(accounts - 1 - i), Value: "left"})
		want = append(want, line)
	}
	settled := func(line int64) bool { return line < 2+accounts }
	var got []int64
	for _, c := range all(t, finish(t, plan.New(plan.Settings{Operation: job.Reclaim, Size: 1, Settled: settled}), its).Chunks()) {
		got = append(got, c.Entries[0].Line)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d chunks, in order: %t", len(got), slices.IsSorted(got))
	}
}
