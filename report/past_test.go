package report_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"meetbatch/internal/system"
	"meetbatch/job"
	"meetbatch/report"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// outcome is one of a chunk of rooms of wei.
func outcome(status job.Status, requestID string, entries ...job.Entry) job.Outcome {
	o := job.Outcome{
		Chunk:      job.Chunk{Target: "wei", Entries: entries},
		Status:     status,
		RequestID:  requestID,
		FinishedAt: noon,
	}
	if requestID != "" {
		o.Attempts = 1
		o.Answer = job.Answer{HTTPStatus: 200, ServerRequestID: "s-" + requestID}
	}
	if status == job.Failed {
		o.Answer = job.Answer{HTTPStatus: 400, Code: "USG.1", Message: "no \"such\" room,\nor it is taken"}
	}
	return o
}

func settle(t testing.TB, d *report.Dir, outcomes ...job.Outcome) {
	t.Helper()
	if err := d.Settle(outcomes...); err != nil {
		t.Fatal(err)
	}
}

// carryOut records an outcome as a run does, with its request before it.
func carryOut(t testing.TB, d *report.Dir, o job.Outcome) {
	t.Helper()
	a := job.Attempt{RequestID: o.RequestID, Chunk: o.Chunk, Number: 1}
	if err := errors.Join(d.Sent(a), d.Answered(a, o.Answer), d.Settle(o)); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, path string) *report.Past {
	t.Helper()
	past, err := report.Open(path, report.Check{Operation: job.Reclaim})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { past.Close() })
	return past
}

