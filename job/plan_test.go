package job_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"meetbatch/job"
)

// items reads rows such as "wei blue" as items, the first on line 2.
func items(rows ...[2]string) []job.Item {
	var its []job.Item
	for i, row := range rows {
		its = append(its, job.Item{Line: int64(i + 2), Account: row[0], Value: row[1]})
	}
	return its
}

func planOf(op job.Operation, size int, its []job.Item) *job.Plan {
	p := job.NewPlanner(op, size)
	for _, it := range its {
		p.Add(it)
	}
	return p.Plan()
}

func chunksOf(t interface{ Fatal(...any) }, p *job.Plan) []job.Chunk {
	var chunks []job.Chunk
	for c, err := range p.Chunks() {
		if err != nil {
			t.Fatal(err)
		}
		chunks = append(chunks, c)
	}
	return chunks
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
			p := planOf(test.op, test.size, test.its)
			if got := fmt.Sprint(chunksOf(t, p)); got != test.want {
				t.Errorf("chunks = %s, want %s", got, test.want)
			}
		})
	}
}

func TestContradictionNamesTheOtherRow(t *testing.T) {
	t.Parallel()
	p := planOf(job.SetStatus, 100, items([2]string{"a", "1"}, [2]string{"a", "0"}, [2]string{"a", "1"}))
	want := []string{"0 on line 3", "1 on line 2", "0 on line 3"}
	invalid := slices.Collect(p.Invalid())
	for i, it := range invalid {
		if it.Line != int64(i+2) || it.Detail != want[i] {
			t.Errorf("invalid row %d = line %d, %q, want line %d, %q", i, it.Line, it.Detail, i+2, want[i])
		}
	}
	if len(invalid) != 3 || p.InvalidRows() != 3 {
		t.Errorf("%d invalid rows, want 3", len(invalid))
	}
}

// TestPlanProperties holds a plan of any rows against what the rows themselves say.
func TestPlanProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		op := rapid.SampledFrom([]job.Operation{job.Reclaim, job.SetStatus}).Draw(t, "operation")
		size := rapid.IntRange(1, 7).Draw(t, "size")
		line := int64(1)
		its := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) job.Item {
			line += rapid.Int64Range(1, 3).Draw(t, "step")
			it := job.Item{
				Line:    line,
				Account: rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "张伟", "f g", ""}).Draw(t, "account"),
				Value:   rapid.StringMatching(`[01]{1,3}`).Draw(t, "value"),
			}
			if rapid.IntRange(0, 9).Draw(t, "invalid") == 0 {
				it.Invalid = "wrong"
			}
			return it
		}), 0, 60).Draw(t, "items")
		p := planOf(op, size, its)
		chunks := chunksOf(t, p)

		// What the rows ask for: per target, the entries.
		values := map[string]map[string]bool{}
		for _, it := range its {
			if it.Invalid == "" {
				if values[it.Account] == nil {
					values[it.Account] = map[string]bool{}
				}
				values[it.Account][it.Value] = true
			}
		}
		fate := map[int64]string{}
		perTarget := map[string]map[string]bool{}
		for _, it := range its {
			target, entry := it.Account, it.Value
			if !op.PerAccount {
				target, entry = entry, target
			}
			switch {
			case it.Invalid != "", !op.PerAccount && len(values[it.Account]) > 1:
				fate[it.Line] = "invalid"
			default:
				fate[it.Line] = target + "/" + entry
				if perTarget[target] == nil {
					perTarget[target] = map[string]bool{}
				}
				perTarget[target][entry] = true
			}
		}
		fewest := 0
		for _, entries := range perTarget {
			fewest += (len(entries) + size - 1) / size
		}

		got := map[int64]string{}
		settle := func(line int64, what string) {
			if before, twice := got[line]; twice {
				t.Fatalf("line %d is both %s and %s", line, before, what)
			}
			got[line] = what
		}
		for it := range p.Invalid() {
			settle(it.Line, "invalid")
		}
		for _, c := range chunks {
			if len(c.Entries) < 1 || len(c.Entries) > size {
				t.Fatalf("%d entries in a chunk of at most %d", len(c.Entries), size)
			}
			for _, e := range c.Entries {
				settle(e.Line, c.Target+"/"+e.ID)
				if !slices.IsSorted(append([]int64{e.Line}, e.Duplicates...)) {
					t.Fatalf("entry %v does not begin with its first row", e)
				}
				for _, line := range e.Duplicates {
					settle(line, c.Target+"/"+e.ID)
				}
			}
		}
		if !maps.Equal(got, fate) {
			t.Fatalf("rows = %v, want %v", got, fate)
		}
		if len(chunks) != fewest || p.Requests != int64(fewest) {
			t.Fatalf("%d chunks, %d requests announced, want %d", len(chunks), p.Requests, fewest)
		}
		if again := chunksOf(t, p); fmt.Sprint(again) != fmt.Sprint(chunks) {
			t.Fatalf("chunks differ the second time: %v, %v", chunks, again)
		}
		if op.PerAccount && !slices.IsSortedFunc(chunks, byFirstLineOfTarget(chunks)) {
			t.Fatalf("accounts do not follow the file: %v", chunks)
		}
	})
}

// byFirstLineOfTarget compares chunks by the first line of their account.
func byFirstLineOfTarget(chunks []job.Chunk) func(a, b job.Chunk) int {
	begins := map[string]int64{}
	for _, c := range chunks {
		if _, seen := begins[c.Target]; !seen {
			begins[c.Target] = c.Entries[0].Line
		}
	}
	return func(a, b job.Chunk) int { return int(begins[a.Target] - begins[b.Target]) }
}

func ExamplePlanner() {
	p := job.NewPlanner(job.Reclaim, 100)
	p.Add(job.Item{Line: 2, Account: "wei", Value: "blue"})
	p.Add(job.Item{Line: 3, Account: "min", Value: "red"})
	p.Add(job.Item{Line: 4, Account: "wei", Value: "green"})
	for chunk := range p.Plan().Chunks() {
		fmt.Println(chunk.Target, len(chunk.Entries))
	}
	// Output:
	// wei 2
	// min 1
}
