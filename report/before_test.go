package report_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"meetbatch/job"
	"meetbatch/report"
)

// asItWas is of a run of which lines 2 and 3 were as wanted before, line 4 was not, and of line 6 nothing was found. Line 5
// repeats line 3.
var asItWas = []report.Before{
	{Line: 2, Account: "wei", Value: "a", State: job.Free, ReadAt: noon},
	{Line: 3, Account: "wei", Value: "b", State: job.Free, ReadAt: noon},
	{Line: 4, Account: "wei", Value: "c", State: job.Held, ReadAt: noon},
	{Line: 6, Account: "wei", Value: "d", State: job.Unread, ReadAt: noon},
}

func writeBefore(t testing.TB, d *report.Dir, rows []report.Before) {
	t.Helper()
	err := d.WriteBefore(func(add func(report.Before) error) error {
		for _, b := range rows {
			if err := add(b); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// changes makes a run that sent only what was not as wanted, and ends it where it is to be over.
func changes(t testing.TB, over bool) past {
	t.Helper()
	d := create(t, job.Reclaim)
	p := past{path: d.Path}
	for i, value := range []string{"a", "b", "c", "b", "d"} {
		p.rows = append(p.rows, inputRow{job.Item{Line: int64(i + 2), Account: "wei", Value: value}, "wei," + value + "\n"})
	}
	run := report.Run{Command: "reclaim", Start: noon, State: report.Running, Input: report.Input{LastLine: 6}}
	writeBefore(t, d, asItWas)
	if err := d.WriteRun(run); err != nil {
		t.Fatal(err)
	}
	carryOut(t, d, outcome(job.Succeeded, id(1), job.Entry{ID: "c", Line: 4}, job.Entry{ID: "d", Line: 6}))
	for _, e := range []job.Entry{{ID: "a", Line: 2}, {ID: "b", Line: 3, Duplicates: []int64{5}}} {
		o := outcome(job.Skipped, "", e)
		o.Answer.Message = report.AsIs
		settle(t, d, o)
	}
	if over {
		code := 0
		run.State, run.ExitCode, run.Counts, run.Requests.Sent = report.Finished, &code, report.Counts{Rows: 5, Succeeded: 2, Skipped: 3, Duplicates: 1}, 1
		if err := errors.Join(d.WriteFailed(header, p.each), d.Sync(), d.WriteRun(run)); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return p
}

// changed is check for such a run.
func (p past) changed(t testing.TB) report.Check {
	c := p.check(t, p.path)
	c.Changes = true
	return c
}

// TestBefore: what was so before is read as it was written, and stays through a resume.
func TestBefore(t *testing.T) {
	t.Parallel()
	p := changes(t, false)
	want := "line,account,vmr_id,before,read_at\n2,wei,a,free,2026-03-01T12:00:00.000Z\n3,wei,b,free,2026-03-01T12:00:00.000Z\n" +
		"4,wei,c,held,2026-03-01T12:00:00.000Z\n6,wei,d,,2026-03-01T12:00:00.000Z\n"
	if got := readFile(t, filepath.Join(p.path, report.BeforeFile)); got != want {
		t.Errorf("before.csv is\n%s\nwant\n%s", got, want)
	}
	run := p.check(t, p.path).Run
	var got []report.Before
	for b, err := range report.ReadBefore(p.path, job.Reclaim, run.Said(report.BeforeFile)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b)
	}
	if !slices.Equal(got, asItWas) || !report.Whole(p.path, run) {
		t.Errorf("%v was read, and it is whole: %v", got, report.Whole(p.path, run))
	}
	for range report.ReadBefore(p.path, job.Reclaim, nil) {
		break // what reads it need not read it to its end
	}

	past, err := report.Open(p.path, p.changed(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { past.Close() })
	d, err := past.Resume(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	for range 2 { // as Resume leaves it, and as it is written then
		now := p.check(t, p.path).Run
		if !report.Whole(p.path, now) {
			t.Error("before.csv is said no more to be whole")
		}
		if err := d.WriteRun(run); err != nil {
			t.Fatal(err)
		}
	}
	broken := errors.New("gone")
	err = d.WriteBefore(func(add func(report.Before) error) error { return errors.Join(add(report.Before{Line: 9}), broken) })
	if got := readFile(t, d.File(report.BeforeFile)); !errors.Is(err, broken) || got != want {
		t.Errorf("WriteBefore = %v, and before.csv is\n%s", err, got)
	}
}

// TestBeforeOfDuplicate: a run that was killed while it wrote that rows were as they were to be goes on.
func TestBeforeOfDuplicate(t *testing.T) {
	t.Parallel()
	p := changes(t, false)
	name := filepath.Join(p.path, report.ResultsFile)
	text := readFile(t, name)
	ends := recordEnds(text)
	if err := os.WriteFile(name, []byte(text[:ends[len(ends)-2]]), 0o640); err != nil {
		t.Fatal(err)
	}
	past, err := report.Open(p.path, p.changed(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { past.Close() })
	torn := job.Entry{ID: "b", Line: 3, Duplicates: []int64{5}}
	for _, r := range p.rows {
		past.Row(r.it)
	}
	if err := past.Fits([]job.Entry{torn}); err != nil {
		t.Fatal(err)
	}
	resume(t, past, torn)
	if got := readFile(t, name); got != text {
		t.Errorf("results.csv is\n%s\nwant\n%s", got, text)
	}
}

// TestBeforeDamaged: before.csv that is torn, changed or gone is found out, and a row that was skipped as it was has to be in
// it as wanted.
func TestBeforeDamaged(t *testing.T) {
	t.Parallel()
	whole := func(text string) string { return text }
	for _, test := range []struct {
		name   string
		before func(text string) string // "" takes it away
		rows   func(text string) string // of the results
		want   string                   // empty: nothing is wrong
	}{
		{"as it was", whole, whole, ""},
		{"cut at a row", func(s string) string { return s[:recordEnds(s)[3]] }, whole, "before.csv has"},
		{"torn", func(s string) string { return s[:len(s)-5] }, whole, "before.csv is torn"},
		{"longer", func(s string) string { return s + "7,wei,x,held,2026-03-01T12:00:00.000Z\n" }, whole, "before.csv: line 7 is behind"},
		{"another state", func(s string) string { return strings.Replace(s, "held", "free", 1) }, whole, "before.csv was changed"},
		{"no state", func(s string) string { return strings.Replace(s, "held", "hold", 1) }, whole, `before is "hold"`},
		{"no line", func(s string) string { return strings.Replace(s, "\n4,", "\n,", 1) }, whole, `line is ""`},
		{"gone", func(string) string { return "" }, whole, report.BeforeFile},
		{"not as wanted", whole, func(s string) string {
			return strings.Replace(s, "4,wei,c,"+id(1)+",succeeded,200,,,1", "4,wei,c,,skipped,,,is so already,0", 1)
		}, "line 4 was skipped as it was, but before.csv"},
		{"not found", whole, func(s string) string {
			return strings.Replace(s, "6,wei,d,"+id(1)+",succeeded,200,,,1", "6,wei,d,,skipped,,,is so already,0", 1)
		}, "line 6 was skipped as it was, but before.csv"},
		{"with an attempt", whole, func(s string) string { return strings.Replace(s, "is so already,0", "is so already,1", 1) }, "line 2: it was skipped"},
		{"with another message", whole, func(s string) string { return strings.Replace(s, "is so already", "was so already", 1) }, "line 2: it was skipped"},
	} {
		for _, over := range []bool{true, false} {
			p := changes(t, over)
			name, results := filepath.Join(p.path, report.BeforeFile), filepath.Join(p.path, report.ResultsFile)
			text := test.before(readFile(t, name))
			err := os.WriteFile(name, []byte(text), 0o640)
			if text == "" {
				err = os.Remove(name)
			}
			if err := errors.Join(err, os.WriteFile(results, []byte(test.rows(readFile(t, results))), 0o640)); err != nil {
				t.Fatal(err)
			}
			c := p.changed(t)
			c.Run.Files = map[string]report.Sum{report.BeforeFile: *c.Run.Said(report.BeforeFile)} // of what is not the point here nothing is said
			c.Run.Schema = 0
			proof, err := report.Verify(p.path, c)
			found := slices.ContainsFunc(proof.Problems, func(s string) bool { return strings.Contains(s, test.want) })
			if err != nil || found != (test.want != "") && len(proof.Problems) > 0 || test.want != "" && !found {
				t.Errorf("%s, over %v: %v\n%s\nwant %q", test.name, over, err, strings.Join(proof.Problems, "\n"), test.want)
			}
			past, err := report.Open(p.path, c)
			if err == nil {
				past.Close()
			}
			if fits := report.Whole(p.path, c.Run) && !strings.HasPrefix(test.name, "with"); fits != (err == nil) {
				t.Errorf("%s, over %v: Open = %v", test.name, over, err)
			}
		}
	}

	p := changes(t, true)
	for what, change := range map[string]func(c *report.Check){
		"the run was to skip nothing": func(c *report.Check) { c.Changes = false },
		"says nothing of before.csv":  func(c *report.Check) { delete(c.Run.Files, report.BeforeFile) },
	} {
		c := p.changed(t)
		change(&c)
		proof, err := report.Verify(p.path, c)
		if err != nil || !slices.ContainsFunc(proof.Problems, func(s string) bool { return strings.Contains(s, what) }) {
			t.Errorf("%s: %v, %v", what, proof.Problems, err)
		}
	}
}

// TestReadBeforeErrors: what is wrong with before.csv is the last thing that it yields.
func TestReadBeforeErrors(t *testing.T) {
	t.Parallel()
	p := changes(t, true)
	run := p.check(t, p.path).Run
	said := run.Said(report.BeforeFile)
	name := filepath.Join(p.path, report.BeforeFile)
	text := readFile(t, name)
	var changed *report.ChangedError
	for what, test := range map[string]struct {
		text string
		is   func(error) bool
	}{
		"cut":    {text[:recordEnds(text)[2]], func(err error) bool { return errors.As(err, &changed) }},
		"longer": {text + "7,wei,x,held,2026-03-01T12:00:00.000Z\n", func(err error) bool { return errors.As(err, &changed) && changed.More }},
		"other":  {strings.Replace(text, "wei,a", "min,a", 1), func(err error) bool { return errors.As(err, &changed) }},
		"torn":   {text[:len(text)-3], func(err error) bool { return err != nil }},
		"gone":   {"", func(err error) bool { return errors.Is(err, fs.ErrNotExist) }},
	} {
		os.Remove(name)
		if test.text != "" {
			if err := os.WriteFile(name, []byte(test.text), 0o640); err != nil {
				t.Fatal(err)
			}
		}
		var last error
		for _, err := range report.ReadBefore(p.path, job.Reclaim, said) {
			if last != nil {
				t.Errorf("%s: something follows %v", what, last)
			}
			last = err
		}
		if !test.is(last) || report.Whole(p.path, run) {
			t.Errorf("%s: %v", what, last)
		}
	}
}

// TestAsItWas: a row that was as wanted already says of an earlier run's work nothing, but where its entry may have another
// value by now.
func TestAsItWas(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		op, of job.Operation
		want   string
	}{{job.Reclaim, job.Reclaim, "e2=r2 "}, {job.Assign, job.Reclaim, "e1= e2= "}, {job.SetStatus, job.SetStatus, "e1= e2=r2 "}} {
		d := create(t, test.of)
		as := job.Outcome{Chunk: job.Chunk{Target: "1", Entries: []job.Entry{{ID: "e1", Line: 2}}}, Status: job.Skipped, Answer: job.Answer{Message: report.AsIs}}
		settle(t, d, as, job.Outcome{Chunk: job.Chunk{Target: "1", Entries: []job.Entry{{ID: "e2", Line: 3}}}, Status: job.Skipped, RequestID: "r2"})
		got := ""
		for e, err := range report.Earlier(d.Path, test.op, test.of, nil) {
			if err != nil {
				t.Fatal(err)
			}
			entry := e.Value
			if !test.of.PerAccount {
				entry = e.Account
			}
			got += entry + "=" + e.RequestID + " "
		}
		if got != test.want {
			t.Errorf("%s after %s: %s, want %s", test.op.Name, test.of.Name, got, test.want)
		}
	}
}
