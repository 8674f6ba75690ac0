package cli

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"meetbatch/internal/run"
	"meetbatch/job"
	"meetbatch/report"
)

// endedRun is a run of three sessions, of which one was killed.
func endedRun() *run.Ending {
	at := func(minute, second int) time.Time { return time.Date(2026, 11, 25, 1, minute, second, 0, time.UTC) }
	end := func(minute, second int) *time.Time { t := at(minute, second); return &t }
	code := 1
	return &run.Ending{
		Dir: &report.Dir{Path: "run"}, Planned: &run.Planned{Operation: job.Reclaim, Input: "in/rooms.csv"}, Took: 4*time.Minute + 38*time.Second,
		Run: report.Run{
			Command: "reclaim", Input: report.Input{Path: "/in/rooms.csv"}, State: report.Finished, Start: at(4, 18), End: end(9, 19), ExitCode: &code,
			Counts:   report.Counts{Rows: 4070, Succeeded: 3919, Failed: 121, Invalid: 30},
			Requests: report.Requests{Planned: 1374, Sent: 1633, Answers: report.Answers{P50: 0.143, P99: 0.25, Longest: 2}},
			Rate:     report.Pace{Asked: "auto", Throttled: 16, HeldSeconds: 19},
			Failures: []report.Failure{
				{Status: job.Failed, HTTPStatus: 400, Code: "USG.201080000", Message: "no such room", Rows: 81, Lines: []int64{128, 140, 161, 179, 243}},
				{Status: job.Failed, HTTPStatus: 400, Code: "USG.299999999", Message: "Something is odd", Rows: 40, Lines: []int64{50, 38, 63}},
				{Status: job.Invalid, Message: "the number that people dial, not the room's unique id", Rows: 30, Lines: []int64{79, 298, 312}},
			},
			Sessions: []report.Session{
				{Start: at(4, 18), End: end(5, 3), Rate: "900/1m", Requests: 605, Ended: report.EndedStopped, Reason: "stopped by a signal (interrupt)"},
				{Start: at(5, 3), End: end(5, 18), Rate: "900/1m", Requests: 11, Ended: report.EndedKilled},
				{Start: at(5, 41), End: end(9, 19), Rate: "auto", Requests: 1017, Ended: report.EndedFinished},
			},
		},
	}
}

