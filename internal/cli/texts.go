package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/reader"
	"meetbatch/report"
)

// planText is what a plan comes to, in one line.
func planText(p *run.Planned) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", p.Input, rowsText(p))
	skipped, _ := skippedWords(p)
	b.WriteString(counted(part{p.InvalidRows, "invalid"}, part{p.SkippedRows, skipped}, part{p.Settled, settledWords(p)}))
	if p.Duplicates > 0 {
		fmt.Fprintf(&b, ", %s", words.Plural(p.Duplicates, "duplicate"))
	}
	fmt.Fprintf(&b, "; to %s: ", p.Operation.Verb)
	if p.Operation.PerAccount {
		fmt.Fprintf(&b, "%s %s ", words.Plural(p.Entries, p.Operation.Noun), p.Operation.Whose)
	}
	fmt.Fprintf(&b, "%s%s, %s", words.Plural(p.Accounts, "account"), valuesText(p), words.Plural(p.Requests, "request"))
	if d := p.Settings.Rate.Takes(p.Requests); d > 0 {
		fmt.Fprintf(&b, ", about %s at %s", words.Roughly(d), rateText(p.Settings.Rate))
	}
	return b.String()
}

// rowsText counts the rows of the run: 1,000 rows (--limit), or shard 2/4: 251 of 1,000 rows.
func rowsText(p *run.Planned) string {
	text := words.Plural(p.Rows+p.Elsewhere.Rows, "row")
	if s := p.Settings.Shard; s.N > 0 {
		text = fmt.Sprintf("shard %s: %s of %s", s, words.Number(p.Rows), text)
	}
	if p.Settings.Limit > 0 && p.Rows == int64(p.Settings.Limit) {
		text += " (--limit)"
	}
	return text
}

// skippedWords says what rows are called about which nothing is to be done, and why that is so.
func skippedWords(p *run.Planned) (name, why string) {
	switch {
	case p.Undo:
		return "left as they are", ", left as the service has them now: so already, or changed since the run"
	case p.Settings.OnlyChanges:
		return "so already", ", not sent: so already"
	}
	return "skipped", ", which succeeded in an earlier run"
}

// settledWords says of rows that earlier sessions settled what became of them.
func settledWords(p *run.Planned) string {
	if p.InVain == 0 {
		return "settled already"
	}
	return fmt.Sprintf("settled already (%s of them did not succeed)", words.Number(p.InVain))
}

// rateText names the rate that a plan's time is for.
func rateText(rates job.Rates) string {
	r := rates.Spaced()
	if !r.Auto {
		return rates.String()
	}
	text := job.Rate{Requests: r.Requests, Per: r.Per}.String() + ", where auto begins"
	if quotas := job.Rates(rates.Quotas()); quotas != nil {
		text += ", and " + quotas.String()
	}
	return text
}

