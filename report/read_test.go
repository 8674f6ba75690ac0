package report_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"meetbatch/job"
	"meetbatch/report"
)

const query = "/v1/usg/dcs/corp/vmr?offset=0&limit=100"

// TestReadings: what was read stands in the journal by itself: it counts for the rate and for nothing else, and where it went
// unanswered no row is in doubt.
func TestReadings(t *testing.T) {
	t.Parallel()
	d := create(t, job.Reclaim)
	if err := errors.Join(d.Asked("q1", query), d.Heard("q1", query, 1, job.Answer{HTTPStatus: 429})); err != nil {
		t.Fatal(err)
	}
	carryOut(t, d, outcome(job.Succeeded, "r1", job.Entry{ID: "a", Line: 2}))
	if err := errors.Join(d.Asked("q2", query), d.Heard("q2", query, 2, job.Answer{Unsent: true}), d.Asked("q3", query)); err != nil {
		t.Fatal(err)
	}
	var rows []string
	for row := range strings.Lines(readFile(t, d.File(report.RequestsFile))) {
		_, row, _ = strings.Cut(row, ",") // behind the time
		rows = append(rows, row)
	}
	for i, want := range map[int]string{
		1: "sent,q1," + query + ",0,,,,,,\n", 2: "answered,q1," + query + ",0,,1,429,,0,\n", 6: "answered,q2," + query + ",0,,2,,NEVER_LEFT,0,\n",
	} {
		if rows[i] != want {
			t.Errorf("row %d is %q, want %q", i, rows[i], want)
		}
	}
	run := d.Described(report.Run{})
	if run.Requests.Readings != 2 || run.Requests.InFlight != 1 || run.Requests.Answers.Longest != 0 {
		t.Errorf("run.json says %+v", run.Requests)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if times, err := report.SentSince(d.Path, time.Time{}); err != nil || len(times) != 4 {
		t.Errorf("%d requests count for the rate, %v", len(times), err)
	}
	var reads []bool
	for e, err := range report.Events(d.Path) {
		if err != nil {
			t.Fatal(err)
		}
		reads = append(reads, e.Reading)
	}
	if want := []bool{true, true, false, false, true, true, true}; !slices.Equal(reads, want) {
		t.Errorf("readings are %v, want %v", reads, want)
	}
	counted := report.Run{State: report.Running}
	if err := counted.Recount(d.Path, job.Reclaim, report.Killed); err != nil || counted.Requests.Sent != 1 || counted.Requests.Readings != 2 {
		t.Errorf("counted are %+v, %v", counted.Requests, err)
	}

	past := open(t, d.Path)
	if past.Sent() != 1 || past.Readings() != 2 || past.Throttled() != 1 || past.RecordsLost() || len(past.Mends()) > 0 {
		t.Errorf("%d requests, %d readings, %d throttled; lost: %v; %v is mended", past.Sent(), past.Readings(), past.Throttled(), past.RecordsLost(), past.Mends())
	}
	chunk := job.Chunk{Target: "wei", Entries: []job.Entry{{ID: "b", Line: 3}}}
	pending, err := past.Pending(each([]job.Chunk{chunk}))
	if err != nil || pending(chunk).Kind != job.NoDoubt {
		t.Errorf("line 3 is in doubt: %v, %v", pending(chunk), err)
	}
	past.Row(job.Item{Line: 2, Account: "wei", Value: "a"})
	if err := past.Fits(nil); err != nil {
		t.Error(err)
	}
	d = resume(t, past)
	if run := d.Described(report.Run{}); run.Requests.Readings != 2 {
		t.Errorf("after a resume run.json says %+v", run.Requests)
	}
}

// TestReadingsDamaged: damage of a reading is found as that of another request is.
func TestReadingsDamaged(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ from, to, want string }{
		{"sent,q1,/v1", "sent,q2,/v1", "request q1 was answered, but not sent"},
		{"answered,q1,/v1", "answered,q1,/v2", "request q1 was answered as another one than was sent"},
		{"answered,q1," + query + ",0,,1,", "answered,q1," + query + ",0,,,", "request q1 has no entries, and is no reading"},
		{"sent,q1," + query + ",0,,", "sent,q1," + query + ",0,2,", "request q1 has no entries, and is no reading"},
		{"sent,q1," + query + ",0,,", "sent,q1," + query + ",,,", `entries is ""`},
		{"sent,q1," + query + ",0,,", "sent,q1," + query + ",3,,", `first_line is ""`},
		{"sent,q1," + query + ",0,,", "sent,q1,,0,,", "request q1 has no entries, and is no reading"},
		{"sent,r1,wei,1,2,", "sent,r1,wei,0,2,", "request r1 has no entries, and is no reading"},
	} {
		d := create(t, job.Reclaim)
		if err := errors.Join(d.Asked("q1", query), d.Heard("q1", query, 1, job.Answer{HTTPStatus: 200})); err != nil {
			t.Fatal(err)
		}
		carryOut(t, d, outcome(job.Succeeded, "r1", job.Entry{ID: "a", Line: 2}))
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		journal := readFile(t, d.File(report.RequestsFile))
		if !strings.Contains(journal, test.from) {
			t.Fatalf("no %q in\n%s", test.from, journal)
		}
		path := write(t, readFile(t, filepath.Join(d.Path, report.ResultsFile)), strings.Replace(journal, test.from, test.to, 1))
		past, err := report.Open(path, report.Check{Operation: job.Reclaim})
		if err == nil {
			past.Close()
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q for %q: %v, want %q", test.to, test.from, err, test.want)
		}
	}
}

// TestReadingsTogether: readings are recorded by many at the same time, while run.json is written.
func TestReadingsTogether(t *testing.T) {
	t.Parallel()
	d := create(t, job.Reclaim)
	var all errgroup.Group
	for i := range 20 {
		all.Go(func() error {
			q := fmt.Sprint("q", i)
			return errors.Join(d.Asked(q, query), d.Heard(q, query, 1, job.Answer{HTTPStatus: 200}))
		})
	}
	all.Go(func() error { return d.WriteRun(report.Run{State: report.Planning}) })
	all.Go(func() error {
		return d.WriteBefore(func(add func(report.Before) error) error { return add(asItWas[0]) })
	})
	if err := errors.Join(all.Wait(), d.WriteRun(report.Run{State: report.Planning})); err != nil {
		t.Fatal(err)
	}
	run, err := report.ReadRun(d.Path)
	if err != nil || run.Requests.Readings != 20 || run.Requests.InFlight != 0 || !report.Whole(d.Path, run) {
		t.Errorf("run.json says %+v, %v", run.Requests, err)
	}
}
