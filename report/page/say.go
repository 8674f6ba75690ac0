package page

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/report"
)

// Input is how the input is called.
func (p *page) Input() string {
	switch {
	case p.Run.UndoOf != "":
		return "the undo of " + shown(filepath.Base(p.Run.UndoOf))
	case p.Run.Input.Path == "-":
		return "standard input"
	}
	return shown(filepath.Base(p.Run.Input.Path))
}

func (p *page) of(fates ...job.Status) int64 { return p.books.counts.Of(fates...) }

// Rows counts those of the input, as far as it is known.
func (p *page) Rows() int64 { return max(p.Run.Counts.Rows, p.books.counts.Total()) }

// Pending counts the rows that have no result yet.
func (p *page) Pending() int64 { return p.Rows() - p.books.counts.Total() }

// Settled counts the rows that need nothing more of this run.
func (p *page) Settled() int64 { return p.Rows() - p.Pending() - p.of(job.NotSent) }

// Left counts the rows that need a person.
func (p *page) Left() int64 { return p.of(job.Failed, job.Unknown, job.Invalid) }

// Over tells whether the run is not known to be under way.
func (p *page) Over() bool { return p.Life != report.UnderWay }

// State is in a word or two how far the run is.
func (p *page) State() string {
	switch {
	case p.Life == report.Killed:
		return "Killed"
	case p.Life == report.Silent:
		return "No sign of life"
	case p.Run.State == report.Broken:
		return "Broken off"
	case p.Run.State == report.Planning:
		return "Planning"
	}
	state := string(p.Run.State)
	return strings.ToUpper(state[:1]) + state[1:]
}

// Headline says in a sentence what has become of the run.
func (p *page) Headline() string {
	name, all := p.Input(), words.Number(p.Rows())
	so := fmt.Sprintf("%s of the %s rows of %s are settled", words.Number(p.Settled()), all, name)
	if p.Run.Counts.Rows == 0 { // version 0.1 wrote them at the end
		so = rows(p.Settled()) + " of " + name + " are settled"
	}
	troubles := list(count(p.of(job.Failed), "failed"), count(p.of(job.Unknown), "of unknown fate"), count(p.of(job.Invalid), "invalid"), count(p.of(job.Skipped), "skipped"))
	switch {
	case p.Rows() == 0 && p.Run.State == report.Planning:
		return fmt.Sprintf("%s: %s is being read, and nothing was sent", p.State(), name)
	case p.Run.State == report.Finished && p.of(job.Succeeded) == p.Rows():
		return fmt.Sprintf("Finished: all %s of %s succeeded", rows(p.Rows()), name)
	case p.Run.State == report.Finished:
		return fmt.Sprintf("Finished: %s of the %s rows of %s succeeded; %s", words.Number(p.of(job.Succeeded)), all, name, troubles)
	case p.Life == report.UnderWay && p.Run.ExpectedEnd != nil:
		so += ", and it will be done at about " + p.At(*p.Run.ExpectedEnd)
	case p.Life == report.Killed, p.Life == report.Silent:
		so = fmt.Sprintf("nothing after %s %s; %s", p.At(p.till()), p.Zone(), so)
	}
	if troubles != "" {
		so += "; " + troubles
	}
	return p.State() + ": " + so
}

// Story says when, for how long and where the run was.
func (p *page) Story() string {
	text := fmt.Sprintf("%s to %s %s", p.Moment(p.Run.Start), p.At(p.till()), p.Zone())
	if n := len(p.sessions()); n > 0 {
		text += fmt.Sprintf(", %s of work in %s", length(p.timeline.worked()), words.Plural(int64(n), "session"))
	}
	if p.Run.ExitCode != nil {
		text += fmt.Sprintf("; exit code %d", *p.Run.ExitCode)
	}
	if p.Run.Reason != "" {
		text += ". It ended early: " + shortened(p.Run.Reason, 200)
	}
	return text + ". " + p.rest()
}

// rest says what has no result.
func (p *page) rest() string {
	unknown := "no row’s fate is unknown"
	if n := p.of(job.Unknown); n > 0 {
		unknown = "the fate of " + rows(n) + " is unknown"
	}
	switch n := p.of(job.NotSent) + p.Pending(); {
	case p.Run.Counts.Rows == 0 && p.Run.State != report.Finished:
		return "How many rows the input has is not recorded yet."
	case n > 0 && !p.Over():
		return fmt.Sprintf("%s to go, and %s.", rows(n), unknown)
	case n > 0 && p.Life == report.Over:
		return fmt.Sprintf("%s not sent, and %s.", rows(n), unknown)
	case n > 0:
		return fmt.Sprintf("%s without a result, and %s.", rows(n), unknown)
	default:
		return fmt.Sprintf("Nothing is left to send, and %s.", unknown)
	}
}

// Service is where the requests went.
func (p *page) Service() string {
	values := map[string]string{}
	for _, s := range p.settings() {
		values[s.Name] = s.Value
	}
	switch {
	case values["sandbox"] == "true":
		return "a simulated one, inside the process: nothing real was touched"
	case values["endpoint"] != "":
		return values["endpoint"]
	}
	return "Huawei Cloud Meeting, region " + cmp.Or(values["region"], "cn")
}