// TestSummary holds the end of a run against the screens of the design, at 80 and 40 columns.
func TestSummary(t *testing.T) {
	e := endedRun()
	now := *e.Run.End
	for width, want := range map[int]string{
		80: `Finished: 3,919 of 4,070 rows succeeded, 121 failed, 30 invalid

  failed    81  the room does not exist                        USG.201080000
                is it the room's unique id?
                lines 128, 140, 161 and 78 more
            40  Something is odd                               USG.299999999
                look the code up in the Huawei Cloud API Error Center
                lines 38, 50, 63 and 37 more
  invalid   30  the number that people dial, not the room's unique id
                lines 79, 298, 312 and 27 more

  time      01:04:18 to 01:09:19 UTC, 4m38s of work in 3 sessions
  requests  1,633: 1,374 planned, 259 more to find bad rows or to try again
            p50 143ms, p99 250ms; throttled 16 times, held for 19s
  files     run: results.csv, failed.csv, report.html

Of 151 rows sending again may help 40; mend the others in run/failed.csv, or
not, then:
NEXT
`,
		40: `Finished: 3,919 of 4,070 rows succeeded,
121 failed, 30 invalid

failed
 81 the room does not exist
    USG.201080000
    is it the room's unique id?
    lines 128, 140, 161 and 78 more
 40 Something is odd
    USG.299999999
    look the code up in the Huawei Cloud
    API Error Center
    lines 38, 50, 63 and 37 more
invalid
 30 the number that people dial, not the
    room's unique id
    lines 79, 298, 312 and 27 more

time      01:04:18 to 01:09:19 UTC,
          4m38s of work in 3 sessions
requests  1,633: 1,374 planned, 259 more
          to find bad rows or to try
          again
          p50 143ms, p99 250ms;
          throttled 16 times, held for
          19s
files     run: results.csv, failed.csv,
          report.html

Of 151 rows sending again may help 40;
mend the others in run/failed.csv, or
not, then:
NEXT
`} {
		want = strings.ReplaceAll(want, "run/", "run"+string(filepath.Separator))
		if got := summary(e, "NEXT", width, now); got != want {
			t.Errorf("at %d:\n%s\nwant\n%s", width, got, want)
		}
	}

	e.Run.Counts, e.Run.Failures, e.Run.Sessions = report.Counts{Rows: 266, Succeeded: 266}, nil, e.Run.Sessions[:1]
	e.Run.Requests.Sent, e.Run.Requests.Planned, e.Run.Rate = 25, 25, report.Pace{}
	want := "Finished: all 266 rows of rooms.csv succeeded, 01:04:18 to 01:09:19 UTC\n\n  requests  25, as planned; p50 143ms, p99 250ms\n  files     run: results.csv, report.html\n"
	if got := summary(e, "", 80, now); got != want {
		t.Errorf("all well:\n%s", got)
	}
	e.Run.State, e.Run.Counts = report.Stopped, report.Counts{Rows: 4070, Succeeded: 1505, Invalid: 30, NotSent: 2535}
	for reason, want := range map[string]string{
		"stopped by a signal (interrupt)":                         "Stopped by Ctrl-C: 1,535 of 4,070 rows are settled, 2,535 not sent\n",
		"stopped at 06:00:00, as --until says":                    "Stopped at 06:00:00, as --until says: 1,535 of",
		"the service refuses the run: 403 USG.000000009 No right": "Stopped: the service refuses the run: 403 USG.000000009 No right: 1,535 of",
	} {
		e.Run.Reason, e.Hint = reason, "ask"
		if got := summary(e, "NEXT", 80, now); !strings.HasPrefix(strings.ReplaceAll(got, "\n", " "), strings.TrimSpace(want)) || !strings.HasSuffix(got, "\nTo go on (ask):\nNEXT\n") {
			t.Errorf("%s:\n%s", reason, got)
		}
	}
}

// TestShowText holds what show says of a run in each state.
func TestShowText(t *testing.T) {
	e := endedRun()
	a := &app{env: newEnvironment(nil)}
	v := shown{e.Stored(), report.Killed, e.Run.End.Add(time.Minute), false}
	v.Run.State, v.Run.Alive, v.Run.Sessions, v.Run.Failures = report.Running, v.Run.Sessions[1].End, v.Run.Sessions[:2], v.Run.Failures[:1]
	v.Run.Counts = report.Counts{Rows: 4070, Succeeded: 1466, Failed: 39, Invalid: 30}
	const killed = `run: reclaim of rooms.csv, killed: nothing after 01:05:18 UTC, 5m1s ago

  settled   1,535 of 4,070 rows, 38%
            1,466 succeeded, 39 failed, 30 invalid, 2,535 to go
  in flight nothing when it ended, so no request has to be repeated
  failed    81  the room does not exist                        USG.201080000
                is it the room's unique id?
                lines 128, 140, 161 and 78 more
  requests  1,633 sent, 1,374 planned
            p50 143ms, p99 250ms; throttled 16 times, held for 19s

  sessions   1  01:04:18  45s     900/1m     605 requests  stopped by Ctrl-C
             2  01:05:03  15s     900/1m      11 requests  killed

To go on:
meetbatch resume run
`
	if got := a.showText(v); got != killed {
		t.Errorf("killed:\n%s", got)
	}
	v.life, v.Run.Sessions[1].Ended, v.Run.Sessions[1].End = report.UnderWay, "", nil
	end := v.at.Add(75 * time.Second)
	v.Run.Alive, v.Run.ExpectedEnd, v.Run.Process.PID, v.Run.Rate.AchievedPerSecond = &v.at, &end, 4711, 4.8
	for _, want := range []string{
		"run: reclaim of rooms.csv, running (session 2, process 4711)\n",
		"  settled   1,535 of 4,070 rows, 38%; done at about 01:11:34 UTC, in 1m15s\n",
		"  rate      auto asked, 288 a minute reached\n",
		" requests  running\n",
		"As of 01:10:19 UTC, 0s ago. To follow it, or to change its rate:\nmeetbatch show --follow run\nmeetbatch set --rate auto run\n",
	} {
		if got := a.showText(v); !strings.Contains(got, want) {
			t.Errorf("under way, %q is missing:\n%s", want, got)
		}
	}
	v.Run.State, v.Run.Sessions, v.Run.Counts = report.Planning, nil, report.Counts{}
	if got := a.showText(v); !strings.HasPrefix(got, "run: reclaim of rooms.csv, planning (process 4711)\n") {
		t.Errorf("planning:\n%s", got)
	}
}

