package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/report"
)

// Ended says how a run ended; the last line names the next command, where there is one. On a terminal that is text in
// blocks, elsewhere a line each. Others are told afterwards, which may take its time; what is said of that has the next
// command behind it once more.
func (u *user) Ended(e *run.Ending) {
	next := u.app.nextCommand(e.Stored(), u.flags)
	sayNext := func() { u.sayNext(e, next) }
	if u.inBlocks() {
		u.console.out.say(summary(e, next, columnsOf(u.console.out.to), time.Now()), true)
		sayNext = func() { u.console.out.say(next+"\n", next != "") }
	} else {
		if e.Run.Reason != "" {
			u.console.fail(&run.Error{Err: errors.New(e.Run.Reason), Try: e.Hint})
		}
		u.console.Info(endText(e), endAttrs(e)...)
		u.sayFailures(e)
		u.console.Info("results: "+e.Dir.File(report.ResultsFile), "dir", e.Dir.Path)
		sayNext()
	}
	if u.app.watching.ended(e) {
		sayNext()
	}
}

// sayNext names the next command, where there is one.
func (u *user) sayNext(e *run.Ending, next string) {
	counts := e.Run.Counts
	switch left := counts.Left(); {
	case e.Run.State == report.Stopped:
		u.console.Warn(fmt.Sprintf("%s not sent; to go on: %s", words.Plural(counts.NotSent, "row"), next), "rows", counts.NotSent, "next", next)
	case left > 0:
		u.console.Warn(fmt.Sprintf("%s did not succeed; to run them again: %s", words.Plural(left, "row"), next), "rows", left, "next", next)
	}
}

// sayFailures says what rows have in common that did not succeed, in a line for each group.
func (u *user) sayFailures(e *run.Ending) {
	var rows int64
	for i, f := range e.Run.Failures {
		if i >= mostGroups {
			rows += f.Rows
			continue
		}
		t := failureOf(f)
		code := strings.TrimSpace(strings.TrimPrefix(fmt.Sprintf("%d ", f.HTTPStatus), "0 ") + f.Code)
		text := fmt.Sprintf("%s: %s: %s (%s)", f.Status, words.Plural(f.Rows, "row"), joined(code, ": ", t.what), t.lines)
		u.console.Warn(joined(text, "; ", t.do),
			eventKey, "failure", "status", f.Status, "http_status", f.HTTPStatus, "error_code", f.Code, "message", f.Message, "rows", f.Rows, "first_lines", f.Lines)
	}
	if rows > 0 {
		u.console.Warn(fmt.Sprintf("%s in %s further groups; meetbatch show --json has them all", words.Plural(rows, "row"), words.Number(int64(len(e.Run.Failures)-mostGroups))), "rows", rows)
	}
}

// summary is what is said on a terminal at the end of a run.
func summary(e *run.Ending, next string, columns int, now time.Time) string {
	s, r := newSheet(columns), &e.Run
	s.say(endHeading(e, now))
	s.say("")
	if r.State == report.Stopped && r.Counts.Succeeded > 0 {
		s.item("succeeded", words.Number(r.Counts.Succeeded))
	}
	if len(r.Failures) > 0 {
		s.failures(r.Failures)
		s.say("")
	}
	if r.Counts.Succeeded < r.Counts.Rows || len(r.Sessions) > 1 {
		s.item("time", timeText(e, now))
	}
	s.pair("requests", sentText(r), joined(latencyText(r.Requests.Answers), "; ", joined(troubleText(r.Rate), ", ", e.Paced.Following.String())))
	files := report.ResultsFile
	if r.Counts.Left() > 0 {
		files += ", " + report.FailedFile
	}
	files += ", " + report.PageFile
	s.item("files", filepath.Clean(e.Dir.Path)+": "+files)
	if next != "" {
		s.say("")
		s.say(beforeNext(e))
		s.command(next)
	}
	return s.String()
}

// endHeading says in one sentence what came of the rows.
func endHeading(e *run.Ending, now time.Time) string {
	r, c := e.Run, e.Run.Counts
	name := filepath.Base(e.Planned.Input)
	switch {
	case r.Reason != "":
		notSent := counted(part{c.NotSent, "not sent"})
		return fmt.Sprintf("%s: %s of %s are settled%s", stopText(r.Reason), words.Number(settledOf(c)), words.Plural(c.Rows, "row"), notSent)
	case c.Succeeded == c.Rows && c.Rows > 0:
		return fmt.Sprintf("Finished: all %s of %s succeeded, %s to %s", words.Plural(c.Rows, "row"), name, clock(r.Start, now), clockZone(*r.End, now))
	}
	return fmt.Sprintf("Finished: %s of %s succeeded%s", words.Number(c.Succeeded), words.Plural(c.Rows, "row"), othersText(c))
}

// stopText begins a sentence with why a run ended early.
func stopText(reason string) string {
	switch rest, is := strings.CutPrefix(reason, "stopped "); {
	case reason == "stopped by a signal (interrupt)":
		return "Stopped by Ctrl-C"
	case is:
		return "Stopped " + rest
	}
	return "Stopped: " + reason
}

func timeText(e *run.Ending, now time.Time) string {
	text := fmt.Sprintf("%s to %s, %s of work", clock(e.Run.Start, now), clockZone(*e.Run.End, now), words.Roughly(e.Took))
	if n := len(e.Run.Sessions); n > 1 {
		text += fmt.Sprintf(" in %d sessions", n)
	}
	return text
}

// beforeNext introduces the next command, with what to do before it.
func beforeNext(e *run.Ending) string {
	switch {
	case e.Run.State == report.Stopped && e.Hint != "":
		return "To go on (" + e.Hint + "):"
	case e.Run.State == report.Stopped:
		return "To go on:"
	}
	return againText(e.Stored())
}
