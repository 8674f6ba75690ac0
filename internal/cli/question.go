package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
)

// asks tells whether somebody is asked before a plan is carried out.
func (u *user) asks(p *run.Planned) bool {
	return !u.flags.Yes && !p.Settings.Sandbox && p.Requests > 0
}

// asked is what is asked at a console, below the plan, where that was not shown there in blocks.
func (u *user) asked(at *console, p *run.Planned) string {
	if !at.isTerminal() {
		if at == u.console && !u.flags.Quiet {
			return question(p)
		}
		return strings.Join(planLines(p, u.until), "\n") + "\n" + question(p)
	}
	width := columnsOf(at.out.to)
	text := "\n" + questionIn(p, width)
	if at != u.console || !u.inBlocks() {
		text = planSheet(p, u.until, width, time.Now()) + text
	}
	return text
}

// question asks for what a plan does, counted, and names the doubts.
func question(p *run.Planned) string {
	if doubts := p.Doubts(); len(doubts) > 0 {
		return fmt.Sprintf("In doubt: %s. %s all the same? [y/N] ", run.DoubtsText(doubts), orderText(p, true))
	}
	return orderText(p, true) + "? [y/N] "
}

// questionIn is question in some columns, with room for the answer. Whose the entries are is left out where there is no
// room, and nothing in doubt: the plan above says it.
func questionIn(p *run.Planned, columns int) string {
	text, width := question(p), newSheet(columns).width-len("y ")
	if len(text) > width && len(p.Doubts()) == 0 {
		text = orderText(p, false) + "? [y/N] "
	}
	return strings.Join(wrap(text, width), "\n") + " "
}

// orderText says in the imperative what is done to how many entries, and whose these are where that is to be said.
func orderText(p *run.Planned, whose bool) string {
	op := p.Operation
	text := fmt.Sprintf(op.Order, words.Plural(p.Entries, op.Noun))
	if op.PerAccount && whose {
		text += " " + op.Whose + " " + words.Plural(p.Accounts, "account")
	}
	return strings.ToUpper(text[:1]) + text[1:] + valuesAsked(p)
}

// valuesAsked names the values, for operations whose values are few.
func valuesAsked(p *run.Planned) string {
	switch values := slices.Sorted(maps.Keys(p.Values)); len(values) {
	case 0:
		return ""
	case 1:
		return " to " + valueName(p.Operation, values[0])
	default:
		return strings.TrimSuffix(strings.Replace(valuesText(p), " (", ": ", 1), ")")
	}
}
