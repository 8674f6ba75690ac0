package cli

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"meetbatch/internal/run"
	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/report"
)

var barAt = time.Date(2026, 11, 25, 1, 5, 0, 0, time.Local)

func barStanding(settled, failed int64, change func(*standing)) standing {
	s := standing{Standing: run.Standing{
		At: barAt, Session: 1, PerSecond: 15, Asked: job.Rates{{Requests: 900, Per: time.Minute}}, Timeout: 30 * time.Second,
		Counts: report.Counts{Rows: 4070, Succeeded: settled - failed - 30, Failed: failed, Invalid: 30}, InFlight: 6, End: barAt.Add(58 * time.Second),
	}}
	if change != nil {
		change(&s)
	}
	return s
}

func TestBarTexts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		s    standing
		want map[int]string
	}{
		{"running", barStanding(1123, 27, nil), map[int]string{
			200: "28%  1,123 of 4,070 rows, 27 failed; 900/min, done at 01:05:58  [==================================>",
			80:  "28%  1,123 of 4,070 rows, 27 failed; 900/min, done at 01:05:58  [==>          ]",
			60:  "28%  1,123 of 4,070 rows, 27 failed; done at 01:05:58",
			40:  "28% 1,123/4,070 27 failed, end 01:05:58",
			20:  "28%, end 01:05:58",
			5:   "28%",
			3:   "",
		}},
		{"for days", barStanding(613_204, 1977, func(s *standing) {
			s.Counts.Rows, s.Counts.Unknown, s.Counts.Succeeded, s.PerSecond, s.End = 1_000_000, 3, 613_204-1977-30-3, 1.65, barAt.Add(54*time.Hour+35*time.Minute)
		}), map[int]string{80: "61%  613,204 of 1,000,000 rows, 1,977 failed, 3 unknown; 99/min, done Fri 07:40"}},
		{"following", barStanding(2204, 52, func(s *standing) {
			s.Following = pace.Following{PerSecond: 10, Why: "after 429s"}
		}), map[int]string{
			80: "54%  2,204 of 4,070 rows, 52 failed; 600/min of the 900 asked, done at 01:05:58",
			40: "54% 52 failed, 600/900 a min, 01:05:58",
		}},
		{"throttled", barStanding(1535, 39, func(s *standing) {
			s.Waiting = pace.Waiting{Throttled: true, Until: barAt.Add(18 * time.Second)}
		}), map[int]string{
			80: "38%  1,535 of 4,070 rows, 39 failed; throttled, goes on at 01:05:18",
			40: "38% 39 failed, throttled until 01:05:18",
		}},
		{"down", barStanding(1535, 39, func(s *standing) {
			s.Waiting = pace.Waiting{Down: true, Since: barAt, GiveUp: barAt.Add(15 * time.Minute)}
		}), map[int]string{
			80: "38%  1,535 of 4,070 rows, 39 failed; service down since 01:05, until 01:20",
			40: "38% 39 failed, down, stops at 01:20",
		}},
		{"unanswered", barStanding(1535, 39, func(s *standing) { s.Quiet, s.InFlight = 25*time.Second, 8 }), map[int]string{
			80: "38%  1,535 of 4,070 rows, 39 failed; 8 requests unanswered for 25s, at most 30s",
			40: "38% 39 failed, 8 unanswered for 25s",
		}},
		{"resumed", barStanding(1561, 40, func(s *standing) { s.Session, s.PerSecond = 3, 100.0/60 }), map[int]string{
			80: "38%  1,561 of 4,070 rows, 40 failed; session 3, 100/min, done at 01:05:58",
			40: "38% 1,561/4,070 40 failed, end 01:05:58",
		}},
		{"begun", barStanding(30, 0, func(s *standing) { s.AsPlanned, s.PerSecond = true, 0 }), map[int]string{
			80: " 1%  30 of 4,070 rows; 900/min, done at about 01:05:58 as planned",
		}},
		{"nobody knows", barStanding(30, 0, func(s *standing) { s.End, s.PerSecond, s.Asked = time.Time{}, 0, nil }), map[int]string{
			80: " 1%  30 of 4,070 rows",
		}},
		{"stopping", barStanding(1535, 39, func(s *standing) { s.stopping = barAt.Add(-2 * time.Second) }), map[int]string{
			80: "38%  1,535 of 4,070 rows, 39 failed; stopping, 6 requests in flight, up to 28s",
			40: "38%, stopping, 6 in flight, up to 28s",
		}},
		{"stopped", barStanding(1535, 39, func(s *standing) { s.stopping, s.InFlight, s.Counts.NotSent = barAt, 0, 2535 }), map[int]string{80: "38%  1,535 of 4,070 rows, 39 failed"}},
		{"over", barStanding(4070, 4, func(s *standing) { s.End = time.Time{} }), map[int]string{80: "100%  4,070 of 4,070 rows, 4 failed"}},
	} {
		for width, want := range test.want {
			got := test.s.bar(width)
			if !strings.HasPrefix(got, want) || strings.TrimLeft(got[len(want):], " [=>]") != "" {
				t.Errorf("%s at %d: %q, want %q", test.name, width, got, want)
			}
		}
	}
}

