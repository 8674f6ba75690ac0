package plan_test

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"meetbatch/job"
	"meetbatch/job/plan"
)

// TestShardsAreTheWhole: what the plans of all shards do with the rows is what one plan of the whole input does, each row in
// one of them; and each knows what is wrong with the whole.
func TestShardsAreTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		memory := rapid.Int64Range(1, 2000).Draw(t, "memory")
		planned := func(s job.Shard) *plan.Plan {
			planner := plan.New(plan.Settings{
				Operation: c.op, Size: c.size, Shard: s, Memory: memory, Temp: new(temps).create,
				Settled: func(line int64) bool { return c.settled[line] },
			})
			for _, e := range c.earlier {
				if err := planner.AddEarlier(e); err != nil {
					t.Fatal(err)
				}
			}
			return finish(t, planner, c.its)
		}
		whole := planned(job.Shard{})
		defer whole.Close()
		fates := map[int64]fate{}
		n := rapid.IntRange(1, 9).Draw(t, "shards")
		for k := 1; k <= n; k++ {
			shard := job.Shard{K: k, N: n}
			p := planned(shard)
			for line, f := range fatesOf(t, p, c.size) {
				if before, twice := fates[line]; twice {
					t.Fatalf("line %d is %v in shard %s, and %v in one before", line, f, shard, before)
				}
				fates[line] = f
			}
			rows := int64(0)
			for _, it := range c.its {
				if shard.Has(it.Account) {
					rows++
				}
			}
			if p.Rows != rows || p.Rows+p.Elsewhere.Rows != whole.Rows || p.InvalidRows+p.Elsewhere.InvalidRows != whole.InvalidRows {
				t.Fatalf("shard %s: %+v, elsewhere %+v; the whole is %+v", shard, p.Tally, p.Elsewhere, whole.Tally)
			}
			if got, want := fmt.Sprint(p.Alike, p.Apart), fmt.Sprint(whole.Alike, whole.Apart); got != want {
				t.Fatalf("shard %s: spellings %s, want %s", shard, got, want)
			}
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if want := fatesOf(t, whole, c.size); !maps.Equal(fates, want) {
			t.Fatalf("%d shards do %v, the whole does %v", n, fates, want)
		}
	})
}
