package report_test

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"meetbatch/job"
	"meetbatch/report"
)

// TestLargeDamage: what was put into a file of a run takes neither memory nor time in proportion to what follows it.
func TestLargeDamage(t *testing.T) {
	results, requests := tables(t)
	row := results[strings.LastIndexByte(strings.TrimSpace(results), '\n')+1:]
	ends := recordEnds(results)
	size := report.Mass(24<<20, 48<<20) // more than any record has
	times := size / len(row)
	whole, many := results[:ends[2]], strings.Repeat(row, times)
	tests := map[string]struct {
		results []string // one behind the other
		zeros   int64    // with which it is as long
		torn    bool
	}{
		"a quote":                {[]string{whole, `"`, many}, 0, false},
		"a quote within a field": {[]string{whole, `8,"`, many}, 0, false},
		"one line":               {[]string{whole, strings.Repeat(strings.NewReplacer("\n", " ", ",", " ").Replace(row), times)}, 0, false},
		"zeros at the end":       {[]string{results}, 20 << 30, true},
		"zeros in a record":      {[]string{results[:len(results)-5]}, 20 << 30, true},
		"zeros in the middle":    {[]string{whole, strings.Repeat("\x00", size), results[ends[2]:]}, 0, true},
	}
	for i, name := range slices.Sorted(maps.Keys(tests)) {
		if i%report.Mass(2, 1) > 0 {
			continue
		}
		test := tests[name]
		path := write(t, "", requests)
		file := filepath.Join(path, report.ResultsFile)
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range test.results {
			if _, err := f.WriteString(part); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if test.zeros > 0 {
			if err := os.Truncate(file, test.zeros); err != nil {
				t.Skip(err) // a file system that has no room for it
			}
		}
		check := report.Check{Operation: job.Reclaim, Run: report.Run{Schema: 2, State: report.Running, Input: report.Input{LastLine: 9}}}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		_, verifyErr := report.Verify(path, check)
		past, err := report.Open(path, check)
		runtime.ReadMemStats(&after)
		most := 10 * time.Second
		if testing.Short() { // the race detector looks at every byte
			most = time.Minute
		}
		if took := time.Since(start); took > most {
			t.Errorf("%s: took %v", name, took)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > uint64(size)*640/48 { // in all, of which most is let go again
			t.Errorf("%s: took %d MiB", name, took>>20)
		}
		switch {
		case test.torn && (err != nil || verifyErr != nil):
			t.Errorf("%s: %v, %v", name, verifyErr, err)
		case !test.torn && (err == nil || verifyErr == nil || !strings.Contains(err.Error(), file+":5: ")):
			t.Errorf("%s: %v, %v", name, verifyErr, err)
		}
		if err == nil {
			past.Close()
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLargeRun: so does run.json.
func TestLargeRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, report.RunFile)
	if err := errors.Join(os.WriteFile(file, bytes.Repeat([]byte(" "), 1<<20), 0o666), os.Truncate(file, 1<<30)); err != nil {
		t.Fatal(err)
	}
	if _, err := report.ReadRun(dir); err == nil || !strings.Contains(err.Error(), "has more than 16 MiB") {
		t.Errorf("ReadRun = %v", err)
	}
}
