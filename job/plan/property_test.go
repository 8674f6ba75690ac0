package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"meetbatch/job"
	"meetbatch/job/plan"
)

// TestPlanProperties holds a plan of any rows against what the rows themselves say.
func TestPlanProperties(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		settings := plan.Settings{Operation: c.op, Size: c.size, Settled: func(line int64) bool { return c.settled[line] }}
		settings.Memory = rapid.Int64Range(1, 200).Draw(t, "memory")
		switch rapid.SampledFrom([]string{"none", "memory", "memory", "memory", "disk"}).Draw(t, "temporary file") {
		case "memory":
			settings.Temp = new(temps).create
		case "disk": // in some cases only, as making files takes longer than all the rest
			settings.Temp = func() (plan.Temp, error) { return tempFile(dir) }
		}
		planner := plan.New(settings)
		for _, e := range c.earlier {
			if err := planner.AddEarlier(e); err != nil {
				t.Fatal(err)
			}
		}
		p := finish(t, planner, c.its)
		defer p.Close()

		chunks := all(t, p.Chunks())
		if got, want := fatesOf(t, p, c.size), c.fates(); !maps.Equal(got, want) {
			t.Fatalf("rows = %v, want %v", got, want)
		}
		want := c.tally()
		if fmt.Sprint(p.Tally) != fmt.Sprint(want) { // which makes no difference between no map and an empty one
			t.Fatalf("tally = %+v, want %+v", p.Tally, want)
		}
		if int64(len(chunks)) != want.Requests {
			t.Fatalf("%d chunks, want %d", len(chunks), want.Requests)
		}
		if again := all(t, p.Chunks()); fmt.Sprint(again) != fmt.Sprint(chunks) {
			t.Fatalf("chunks differ the second time: %v, %v", chunks, again)
		}
		if c.op.PerAccount && !slices.IsSortedFunc(chunks, byFirstLineOfTarget(chunks)) {
			t.Fatalf("accounts do not follow the file: %v", chunks)
		}
	})
}

// fatesOf tells from what a plan yields what it does with each line.
func fatesOf(t *rapid.T, p *plan.Plan, size int) map[int64]fate {
	fates := map[int64]fate{}
	settle := func(f fate, lines ...int64) {
		if !slices.IsSorted(lines) {
			t.Fatalf("the rows of %v do not ascend: %v", f, lines)
		}
		for _, line := range lines {
			if before, twice := fates[line]; twice {
				t.Fatalf("line %d is both %v and %v", line, before, f)
			}
			fates[line] = f
		}
	}
	for _, it := range all(t, p.Invalid()) {
		settle(fate{what: "invalid"}, it.Line)
	}
	for _, e := range p.Torn {
		settle(fate{what: "torn"}, e.Duplicates...)
	}
	for _, o := range all(t, p.Skipped()) {
		e := o.Chunk.Entries[0]
		settle(fate{"skipped by " + o.RequestID, o.Chunk.Target, e.ID}, append([]int64{e.Line}, e.Duplicates...)...)
	}
	for _, c := range all(t, p.Chunks()) {
		if len(c.Entries) < 1 || len(c.Entries) > size {
			t.Fatalf("%d entries in a chunk of at most %d", len(c.Entries), size)
		}
		for _, e := range c.Entries {
			settle(fate{"sent", c.Target, e.ID}, append([]int64{e.Line}, e.Duplicates...)...)
		}
	}
	return fates
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
