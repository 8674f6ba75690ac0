package cli

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/job/plan"
	"meetbatch/reader"
)

// doubtful is a plan with two doubts, one of them about the input as a whole.
func doubtful(accept ...string) *run.Planned {
	return &run.Planned{
		Plan: &plan.Plan{Tally: plan.Tally{Rows: 4, Accounts: 4, Entries: 4, Requests: 1}}, Operation: job.Reclaim, Input: "f.csv",
		Settings: run.Settings{Site: run.Site{Endpoint: "https://x.test"}, Accept: accept},
		Table:    reader.Table{Encoding: reader.UTF8, Delimiter: ',', HeaderLine: 1},
		Findings: run.Findings{
			Notes: []reader.Note{{Doubt: "unfinished", Text: "the last row has no line end"}, {Text: "not read, above the header", Count: 2, Lines: []int64{1, 2}}},
			Kinds: []*reader.Note{{Doubt: "rounded", Text: "digits are rounded", Count: 12, Lines: []int64{2, 3, 4}}},
		},
	}
}

// TestConfirm: a doubt is in the question where somebody is asked, and refuses the run where nobody is, unless it is
// lifted; lifted or not, it is told.
func TestConfirm(t *testing.T) {
	t.Parallel()
	const (
		told    = "warning (unfinished): f.csv: the last row has no line end\nwarning: f.csv: not read, above the header: 2 rows (lines 1, 2)\nwarning (rounded): f.csv: digits are rounded: 12 rows (lines 2, 3, 4 and 9 more)\nf.csv: 4 rows; "
		refused = "f.csv: in doubt, and nobody is asked: rounded (12 rows), unfinished"
		send    = "Take 4 rooms back from 4 accounts"
	)
	for _, test := range []struct {
		yes, sandbox, nothing bool
		accept                string
		answer                string
		asked, error          string
	}{
		{answer: "y\n", asked: "In doubt: rounded (12 rows), unfinished. " + send + " all the same? [y/N] "},
		{answer: "\n", asked: "In doubt: rounded (12 rows), unfinished. " + send + " all the same? [y/N] ", error: "not confirmed, nothing was sent"},
		{answer: "y\n", accept: "rounded", asked: "In doubt: unfinished. " + send + " all the same? [y/N] "},
		{answer: "y\n", accept: "rounded,unfinished", asked: send + "? [y/N] "},
		{nothing: true},
		{yes: true, error: refused},
		{sandbox: true, error: refused},
		{yes: true, nothing: true, error: refused},
		{yes: true, accept: "unfinished", error: "f.csv: in doubt, and nobody is asked: rounded (12 rows)"},
		{yes: true, accept: "rounded,unfinished"},
		{sandbox: true, accept: "unfinished,rounded"},
	} {
		p := doubtful(strings.Split(test.accept, ",")...)
		if p.Settings.Sandbox = test.sandbox; test.nothing {
			p.Requests = 0
		}
		var said bytes.Buffer
		a := &app{stdin: strings.NewReader(test.answer), out: newOutput(&said)}
		u := newUser(a, processFlags{Yes: test.yes})
		u.Found(p)
		err := u.Confirm(t.Context(), p)
		a.out.close()
		if got := fmt.Sprint(err); got != test.error && (err != nil || test.error != "") || err != nil && run.CodeOf(err) != run.Refused {
			t.Errorf("%+v: %v", test, err)
		}
		if text := undated(said.String()); !strings.HasPrefix(text, told) || !strings.HasSuffix(text, test.asked) || strings.Contains(text, "[y/N]") != (test.asked != "") {
			t.Errorf("%+v: said\n%s", test, text)
		}
	}
}

// undated gives a log without the dates before its lines.
func undated(log string) string {
	return regexp.MustCompile(`(?m)^[0-9TZ:-]{20} `).ReplaceAllString(log, "")
}

// TestDoubtInJSON: a machine reads the kind of a doubt, and one message of the plan.
func TestDoubtInJSON(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	a := &app{out: newOutput(&said)}
	newUser(a, processFlags{consoleFlags: consoleFlags{LogFormat: "json"}}).Found(doubtful())
	a.out.close()
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	if len(lines) != 4 || !strings.HasSuffix(lines[2], `"msg":"f.csv: digits are rounded: 12 rows (lines 2, 3, 4 and 9 more)","event":"warning","doubt":"rounded","rows":12,"first_line":2}`) {
		t.Errorf("%s", said.String())
	}
}