func resume(t testing.TB, past *report.Past, torn ...job.Entry) *report.Dir {
	t.Helper()
	d, err := past.Resume(report.Run{}, torn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// TestResume: rows that were not sent lose their results, whatever stands between and behind them, and the other rows
// stay byte for byte; duplicates without a result get that of the row that they repeat; what a killed process left goes.
func TestResume(t *testing.T) {
	t.Parallel()
	d := create(t, job.Reclaim)
	settle(t, d, outcome(job.NotSent, "", job.Entry{ID: "n1", Line: 10}))
	carryOut(t, d, outcome(job.Succeeded, "r1", job.Entry{ID: "a", Line: 2}))
	settle(t, d, outcome(job.NotSent, "", job.Entry{ID: "n2", Line: 11, Duplicates: []int64{12}}), outcome(job.NotSent, "", job.Entry{ID: "n3", Line: 13}))
	carryOut(t, d, outcome(job.Succeeded, "r2", job.Entry{ID: "b", Line: 3}, job.Entry{ID: "c", Line: 4, Duplicates: []int64{5}}))
	path := d.Path
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(path, report.ResultsFile)
	before := readFile(t, name)
	if err := os.WriteFile(name, []byte(before+"6,wei,d,r3,succ"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{".plan-123", ".results.csv-abc", ".run.json-1", ".mine"} {
		if err := os.WriteFile(filepath.Join(path, left), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}

	past := open(t, path)
	if got := fmt.Sprint(past.Counts.Total(), past.Counts.Of(job.Succeeded), past.Settled(11), past.Settled(5)); got != "4 4 false true" {
		t.Errorf("settled, succeeded, and lines 11 and 5: %s", got)
	}
	d = resume(t, past, job.Entry{ID: "c", Line: 4, Duplicates: []int64{7, 8}})
	var want strings.Builder
	from := 0
	for _, end := range recordEnds(before) {
		if row := before[from:end]; !strings.Contains(row, "not_sent") {
			want.WriteString(row)
		}
		from = end
	}
	for _, line := range []int{7, 8} {
		fmt.Fprintf(&want, "%d,wei,c,r2,succeeded,200,,,1,4,2026-03-01T12:00:00.000Z,s-r2\n", line)
	}
	if got := readFile(t, name); got != want.String() {
		t.Errorf("results.csv is\n%s\nwant\n%s", got, &want)
	}
	if got := past.Counts.Of(job.Succeeded); got != 6 {
		t.Errorf("%d succeeded, want the duplicates among them", got)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{".lock", ".mine", "requests.csv", "results.csv", "run.json"}; !slices.Equal(names, want) {
		t.Errorf("the directory holds %v, want %v", names, want)
	}

	// What succeeded before and what was completed is not to be run again.
	err = d.WriteFailed(nil, func(row func(job.Item, []byte) error) error {
		for line := range int64(10) {
			if err := row(job.Item{Line: line}, fmt.Append(nil, line)); err != nil {
				return err
			}
		}
		return nil
	})
	if got := readFile(t, d.File(report.FailedFile)); err != nil || got != "0169" {
		t.Errorf("failed.csv has %s, %v; want the lines 0, 1, 6 and 9", got, err)
	}
}

// TestResumeFails: the lock stays with the Past, so that a further process is kept out until it is closed.
func TestResumeFails(t *testing.T) {
	t.Parallel()
	results, requests := tables(t)
	path := write(t, results, requests)
	past := open(t, path)
	_, err := past.Resume(report.Run{}, []job.Entry{{ID: "a", Line: 2, Duplicates: []int64{9}}})
	if want := filepath.Join(path, "results.csv") + ": line 2 has a result, but line 9, which repeats it, has none"; err == nil || err.Error() != want {
		t.Errorf("Resume = %v, want %s", err, want)
	}
	var locked *report.LockedError
	if _, err := report.Open(path, report.Check{Operation: job.Reclaim}); !errors.As(err, &locked) {
		t.Errorf("Open while the Past is open = %v, want a *LockedError", err)
	}
	if err := errors.Join(past.Close(), past.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := past.Resume(report.Run{}, nil); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Resume after Close = %v, want %v", err, os.ErrClosed)
	}
	open(t, path)
}

// TestOpenDamaged: what is wrong in the middle of a table is an error that names the place, and the lock is free again.
func TestOpenDamaged(t *testing.T) {
	t.Parallel()
	results, requests := tables(t)
	for _, test := range []struct{ file, from, to, want string }{
		{report.ResultsFile, "\n4,", "\n2,", "results.csv:7: line 2 has two results"},
		{report.ResultsFile, "\n4,", "\n-4,", `results.csv:7: line is "-4"`},
		{report.ResultsFile, "vmr_id", "user_status", "results.csv:1: the columns are not those of this version"},
		{report.RequestsFile, "sent,r1,wei,1,2", "sent,r1,wei,1,", `requests.csv:2: first_line is ""`},
		{report.RequestsFile, "time,event", "event", "requests.csv:1: the columns are not those of this version"},
	} {
		path := write(t, results, requests)
		name := filepath.Join(path, test.file)
		text := strings.Replace(readFile(t, name), test.from, test.to, 1)
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := report.Open(path, report.Check{Operation: job.Reclaim}); err == nil || err.Error() != filepath.Join(path, test.want) {
				t.Errorf("Open = %v, want %s", err, test.want)
			}
		}
	}
}

// TestNoPast: the zero Past is that of a new run.
func TestNoPast(t *testing.T) {
	t.Parallel()
	var past report.Past
	if past.Settled(2) || past.Counts.Total() > 0 || past.Close() != nil {
		t.Error("the zero Past has a past")
	}

	// A run that was killed before it had tables goes on with new ones.
	past2 := open(t, t.TempDir())
	d := resume(t, past2)
	if got := readFile(t, d.File(report.RequestsFile)); !strings.HasPrefix(got, "time,event,") || past2.Sent() > 0 {
		t.Errorf("requests.csv is %q", got)
	}
}

// TestPendingAmong: where a request had no answer, and another one for an entry of it had none either, or was carried out
// and has no result, the first may have carried the entry or not: nothing that is found of another entry tells.
func TestPendingAmong(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		another job.Answer
		kinds   []job.DoubtKind
	}{
		{job.Answer{HTTPStatus: 400}, []job.DoubtKind{job.UnansweredBefore, job.UnansweredBefore}},
		{job.Answer{}, []job.DoubtKind{job.UnansweredBefore, job.UnansweredAmong}},
		{job.Answer{HTTPStatus: 504}, []job.DoubtKind{job.UnansweredBefore, job.UnansweredAmong}},
		{job.Answer{HTTPStatus: 200}, []job.DoubtKind{job.UnansweredAmong, job.ResultLost}},
	} {
		d := create(t, job.Reclaim)
		chunk := job.Chunk{Target: "wei", Entries: []job.Entry{{ID: "e2", Line: 2}, {ID: "e3", Line: 3}}}
		one := job.Attempt{RequestID: "r2", Chunk: job.Chunk{Target: "wei", Entries: chunk.Entries[1:]}, Number: 1}
		err := errors.Join(d.Sent(job.Attempt{RequestID: "r1", Chunk: chunk, Number: 1}), d.Sent(one))
		if test.another.HTTPStatus > 0 {
			err = errors.Join(err, d.Answered(one, test.another))
		}
		if err := errors.Join(err, d.Close()); err != nil {
			t.Fatal(err)
		}
		of, err := open(t, d.Path).Pending(each([]job.Chunk{chunk}))
		if err != nil {
			t.Fatal(err)
		}
		for i := range chunk.Entries {
			entry := job.Chunk{Target: "wei", Entries: chunk.Entries[i : i+1]}
			if kind := of(entry).Kind; kind != test.kinds[i] {
				t.Errorf("another request is answered with %d: entry %d is in doubt of kind %d, want %d", test.another.HTTPStatus, i, kind, test.kinds[i])
			}
		}
	}
}

// TestPending: of a request without an answer just the chunks are in doubt that hold entries of it, however they are cut
// now, unless a later request for the same entries settled all of them.
func TestPending(t *testing.T) {
	t.Parallel()
	d := create(t, job.Reclaim)
	chunk := func(lines ...int64) (c job.Chunk) {
		c.Target = "wei"
		for _, line := range lines {
			c.Entries = append(c.Entries, job.Entry{ID: fmt.Sprint("e", line), Line: line})
		}
		return c
	}
	sent := func(id string, c job.Chunk) {
		t.Helper()
		if err := d.Sent(job.Attempt{RequestID: id, Chunk: c, Number: 1}); err != nil {
			t.Fatal(err)
		}
	}
	sent("r1", chunk(20, 21)) // settled by r2
	carryOut(t, d, outcome(job.Succeeded, "r2", chunk(20, 21).Entries...))
	sent("r3", chunk(3, 4, 5)) // its first entry is settled by r4
	carryOut(t, d, outcome(job.Failed, "r4", chunk(3).Entries...))
	sent("r5", chunk(30, 31, 32))                                  // whole
	for id, status := range map[string]int{"r6": 504, "r7": 503} { // a gateway that lost a request, and a refusal
		c := chunk(int64(status))
		sent(id, c)
		if err := d.Answered(job.Attempt{RequestID: id, Chunk: c, Number: 1}, job.Answer{HTTPStatus: status}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	past := open(t, d.Path)
	other := chunk(30, 31)
	other.Target = "min"
	chunks := []job.Chunk{chunk(2), chunk(4, 5), chunk(6, 7), chunk(8, 9), chunk(29, 30), chunk(31, 32), chunk(33), other, chunk(504), chunk(503)}
	of, err := past.Pending(each(chunks))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range chunks {
		got = append(got, of(c).RequestID)
	}
	if want := []string{"", "r3", "", "", "r5", "r5", "", "", "r6", ""}; !slices.Equal(got, want) {
		t.Errorf("in doubt by %q, want %q", got, want)
	}
}

// TestPendingCut: where the machine was started anew since, whatever is sent first may have been sent already; where the process
// alone was killed that stands in the journal.
func TestPendingCut(t *testing.T) {
	t.Parallel()
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	boot := system.BootID()
	if boot == "" {
		t.Skip("the system does not tell")
	}
	run := func(state report.State, host, boot string) report.Run {
		return report.Run{State: state, Process: report.Process{PID: 1, Host: host, Boot: boot}, Rate: report.Pace{MostPerSecond: 1},
			Sessions: []report.Session{{Workers: 9}, {Workers: 1, Changes: []report.Change{{Rate: "none"}, {Workers: 2}}}}}
	}
	for _, test := range []struct {
		run  report.Run
		want string // of each chunk: j: the journal lacks something; u: a request went unanswered
	}{
		{run(report.Running, host, "another"), "jjju---"},
		{run(report.Running, host, boot), "---u---"},
		{run(report.Running, host, ""), "---u---"},
		{run(report.Running, "another", "another"), "---u---"},
		{run(report.Stopped, host, "another"), "---u---"},
	} {
		d := create(t, job.Reclaim)
		var chunks []job.Chunk
		for line := range int64(7) {
			chunks = append(chunks, job.Chunk{Target: fmt.Sprint("a", line), Entries: []job.Entry{{ID: "e", Line: line + 2}}})
		}
		if err := errors.Join(d.Sent(job.Attempt{RequestID: "r", Chunk: chunks[3], Number: 1}), d.Close()); err != nil {
			t.Fatal(err)
		}
		past, err := report.Open(d.Path, report.Check{Operation: job.Reclaim, Run: test.run})
		if err != nil {
			t.Fatal(err)
		}
		of, err := past.Pending(each(chunks))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range chunks {
			got += map[job.DoubtKind]string{job.NoDoubt: "-", job.UnansweredBefore: "u", job.JournalLost: "j"}[of(c).Kind]
		}
		told := strings.Contains(strings.Join(past.Mends(), "\n"), "the machine was started anew since, and the last requests may be missing")
		if cut := strings.HasPrefix(test.want, "j"); got != test.want || told != cut {
			t.Errorf("%+v: in doubt are %s, want %s; told: %t", test.run.Process, got, test.want, told)
		}
		past.Close()
	}
}

// TestPendingUnsettled: a doubt lasts until an entry has a result for good, however many resumes were stopped since, and
// whatever answer the entry had last; and it stays with the entries that the request carried, whichever of them were
// settled before and since.
func TestPendingUnsettled(t *testing.T) {
	t.Parallel()
	entries := func(ids string) (list []job.Entry) {
		for _, id := range ids {
			list = append(list, job.Entry{ID: string(id), Line: int64(id - 'A' + 2)})
		}
		return list
	}
	type event struct {
		ids    string
		status job.Status // of what became of it; empty: nobody knows
		http   int
	}
	for name, test := range map[string]struct {
		events []event
		want   string // of the entries that have no result, those in doubt by the first request; small where another may be, too
	}{
		"stopped at a refusal that may pass":     {[]event{{"ABC", "", 0}, {"ABC", job.NotSent, 503}}, "ABC"},
		"stopped at a redirect":                  {[]event{{"ABC", "", 0}, {"ABC", job.NotSent, 302}}, "ABC"},
		"stopped while it was divided":           {[]event{{"ABC", "", 0}, {"BC", job.Unknown, 400}, {"A", job.NotSent, 400}}, "A"},
		"stopped twice":                          {[]event{{"ABC", "", 0}, {"ABC", job.NotSent, 503}, {"ABC", job.NotSent, 401}}, "ABC"},
		"a lost result, and stopped":             {[]event{{"AB", "", 200}, {"AB", job.NotSent, 503}}, "ab"},
		"stopped without an answer":              {[]event{{"AB", job.NotSent, 0}, {"AB", job.NotSent, 503}}, "AB"},
		"settled":                                {[]event{{"ABC", "", 0}, {"ABC", job.Failed, 400}}, ""},
		"some were settled since":                {[]event{{"ABC", "", 0}, {"BC", job.Unknown, 400}}, "A"},
		"some were settled before":               {[]event{{"B", job.Failed, 400}, {"ACD", "", 0}}, "ACD"},
		"before and since":                       {[]event{{"B", job.Failed, 400}, {"ACD", "", 0}, {"C", job.Succeeded, 200}}, "AD"},
		"the first was settled":                  {[]event{{"ABC", "", 0}, {"A", job.Failed, 400}}, "BC"},
		"others were settled since":              {[]event{{"ABC", "", 0}, {"DE", job.Failed, 400}}, "ABC"},
		"others, and it was tried in vain":       {[]event{{"ABC", "", 0}, {"BC", job.Unknown, 400}, {"AD", job.NotSent, 503}}, "A"},
		"a result between was lost, and another": {[]event{{"B", "", 200}, {"ACD", "", 0}}, "a-cd"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := create(t, job.Reclaim)
			left := map[rune]bool{'A': true, 'B': true, 'C': true, 'D': true, 'E': true, 'F': true}
			first := ""
			for i, e := range test.events {
				o := outcome(e.status, fmt.Sprint("r", i), entries(e.ids)...)
				o.Answer = job.Answer{HTTPStatus: e.http}
				if e.status == job.Unknown {
					o.Doubt = job.Doubt{Kind: job.UnansweredBefore, RequestID: first}
				}
				a := job.Attempt{RequestID: o.RequestID, Chunk: o.Chunk, Number: 1}
				err := d.Sent(a)
				if e.http > 0 || e.status != "" {
					err = errors.Join(err, d.Answered(a, o.Answer))
				}
				if e.status != "" {
					err = errors.Join(err, d.Settle(o))
				}
				if e.status == job.NotSent { // the run stopped, and is resumed
					err = errors.Join(err, d.Close())
					if err == nil {
						d = resume(t, open(t, d.Path))
					}
				}
				if err != nil {
					t.Fatal(err)
				}
				for _, id := range e.ids {
					left[id] = left[id] && (e.status == "" || e.status == job.NotSent)
				}
				if first == "" && (e.http == 0) {
					first = o.RequestID
				}
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			var chunks []job.Chunk
			for _, e := range entries("ABCDEF") {
				if left[rune(e.ID[0])] {
					chunks = append(chunks, job.Chunk{Target: "wei", Entries: []job.Entry{e}})
				}
			}
			of, err := open(t, d.Path).Pending(each(chunks))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, c := range chunks {
				switch doubt := of(c); {
				case doubt.Kind == job.UnansweredBefore && doubt.RequestID == first:
					got += c.Entries[0].ID
				case doubt.Kind == job.ResultLost && first != "":
					got += "-"
				case doubt.Kind != job.NoDoubt:
					got += strings.ToLower(c.Entries[0].ID)
				}
			}
			if got != test.want {
				t.Errorf("in doubt are %q, want %q", got, test.want)
			}
		})
	}
}
