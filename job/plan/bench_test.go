package plan_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"meetbatch/job"
	"meetbatch/job/plan"
)

// BenchmarkPlanner plans rows in no order, three rooms an account, in memory and through files, and reads the
// chunks.
func BenchmarkPlanner(b *testing.B) {
	const rows = 300_000
	its := make([]job.Item, rows)
	random := rand.New(rand.NewPCG(1, 2))
	for i, n := range random.Perm(rows) {
		its[i] = job.Item{Line: int64(i + 2), Account: fmt.Sprintf("user%07d@corp.example", n/3), Value: fmt.Sprintf("ff8080816b9ec3ab%016x", n)}
	}
	for _, test := range []struct {
		name   string
		memory int64
	}{
		{"memory", 0},
		{"files", plan.DefaultMemory / 4},
		{"divided", 1 << 16},
	} {
		b.Run(test.name, func(b *testing.B) {
			dir := b.TempDir()
			settings := plan.Settings{Operation: job.Reclaim, Size: job.MaxChunk, Memory: test.memory}
			if test.memory > 0 {
				settings.Temp = func() (plan.Temp, error) { return tempFile(dir) }
			}
			b.ReportAllocs()
			for b.Loop() {
				plan := finish(b, plan.New(settings), its)
				for _, err := range plan.Chunks() {
					if err != nil {
						b.Fatal(err)
					}
				}
				plan.Close()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}