// valuesText says how many entries get which value: (3 to normal, 2 to disabled).
func valuesText(p *run.Planned) string {
	var parts []string
	for _, value := range slices.Sorted(maps.Keys(p.Values)) {
		parts = append(parts, words.Number(p.Values[value])+" to "+valueName(p.Operation, value))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// shownKinds is how many kinds of findings about rows are told that are no doubts; results.csv has them all.
const shownKinds = 10

// message is a sentence and what a machine wants to know of it.
type message struct {
	text  string
	attrs []any
}

// findingTexts words what is wrong or doubtful about an input, a line for each kind, in the order in which they were found:
// those about the input beside its rows first.
func findingTexts(p *run.Planned) (all []message) {
	told, more := toldFindings(p.Findings)
	for _, f := range told {
		all = append(all, findingText(p.Input, f))
	}
	if more != "" {
		all = append(all, message{text: p.Input + ": " + more})
	}
	return all
}

// toldFindings gives the findings that are told: those about the input beside its rows, all doubts, and of the other kinds of
// findings about rows so many. more says how many further kinds there are; empty: none.
func toldFindings(f run.Findings) (told []*reader.Note, more string) {
	for i := range f.Notes {
		told = append(told, &f.Notes[i])
	}
	shown, left := 0, 0
	for _, kind := range f.Kinds {
		switch {
		case kind.Doubt != "": // whoever lifts it has to know all of it
		case shown < shownKinds:
			shown++
		default:
			left++
			continue
		}
		told = append(told, kind)
	}
	if left > 0 {
		more = fmt.Sprintf("rows with %d further kinds of mistakes; results.csv will name them all", left)
	}
	return told, more
}

// findingText words a finding about some rows or, where it counts none, about the input as a whole.
func findingText(input string, f *reader.Note) (m message) {
	m.text = input + ": " + f.Text
	if f.Doubt != "" {
		m.attrs = append(m.attrs, doubtKey, f.Doubt)
	}
	if f.Count > 0 {
		m.text += ": " + words.Plural(f.Count, "row")
		m.attrs = append(m.attrs, "rows", f.Count)
	}
	if len(f.Lines) > 0 {
		m.text += " (" + linesText(f.Lines, max(f.Count, int64(len(f.Lines))))
		if f.Sample != "" {
			m.text += fmt.Sprintf("; such as %.40q", f.Sample)
		}
		m.text += ")"
		m.attrs = append(m.attrs, "first_line", f.Lines[0])
	}
	return m
}

// linesText names lines, and how many more rows there are than these: lines 128, 140, 161 and 78 more.
func linesText(lines []int64, rows int64) string {
	text := "line"
	if rows > 1 {
		text = "lines"
	}
	for i, line := range lines {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(" %d", line)
	}
	if more := rows - int64(len(lines)); more > 0 {
		text += fmt.Sprintf(" and %s more", words.Number(more))
	}
	return text
}

// countsText words how many rows had which fate.
func countsText(c report.Counts) string {
	return fmt.Sprintf("%s: %s succeeded%s", words.Plural(c.Rows, "row"), words.Number(c.Succeeded), othersText(c))
}

// othersText counts the rows that did not succeed by their fates; empty where there are none.
func othersText(c report.Counts) string {
	return counted(part{c.Failed, "failed"}, part{c.Unknown, "unknown"}, part{c.NotSent, "not sent"},
		part{c.Invalid, "invalid"}, part{c.Skipped, "skipped"})
}

// part is how many of some rows are alike, and what they are.
type part struct {
	rows int64
	what string
}

// counted names the parts in which there are rows, each behind a comma: ", 3 failed, 1 invalid".
func counted(parts ...part) (text string) {
	for _, p := range parts {
		if p.rows > 0 {
			text += ", " + words.Number(p.rows) + " " + p.what
		}
	}
	return text
}

// endText words what came of a run, all of its sessions together.
func endText(e *run.Ending) string {
	took := words.Roughly(e.Took)
	if n := len(e.Run.Sessions); n > 1 {
		took += fmt.Sprintf(" of %d sessions", n)
	}
	text := fmt.Sprintf("%s, with %s in %s (%s)", countsText(e.Run.Counts), words.Plural(e.Run.Requests.Sent, "request"), took, paceText(e))
	return joined(text, "; ", latencyText(e.Run.Requests.Answers))
}

// paceText words how fast it went: what was asked for, what became of it, and why. What is reached in less than a second is
// no rate.
func paceText(e *run.Ending) string {
	r := e.Run.Rate
	text := "rate " + e.Settings.Rate.String()
	if n := len(e.Run.Sessions); n > 0 && e.Run.Sessions[n-1].Requests > 1 && e.Took >= time.Second {
		text += fmt.Sprintf(", %s/s reached, at most %s in a second", words.Rounded(r.AchievedPerSecond), words.Number(int64(r.MostPerSecond)))
	}
	if r.Throttled > 0 {
		text += fmt.Sprintf(", throttled %s", words.Plural(r.Throttled, "time"))
	}
	if r.HeldSeconds > 0 {
		text += ", held for " + seconds(r.HeldSeconds)
	}
	switch f := e.Paced.Following; {
	case f.Why != "":
		text += fmt.Sprintf(", following %s, for %s", f, words.Roughly(f.For))
	case r.FollowedSeconds >= 1:
		text += ", below the rate for " + seconds(r.FollowedSeconds)
	}
	return text
}

func endAttrs(e *run.Ending) []any {
	c := e.Run.Counts
	return []any{
		eventKey, "session_end", "state", e.Run.State, "rows", c.Rows, "succeeded", c.Succeeded, "failed", c.Failed, "unknown", c.Unknown,
		"not_sent", c.NotSent, "invalid", c.Invalid, "skipped", c.Skipped, "requests", e.Run.Requests.Sent, "seconds", e.Took.Seconds(),
		"rate", e.Settings.Rate.String(), "achieved_per_second", e.Run.Rate.AchievedPerSecond, "most_per_second", e.Run.Rate.MostPerSecond,
		"throttled", e.Run.Rate.Throttled, "held_seconds", e.Run.Rate.HeldSeconds,
	}
}
