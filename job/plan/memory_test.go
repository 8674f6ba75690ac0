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
	dir := t.TempDir()
	for _, op := range job.Operations() {
		p := New(Settings{Operation: op, Size: 100, Memory: 1 << 16, Temp: func() (Temp, error) {
			return os.CreateTemp(filepath.Join(dir), "")
		}})
		for i := range int64(300_000) {
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
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if m.HeapAlloc > 8<<20 {
			t.Errorf("%s: a plan of 300,000 rows holds %d MiB", op.Name, m.HeapAlloc>>20)
		}
		if err := plan.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
