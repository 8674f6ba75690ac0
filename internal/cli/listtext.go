package cli

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"meetbatch/internal/words"
	"meetbatch/report"
)

// listText shows runs in so many columns: as a table where that fits, else in a few lines each.
func listText(all []*listing, width int, now time.Time) string {
	if len(all) == 0 {
		return ""
	}
	if text, fits := listTable(all, width, now); fits {
		return text
	}
	var b strings.Builder
	for _, l := range all {
		b.WriteString(wrapped(width, "", "  ", l.name(now)+"  "+l.inputName()))
		text, then := l.summary(now), l.note(now)
		if l.State == stateRefused || l.State == stateDamaged {
			text, then = text+": "+then, ""
		}
		b.WriteString(wrapped(width, "  ", "  ", text))
		if l.Next != "" {
			b.WriteString(wrapped(width, "  ", "  ", "to go on:") + "  " + l.Next + "\n")
		}
	}
	return b.String()
}

// leastCells are the columns of a table's numbers where there is room, with the blanks before them.
var leastCells = []int{7, 7, 7, 7, 7, 6}

// leastInput is to how many columns the name of an input is shortened before there is no table.
const leastInput = 12

// listTable shows runs with a line each, and notes below. It may not fit.
func listTable(all []*listing, width int, now time.Time) (text string, fits bool) {
	rows := [][]string{{"run", "input", "rows", "ok", "failed", "other", "took", "exit"}}
	for _, l := range all {
		rows = append(rows, append([]string{l.name(now), l.inputName()}, l.cells()...))
	}
	widths, fits := listWidths(rows, width)
	if !fits {
		return "", false
	}
	var b strings.Builder
	for i, row := range rows {
		b.WriteString(row[0] + blanks(widths[0]-columns(row[0])+1))
		input := middleCut(row[1], widths[1])
		b.WriteString(input + blanks(widths[1]-columns(input)))
		for j, cell := range row[2:] {
			b.WriteString(blanks(widths[j+2]-columns(cell)) + cell)
		}
		b.WriteString("\n")
		if i == 0 {
			continue
		}
		switch l := all[i-1]; {
		case l.Next != "":
			note := l.note(now) + ", to go on:"
			if 4+columns(note)+1+columns(l.Next) <= width {
				b.WriteString("    " + note + " " + l.Next + "\n")
			} else {
				b.WriteString(wrapped(width, "    ", "    ", note) + "    " + l.Next + "\n")
			}
		case l.note(now) != "":
			b.WriteString(wrapped(width, "    ", "    ", strings.TrimPrefix(l.State+": ", string(report.UnderWay)+": ")+l.note(now)))
		}
	}
	return b.String(), true
}

// listWidths gives the widths of a table's columns, those of numbers with a blank before them. Where it is too wide numbers
// stand closer, and then the names of inputs are cut, as long as something of them is left.
func listWidths(rows [][]string, width int) (widths []int, fits bool) {
	widths = make([]int, len(rows[0]))
	over := 1 - width
	for i := range widths {
		if widths[i] = longest(rows, i); i > 1 {
			widths[i] = max(widths[i]+1, leastCells[i-2])
		}
		over += widths[i]
	}
	for range leastCells { // a column after the other gives a blank
		for i := len(widths) - 1; i > 1; i-- {
			if over > 0 && widths[i] > longest(rows, i)+1 {
				widths[i]--
				over--
			}
		}
	}
	if over > 0 {
		widths[1] -= over
	}
	return widths, over <= 0 || widths[1] >= leastInput
}

// longest is the width of the widest cell of a column.
func longest(rows [][]string, column int) (most int) {
	for _, row := range rows {
		most = max(most, columns(row[column]))
	}
	return most
}

