package cli

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strings"
	"time"

	"meetbatch/internal/meeting"
	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/reader"
)

// planSheet is the plan as a terminal shows it: what is done to how many rows and what is wrong or doubtful about them, how
// long it takes, what was taken for what, and where it goes. until is when the run is to stop; zero: it is not said.
func planSheet(p *run.Planned, until time.Time, columns int, now time.Time) string {
	s, settings := newSheet(columns), p.Settings
	name := fmt.Sprintf("%s: %s", p.Input, rowsText(p))
	if !p.Undo {
		name += "; " + tableText(p.Table)
	}
	s.say(name)
	s.say("")
	s.item(p.Operation.Name, orderedText(p))
	s.found(p)
	if p.Read > 0 {
		s.item("read", "the service, first, with "+words.Plural(p.Read, "request"))
	}
	s.item("requests", requestsPlanned(p, now))
	if !until.IsZero() {
		s.item("until", untilText(p, until, now))
	}
	if !p.Undo {
		s.item("columns", columnsText(p)...)
	}
	s.row("first row", rowText(p, p.First))
	if p.Last.Line != p.First.Line {
		s.row("last row", rowText(p, p.Last))
	}
	s.item("guards", guardsInForce(p))
	if !p.Undo {
		s.item("accepted", strings.Join(settings.Accept, ", "))
	}
	s.row("service", serviceText(settings))
	s.row("directory", p.Dir)
	return s.String()
}

// orderedText says how much is done, and to whose.
func orderedText(p *run.Planned) string {
	text := ""
	if p.Operation.PerAccount {
		text = words.Plural(p.Entries, p.Operation.Noun) + " " + p.Operation.Whose + " "
	}
	text += words.Plural(p.Accounts, "account") + valuesAsked(p)
	if p.Settings.AccountType == "1" {
		return text + ", by third-party user ID (account type 1)"
	}
	return text + ", of Meeting (account type 0)"
}

// found adds what is not sent, or is told apart: what findingTexts has, the doubts by themselves. Each names its first lines;
// results.csv has them all.
func (s *sheet) found(p *run.Planned) {
	var invalid []*reader.Note
	var others, doubts []string
	told, more := toldFindings(p.Findings)
	for _, f := range told {
		switch {
		case f.Doubt != "":
			doubts = append(doubts, doubtText(f))
		case strings.HasPrefix(f.Text, run.Invalid):
			invalid = append(invalid, f)
		default:
			others = append(others, foundText(f, f.Text, ": "))
		}
	}
	s.item("invalid", invalidTexts(p.InvalidRows, invalid)...)
	_, why := skippedWords(p)
	s.apart("skipped", p.SkippedRows, why)
	s.apart("settled", p.Settled, strings.TrimPrefix(settledWords(p), "settled"))
	s.apart("duplicate", p.Duplicates, ", sent as one with the row that they repeat")
	s.item("warning", append(others, more)...)
	s.item("in doubt", doubts...)
}

// apart adds how many rows are told apart, where any are.
func (s *sheet) apart(label string, rows int64, what string) {
	if rows > 0 {
		s.item(label, words.Plural(rows, "row")+what)
	}
}

// invalidTexts say how many rows are invalid, and why: in one text where that is one reason.
func invalidTexts(rows int64, kinds []*reader.Note) (all []string) {
	between := ": "
	switch {
	case len(kinds) == 1 && kinds[0].Count == rows:
		between = ", never sent: "
	case rows > 0:
		all = append(all, words.Plural(rows, "row")+", never sent")
	}
	for _, f := range kinds {
		all = append(all, foundText(f, strings.TrimPrefix(f.Text, run.Invalid), between))
	}
	return all
}

// row adds a label and a text with long words, such as IDs and addresses: where a narrow terminal has no room for one of
// them beside the label, they stand below it.
func (s *sheet) row(label, text string) {
	isLong := func(word string) bool { return columns(words.Shown(word)) > s.width-labelWidth }
	switch {
	case s.isNarrow() && slices.ContainsFunc(strings.Fields(text), isLong):
		s.say(label)
		s.lines("  ", "  ", text)
	default:
		s.item(label, text)
	}
}

// doubtText is foundText with the kind, which is what lifts the doubt.
func doubtText(f *reader.Note) string {
	if f.Count == 0 {
		return foundText(f, f.Doubt+": "+f.Text, "")
	}
	return foundText(f, f.Text, ", "+f.Doubt+": ")
}

