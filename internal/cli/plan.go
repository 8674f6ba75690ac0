package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// planText is the plan in words, as the question and the dry run show it.
func (r *run) planText() string {
	p := r.plan
	invalid := p.InvalidRows()
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", r.input.name, plural(p.Rows, "row"))
	if invalid > 0 {
		fmt.Fprintf(&b, ", %s invalid", grouped(invalid))
	}
	if p.Duplicates > 0 {
		fmt.Fprintf(&b, ", %s", plural(p.Duplicates, "duplicate"))
	}
	if n := r.past.Counts.Total(); n > 0 {
		fmt.Fprintf(&b, ", %s settled already", grouped(n))
	}
	fmt.Fprintf(&b, "; to %s: ", r.op.Verb)
	if r.op.PerAccount {
		fmt.Fprintf(&b, "%s of ", plural(p.Entries, r.op.Noun))
	}
	fmt.Fprintf(&b, "%s, %s", plural(p.Accounts, "account"), plural(p.Requests, "request"))
	if d := r.Rate.Takes(p.Requests); d > 0 {
		fmt.Fprintf(&b, ", about %s at %s", roughly(d), r.Rate)
	}
	return b.String()
}

func (r *run) planAttrs() []any {
	p := r.plan
	return []any{
		"file", r.input.name, "rows", p.Rows, "invalid", p.InvalidRows(), "duplicates", p.Duplicates,
		"accounts", p.Accounts, "entries", p.Entries, "requests", p.Requests, "seconds", r.Rate.Takes(p.Requests).Seconds(),
	}
}

// printPlan is the result of a dry run.
func (r *run) printPlan(w io.Writer) error {
	if _, err := fmt.Fprintln(w, r.planText()); err != nil {
		return unrecorded(err, "")
	}
	return nil
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
