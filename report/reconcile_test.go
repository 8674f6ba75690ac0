package report_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"meetbatch/job"
	"meetbatch/report"
)

// A past is a run that was stopped, with rows of every fate, and its input.
type past struct {
	path string
	rows []inputRow
}

var header = []byte("account,id\n")

func (p past) each(yield func(job.Item, []byte) error) error {
	for _, r := range p.rows {
		if err := yield(r.it, []byte(r.raw)); err != nil {
			return err
		}
	}
	return nil
}

// check gives what the directory of the run is held against, wherever it is by now.
func (p past) check(t testing.TB, path string) report.Check {
	t.Helper()
	run, err := report.ReadRun(path)
	if err != nil {
		t.Fatal(err)
	}
	return report.Check{Operation: job.Reclaim, Run: run, Header: header, Rows: p.each}
}

// stopped makes such a run. Lines 3, 4, 5, 6 and 7 may be settled by reading, and 6 repeats 3.
func stopped(t testing.TB) past {
	t.Helper()
	d := create(t, job.Reclaim)
	p := past{path: d.Path}
	for i, value := range []string{"a", "b", "c", "d", "b", "e", "f", "g"} {
		p.rows = append(p.rows, inputRow{job.Item{Line: int64(i + 2), Account: "wei", Value: value}, "wei," + value + "\n"})
	}
	doubt := job.Doubt{Kind: job.Unanswered, RequestID: id(4)}
	unknown := outcome(job.Unknown, id(2), job.Entry{ID: "b", Line: 3, Duplicates: []int64{6}})
	unknown.Answer = job.Answer{Message: "no answer"}
	away := outcome(job.Unknown, id(3), job.Entry{ID: "c", Line: 4})
	away.Answer = job.Answer{HTTPStatus: 504, Code: "APIG.0201"}
	refused := outcome(job.Failed, id(5), job.Entry{ID: "d", Line: 5})
	refused.Doubt = doubt
	unsent := outcome(job.NotSent, id(6), job.Entry{ID: "e", Line: 7})
	unsent.Answer, unsent.Doubt = job.Answer{}, job.Doubt{Kind: job.Unsettled}
	for _, o := range []job.Outcome{
		outcome(job.Succeeded, id(1), job.Entry{ID: "a", Line: 2}), unknown, away, refused, unsent, outcome(job.Failed, id(7), job.Entry{ID: "f", Line: 8}),
	} {
		carryOut(t, d, o)
	}
	settle(t, d, outcome(job.NotSent, "", job.Entry{ID: "g", Line: 9}))
	code := 5
	end := noon
	run := report.Run{
		Command: "reclaim", Start: noon, End: &end, State: report.Stopped, Reason: "stopped by a signal", ExitCode: &code,
		Input:    report.Input{LastLine: 9},
		Counts:   report.Counts{Rows: 8, Succeeded: 1, Failed: 2, Unknown: 3, NotSent: 2, Duplicates: 1},
		Requests: report.Requests{Sent: 6},
		Sessions: []report.Session{{Start: noon, End: &end, Requests: 6, Settled: 6, Ended: report.EndedStopped}},
	}
	if err := errors.Join(d.WriteFailed(header, p.each), d.Sync(), d.WriteRun(run), d.Close()); err != nil {
		t.Fatal(err)
	}
	p.proved(t, p.path, true)
	return p
}

// proved fails where a directory does not add up.
func (p past) proved(t testing.TB, path string, over bool) {
	t.Helper()
	proof, err := report.Verify(path, p.check(t, path))
	if err != nil || len(proof.Problems) > 0 || proof.Over != over {
		t.Errorf("over: %v, %v\n%s\n%s", proof.Over, err, strings.Join(proof.Problems, "\n"), readFile(t, filepath.Join(path, report.ResultsFile)))
	}
}

// found is what the service says of the rooms: b and e are free, d is not, and of c nothing is found.
func found(r report.Result) (report.Verdict, error) {
	v := report.Verdict{Why: "it is as wanted", ReadAt: noon.AddDate(0, 0, 1)}
	switch r.Value {
	case "b", "e":
		v.Status = job.Succeeded
	case "d":
		v.Status, v.Why = job.Failed, "it is not as wanted, as two readings say"
	case "c":
		v.Status, v.Why = job.Unknown, "the room is in no list"
	}
	return v, nil
}

