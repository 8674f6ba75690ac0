package run

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"meetbatch/internal/meeting"
	"meetbatch/job"
	"meetbatch/job/plan"
	"meetbatch/reader"
	"meetbatch/report"
)

// TestDoubts: doubts are counted by kind, in the order of the reader's kinds, and refuse a plan until each is lifted.
func TestDoubts(t *testing.T) {
	t.Parallel()
	rows := []job.Item{
		{Line: 2, Account: "a"},
		{Line: 3, Account: "NULL", Warning: "account is NULL", Doubt: reader.DoubtPlaceholder},
		{Line: 4, Account: "#b", Warning: "account begins with #", Doubt: reader.DoubtPlaceholder},
		{Line: 5, Account: "1000000", Warning: "account is NULL", Doubt: reader.DoubtRounded}, // the same words, another kind
		{Line: 6, Value: "x", Warning: "vmr_id is not 32 hex digits"},
	}
	notes := []reader.Note{
		{Text: "the header is in line 1"},
		{Doubt: reader.DoubtUnfinished, Text: "the last row has no line end"},
		{Doubt: reader.DoubtRounded, Text: "accounts end in zeros", Count: 7, Lines: []int64{8}},
	}
	const named = "look at the rows named above; if they are right: "
	for _, test := range []struct {
		rows        []job.Item
		notes       []reader.Note
		accept      []string
		again       bool
		begun       bool
		error, hint string
	}{
		{rows: rows[:1], notes: notes[:1]},
		{rows: rows[4:]},
		{rows: rows, error: "placeholder (2 rows), rounded (1 row)", hint: named + "--accept placeholder,rounded"},
		{rows: rows, notes: notes, error: "placeholder (2 rows), rounded (8 rows), unfinished", hint: named + "--accept placeholder,rounded,unfinished"},
		{rows: rows, notes: notes, accept: []string{"rounded"}, error: "placeholder (2 rows), unfinished", hint: named + "--accept placeholder,unfinished"},
		{rows: rows, notes: notes, accept: []string{"rounded", "shape", "placeholder"}, error: "unfinished", hint: "look at the file; if it is right: --accept unfinished"},
		{rows: rows, notes: notes, accept: reader.Doubts},
		{rows: rows, again: true, error: "placeholder (2 rows), rounded (1 row)", hint: named + "begin a new run with --accept placeholder,rounded"},
		{rows: rows, notes: notes, again: true, begun: true},
	} {
		p := &Planned{Plan: new(plan.Plan), Input: "f.csv", Settings: Settings{Accept: test.accept}, again: test.again, begun: test.begun}
		for _, it := range test.rows {
			p.Findings.warn(it, "vmr_id")
		}
		p.Findings.Notes = test.notes
		err := p.RefuseDoubts()
		if test.error == "" {
			if err != nil || p.Doubts() != nil {
				t.Errorf("%+v: %v", test, err)
			}
			continue
		}
		if err == nil || err.Error() != "f.csv: in doubt, and nobody is asked: "+test.error || job.HintOf(err) != test.hint || CodeOf(err) != Refused {
			t.Errorf("%v, hint %q, want %s, %q", err, job.HintOf(err), test.error, test.hint)
		}
	}
}

// TestFindings: findings of a kind are one, whatever stands between them; a doubt is not said to be sent.
func TestFindings(t *testing.T) {
	t.Parallel()
	var f Findings
	for line := range int64(15) {
		f.warn(job.Item{Line: line, Warning: "strange"}, "vmr_id")
		f.warn(job.Item{Line: line, Warning: "strange", Doubt: "rounded"}, "vmr_id")
		f.warn(job.Item{Line: line}, "vmr_id")
	}
	f.invalid(job.Item{Line: 20, Invalid: "wrong"})
	first := []int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	want := []*reader.Note{{Text: "strange, sent all the same", Count: 15, Lines: first}, {Doubt: "rounded", Text: "strange", Count: 15, Lines: first}, {Text: "invalid: wrong", Count: 1, Lines: []int64{20}}}
	if !reflect.DeepEqual(f.Kinds, want) {
		t.Errorf("%+v", f.Kinds)
	}
}

// alone is a user whom nobody asks.
type alone struct {
	found   *Planned
	confirm func() // may be nil
}

func (u *alone) Warn(string)                         {}
func (u *alone) Secrets(func(string) string)         {}
func (u *alone) Found(p *Planned)                    { u.found = p }
func (u *alone) Sending(*Progress) func()            { return func() {} }
func (u *alone) Agree(context.Context, string) error { return nil }
func (u *alone) Reading(func() int64) func()         { return func() {} }
func (u *alone) Ended(*Ending)                       {}
func (u *alone) Next(*Ending) string                 { return "" }
func (u *alone) Already(string, report.Counts)       {}
func (u *alone) Confirm(_ context.Context, p *Planned) error {
	if u.confirm != nil {
		u.confirm()
	}
	return p.RefuseDoubts()
}

const (
	header = "account,vmr_id\n"
	room   = "wei@example,ff8080816b9ec3ab016ba125aca20082\n"
)

// rehearse begins a run in the sandbox on a file with which something happens as soon as it was opened.
func rehearse(t *testing.T, u *alone, text, out string, settings func(*Settings), meanwhile func(path string)) error {
	path := filepath.Join(t.TempDir(), "rooms.csv")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	s := defaults()
	s.Sandbox = true
	if settings != nil {
		settings(&s)
	}
	w := World{User: u, Credentials: meeting.Credentials{Token: "sandbox"}, Stopping: t.Context(), Abandon: t.Context()}
	w.Now = func() time.Time { // first when the file was opened
		if meanwhile != nil {
			meanwhile(path)
			meanwhile = nil
		}
		return time.Now()
	}
	_, err := Start(w, Job{Operation: job.Reclaim, Settings: s, File: path, Out: out})
	return err
}

