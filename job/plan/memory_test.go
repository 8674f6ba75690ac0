package plan

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"meetbatch/job"
)

// TestMemory: a plan whose rows went to files holds next to nothing of them, whatever the operation.
func TestMemory(t *testing.T) {
	dir, rows := t.TempDir(), mass[int64](30_000, 300_000)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for _, op := range job.Operations() {
		p := New(Settings{Operation: op, Size: 100, Memory: 1 << 16, Temp: func() (Temp, error) {
			return os.CreateTemp(filepath.Join(dir), "")
		}})
		for i := range rows {
			value := fmt.Sprintf("%032x", i)
			if len(op.Values) > 0 {
				value = op.Values[i%2].API
			}
			if err := p.Add(job.Item{Line: i + 2, Account: fmt.Sprintf("user%d@corp.example", i), Value: value}); err != nil {
				t.Fatal(err)
			}
		}
		plan, err := p.Plan()
		if err != nil {
			t.Fatal(err)
		}
		p = nil
		if held := int64(heap() - before); held > 18*rows {
			t.Errorf("%s: a plan of %d rows holds %d KiB", op.Name, rows, held>>10)
		}
		if err := plan.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
