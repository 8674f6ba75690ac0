package cli

import (
	"strings"
	"testing"
	"time"

	"meetbatch/report"
)

// TestListText holds the table against screen 5 of the design, and what does not fit into one.
func TestListText(t *testing.T) {
	at := func(text string) time.Time {
		when, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	now := at("2026-11-25T02:00:00Z")
	code := func(n int) *int { return &n }
	entry := &report.Entry{}
	all := []*listing{
		{State: "finished", Directory: "runs/status-20261122T013000Z", Command: "status", Input: "/srv/leavers.csv", Start: at("2026-11-22T01:30:00Z"), Seconds: 2.2,
			Counts: &report.Counts{Rows: 150, Succeeded: 150}, ExitCode: code(0), entry: entry},
		{State: "finished", Directory: "runs/status-20261123T013000Z", Command: "status", Input: "/srv/leavers.csv", Start: at("2026-11-23T01:30:00Z"), Seconds: 5,
			Counts: &report.Counts{Rows: 152, Succeeded: 150, Failed: 2}, ExitCode: code(1), entry: entry},
		{State: "refused", Command: "status", Input: "leavers.csv", Start: at("2026-11-24T01:30:00Z"), ExitCode: code(3), Reason: "MEETBATCH_APP_KEY_FILE: open key: no such file"},
		{State: "killed", Directory: "runs/status-20261125T013000Z", Command: "status", Input: "/srv/leavers.csv", Start: at("2026-11-25T01:30:00Z"), Seconds: 1,
			Counts: &report.Counts{Rows: 148, Succeeded: 80}, Next: "meetbatch resume runs/status-20261125T013000Z", entry: entry},
		{State: "finished", Directory: "runs/run", Command: "reclaim", Input: "/srv/rooms.csv", Start: at("2026-11-25T01:04:18Z"), Seconds: 301,
			Counts: &report.Counts{Rows: 4070, Succeeded: 3919, Failed: 121, Invalid: 30}, ExitCode: code(1), entry: entry},
	}
	const at80 = `run                        input         rows     ok failed  other   took  exit
status-20261122T013000Z    leavers.csv    150    150      -      -     2s     0
status-20261123T013000Z    leavers.csv    152    150      2      -     5s     1
(status 24 Nov 01:30)      leavers.csv      -      -      -      -      -     3
    refused: MEETBATCH_APP_KEY_FILE: open key: no such file
status-20261125T013000Z    leavers.csv    148     80      -     68     1s     -
    killed, to go on: meetbatch resume runs/status-20261125T013000Z
run (reclaim 25 Nov 01:04) rooms.csv    4,070  3,919    121     30   5m1s     1
`
	const at40 = `status-20261122T013000Z  leavers.csv
  150 rows, all ok; 2s, exit 0
status-20261123T013000Z  leavers.csv
  152 rows, 2 failed; 5s, exit 1
(status 24 Nov 01:30)  leavers.csv
  refused, exit 3:
  MEETBATCH_APP_KEY_FILE: open key: no
  such file
status-20261125T013000Z  leavers.csv
  148 rows, 68 other; 1s, killed
  to go on:
  meetbatch resume runs/status-20261125T013000Z
run (reclaim 25 Nov 01:04)  rooms.csv
  4,070 rows, 121 failed, 30 other;
  5m1s, exit 1
`
	for width, want := range map[int]string{80: at80, 40: at40, 60: strings.Replace(at40, "(reclaim 25 Nov", "(reclaim 25 Nov", 1)} {
		got := listText(all, width, now)
		if width == 60 {
			for line := range strings.Lines(got) {
				if columns(strings.TrimSuffix(line, "\n")) > width {
					t.Errorf("at %d columns: %s", width, line)
				}
			}
			continue
		}
		if got != want {
			t.Errorf("at %d columns:\n%s\nwant\n%s", width, got, want)
		}
	}
	all[0].Input, all[0].Counts = "/srv/leavers-of-the-whole-enterprise-20261122.csv", &report.Counts{Rows: 15000, Succeeded: 15000}
	for line := range strings.Lines(listText(all, 80, now)) {
		if columns(line) > 81 {
			t.Errorf("longer than 80 columns: %s", line)
		}
	}
	if text := listText(all, 80, now); !strings.Contains(text, " leavers...22.csv") {
		t.Errorf("a long name is not shortened in its middle:\n%s", text)
	}
	if text := listText(nil, 80, now); text != "" {
		t.Errorf("nothing is %q", text)
	}
}

// TestAge: a time may be given in days and weeks.
func TestAge(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"90d": 90 * 24 * time.Hour, "2w": 14 * 24 * time.Hour, "36h": 36 * time.Hour, "0d": 0, "1h30m": 90 * time.Minute} {
		var a age
		if err := a.UnmarshalText([]byte(text)); err != nil || time.Duration(a) != want {
			t.Errorf("%s: %s, %v", text, time.Duration(a), err)
		}
	}
	for _, text := range []string{"", "90", "-1d", "-1h", "d", "1.5d", "90 d", "999999d"} {
		var a age
		if err := a.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%s is taken for %s", text, time.Duration(a))
		}
	}
}