// A fate is a line of the books.
type fate struct {
	Name, Means string
	Fill        string // of its pattern
	Rows        int64
	X, Width    float64 // of its part of the bar, in per cent
}

// Fates are the lines of the books, those that are always there among them.
func (p *page) Fates() []fate {
	fates := []fate{
		{Name: "succeeded", Fill: "var(--ok)", Rows: p.of(job.Succeeded), Means: "the service carried it out"},
		{Name: "failed", Fill: "url(#p-bad)", Rows: p.of(job.Failed), Means: "the service refused it"},
		{Name: "unknown", Fill: "url(#p-unk)", Rows: p.of(job.Unknown), Means: "sent, and nobody knows whether it was carried out"},
		{Name: "not sent", Fill: "url(#p-not)", Rows: p.of(job.NotSent), Means: "the run ended before its turn"},
		{Name: "invalid", Fill: "url(#p-inv)", Rows: p.of(job.Invalid), Means: "never sent, since the row itself is wrong"},
		{Name: "skipped", Fill: "url(#p-skp)", Rows: p.of(job.Skipped), Means: "done by an earlier run already"},
	}
	if n := p.Pending(); n > 0 {
		fates = append(fates, fate{Name: "to go", Fill: "url(#p-not)", Rows: n, Means: "no result yet"})
	}
	const least = 0.6 // per cent: 2 pixels on the narrowest page
	total, greatest := 0.0, 0
	for i := range fates {
		f := &fates[i]
		if f.Width = 100 * float64(f.Rows) / float64(max(p.Rows(), 1)); f.Rows > 0 {
			f.Width = max(f.Width, least)
		}
		if total += f.Width; f.Width > fates[greatest].Width {
			greatest = i
		}
	}
	fates[greatest].Width -= max(total-100, 0)
	x := 0.0
	for i := range fates {
		fates[i].X = x
		x += fates[i].Width
	}
	return fates
}

// Sum is the books as a sum: 4,070 = 3,919 succeeded + ...
func (p *page) Sum() string {
	var parts []string
	for _, f := range p.Fates() {
		parts = append(parts, words.Number(f.Rows)+" "+f.Name)
	}
	return words.Number(p.Rows()) + " = " + strings.Join(parts, " + ")
}

// An item is a line of a table of numbers.
type item struct {
	Name string
	N    int64
}

// Failed counts the rows that were sent and did not succeed, InvalidRows those that were not.
func (p *page) Failed() int64      { return p.of(job.Failed, job.Unknown) }
func (p *page) InvalidRows() int64 { return p.of(job.Invalid) }

// Value is the heading of the operation's column.
func (p *page) Value() string {
	if len(p.Operation.Values) > 0 {
		return "Status"
	}
	return "Room"
}

// till is when the run was heard of last, also by its journal.
func (p *page) till() time.Time {
	at := p.heard()
	if n := len(p.timeline.spans); n > 0 && p.Run.End == nil && p.timeline.spans[n-1].to.After(at) {
		at = p.timeline.spans[n-1].to
	}
	return at
}

// Zone is how the zone of times is called.
func (p *page) Zone() string { return p.Now.Format("MST") }

// At gives a time of day, with the day where there are several.
func (p *page) At(at time.Time) string {
	at = at.In(p.Now.Location())
	if p.days {
		return at.Format("2 Jan 15:04")
	}
	return at.Format("15:04:05")
}

// StepAt is when a step begins.
func (p *page) StepAt(s step) string {
	if p.Chart.Step < time.Minute && p.days {
		return s.at.In(p.Now.Location()).Format("2 Jan 15:04:05")
	}
	return p.At(s.at)
}

// Tip says what a step holds. There may be hundreds of them, so that each word counts.
func (p *page) Tip(s step) string {
	text := fmt.Sprintf("%s: %s, %s/min", p.StepAt(s), words.Number(s.sent), words.Rounded(s.PerMinute()))
	if p50, p99 := s.quantiles(); p99 > 0 {
		text += fmt.Sprintf("; p50 %s, p99 %s", length(p50), length(p99))
	}
	for _, n := range []item{{"429", s.throttled}, {"5xx", s.errors}, {"unanswered", s.unanswered}} {
		if n.N > 0 {
			text += fmt.Sprintf("; %d × %s", n.N, n.Name)
		}
	}
	return text
}

// Cells are the numbers of a step as a row of a table.
func (p *page) Cells(s step) []string {
	p50, p99 := s.quantiles()
	cells := []string{words.Number(s.sent), words.Rounded(s.PerMinute()), words.Number(s.throttled), words.Number(s.errors), words.Number(s.unanswered), length(p50), length(p99)}
	for i := range cells {
		if cells[i] == "0" || i > 4 && p99 == 0 {
			cells[i] = "–"
		}
	}
	return cells
}

// Moment gives a time with its day.
func (p *page) Moment(at time.Time) string {
	return at.In(p.Now.Location()).Format("2 January 2006, 15:04:05")
}

// sentence begins a text with a capital letter, and ends it.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	if !strings.ContainsAny(text[len(text)-1:], ".?!") {
		text += "."
	}
	return string(unicode.ToUpper(first)) + text[size:]
}
