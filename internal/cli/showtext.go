package cli

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/report"
)

// heading says in one sentence what the run is, and how it is with it.
func (v shown) heading() string {
	r := v.Run
	text := fmt.Sprintf("%s: %s of %s, ", v.Path, r.Command, filepath.Base(r.Input.Path))
	switch {
	case r.UndoOf != "":
		text = fmt.Sprintf("%s: %s, the undo of %s, ", v.Path, r.Command, filepath.Base(r.UndoOf))
	case r.Input.Path == "-":
		text = fmt.Sprintf("%s: %s of standard input, ", v.Path, r.Command)
	}
	if shard := v.Settings.Shard; shard.N > 0 {
		text += fmt.Sprintf("shard %s, ", shard)
	}
	switch {
	case v.life == report.Over:
		if r.End == nil {
			return text + string(r.State)
		}
		text += fmt.Sprintf("%s at %s", r.State, clockZone(*r.End, v.at))
		if r.State == report.Broken {
			text = strings.Replace(text, "broken at", "broke off at", 1)
		}
		if r.ExitCode != nil {
			text += fmt.Sprintf(", exit code %d", *r.ExitCode)
		}
		if r.UndoneBy != "" {
			text += ", taken back by " + r.UndoneBy
		}
		return text
	case v.life == report.Killed:
		return text + "killed" + v.sign(": nothing after ")
	case v.life == report.Silent:
		return text + "no sign of life" + v.sign(" since ")
	case r.State == report.Planning && r.Counts.Rows == 0:
		return text + fmt.Sprintf("planning (process %d)", r.Process.PID)
	case r.State == report.Planning:
		return text + fmt.Sprintf("planned, not begun: asking whether to go on, or signing in (process %d)", r.Process.PID)
	}
	return text + fmt.Sprintf("running (session %d, process %d)", len(r.Sessions), r.Process.PID)
}

// sign says when the run was heard of last, where that is known.
func (v shown) sign(before string) string {
	last := v.Run.Alive
	if n := len(v.Run.Sessions); last == nil && n > 0 {
		last = v.Run.Sessions[n-1].End
	}
	if last == nil {
		return ""
	}
	return fmt.Sprintf("%s%s, %s ago", before, clockZone(*last, v.at), words.Roughly(v.at.Sub(*last).Truncate(time.Second)))
}

// settledOf counts the rows that have their result for good.
func settledOf(c report.Counts) int64 {
	return c.Succeeded + c.Failed + c.Unknown + c.Invalid + c.Skipped
}

// settledText says how far the run is, and when it will be over.
func (v shown) settledText() string {
	c := v.Run.Counts
	settled := settledOf(c)
	if c.Rows == 0 && settled > 0 { // version 0.1 says the number of rows at the end only
		return words.Plural(settled, "row")
	}
	text := fmt.Sprintf("%s of %s", words.Number(settled), words.Plural(c.Rows, "row"))
	if settled < c.Rows {
		text += ", " + percent(settled, c.Rows)
	}
	if v.life != report.UnderWay {
		return text
	}
	if w := v.Run.Waiting; w != nil {
		text += "; " + waitingText(w, v.Run.Requests.InFlight, v.at)
	}
	if end := v.Run.ExpectedEnd; end != nil {
		text += fmt.Sprintf("; done at about %s, in %s", clockZone(*end, v.at), words.Roughly(max(end.Sub(v.at), 0).Round(time.Second)))
	}
	return text
}

// waitingText says what a run waits for, and until when.
func waitingText(w *report.Waiting, inFlight int64, now time.Time) string {
	since, until := "", ""
	if w.Since != nil {
		since = " since " + clock(*w.Since, now)
	}
	if w.Until != nil {
		until = clock(*w.Until, now)
	}
	switch w.For {
	case report.Throttled:
		return "throttled, goes on at " + until
	case report.UsedUp:
		return "its rate is used up, goes on at " + until
	case report.NoBudget:
		return fmt.Sprintf("budget out of reach%s, gives up at %s", since, until)
	case report.Down:
		return fmt.Sprintf("service down%s, gives up at %s", since, until)
	case report.Unheard:
		return fmt.Sprintf("%s without an answer%s", words.Plural(inFlight, "request"), since)
	case report.Stopping:
		return fmt.Sprintf("stopping, %s in flight, until %s at the latest", words.Plural(inFlight, "request"), until)
	}
	return string(w.For)
}

// percent is a share that is 0 or 100 only where it is exactly that.
func percent(part, whole int64) string {
	p := int64(math.Round(100 * float64(part) / float64(max(whole, 1))))
	switch {
	case p == 0 && part > 0:
		return "< 1%"
	case p >= 100 && part < whole:
		p = 99
	}
	return fmt.Sprintf("%d%%", p)
}

// fatesText says what became of the rows.
func (v shown) fatesText() string {
	c := v.Run.Counts
	return words.Number(c.Succeeded) + " succeeded" + counted(part{c.Failed, "failed"}, part{c.Unknown, "unknown"},
		part{c.Invalid, "invalid"}, part{c.Skipped, "skipped"}, part{c.Rows - settledOf(c), "to go"})
}