// byDefault is how the directories are named that are not named by --out.
var byDefault = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z]+-[0-9]{8}T[0-9]{6}Z(-[0-9]+)?$`) })

// name is what a run is called, with what it did and when where that does not tell.
func (l *listing) name(now time.Time) string {
	day := shortDay(l.Start, now)
	name := words.Shown(filepath.Base(l.Directory))
	switch {
	case l.Directory == "":
		return fmt.Sprintf("(%s %s)", words.Shown(l.Command), day)
	case l.Command == "":
		return fmt.Sprintf("%s (%s)", name, day)
	case byDefault().MatchString(name) && strings.HasPrefix(name, l.Command+"-"):
		return name
	}
	return fmt.Sprintf("%s (%s %s)", name, words.Shown(l.Command), day)
}

// shortDay is a moment in the time of this machine: 25 Nov 01:04, or 25 Nov 2025 where that is long ago.
func shortDay(t, now time.Time) string {
	if age := now.Sub(t); age > 300*24*time.Hour || age < -24*time.Hour {
		return t.Local().Format("2 Jan 2006")
	}
	return t.Local().Format("2 Jan 15:04")
}

func (l *listing) inputName() string {
	switch {
	case l.Input == "":
		return "-"
	case l.UndoOf != "":
		return "undo of " + words.Shown(filepath.Base(l.UndoOf))
	case l.Input == "-":
		return strings.TrimSuffix("(stdin) "+l.Shard, " ")
	}
	return words.Shown(strings.TrimSuffix(filepath.Base(l.Input)+" "+l.Shard, " "))
}

// took is for how long it was under way.
func (l *listing) took() string {
	if l.entry == nil || l.Counts == nil {
		return "-"
	}
	return words.Roughly(time.Duration(l.Seconds * float64(time.Second)))
}

// other counts the rows that neither succeeded nor failed, or are not settled yet.
func (l *listing) other() int64 { return l.Counts.Rows - l.Counts.Succeeded - l.Counts.Failed }

func (l *listing) exit() string {
	if l.ExitCode == nil {
		return "-"
	}
	return strconv.Itoa(*l.ExitCode)
}

func (l *listing) cells() []string {
	if l.Counts == nil {
		return []string{"-", "-", "-", "-", l.took(), l.exit()}
	}
	some := func(n int64) string {
		if n == 0 {
			return "-"
		}
		return words.Number(n)
	}
	return []string{words.Number(l.Counts.Rows), some(l.Counts.Succeeded), some(l.Counts.Failed), some(l.other()), l.took(), l.exit()}
}

// summary says what the cells of a table do, in a line.
func (l *listing) summary(now time.Time) string {
	state := l.state()
	if l.ExitCode != nil {
		state = strings.TrimPrefix(state+", exit "+l.exit(), string(report.Finished)+", ")
	}
	if l.State == string(report.UnderWay) || l.State == string(report.Silent) {
		state = l.note(now)
	}
	if l.Counts == nil {
		return state
	}
	text := words.Plural(l.Counts.Rows, "row")
	if l.Counts.Rows > 0 && l.Counts.Succeeded == l.Counts.Rows {
		text += ", all ok"
	}
	return text + counted(part{l.Counts.Failed, "failed"}, part{l.other(), "other"}) + "; " + l.took() + ", " + state
}

// state is the state in words.
func (l *listing) state() string {
	if l.State == string(report.Broken) {
		return "broke off"
	}
	return strings.ReplaceAll(l.State, "_", " ")
}

// note says what the cells of a table do not; mostly there is nothing.
func (l *listing) note(now time.Time) string {
	switch l.State {
	case stateRefused, stateDamaged:
		return words.Shown(l.Reason)
	case string(report.UnderWay):
		switch {
		case l.Waiting != nil:
			return l.state() + ", " + waitingText(l.Waiting, l.entry.Run.Requests.InFlight, now)
		case l.ExpectedEnd == nil:
			return l.state()
		}
		return l.state() + ", done at about " + clockZone(*l.ExpectedEnd, now)
	case string(report.Silent):
		return "no sign of life since " + clockZone(l.seen, now)
	case string(report.Stopped):
		if l.Reason != "" {
			return strings.Replace("stopped: "+words.Shown(l.Reason), "stopped: stopped ", "stopped ", 1)
		}
	case string(report.Finished):
		if l.UndoneBy != "" {
			return "taken back by " + words.Shown(l.UndoneBy)
		}
		return ""
	}
	return l.state()
}

func blanks(n int) string { return strings.Repeat(" ", max(n, 0)) }

// middleCut leaves the beginning and the end of a name, in so many columns.
func middleCut(name string, width int) string {
	if columns(name) <= width {
		return name
	}
	runes := []rune(name)
	for cut := 1; cut < len(runes); cut++ {
		half := (len(runes) - cut + 1) / 2
		if short := string(runes[:half]) + "..." + string(runes[half+cut:]); columns(short) <= width {
			return short
		}
	}
	return "..."
}

// wrapped sets a text in lines of so many columns, words whole; a word that is longer stands alone. The first line begins
// with first, the others with rest.
func wrapped(width int, first, rest, text string) string {
	var b strings.Builder
	line, empty := first, true
	for _, word := range strings.SplitAfter(text, " ") { // with the blanks behind it: more than one may be meant
		if !empty && columns(line)+columns(strings.TrimRight(word, " ")) > width {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = rest
		}
		line, empty = line+word, false
	}
	return b.String() + strings.TrimRight(line, " ") + "\n"
}