func grow(t *testing.T, path string) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(room)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Error(err)
	}
}

// TestInputThatChanges: a file of which size or time changes while it is read is in doubt, whatever it holds; one that is
// replaced by another is not, since what was opened is read.
func TestInputThatChanges(t *testing.T) {
	t.Parallel()
	must := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	for name, test := range map[string]struct {
		meanwhile func(path string)
		said      string
	}{
		"nothing":  {nil, ""},
		"grows":    {func(path string) { grow(t, path) }, "the file grew while it was read: is its export finished?"},
		"shrinks":  {func(path string) { must(os.Truncate(path, int64(len(header+room)))) }, "the file changed while it was read: is its export finished?"},
		"rewrites": {func(path string) { must(os.Chtimes(path, time.Time{}, time.Now().Add(time.Second))) }, "the file changed while it was read: is its export finished?"},
		"replaced": {func(path string) { must(os.WriteFile(path+"2", nil, 0o666)); must(os.Rename(path+"2", path)) }, ""},
	} {
		if name == "replaced" && runtime.GOOS == "windows" { // where nobody replaces what is open
			continue
		}
		for _, keep := range []bool{true, false} {
			u := new(alone)
			err := rehearse(t, u, header+room+room, filepath.Join(t.TempDir(), "run"), func(s *Settings) { s.NoKeepInput = !keep }, test.meanwhile)
			var said string
			for _, note := range u.found.Findings.Notes {
				said += note.Text
			}
			if said != test.said || (err != nil) != (said != "") || err != nil && CodeOf(err) != Refused {
				t.Errorf("%s: %q, %v", name, said, err)
			}
			err = rehearse(t, u, header+room+room, filepath.Join(t.TempDir(), "run"), func(s *Settings) { s.Accept = []string{"unfinished"} }, test.meanwhile)
			if err != nil || len(u.found.Findings.Notes) > 0 != (test.said != "") {
				t.Errorf("%s, lifted: %v, %v", name, u.found.Findings.Notes, err)
			}
		}
	}
}

// TestDoubtOutlivesTheProcess: a run that was killed before it was confirmed is in doubt as before when it goes on, and one
// that had begun to send is not.
func TestDoubtOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	out, killed := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "killed")
	u := &alone{confirm: func() {
		if err := os.CopyFS(killed, os.DirFS(out)); err != nil {
			t.Error(err)
		}
	}}
	refused := rehearse(t, u, header+room, out, nil, func(path string) { grow(t, path) })
	if CodeOf(refused) != Refused {
		t.Fatal(refused)
	}
	if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a refused run left its directory: %v, with %v: %v", err, names(out), refused)
	}
	resume := func() error {
		s, err := Load(killed)
		if err != nil {
			t.Fatal(err)
		}
		w := World{User: &alone{}, Credentials: meeting.Credentials{Token: "sandbox"}, Stopping: t.Context(), Abandon: t.Context(), Now: time.Now}
		return Resume(w, s)
	}
	if err := resume(); CodeOf(err) != Refused || !strings.Contains(err.Error(), "unfinished") || !strings.Contains(job.HintOf(err), "begin a new run with --accept unfinished") {
		t.Errorf("%v, hint %s", err, job.HintOf(err))
	}
	s, err := Load(killed)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Run.Input.Changed {
		t.Error("run.json does not say that the file changed")
	}
	p := &Planned{Findings: Findings{Notes: []reader.Note{{Doubt: "unfinished"}}}, begun: true, again: true}
	if p.RefuseDoubts() != nil {
		t.Error("a run that had begun is asked about once more")
	}
}

// TestEnds: the first and the last row that can be sent are those of all batches.
func TestEnds(t *testing.T) {
	t.Parallel()
	bad := strings.Repeat("wei@example,1\n", 300)
	for text, want := range map[string][2]int64{
		"":                                    {0, 0},
		"x,1\n":                               {0, 0},
		room:                                  {2, 2},
		bad + room + bad + room + bad:         {302, 603},
		room + strings.Repeat(room, 600):      {2, 602},
		"x,1\n" + room + ",\n" + room + "x\n": {3, 5},
	} {
		u := new(alone)
		rehearse(t, u, header+text, filepath.Join(t.TempDir(), "run"), nil, nil)
		if got := [2]int64{u.found.First.Line, u.found.Last.Line}; got != want {
			t.Errorf("%.20q: %v, want %v", text, got, want)
		}
	}
}

// TestNoRows: a header and nothing below it is told, and refused where it is not known to be a header.
func TestNoRows(t *testing.T) {
	t.Parallel()
	u := new(alone)
	if err := rehearse(t, u, header, filepath.Join(t.TempDir(), "run"), nil, nil); err != nil {
		t.Error(err)
	}
	if !slices.ContainsFunc(u.found.Findings.Notes, func(n reader.Note) bool { return n.Text == "no rows below the header" && n.Doubt == "" }) {
		t.Errorf("%+v", u.found.Findings.Notes)
	}
	for _, rows := range []string{"1..", "5"} {
		var expected Range
		if err := expected.UnmarshalText([]byte(rows)); err != nil {
			t.Fatal(err)
		}
		if err := rehearse(t, u, header, filepath.Join(t.TempDir(), "run"), func(s *Settings) { s.ExpectRows = expected }, nil); CodeOf(err) != Refused {
			t.Errorf("%s: %v", rows, err)
		}
	}
	p := &Planned{Plan: new(plan.Plan), Settings: Settings{NoHeader: true}}
	if err := p.Guard(); CodeOf(err) != Refused {
		t.Errorf("--no-header: %v", err)
	}
}

func names(dir string) (all []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}
