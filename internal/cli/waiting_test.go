package cli

import (
	"testing"
	"time"

	"meetbatch/internal/run"
	"meetbatch/report"
)

// TestWaiting: show says what a run waits for in place of an end that nobody knows.
func TestWaiting(t *testing.T) {
	now := time.Date(2026, 11, 25, 1, 5, 0, 0, time.Local)
	since, until := now.Add(-2*time.Minute), now.Add(13*time.Minute)
	for _, test := range []struct {
		waiting *report.Waiting
		want    string
	}{
		{nil, "10 of 40 rows, 25%"},
		{&report.Waiting{For: report.Throttled, Until: &until}, "10 of 40 rows, 25%; throttled, goes on at 01:18:00"},
		{&report.Waiting{For: report.UsedUp, Until: &until}, "10 of 40 rows, 25%; its rate is used up, goes on at 01:18:00"},
		{&report.Waiting{For: report.NoBudget, Since: &since, Until: &until}, "10 of 40 rows, 25%; budget out of reach since 01:03:00, gives up at 01:18:00"},
		{&report.Waiting{For: report.Down, Since: &since, Until: &until}, "10 of 40 rows, 25%; service down since 01:03:00, gives up at 01:18:00"},
		{&report.Waiting{For: report.Unheard, Since: &since, Until: &until}, "10 of 40 rows, 25%; 3 requests without an answer since 01:03:00"},
		{&report.Waiting{For: report.Stopping, Since: &since, Until: &until}, "10 of 40 rows, 25%; stopping, 3 requests in flight, until 01:18:00 at the latest"},
	} {
		r := report.Run{State: report.Running, Alive: &now, Waiting: test.waiting, Counts: report.Counts{Rows: 40, Succeeded: 10}}
		r.Requests.InFlight = 3
		v := shown{&run.Stored{Run: r}, report.UnderWay, now, false}
		if got := v.settledText(); got != test.want {
			t.Errorf("%+v: %q, want %q", test.waiting, got, test.want)
		}
	}
}
