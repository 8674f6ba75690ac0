package cli

import (
	"fmt"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/report"
)

// countsText words how many rows had which fate.
func countsText(c report.Counts) string {
	text := fmt.Sprintf("%s: %s succeeded", words.Plural(c.Rows, "row"), words.Number(c.Succeeded))
	for _, part := range []struct {
		n    int64
		what string
	}{
		{c.Failed, "failed"}, {c.Unknown, "unknown"}, {c.NotSent, "not sent"}, {c.Invalid, "invalid"}, {c.Skipped, "skipped"},
	} {
		if part.n > 0 {
			text += fmt.Sprintf(", %s %s", words.Number(part.n), part.what)
		}
	}
	return text
}

// endText words what came of a run.
func endText(e *run.Ending) string {
	return fmt.Sprintf("%s, with %s in %s (%s)", countsText(e.Run.Counts), words.Plural(e.Requests, "request"), words.Roughly(e.Took), paceText(e))
}

// paceText words how fast it went: what was asked for, what became of it, and why.
func paceText(e *run.Ending) string {
	p := e.Paced
	text := "rate " + e.Settings.Rate.String()
	if e.Requests > 1 {
		text += fmt.Sprintf(", %s/s reached, at most %s in a second", words.Rounded(p.PerSecond), words.Number(int64(p.MostPerSecond)))
	}
	if p.Throttled > 0 {
		text += fmt.Sprintf(", throttled %s", words.Plural(p.Throttled, "time"))
	}
	if p.Held > 0 {
		text += ", held for " + words.Roughly(p.Held)
	}
	return text
}

func endAttrs(e *run.Ending) []any {
	c := e.Run.Counts
	return []any{
		"rows", c.Rows, "succeeded", c.Succeeded, "failed", c.Failed, "unknown", c.Unknown,
		"not_sent", c.NotSent, "invalid", c.Invalid, "skipped", c.Skipped, "requests", e.Requests, "seconds", e.Took.Seconds(),
		"rate", e.Settings.Rate, "achieved_per_second", e.Run.Rate.AchievedPerSecond, "most_per_second", e.Paced.MostPerSecond,
		"throttled", e.Paced.Throttled, "held_seconds", e.Paced.Held.Seconds(),
	}
}