// TestBarFits: whatever the run does, its line fits into any terminal, is one line, and says how far it is where there is
// room for that.
func TestBarFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := func(name string) int64 {
			return rapid.Int64Range(0, 1<<rapid.IntRange(0, 40).Draw(t, "bits")).Draw(t, name)
		}
		moment := func(name string) time.Time {
			if rapid.Bool().Draw(t, name+" is known") {
				return barAt.Add(time.Duration(rapid.Int64Range(-1e18, 1e18).Draw(t, name)))
			}
			return time.Time{}
		}
		c := report.Counts{Succeeded: n("succeeded"), Failed: n("failed"), Unknown: n("unknown"), Invalid: n("invalid")}
		c.Rows = c.Succeeded + c.Failed + c.Unknown + c.Invalid + n("to go")
		s := standing{Standing: run.Standing{
			At: barAt, Counts: c, Requests: n("requests"), InFlight: n("in flight"), Session: rapid.IntRange(1, 1000).Draw(t, "session"),
			Asked:     rapid.SampledFrom([]job.Rates{nil, {{Requests: 100, Per: time.Minute}}, {{Requests: 100, Per: time.Minute, Auto: true}}, {{Requests: 20000, Per: 24 * time.Hour}}}).Draw(t, "asked"),
			Following: pace.Following{PerSecond: rapid.Float64Range(0, 1e6).Draw(t, "followed"), Why: rapid.SampledFrom([]string{"", "after 429s"}).Draw(t, "why")},
			Waiting: pace.Waiting{Until: moment("until"), Since: moment("since"), GiveUp: moment("give up"), Throttled: rapid.Bool().Draw(t, "throttled"),
				Down: rapid.Bool().Draw(t, "down"), NoBudget: rapid.Bool().Draw(t, "no budget"), UsedUp: rapid.Bool().Draw(t, "used up")},
			PerSecond: rapid.Float64Range(0, 1e6).Draw(t, "per second"), End: moment("end"), AsPlanned: rapid.Bool().Draw(t, "as planned"),
			Quiet: time.Duration(n("quiet")), Timeout: time.Duration(n("timeout")),
		}, stopping: moment("stopping")}
		width := rapid.IntRange(0, 250).Draw(t, "width")
		text := s.bar(width)
		switch {
		case text != "" && columns(text) >= width, strings.ContainsAny(text, "\r\n"):
			t.Errorf("width %d: %q", width, text)
		case width > 5 && !strings.Contains(text, percent(settledOf(c), c.Rows)):
			t.Errorf("width %d does not say how far it is: %q", width, text)
		case strings.ContainsAny(s.logText(), "\r\n"):
			t.Errorf("%q", s.logText())
		}
	})
}