// foundText says what was found, how often where it is counted, and where first.
func foundText(f *reader.Note, text, between string) string {
	if f.Count > 0 {
		text = words.Plural(f.Count, "row") + between + text
	}
	if len(f.Lines) == 0 {
		return text
	}
	where := firstLines(f.Lines, max(f.Count, int64(len(f.Lines))))
	if f.Sample != "" {
		where += fmt.Sprintf("; such as %.40q", f.Sample)
	}
	return text + " (" + where + ")"
}

// requestsPlanned says how many requests there are to be, how long they take at the rate, and when that is over.
func requestsPlanned(p *run.Planned, now time.Time) string {
	text := words.Number(p.Requests)
	takes := p.Settings.Rate.Takes(p.Requests)
	switch {
	case len(p.Settings.Rate) == 0:
		return text + ", as fast as they are answered"
	case takes == 0:
		return text
	}
	return fmt.Sprintf("%s, at %s about %s: done at about %s", text, ratesInWords(p.Settings.Rate), words.Roughly(takes), clockZone(now.Add(takes), now))
}

// ratesInWords names the rates that a plan's time is for.
func ratesInWords(rates job.Rates) string {
	var all []string
	if r := rates.Spaced(); r != (job.Rate{}) {
		text := rateInWords(r)
		if r.Auto {
			text += ", where auto begins,"
		}
		all = append(all, text)
	}
	for _, r := range rates.Quotas() {
		all = append(all, rateInWords(r))
	}
	return strings.Join(all, " and ")
}

func rateInWords(r job.Rate) string {
	n := words.Number(int64(r.Requests))
	units := map[time.Duration]string{time.Second: "a second", time.Minute: "a minute", time.Hour: "an hour", 24 * time.Hour: "a day"}
	return n + " " + cmp.Or(units[r.Per], "in "+words.Roughly(r.Per))
}

// untilText says when the run is to stop, and what is left then, where that comes before its end.
func untilText(p *run.Planned, until, now time.Time) string {
	rates, left := p.Settings.Rate, until.Sub(now)
	text := clockZone(until, now)
	if rates.Takes(p.Requests) <= left {
		return text
	}
	sent := sort.Search(int(p.Requests), func(n int) bool { return rates.Takes(int64(n)+1) > left })
	rows := float64(p.Rows - p.InvalidRows - p.SkippedRows - p.Settled)
	rows -= rows * float64(sent) / float64(p.Requests)
	return text + ", before it is done: about " + words.Plural(int64(rows), "row") + " are left then"
}

// columnsText says which field stands where.
func columnsText(p *run.Planned) (all []string) {
	add := func(field string, c reader.Column) {
		if text := columnText(c); text != "" {
			all = append(all, field+" in "+text)
		}
	}
	add("account", p.Table.Account)
	if p.Settings.To == "" {
		add(p.Operation.Column, p.Table.Value)
	}
	return all
}

// guardsInForce names the guards as they are met by the plan, and the one that stops the run.
func guardsInForce(p *run.Planned) string {
	s := p.Settings
	text := "refused above " + s.MaxInvalid.String() + " invalid"
	if invalid := p.InvalidRows + p.Elsewhere.InvalidRows; invalid > 0 {
		text += fmt.Sprintf(" (%s are)", percent(invalid, p.Rows+p.Elsewhere.Rows))
	}
	if rows := s.ExpectRows.String(); rows != "" {
		text += ", and without " + rows + " rows"
	}
	if s.MaxChanges != nil {
		text += ", and above " + s.MaxChanges.String() + " changed"
	}
	if s.Strict {
		text += ", and with any that cannot be carried out"
	}
	return text + "; stops at " + s.MaxFailures.String() + " failed"
}

// serviceText names the address that the requests go to. One that is refused may hold a password, and is not named.
func serviceText(s run.Settings) string {
	if s.Sandbox {
		return "the simulated one inside this process; nothing real is touched"
	}
	address, err := meeting.CheckEndpoint(s.Service())
	switch {
	case err != nil:
		return ""
	case meeting.IsEndpoint(address):
		return address
	}
	if u, err := url.Parse(address); err == nil && strings.HasSuffix(strings.ToLower(u.Hostname()), ".huaweicloud.com") {
		return address + ", which is that of no region known here"
	}
	return address + ", which is no address of Huawei Cloud"
}
