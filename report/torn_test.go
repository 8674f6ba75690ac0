package report_test

import (
	"errors"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"meetbatch/job"
	"meetbatch/report"
)

// linesOf gives the lines that have a result, in the order of the table.
func linesOf(t testing.TB, path string) (lines []int64) {
	t.Helper()
	for r, err := range report.Results(path, job.Reclaim, nil) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, r.Line)
	}
	return lines
}

// recordEnds tells where the records of a table end, the header first: line breaks inside quotes end none.
func recordEnds(text string) (ends []int) {
	quoted := false
	for i, c := range []byte(text) {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\n' && !quoted:
			ends = append(ends, i+1)
		}
	}
	return ends
}

// as01 gives a table as version 0.1 wrote it, without the last column.
func as01(text string) string {
	var b strings.Builder
	from := 0
	for _, end := range recordEnds(text) {
		b.WriteString(text[from : from+strings.LastIndexByte(text[from:end], ',')])
		b.WriteByte('\n')
		from = end
	}
	return b.String()
}

// write makes a directory with the tables of a run.
func write(t testing.TB, results, requests string) (path string) {
	t.Helper()
	path = t.TempDir()
	writeIn(t, path, results, requests)
	return path
}

func writeIn(t testing.TB, path, results, requests string) {
	t.Helper()
	for name, text := range map[string]string{report.ResultsFile: results, report.RequestsFile: requests} {
		if err := os.WriteFile(filepath.Join(path, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// tables are those of a run in which lines 2 to 7 were settled by three requests, and a fourth is unanswered.
func tables(t testing.TB) (results, requests string) {
	d := create(t, job.Reclaim)
	for _, o := range tornOutcomes {
		carryOut(t, d, o)
	}
	if err := d.Sent(job.Attempt{RequestID: "r4", Number: 1, Chunk: job.Chunk{Target: "wei", Entries: []job.Entry{{ID: "e", Line: 8}}}}); err != nil {
		t.Fatal(err)
	}
	return readFile(t, d.File(report.ResultsFile)), readFile(t, d.File(report.RequestsFile))
}

var tornOutcomes = []job.Outcome{
	outcome(job.Succeeded, "r1", job.Entry{ID: "a", Line: 2}),
	outcome(job.Failed, "r2", job.Entry{ID: "b", Line: 3, Duplicates: []int64{6}}),
	outcome(job.Succeeded, "r3", job.Entry{ID: "c", Line: 4}, job.Entry{ID: "d", Line: 5, Duplicates: []int64{7}}),
}

// cuts are where a table is torn: at every byte; by itself only around the end of each record, and at some bytes between.
// Windows opens files slowly, under wine a hundred times so.
func cuts(text string, ends []int) (at []int) {
	step := report.Mass(7, 1)
	if runtime.GOOS == "windows" {
		step = 13
	}
	for cut := range len(text) + 1 {
		near := func(end int) bool { return cut >= end-2 && cut <= end+1 }
		if cut%step == 0 || cut == len(text) || slices.ContainsFunc(ends, near) {
			at = append(at, cut)
		}
	}
	return at
}

// TestTornResults cuts results.csv at every byte, with the columns of this version and with those of 0.1: what is whole
// counts, and the run goes on behind it with the columns that there are.
func TestTornResults(t *testing.T) {
	t.Parallel()
	now, requests := tables(t)
	order := []int64{2, 3, 6, 4, 5, 7}
	for version, text := range map[string]string{"now": now, "0.1": as01(now)} {
		ends, path := recordEnds(text), t.TempDir()
		for _, cut := range cuts(text, ends) {
			whole := 0 // records
			for whole < len(ends) && ends[whole] <= cut {
				whole++
			}
			want := order[:max(0, whole-1)]
			writeIn(t, path, text[:cut], requests)
			if got := linesOf(t, path); !slices.Equal(got, want) {
				t.Fatalf("%s, cut at %d: Results has %v, want %v", version, cut, got, want)
			}
			past := open(t, path)
			for line := range int64(9) {
				if past.Settled(line) != slices.Contains(want, line) {
					t.Fatalf("%s, cut at %d: line %d is settled: %v", version, cut, line, past.Settled(line))
				}
			}
			if got := past.Counts.Total(); got != int64(len(want)) {
				t.Fatalf("%s, cut at %d: %d rows are settled, want %v", version, cut, got, want)
			}
			d := resume(t, past)
			settle(t, d, outcome(job.Succeeded, "r9", job.Entry{ID: "z", Line: 8}))
			added := "8,wei,z,r9,succeeded,200,,,1,,2026-03-01T12:00:00.000Z,s-r9\n"
			kept := text[:max(0, endOf(ends, whole))]
			if kept == "" { // the header is cut, so it is that of this version
				kept = now[:recordEnds(now)[0]]
			} else if version == "0.1" {
				added = strings.Replace(added, ",s-r9", "", 1)
			}
			if got := readFile(t, d.File(report.ResultsFile)); got != kept+added {
				t.Fatalf("%s, cut at %d: the run goes on as\n%s\nwant\n%s", version, cut, got, kept+added)
			}
			if err := errors.Join(d.Check(), d.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// endOf is where the last of so many records ends.
func endOf(ends []int, records int) int {
	if records == 0 {
		return 0
	}
	return ends[records-1]
}

// TestTornRequests cuts requests.csv at every byte: results count whose requests are there, with an answer, and the rows
// of the others are in doubt.
func TestTornRequests(t *testing.T) {
	t.Parallel()
	results, text := tables(t)
	ends, path := recordEnds(text), t.TempDir()
	for _, cut := range cuts(text, ends) {
		whole := 0
		for whole < len(ends) && ends[whole] <= cut {
			whole++
		}
		rows := max(0, whole-1)
		sent, answered := (rows+1)/2, rows/2
		var want, open4 []int64 // lines that are settled, and lines in doubt
		var left []job.Chunk
		for i, o := range tornOutcomes {
			for _, e := range o.Chunk.Entries {
				if i < answered {
					want = append(append(want, e.Line), e.Duplicates...)
				}
			}
			if i >= answered {
				left, open4 = append(left, o.Chunk), append(open4, o.Chunk.Entries[0].Line)
			}
		}
		left = append(left, job.Chunk{Target: "wei", Entries: []job.Entry{{ID: "e", Line: 8}, {ID: "f", Line: 9}}})
		if sent == 4 {
			open4 = append(open4, 8)
		}
		writeIn(t, path, results, text[:cut])
		past := open(t, path)
		for line := range int64(10) {
			if past.Settled(line) != slices.Contains(want, line) {
				t.Fatalf("cut at %d: line %d is settled: %v", cut, line, past.Settled(line))
			}
		}
		pending, err := past.Pending(each(left))
		var got []int64
		for _, c := range left {
			if d := pending(c); d.RequestID != "" {
				got = append(got, c.Entries[0].Line)
			}
		}
		if err != nil || past.Sent() != int64(sent) || !slices.Equal(got, open4) {
			t.Fatalf("cut at %d: %d requests were sent, and %v are in doubt, %v; want %d and %v", cut, past.Sent(), got, err, sent, open4)
		}
		if answered < 3 && rows > 0 && len(past.Mends()) == 0 {
			t.Fatalf("cut at %d: nothing is said", cut)
		}
		d := resume(t, past)
		if got := linesOf(t, path); !slices.Equal(got, want) {
			t.Fatalf("cut at %d: lines %v have results still, want %v", cut, got, want)
		}
		if err := d.Sent(job.Attempt{RequestID: "r9", Number: 2, Chunk: job.Chunk{Target: "wei", Entries: []job.Entry{{Line: 8}}}}); err != nil {
			t.Fatal(err)
		}
		journal := readFile(t, filepath.Join(path, report.RequestsFile))
		now := recordEnds(journal)
		_, last, _ := strings.Cut(journal[now[len(now)-2]:], ",") // behind the time
		if want := "sent,r9,wei,1,8,2,,,,\n"; len(now) != rows+2 || last != want {
			t.Fatalf("cut at %d: %d rows, the last of which is %q; want %d and %q", cut, len(now)-1, last, rows+1, want)
		}
		if err := errors.Join(d.Check(), d.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// each yields chunks.
func each(chunks []job.Chunk) iter.Seq2[job.Chunk, error] {
	return func(yield func(job.Chunk, error) bool) {
		for _, c := range chunks {
			if !yield(c, nil) {
				return
			}
		}
	}
}
