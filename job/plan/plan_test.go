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
		{"a request is as soon as it is full", job.SetStatus, 2,
			items([2]string{"a", "1"}, [2]string{"b", "0"}, [2]string{"c", "0"}, [2]string{"d", "1"}),
			`[{0 [{b 3 []} {c 4 []}]} {1 [{a 2 []} {d 5 []}]}]`},
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

// TestManyEntries: duplicates are found among many entries of an account, too.
func TestManyEntries(t *testing.T) {
	t.Parallel()
	const rooms = 50
	var its []job.Item
	for i := range 3 * rooms {
		its = append(its, job.Item{Line: int64(2 + i), Account: "a", Value: fmt.Sprint(i % rooms)})
	}
	chunks := all(t, planOf(t, job.Reclaim, job.MaxChunk, its).Chunks())
	if len(chunks) != 1 || len(chunks[0].Entries) != rooms {
		t.Fatalf("%d chunks, want one of %d entries: %v", len(chunks), rooms, chunks)
	}
	for i, e := range chunks[0].Entries {
		if line := int64(2 + i); e.Line != line || !slices.Equal(e.Duplicates, []int64{line + rooms, line + 2*rooms}) {
			t.Errorf("entry %d = %v", i, e)
		}
	}
}
