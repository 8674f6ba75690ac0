package run

import (
	"slices"
	"strings"
	"testing"

	"meetbatch/job"
	"meetbatch/job/plan"
	"meetbatch/report"
)

// shardsOf makes runs that are the shards 1 to n of one.
func shardsOf(n int) (runs []*Stored) {
	for k := 1; k <= n; k++ {
		s := &Stored{Path: "shard" + string(rune('0'+k)), Operation: job.SetStatus, Settings: defaults()}
		s.Settings.To, s.Settings.Shard = "disabled", job.Shard{K: k, N: n}
		s.Run = report.Run{State: report.Finished, Input: report.Input{SHA256: "1234"}, Counts: report.Counts{Rows: int64(k), Succeeded: int64(k)}}
		runs = append(runs, s)
	}
	return runs
}

// TestAssemble: what keeps runs from being the shards of one, whichever of them it is, and what does not.
func TestAssemble(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change     func(s *Stored)
		wrong      string // the trait that is another
		unfinished bool
	}{
		"nothing":     {func(*Stored) {}, "", false},
		"rate":        {func(s *Stored) { s.Settings.Rate, s.Settings.Workers, s.Settings.Attempts = nil, 1, 1 }, "", false},
		"failures":    {func(s *Stored) { s.Settings.MaxFailures = job.Share{Rows: 3} }, "", false},
		"skipped":     {func(s *Stored) { s.Settings.SkipSucceeded = []string{"/runs/1"} }, "", false},
		"application": {func(s *Stored) { s.Run.Application = "other" }, "", false},
		"unread":      {func(s *Stored) { s.Run.Input.SHA256, s.Run.State = "", report.Planning }, "", true},
		"stopped":     {func(s *Stored) { s.Run.State = report.Stopped }, "", true},
		"broken":      {func(s *Stored) { s.Run.State = report.Broken }, "", true},
		"input":       {func(s *Stored) { s.Run.Input.SHA256 = "5678" }, "input", false},
		"command":     {func(s *Stored) { s.Operation = job.Reclaim }, "command", false},
		"number":      {func(s *Stored) { s.Settings.Shard.N = 1000 }, "number of shards", false},
		"none":        {func(s *Stored) { s.Settings.Shard = job.Shard{} }, "number of shards", false},
		"value":       {func(s *Stored) { s.Settings.To = "normal" }, "to", false},
		"endpoint":    {func(s *Stored) { s.Settings.Endpoint = "https://example.com" }, "endpoint", false},
		"changes":     {func(s *Stored) { s.Settings.OnlyChanges = true }, "only-changes", false},
		"column":      {func(s *Stored) { s.Settings.Column = []string{"account=x"} }, "column", false},
	} {
		for at := range 4 {
			runs := shardsOf(4)
			test.change(runs[at])
			if at == 0 && test.wrong != "" { // the others are wrong then
				continue
			}
			a := Assemble(runs)
			isWrong := slices.ContainsFunc(a.Wrong, func(text string) bool {
				return strings.HasPrefix(text, runs[at].Path+": ") && strings.HasSuffix(text, "it has another "+test.wrong)
			})
			if (len(a.Wrong) > 0) != (test.wrong != "") || isWrong != (test.wrong != "") || a.Finished == test.unfinished || len(a.Missing) != len(a.Wrong) {
				t.Errorf("%s of shard %d: %+v", name, at+1, a)
			}
			if test.wrong == "" && a.Counts != (report.Counts{Rows: 10, Succeeded: 10}) {
				t.Errorf("%s: %+v", name, a.Counts)
			}
		}
	}
	if a := Assemble(nil); a.Of != nil || a.Missing != nil {
		t.Errorf("of no runs: %+v", a)
	}
}

// TestAssembleMissing: shards that are not there are named, and those that are there twice are wrong.
func TestAssembleMissing(t *testing.T) {
	t.Parallel()
	runs := shardsOf(5)
	if a := Assemble([]*Stored{runs[4], runs[1]}); !slices.Equal(a.Missing, []string{"1/5", "3/5", "4/5"}) || a.Wrong != nil {
		t.Errorf("%+v", a)
	}
	twin := *runs[2]
	twin.Path = "again"
	if a := Assemble(append(runs, &twin)); a.Missing != nil || !slices.Equal(a.Wrong, []string{"again: is shard 3/5, as shard3 is"}) {
		t.Errorf("%+v", a)
	}
}

// TestCountRuns: the shards of one run count as one, as often as it was run.
func TestCountRuns(t *testing.T) {
	t.Parallel()
	whole := &Stored{Operation: job.SetStatus, Settings: defaults()}
	three, four, again := shardsOf(3), shardsOf(4), shardsOf(4)
	for _, test := range []struct {
		runs []*Stored
		want int
	}{
		{nil, 0}, {[]*Stored{whole, whole}, 2}, {four, 1}, {four[2:3], 1}, {slices.Concat(three, four), 2},
		{slices.Concat(four, again), 2}, {slices.Concat(four, again[1:2]), 2}, {slices.Concat(four[:1], again[1:2]), 1},
		{slices.Concat(four, []*Stored{whole}, again), 3},
	} {
		if got := countRuns(test.runs); got != test.want {
			t.Errorf("%d runs are %d, want %d", len(test.runs), got, test.want)
		}
	}
}

// TestAllowedHere: all shards together change no more than --max-changes, but for what rounding up adds.
func TestAllowedHere(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		allowed, want string
		rows, others  int64
	}{
		{"12", "3", 15, 45}, {"12", "4", 16, 44}, {"1", "1", 1, 999}, {"12", "0", 0, 60}, {"0", "0", 15, 45}, {"9223372036854775807", "15", 15, 45},
		{"5%", "5%", 15, 45}, {"12", "12", 0, 0},
	} {
		p := &Planned{Plan: &plan.Plan{Tally: plan.Tally{Rows: test.rows}, Elsewhere: plan.Tally{Rows: test.others}}, Settings: Settings{MaxChanges: &Allowed{}}}
		if err := p.Settings.MaxChanges.UnmarshalText([]byte(test.allowed)); err != nil {
			t.Fatal(err)
		}
		if got := p.allowedHere().String(); got != test.want {
			t.Errorf("of %s a shard of %d rows has %s, want %s", test.allowed, test.rows, got, test.want)
		}
	}
}
