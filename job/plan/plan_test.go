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

// TestMostPerAccount: what is beyond the entries that an account can have is invalid, by a reason that says how many these
// are and how many are asked for. Duplicates take no place, a row that has a result keeps its own, and what an earlier
// run carried out comes first.
func TestMostPerAccount(t *testing.T) {
	t.Parallel()
	var its []job.Item
	line := int64(1)
	give := func(account string, rooms ...int) {
		for _, room := range rooms {
			line++
			its = append(its, job.Item{Line: line, Account: account, Value: fmt.Sprint("r", room)})
		}
	}
	rooms := make([]int, 32)
	for i := range rooms {
		rooms[i] = i + 1
	}
	give("full", rooms...)      // 2 to 33
	give("full", 1, 32)         // 34, 35: duplicates
	give("over", rooms...)      // 36 to 67
	give("over", 33, 34, 1, 33) // 68 to 71
	give("had", rooms...)       // 72 to 103
	give("had", 33, 34)         // 104, 105; 33 is there
	for _, test := range []struct {
		name    string
		settled []int64
		invalid string
		entries int64
	}{
		{"at first", nil, "68 69 71 103 105 ", 32 + 32 + 31},
		{"gone on with", []int64{2, 36, 40, 68, 72, 105}, "69 71 103 ", 31 + 30 + 30},
	} {
		p := plan.New(plan.Settings{Operation: job.Assign, Size: 100, Settled: func(line int64) bool { return slices.Contains(test.settled, line) }})
		if err := p.AddEarlier(job.Earlier{Account: "had", Value: "r33", RequestID: "first"}); err != nil {
			t.Fatal(err)
		}
		made := finish(t, p, its)
		invalid := ""
		for _, it := range all(t, made.Invalid()) {
			invalid += fmt.Sprint(it.Line, " ")
			if want := "beyond the 32 rooms that an account can hold at most: 34 are asked for"; it.Reason() != want {
				t.Errorf("%s: line %d: %s, want %s", test.name, it.Line, it.Reason(), want)
			}
		}
		if invalid != test.invalid || made.Entries != test.entries || made.SkippedRows != 1 {
			t.Errorf("%s: invalid: %s; %d entries, %d skipped; want %s; %d, 1", test.name, invalid, made.Entries, made.SkippedRows, test.invalid, test.entries)
		}
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
