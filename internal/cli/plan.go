package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"meetbatch/reader"
)

// planText is the plan in words, as the question and the dry run show it.
func (r *run) planText() string {
	p := r.plan
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s: %s", r.input.name, r.written, plural(p.Rows, "row"))
	if r.Limit > 0 && p.Rows == int64(r.Limit) {
		fmt.Fprintf(&b, " (--limit)")
	}
	for _, part := range []struct {
		n    int64
		what string
	}{
		{p.InvalidRows, "invalid"}, {p.SkippedRows, "skipped"}, {r.past.Counts.Total(), "settled already"},
	} {
		if part.n > 0 {
			fmt.Fprintf(&b, ", %s %s", grouped(part.n), part.what)
		}
	}
	if p.Duplicates > 0 {
		fmt.Fprintf(&b, ", %s", plural(p.Duplicates, "duplicate"))
	}
	fmt.Fprintf(&b, "; to %s: ", r.op.Verb)
	if r.op.PerAccount {
		fmt.Fprintf(&b, "%s of ", plural(p.Entries, r.op.Noun))
	}
	fmt.Fprintf(&b, "%s%s, %s", plural(p.Accounts, "account"), r.valuesText(), plural(p.Requests, "request"))
	if d := r.Rate.Takes(p.Requests); d > 0 {
		fmt.Fprintf(&b, ", about %s at %s", roughly(d), r.rateText())
	}
	return b.String()
}

// rateText names the rate that a plan's time is for.
func (r *run) rateText() string {
	if r.Rate.Auto {
		return "100/1m, where auto begins"
	}
	return r.Rate.String()
}

// valuesText says how many entries get which value: (3 to normal, 2 to disabled).
func (r *run) valuesText() string {
	var parts []string
	for _, value := range slices.Sorted(maps.Keys(r.plan.Values)) {
		v, _ := r.op.ValueOf(value)
		parts = append(parts, fmt.Sprintf("%s to %s", grouped(r.plan.Values[value]), v.Name))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// written says how an input is written, where people might want to know.
func written(encoding string, delimiter rune) string {
	var parts []string
	if encoding != reader.UTF8 {
		parts = append(parts, encoding)
	}
	switch delimiter {
	case ';':
		parts = append(parts, "semicolons")
	case '\t':
		parts = append(parts, "tabs")
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func (r *run) planAttrs() []any {
	p := r.plan
	return []any{
		"file", r.input.name, "rows", p.Rows, "invalid", p.InvalidRows, "skipped", p.SkippedRows, "duplicates", p.Duplicates,
		"accounts", p.Accounts, "entries", p.Entries, "requests", p.Requests, "seconds", r.Rate.Takes(p.Requests).Seconds(),
	}
}

// dryRun prints the plan, and what is wrong with rows. It fails where the run would be refused.
func (r *run) dryRun(ctx context.Context) error {
	if err := r.makePlan(ctx); err != nil {
		return err
	}
	defer r.plan.Close()
	_, err := fmt.Fprintln(r.stdout, r.planText())
	r.notes.show(func(text string, _ ...any) {
		if err == nil {
			_, err = fmt.Fprintln(r.stdout, text)
		}
	})
	if err != nil {
		return unrecorded(err, "")
	}
	return r.guard()
}

// confirm shows the plan and asks whether to go on, where that is asked for.
func (r *run) confirm(ctx context.Context) error {
	r.console.Info(r.planText(), r.planAttrs()...)
	if r.Yes || r.Sandbox || r.plan.Requests == 0 {
		return nil
	}
	fmt.Fprintf(r.stderr, "Send %s to %s? [y/N] ", plural(r.plan.Requests, "request"), r.service())
	answers := make(chan string, 1)
	go func() { // which may never end: nothing can be done about a read from a terminal
		line, _ := bufio.NewReader(r.stdin).ReadString('\n')
		answers <- line
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(r.stderr)
		return ctx.Err()
	case answer := <-answers:
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "y", "yes":
			return nil
		}
	}
	return refused(errors.New("not confirmed, nothing was sent"), "answer y, or add --yes")
}