// reconcile settles a run, and calls step between what it does, with what is about to be done.
func (p past) reconcile(t testing.TB, path string, step func(before string)) report.Run {
	t.Helper()
	r, err := report.Reconcile(path, p.check(t, path))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	step("begin")
	now := p.check(t, path).Run
	r.EndSessions(&now)
	now.Sessions = append(now.Sessions, report.NewSession(noon, "none", 1))
	d, err := r.Begin(now)
	must(err)
	step("ask")
	query, reading := "/v1/rooms?offset=0", fmt.Sprint("q", len(now.Sessions))
	must(d.Asked(reading, query))
	step("hear")
	must(d.Heard(reading, query, 1, job.Answer{HTTPStatus: 200}))
	must(d.Asked(reading+"b", query))
	step("settle")
	must(r.Settle(found))
	step("write failed")
	must(d.WriteFailed(header, p.each))
	step("end")
	run, err := r.End(now)
	must(err)
	step("close")
	must(r.Close())
	return run
}

// TestReconcile: what reading says takes the place of what was unknown, the rest stays byte for byte, and all adds up.
func TestReconcile(t *testing.T) {
	t.Parallel()
	p := stopped(t)
	before := readFile(t, filepath.Join(p.path, report.ResultsFile))
	c := p.check(t, p.path)
	r, err := report.Reconcile(p.path, c)
	if err != nil {
		t.Fatal(err)
	}
	var open []int64
	for row, err := range r.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, row.Line)
	}
	if want := []int64{3, 6, 4, 5, 7}; !slices.Equal(open, want) || r.Left != 5 || r.Counts.Of(job.Unknown) != 3 {
		t.Errorf("lines %v may be settled, %d in all, want %v", open, r.Left, want)
	}
	var locked *report.LockedError
	if _, err := report.Reconcile(p.path, c); !errors.As(err, &locked) {
		t.Errorf("a second one has the directory: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}

	run := p.reconcile(t, p.path, func(string) {})
	want, from := "", 0
	for _, end := range recordEnds(before) {
		if line, _, _ := strings.Cut(before[from:end], ","); !slices.Contains(strings.Fields("3 4 5 6 7"), line) {
			want += before[from:end]
		}
		from = end
	}
	want += "3,wei,b," + id(2) + ",succeeded,,,read: it is as wanted,1,,2026-03-02T12:00:00.000Z,\n" +
		"6,wei,b," + id(2) + ",succeeded,,,read: it is as wanted,1,3,2026-03-02T12:00:00.000Z,\n" +
		"4,wei,c," + id(3) + ",unknown,504,APIG.0201,read: the room is in no list,1,,2026-03-02T12:00:00.000Z,\n" +
		"5,wei,d," + id(5) + ",failed,400,NOT_CARRIED_OUT,\"read: it is not as wanted, as two readings say\",1,,2026-03-02T12:00:00.000Z,\n" +
		"7,wei,e," + id(6) + ",succeeded,,,read: it is as wanted,1,,2026-03-02T12:00:00.000Z,\n"
	if got := readFile(t, filepath.Join(p.path, report.ResultsFile)); got != want {
		t.Errorf("results.csv is\n%s\nwant\n%s", got, want)
	}
	if got, want := readFile(t, filepath.Join(p.path, report.FailedFile)), "account,id\nwei,c\nwei,d\nwei,f\nwei,g\n"; got != want {
		t.Errorf("failed.csv is %q, want %q", got, want)
	}
	counts := report.Counts{Rows: 8, Succeeded: 4, Failed: 2, Unknown: 1, NotSent: 1, Duplicates: 1}
	if run.Counts != counts || run.State != report.Stopped || *run.ExitCode != 5 || run.Requests.Sent != 6 || run.Requests.Readings != 2 {
		t.Errorf("run.json says %+v", run)
	}
	if s := run.Sessions[1]; s.Command != report.Reconciles || s.Settled != 4 || s.Readings != 2 || s.Ended != report.EndedFinished || s.End == nil {
		t.Errorf("the session is %+v", s)
	}
	p.proved(t, p.path, true)

	// What is settled is final; what is unknown still may be read again.
	if r, err = report.Reconcile(p.path, p.check(t, p.path)); err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Left != 1 || r.Killed {
		t.Errorf("%d rows are left, and a reconcile was killed: %v", r.Left, r.Killed)
	}
}

// TestReconcileEnds: a run that has no row left to send is finished then, with the exit code that its rows have.
func TestReconcileEnds(t *testing.T) {
	t.Parallel()
	p := stopped(t)
	r, err := report.Reconcile(p.path, p.check(t, p.path))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	now := p.check(t, p.path).Run
	d, err := r.Begin(now)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []job.Status{job.Failed, job.Skipped} { // of a row that was not sent, and of any
		if r.Settle(func(report.Result) (report.Verdict, error) { return report.Verdict{Status: bad}, nil }) == nil {
			t.Errorf("every row becomes %s", bad)
		}
	}
	enough := errors.New("enough")
	if err := r.Settle(func(report.Result) (report.Verdict, error) { return report.Verdict{}, enough }); !errors.Is(err, enough) {
		t.Errorf("Settle = %v", err)
	}
	if err := r.Settle(func(report.Result) (report.Verdict, error) { return report.Verdict{}, nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := r.End(now); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	p.proved(t, p.path, true)

	// The row that was never sent succeeds in a resumed run, and after another reading all have.
	past, err := report.Open(p.path, p.check(t, p.path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { past.Close() })
	again := resume(t, past)
	carryOut(t, again, outcome(job.Succeeded, id(8), job.Entry{ID: "g", Line: 9}))
	carryOut(t, again, outcome(job.Succeeded, id(9), job.Entry{ID: "e", Line: 7}))
	code := 1
	run := now
	run.Resumed, run.State, run.ExitCode, run.Reason = 1, report.Finished, &code, ""
	run.Counts, run.Requests.Sent = report.Counts{Rows: 8, Succeeded: 3, Failed: 2, Unknown: 3, Duplicates: 1}, 8
	run.Sessions = append(now.Sessions, report.Session{Command: report.Reconciles, End: now.End})
	if err := errors.Join(again.WriteFailed(header, p.each), again.Sync(), again.WriteRun(run), again.Close()); err != nil {
		t.Fatal(err)
	}
	p.proved(t, p.path, true)
	ended := p.reconcile(t, p.path, func(string) {})
	if ended.State != report.Finished || *ended.ExitCode != 1 || ended.Counts.NotSent != 0 {
		t.Errorf("run.json says %+v", ended)
	}
}

// TestReconciledGoesOn: rows that were settled by reading stay so in a run that goes on, and are not in doubt.
func TestReconciledGoesOn(t *testing.T) {
	t.Parallel()
	p := stopped(t)
	p.reconcile(t, p.path, func(string) {})
	past, err := report.Open(p.path, p.check(t, p.path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { past.Close() })
	for line := int64(2); line <= 9; line++ {
		if past.Settled(line) != (line != 9) {
			t.Errorf("line %d is settled: %v", line, past.Settled(line))
		}
	}
	if past.Sent() != 6 || past.Readings() != 2 || len(past.Mends()) > 0 {
		t.Errorf("%d requests, %d readings, and %v is mended", past.Sent(), past.Readings(), past.Mends())
	}
	run := p.check(t, p.path).Run
	d, err := past.Resume(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	carryOut(t, d, outcome(job.Succeeded, id(8), job.Entry{ID: "g", Line: 9}))
	code := 1
	run.Resumed, run.State, run.ExitCode, run.Reason = 1, report.Finished, &code, ""
	run.Counts.NotSent, run.Counts.Succeeded, run.Requests.Sent = 0, 5, 7
	if err := errors.Join(d.WriteFailed(header, p.each), d.Sync(), d.WriteRun(run), d.Close()); err != nil {
		t.Fatal(err)
	}
	p.proved(t, p.path, true)
	for e, err := range report.Earlier(p.path, job.Reclaim, job.Reclaim, nil) {
		if err != nil || e.Value == "b" && e.RequestID != id(2) || e.Value == "d" {
			t.Errorf("%+v, %v", e, err)
		}
	}
}

// filesOf reads the files of a directory.
func filesOf(t testing.TB, path string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all[e.Name()] = readFile(t, filepath.Join(path, e.Name()))
	}
	return all
}

// TestReconcileKilled: wherever the process is killed, the directory adds up, and the next reconcile or a resume ends what
// it began.
func TestReconcileKilled(t *testing.T) {
	t.Parallel()
	p := stopped(t)
	was := map[string]map[string]string{}
	p.reconcile(t, p.path, func(before string) { was[before] = filesOf(t, p.path) })

	// Within Settle run.json comes first, then failed.csv goes, and then the results are replaced.
	said := maps.Clone(was["settle"])
	said[report.RunFile] = was["write failed"][report.RunFile]
	was["within settle, when run.json is written"] = said
	gone := maps.Clone(said)
	delete(gone, report.FailedFile)
	was["within settle, when failed.csv is gone"] = gone
	torn := maps.Clone(was["hear"])
	torn[report.RequestsFile] = torn[report.RequestsFile][:len(torn[report.RequestsFile])-9]
	was["within ask"] = torn

	for before, files := range was {
		for _, resumes := range []bool{false, true} {
			path := t.TempDir()
			for name, text := range files {
				if err := os.WriteFile(filepath.Join(path, name), []byte(text), 0o640); err != nil {
					t.Fatal(err)
				}
			}
			_, hasFailed := files[report.FailedFile]
			results := strings.Contains(files[report.ResultsFile], "read: ") // which are the new ones
			over := hasFailed && before != "within settle, when run.json is written" && before != "end"
			t.Run(fmt.Sprintf("%s, resumes %v", before, resumes), func(t *testing.T) {
				p.proved(t, path, over)
				if resumes {
					past, err := report.Open(path, p.check(t, path))
					if err != nil {
						t.Fatal(err)
					}
					defer past.Close()
					if past.RecordsLost() || past.Settled(7) != results || past.Settled(9) {
						t.Errorf("records are lost: %v; lines 7 and 9 are settled: %v, %v", past.RecordsLost(), past.Settled(7), past.Settled(9))
					}
					run := p.check(t, path).Run
					d, err := past.Resume(run, nil)
					if err != nil {
						t.Fatal(err)
					}
					defer d.Close()
					if err := d.WriteRun(run); err != nil {
						t.Fatal(err)
					}
					if now := p.check(t, path).Run; now.Reconciling {
						t.Error("run.json says still that the run is being reconciled")
					}
					return
				}
				run := p.reconcile(t, path, func(string) {})
				if run.Counts.Succeeded != 4 || run.Counts.Unknown != 1 || run.Reconciling {
					t.Errorf("run.json says %+v", run)
				}
				p.proved(t, path, true)
			})
		}
	}
}

// TestReconcileOld: a run of version 0.1 is reconciled too, in the columns that its tables have, and has sums from then on.
func TestReconcileOld(t *testing.T) {
	t.Parallel()
	p := stopped(t)
	file := filepath.Join(p.path, report.ResultsFile)
	run := p.check(t, p.path).Run
	run.Schema, run.Files, run.Alive, run.Sessions, run.Input.LastLine = 0, nil, nil, nil, 0
	text, err := json.Marshal(run)
	if err := errors.Join(err, os.WriteFile(filepath.Join(p.path, report.RunFile), text, 0o640), os.WriteFile(file, []byte(as01(readFile(t, file))), 0o640)); err != nil {
		t.Fatal(err)
	}
	c := p.check(t, p.path)
	c.Run.Input.LastLine = 9
	r, err := report.Reconcile(p.path, c)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	now := c.Run
	r.EndSessions(&now)
	d, err := r.Begin(now)
	if err != nil {
		t.Fatal(err)
	}
	p.proved(t, p.path, false)
	if err := errors.Join(r.Settle(found), d.WriteFailed(header, p.each)); err != nil {
		t.Fatal(err)
	}
	if now, err = r.End(now); err != nil || len(now.Sessions) != 2 {
		t.Errorf("there are %d sessions, %v", len(now.Sessions), err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	p.proved(t, p.path, true)
	if got := readFile(t, file); !strings.Contains(got, "2026-03-02T12:00:00.000Z\n") {
		t.Errorf("results.csv is\n%s", got)
	}
}

// TestReconcileRefuses: a run that is under way or damaged is not reconciled.
func TestReconcileRefuses(t *testing.T) {
	t.Parallel()
	for what, spoil := range map[string]func(p past, c *report.Check){
		"running":  func(_ past, c *report.Check) { c.Run.State = report.Running },
		"gone on":  func(_ past, c *report.Check) { c.Run.Resumed++ },
		"torn":     func(p past, _ *report.Check) { shorten(t, filepath.Join(p.path, report.ResultsFile)) },
		"journal":  func(p past, _ *report.Check) { shorten(t, filepath.Join(p.path, report.RequestsFile)) },
		"no table": func(p past, _ *report.Check) { os.Remove(filepath.Join(p.path, report.ResultsFile)) },
	} {
		p := stopped(t)
		c := p.check(t, p.path)
		spoil(p, &c)
		if r, err := report.Reconcile(p.path, c); err == nil {
			t.Errorf("%s: it is reconciled", what)
			r.Close()
		}
	}
}

func shorten(t testing.TB, file string) {
	t.Helper()
	text := readFile(t, file)
	if err := os.WriteFile(file, []byte(text[:len(text)-5]), 0o640); err != nil {
		t.Fatal(err)
	}
}

// TestReadPrefix: a message that only looks as if a row had been read lifts no rule, and one of a reading lifts just that
// its request may have had any answer.
func TestReadPrefix(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ from, to, want string }{
		{"APIG.0201,read: the room", "USG.9,read: the room", "line 4: its error code"},
		{",failed,400,NOT_CARRIED_OUT", ",failed,400,USG.9", "line 5: its error code"},
		{",failed,400,NOT_CARRIED_OUT", ",failed,404,NOT_CARRIED_OUT", "line 5: its HTTP status"},
		{"3,wei,b," + id(2) + ",succeeded", "3,wei,b," + id(2) + ",invalid", "line 3: it is invalid"},
		{"3,wei,b," + id(2) + ",succeeded,,,read: it", "3,wei,b," + id(2) + ",succeeded,,,so it", "line 3: it is succeeded with HTTP status"},
		{"3,wei,b," + id(2), "3,wei,b," + id(3), "line 3: its HTTP status"},
		{"3,wei,b," + id(2), "3,wei,b,q2", "line 3: request q2, which it names, changes nothing"},
	} {
		p := stopped(t)
		p.reconcile(t, p.path, func(string) {})
		file := filepath.Join(p.path, report.ResultsFile)
		text := readFile(t, file)
		if !strings.Contains(text, test.from) {
			t.Fatalf("no %q in\n%s", test.from, text)
		}
		if err := os.WriteFile(file, []byte(strings.Replace(text, test.from, test.to, 1)), 0o640); err != nil {
			t.Fatal(err)
		}
		proof, err := report.Verify(p.path, p.check(t, p.path))
		if err != nil || !slices.ContainsFunc(proof.Problems, func(s string) bool { return strings.HasPrefix(s, test.want) }) {
			t.Errorf("%q for %q: %v\n%s", test.to, test.from, err, strings.Join(proof.Problems, "\n"))
		}
	}

	// Where no session read the service, no row was.
	p := stopped(t)
	p.reconcile(t, p.path, func(string) {})
	c := p.check(t, p.path)
	c.Run.Sessions = c.Run.Sessions[:1]
	if proof, err := report.Verify(p.path, c); err != nil || len(proof.Problems) == 0 {
		t.Errorf("it is proved: %v", err)
	}
}

// TestExplained: the code of a row that was not carried out, as reading showed, stands in words where people read of it.
func TestExplained(t *testing.T) {
	t.Parallel()
	if e := job.Explain(job.Failed, 504, report.NotCarriedOut); !strings.Contains(e.Means, "not carried out") || !e.Again {
		t.Errorf("%+v", e)
	}
}
