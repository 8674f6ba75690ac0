package cli

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/reader"
)

// planLines are the plan in words, as it is shown before the question and by the dry run: what is to be done, and below it
// what was taken for what. until is when the run is to stop; zero: it is not said.
func planLines(p *run.Planned, until time.Time) []string {
	lines := []string{planText(p)}
	add := func(label, text string) {
		if text != "" {
			lines = append(lines, fmt.Sprintf("  %-13s %s", label, text))
		}
	}
	if !p.Undo {
		add("read as", tableText(p.Table))
		add("account", columnText(p.Table.Account))
	}
	if p.Settings.To == "" && !p.Undo {
		add(p.Operation.Column, columnText(p.Table.Value))
	}
	add("first row", rowText(p, p.First))
	if p.Last.Line != p.First.Line {
		add("last row", rowText(p, p.Last))
	}
	if p.Read > 0 {
		add("only changes", "the service was read with "+words.Plural(p.Read, "request"))
	}
	add("account type", accountTypeText(p.Settings.AccountType))
	add("guards", guardsText(p.Settings))
	if !p.Undo {
		add("accepted", strings.Join(p.Settings.Accept, ", "))
	}
	if !until.IsZero() {
		add("until", until.Local().Format("2006-01-02 15:04 MST"))
	}
	return lines
}

// tableText says how a table is written: header in line 4, utf-8, commas.
func tableText(t reader.Table) string {
	header := "no header"
	if t.HeaderLine > 0 {
		header = fmt.Sprintf("header in line %d", t.HeaderLine)
	}
	return header + ", " + t.Encoding + ", " + delimiterText(t.Delimiter)
}

func delimiterText(delimiter rune) string {
	names := map[rune]string{',': "commas", ';': "semicolons", '\t': "tabs", '|': "pipes"}
	return cmp.Or(names[delimiter], fmt.Sprintf("%q between fields", delimiter))
}

// columnText says where a field stands; empty: nowhere.
func columnText(c reader.Column) string {
	switch {
	case c.Position == 0:
		return ""
	case c.Header == "":
		return fmt.Sprintf("column %d", c.Position)
	}
	return fmt.Sprintf("column %d %.40q", c.Position, c.Header)
}

// rowText names a row by what is sent of it; empty where there is none.
func rowText(p *run.Planned, it job.Item) string {
	if it.Line == 0 {
		return ""
	}
	return fmt.Sprintf("line %d: %s, %s", it.Line, it.Account, valueName(p.Operation, it.Value))
}

// valueName gives a value as people say it.
func valueName(op job.Operation, value string) string {
	if v, known := op.ValueOf(value); known {
		return v.Name
	}
	return value
}

func accountTypeText(accountType string) string {
	if accountType == "1" {
		return "1 (third-party user ID)"
	}
	return "0 (Meeting account)"
}

// guardsText names the guards in force: before anything is sent, and then.
func guardsText(s run.Settings) string {
	text := fmt.Sprintf("at most %s invalid", s.MaxInvalid)
	if rows := s.ExpectRows.String(); rows != "" {
		text += ", " + rows + " rows"
	}
	if s.MaxChanges != nil {
		text += fmt.Sprintf(", %s changed", s.MaxChanges)
	}
	if s.Strict {
		text += ", none that cannot be carried out"
	}
	return text + "; stops at " + s.MaxFailures.String() + " failed"
}

// planAttrs say to a machine what planLines say.
func planAttrs(p *run.Planned, until time.Time) []any {
	t, s := p.Table, p.Settings
	attrs := []any{
		eventKey, "plan", "file", p.Input, "rows", p.Rows, "invalid", p.InvalidRows, "skipped", p.SkippedRows, "duplicates", p.Duplicates,
		"accounts", p.Accounts, "entries", p.Entries, "requests", p.Requests, "seconds", s.Rate.Takes(p.Requests).Seconds(),
		"encoding", t.Encoding, "delimiter", string(t.Delimiter), "header_line", t.HeaderLine,
		"account_column", t.Account.Position, "account_header", t.Account.Header,
		"value_column", t.Value.Position, "value_header", t.Value.Header,
	}
	if p.First.Line > 0 {
		attrs = append(attrs, "first_line", p.First.Line, "first_account", p.First.Account, "first_value", valueName(p.Operation, p.First.Value),
			"last_line", p.Last.Line, "last_account", p.Last.Account, "last_value", valueName(p.Operation, p.Last.Value))
	}
	attrs = append(attrs, "account_type", accountTypeText(s.AccountType)[:1], "max_invalid", s.MaxInvalid, "max_failures", s.MaxFailures)
	if rows := s.ExpectRows.String(); rows != "" {
		attrs = append(attrs, "expect_rows", rows)
	}
	if s.Accept != nil {
		attrs = append(attrs, "accept", s.Accept)
	}
	if !until.IsZero() {
		attrs = append(attrs, "until", until)
	}
	return attrs
}