// TestSessionsFit: sessions with long rates, reasons and changes fit every width, words whole.
func TestSessionsFit(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 25, 1, 4, 18, 0, time.UTC)
	end := at.Add(40 * time.Hour)
	for width := narrowest; width <= widest; width++ {
		for _, rate := range []string{"auto", "100/1m", "100/1m,20000/1d", "auto,1000/1h,20000/1d"} {
			s := newSheet(width)
			for i, reason := range []string{"", "stopped by a signal (terminated)", "the service refuses the run: 401 USG.000000004 The token is invalid"} {
				v := shown{at: end, life: report.Over}
				v.session(s, "sessions", i+1, report.Session{Start: at, End: &end, Rate: rate, Requests: 1_234_567, Ended: report.EndedStopped, Reason: reason,
					Changes: []report.Change{{At: at, Rate: rate, Workers: 12}}})
			}
			for line := range strings.Lines(s.String()) {
				if columns(strings.TrimSuffix(line, "\n")) > width {
					t.Errorf("wider than %d: %s", width, line)
				}
			}
			if text := strings.Join(strings.Fields(s.String()), " "); !strings.Contains(text, rate) || !strings.Contains(text, "1,234,567 requests") || !strings.Contains(text, "The token is invalid") {
				t.Errorf("at %d something is missing:\n%s", width, s.String())
			}
		}
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 23, 59, 0, 0, time.Local)
	for d, want := range map[time.Duration]string{
		0: "23:59:00", time.Minute: "Thu 00:00", 5 * 24 * time.Hour: "Mon 23:59", 6 * 24 * time.Hour: "1 Dec 23:59", -24 * time.Hour: "Tue 23:59", -7 * 24 * time.Hour: "18 Nov 23:59",
		60 * 24 * time.Hour: "24 Jan 23:59", -365 * 24 * time.Hour: "25 Nov 2025",
	} {
		if got := clock(now.Add(d), now); got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
}

// TestWrap: whatever a text holds, its lines fit, and nothing of it is lost.
func TestWrap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.StringMatching(`[a-z云会,.]{0,50}`)).Draw(t, "words"), " ")
		width := rapid.IntRange(2, 80).Draw(t, "width")
		lines := wrap(text, width)
		for _, line := range lines {
			if columns(line) > width {
				t.Errorf("%q takes more than %d columns", line, width)
			}
		}
		if bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }; bare(strings.Join(lines, "")) != bare(text) {
			t.Errorf("%q became %q", text, lines)
		}
	})
}

// TestRedrawn: what is drawn over again never scrolls the terminal, which has 24 lines where nobody knows better; the last
// text is whole.
func TestRedrawn(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("word\n", 20) + strings.Repeat("x", 100) + "\n" + strings.Repeat("more\n", 20)
	got, lines := redrawn(text, 0, false, nil)
	plain := strings.NewReplacer("\x1b[K", "", "\x1b[J", "")
	if lines != 23 || !strings.HasPrefix(text, plain.Replace(got)) {
		t.Errorf("%d lines: %q", lines, got)
	}
	got, lines = redrawn(text, lines, true, nil)
	if lines != 42 || plain.Replace(got) != "\x1b[23A\r"+text {
		t.Errorf("%d lines: %q", lines, got)
	}
}