func (v shown) inFlightText() string {
	if n := v.Run.Requests.InFlight; n > 0 {
		them := "them"
		if n == 1 {
			them = "it"
		}
		return fmt.Sprintf("%s when it ended, which may have been carried out; a resume sends %s again", words.Plural(n, "request"), them)
	}
	return "nothing when it ended, so no request has to be repeated"
}

// leastForRate is how many requests a rate takes that is worth a word.
const leastForRate = 10

func (v shown) rateText() string {
	r := v.Run.Rate
	if v.life != report.UnderWay || v.Run.State != report.Running {
		return ""
	}
	text := r.Asked + " asked"
	if n := len(v.Run.Sessions); v.Run.Waiting == nil && n > 0 && v.Run.Sessions[n-1].Requests >= leastForRate {
		text += fmt.Sprintf(", %s a minute reached", words.Rounded(r.AchievedPerSecond*60))
	}
	if r.Followed != "" {
		text += "; following " + r.Followed
	}
	return text
}

func (v shown) requestsText() string {
	q := v.Run.Requests
	if v.life == report.UnderWay && q.InFlight > 0 {
		return fmt.Sprintf("%s, %s in flight", sentText(&v.Run), words.Number(q.InFlight))
	}
	return sentText(&v.Run)
}

// sentText counts requests against those that were planned, and says what the others were for.
func sentText(r *report.Run) string {
	sent, planned := words.Number(r.Requests.Sent), words.Number(r.Requests.Planned)
	switch more := r.Requests.Sent - r.Requests.Planned; {
	case r.State != report.Finished:
		return sent + " sent, " + planned + " planned"
	case more == 0:
		return sent + ", as planned"
	case more > 0:
		return fmt.Sprintf("%s: %s planned, %s more to find bad rows or to try again", sent, planned, words.Number(more))
	}
	return sent + ", " + planned + " planned"
}

// latencyText says within what time half of the answers came, and all but one in a hundred.
func latencyText(a report.Answers) string {
	if a.Longest == 0 {
		return ""
	}
	return fmt.Sprintf("p50 %s, p99 %s", seconds(a.P50), seconds(a.P99))
}

func seconds(s float64) string {
	d := time.Duration(s * float64(time.Second))
	if d >= time.Second && d < 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return words.Roughly(d)
}

// troubleText says how the service held a run back.
func troubleText(r report.Pace) string {
	var parts []string
	if r.Throttled > 0 {
		parts = append(parts, "throttled "+words.Plural(r.Throttled, "time"))
	}
	if r.HeldSeconds >= 0.001 {
		parts = append(parts, "held for "+seconds(r.HeldSeconds))
	}
	return strings.Join(parts, ", ")
}

const shownSessions = 12

// sessions adds the processes that worked on the run, the last ones.
func (v shown) sessions(s *sheet) {
	all := v.Run.Sessions
	if len(all) == 0 {
		return
	}
	s.say("")
	if s.isNarrow() {
		s.say("sessions")
	}
	first := max(len(all)-shownSessions, 0)
	for i, session := range all[first:] {
		label := ""
		if i == 0 && !s.isNarrow() {
			label = "sessions"
		}
		v.session(s, label, first+i+1, session)
	}
}

func (v shown) session(s *sheet, label string, number int, one report.Session) {
	ended, end := string(one.Ended), v.at
	switch {
	case one.Ended == "" && v.life == report.UnderWay:
		ended = "running"
	case one.Ended == "":
		ended = "not heard of"
	case one.Reason != "":
		ended = strings.Replace(one.Reason, "stopped by a signal (interrupt)", "stopped by Ctrl-C", 1)
	case one.Ended == report.EndedBroken:
		ended = "broke off"
	}
	if one.End != nil {
		end = *one.End
	}
	rate := one.Rate
	if one.Command != "" {
		rate, one.Requests = one.Command, one.Readings
	}
	start, took, requests := clock(one.Start, v.at), words.Roughly(max(end.Sub(one.Start), 0)), words.Plural(one.Requests, "request")
	whole := fmt.Sprintf("  %-*s%2d  %s  %-6s  %-7s  %14s  %s", labelWidth, label, number, start, took, rate, requests, ended)
	margin := strings.Repeat(" ", labelWidth+6)
	switch {
	case s.isNarrow():
		margin = "    "
		s.lines(fmt.Sprintf("%3d ", number), margin, fmt.Sprintf("%s, %s, %s", start, took, rate))
		s.lines(margin, margin, requests+", "+ended)
	case columns(whole) > s.width:
		s.lines(fmt.Sprintf("  %-*s%2d  ", labelWidth, label, number), margin, fmt.Sprintf("%s, %s, %s, %s, %s", start, took, one.Rate, requests, ended))
	default:
		s.WriteString(words.Shown(whole) + "\n")
	}
	v.changes(s, margin, one)
}

// changes adds what was changed of a session under way.
func (v shown) changes(s *sheet, margin string, one report.Session) {
	for _, c := range one.Changes {
		s.lines(margin, margin, fmt.Sprintf("%s  set to %s", clock(c.At, v.at), c))
	}
}

// againHelps counts the rows that did not succeed and for which sending again may help.
func againHelps(s *run.Stored) (n int64) {
	for _, f := range s.Run.Failures {
		if e := job.Explain(f.Status, f.HTTPStatus, f.Code); e.Again || f.Status != job.Invalid && e.Means == "" {
			n += f.Rows
		}
	}
	return n + s.Run.Counts.NotSent
}