// TestEveryDoubtIsTold: of many kinds of mistakes only some are told, but of doubts all, since somebody has to lift them.
func TestEveryDoubtIsTold(t *testing.T) {
	t.Parallel()
	p := doubtful()
	p.Findings.Notes, p.Findings.Kinds = nil, nil
	for i := range 2 * shownKinds {
		p.Findings.Kinds = append(p.Findings.Kinds, &reader.Note{Text: fmt.Sprint("invalid: ", i), Count: 1, Lines: []int64{9}}, &reader.Note{Doubt: "rounded", Text: fmt.Sprint(i), Count: 1, Lines: []int64{9}})
	}
	all := findingTexts(p)
	if want := 3*shownKinds + 1; len(all) != want || all[want-1].text != "f.csv: rows with 10 further kinds of mistakes; results.csv will name them all" {
		t.Errorf("%d findings, the last %s", len(all), all[len(all)-1].text)
	}
}

// TestPlanLines: every cell and header shows, and a line is as short as what it names allows.
func TestPlanLines(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		change func(*run.Planned)
		want   string
	}{
		{func(p *run.Planned) {
			p.Table = reader.Table{Encoding: "gb18030", Delimiter: '\t', Account: reader.Column{Position: 3}}
		},
			"  read as       no header, gb18030, tabs\n  account       column 3"},
		{func(p *run.Planned) {
			p.Table.HeaderLine, p.Table.Delimiter = 1204, '|'
			p.Table.Account = reader.Column{Position: 1, Header: "ac\ncount\u200b"}
			p.Table.Value = reader.Column{Position: 12, Header: strings.Repeat("云", 50)}
		}, "  read as       header in line 1204, utf-8, pipes\n  account       column 1 \"ac\\ncount\\u200b\"\n  vmr_id        column 12 \"" + strings.Repeat("云", 40) + "\""},
		{func(p *run.Planned) {
			p.First = job.Item{Line: 5, Account: "a\u2028b\x1b[2J", Value: "0"}
			p.Last = p.First
		},
			"  first row     line 5: a\\u2028b\\x1b[2J, 0"},
		{func(p *run.Planned) {
			p.Operation = job.SetStatus
			p.First, p.Last = job.Item{Line: 5, Account: "a", Value: "0"}, job.Item{Line: 12003, Account: "b", Value: "1"}
		}, "  first row     line 5: a, normal\n  last row      line 12003: b, disabled"},
		{func(p *run.Planned) { p.Table.Delimiter = '\x01' }, "'\\x01' between fields"},
	} {
		p := doubtful()
		test.change(p)
		text := words.Shown(strings.Join(planLines(p, time.Time{}), "\x00"))
		text = strings.ReplaceAll(text, `\x00`, "\n")
		if !strings.Contains(text+"\n", test.want+"\n") {
			t.Errorf("%s\nwant\n%s", text, test.want)
		}
		if first := p.First.Line == p.Last.Line; first == strings.Contains(text, "last row") {
			t.Errorf("one row is named twice: %s", text)
		}
	}
}

// TestParseUntil: a time of day is the next one, a duration counts from the start, and what is over is refused.
func TestParseUntil(t *testing.T) {
	t.Parallel()
	started := time.Date(2026, 3, 1, 22, 0, 0, 0, time.Local)
	for text, want := range map[string]time.Time{
		"8h": started.Add(8 * time.Hour), "1h30m": started.Add(90 * time.Minute), "4m": started.Add(4 * time.Minute),
		"22:00": started.Add(24 * time.Hour), "22:04": started.Add(4 * time.Minute), "06:00": started.Add(8 * time.Hour),
		"1ms": started.Add(time.Millisecond), "0": {}, "2026-02-28T00:00:00Z": {}, "-8h": {}, "8": {}, "h": {}, "24:00": {}, "": {},
	} {
		at, err := parseUntil(text, started)
		if (err == nil) != !want.IsZero() || err == nil && !at.Equal(want) {
			t.Errorf("%q is %v, %v; want %v", text, at, err, want)
		}
	}
}
