package plan

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"

	"meetbatch/job"
)

// TestTooManyRows: an account with more rows than are planned for one is an error, whatever the rows are and whether or
// not they went to files, and takes no memory; one row fewer is planned.
func TestTooManyRows(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	temp := func() (Temp, error) { return os.CreateTemp(dir, "") }
	for i, test := range []struct {
		name  string
		op    job.Operation
		value func(i int) string
	}{
		{"rooms", job.Reclaim, func(i int) string { return fmt.Sprintf("%032x", i) }},
		{"more rooms than it can hold", job.Assign, func(i int) string { return fmt.Sprintf("%032x", i) }},
		{"one room", job.Reclaim, func(int) string { return "ff8080816b9ec3ab016ba125aca20082" }},
		{"contradictions", job.SetStatus, func(i int) string { return fmt.Sprint(i % 2) }},
		{"one status", job.SetStatus, func(int) string { return "1" }},
	} {
		for j, settings := range []Settings{{Memory: 1 << 16, Temp: temp}, {Memory: 1 << 16}, {}} {
			if (i+j)%mass(3, 1) > 0 {
				continue // each of both comes all the same
			}
			for k, rows := range []int{maxRows + 1, maxRows} {
				if k*i%mass(2, 1) > 0 { // what goes well does so of every other kind
					continue
				}
				settings.Operation, settings.Size = test.op, 100
				p := New(settings)
				err := p.Add(job.Item{Line: 2, Account: "other", Value: test.value(0)})
				for i := 0; i < rows && err == nil; i++ {
					err = p.Add(job.Item{Line: int64(i + 3), Account: "wei@example", Value: test.value(i)})
				}
				if err != nil {
					t.Fatal(err)
				}
				plan, err := p.Plan()
				many, is := errors.AsType[*TooManyRows](err)
				switch {
				case rows <= maxRows && err != nil:
					t.Errorf("%s: %d rows: %v", test.name, rows, err)
				case rows > maxRows && (!is || many.Account != "wei@example" || many.Line != 3 || many.Most != maxRows):
					t.Errorf("%s: %d rows: %v", test.name, rows, err)
				}
				if plan != nil {
					plan.Close()
				}
				if err := p.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// TestHugeAccount: millions of rows of one account are refused in the memory that any input takes.
func TestHugeAccount(t *testing.T) {
	dir := t.TempDir()
	share := mass[int64](4, 1) // of the rows and of the memory
	p := New(Settings{Operation: job.Reclaim, Size: 100, Memory: DefaultMemory / share, Temp: func() (Temp, error) { return os.CreateTemp(dir, "") }})
	defer p.Close()
	for i := range 2_000_000 / share {
		if err := p.Add(job.Item{Line: i + 2, Account: "wei@example", Value: "ff8080816b9ec3ab016ba125aca20082"}); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := p.Plan()
	runtime.ReadMemStats(&after)
	if _, is := errors.AsType[*TooManyRows](err); !is {
		t.Errorf("Plan = %v", err)
	}
	if took := (int64(after.Sys) - int64(before.Sys)) >> 20; took > 64/share {
		t.Errorf("planning took %d MiB", took)
	}
}
