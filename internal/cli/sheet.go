package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/report"
)

const (
	narrowest, widest = 40, 80
	narrow            = 60 // below that labels stand above what they are of
	labelWidth        = 10
	mostGroups        = 12 // of failures; run.json has the others
)

// sheet is text in blocks for a terminal of some width, words whole.
type sheet struct {
	strings.Builder
	width int
}

func newSheet(columns int) *sheet { return &sheet{width: min(max(columns, narrowest), widest)} }

func (s *sheet) isNarrow() bool { return s.width < narrow }

// say adds a paragraph at the margin; an empty one is a blank line.
func (s *sheet) say(text string) { s.lines("", "", text) }

// command adds a command to copy, which is never broken.
func (s *sheet) command(text string) { s.WriteString(words.Shown(text) + "\n") }

// item adds a label and, beside it, paragraphs.
func (s *sheet) item(label string, paragraphs ...string) {
	margin := "  "
	if s.isNarrow() {
		margin = ""
	}
	first := fmt.Sprintf("%s%-*s", margin, labelWidth, label)
	s.paragraphs(first, strings.Repeat(" ", columns(first)), paragraphs...)
}

// paragraphs adds those of some texts that are not empty between margins: the one of the first line of all, and of the others.
func (s *sheet) paragraphs(first, others string, texts ...string) {
	for _, text := range texts {
		if text != "" {
			s.lines(first, others, text)
			first = others
		}
	}
}

// pair adds a label and two texts beside it, on one line where there is room.
func (s *sheet) pair(label, first, second string) {
	if one := joined(first, "; ", second); columns(one) <= s.width-2-labelWidth {
		first, second = one, ""
	}
	s.item(label, first, second)
}

// lines adds a text between margins: the one of its first line, and of the others.
func (s *sheet) lines(first, others, text string) {
	margin := first
	for _, line := range wrap(words.Shown(text), s.width-columns(others)) {
		s.WriteString(strings.TrimRight(margin+line, " ") + "\n")
		margin = others
	}
}

// wrap divides a text into lines of at most so many columns, between words where that can be. Blanks of other scripts are
// part of a word, such as a name in a file.
func wrap(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == ' ' }) {
		switch longer := joined(line, " ", word); {
		case columns(longer) <= width:
			line = longer
			continue
		case line != "":
			lines = append(lines, line)
		}
		for columns(word) > width {
			head := cut(word, width)
			lines, word = append(lines, head), word[len(head):]
		}
		line = word
	}
	return append(lines, line)
}

// cut gives as much of the beginning of a text as some columns take.
func cut(text string, width int) string {
	n := 0
	for at, c := range text {
		if n += columns(string(c)); n > width {
			return text[:at]
		}
	}
	return text
}

// failures adds the rows that did not succeed by what they have in common.
func (s *sheet) failures(all []report.Failure) {
	digits := 2
	for _, f := range all {
		digits = max(digits, len(words.Number(f.Rows)))
	}
	more, rows := 0, int64(0)
	for _, status := range []job.Status{job.Failed, job.Unknown, job.Invalid} {
		label := string(status)
		for i, f := range all {
			switch {
			case f.Status != status:
				continue
			case i >= mostGroups:
				more, rows = more+1, rows+f.Rows
				continue
			}
			s.failure(label, digits, failureOf(f))
			label = ""
		}
	}
	if more > 0 {
		s.item("others", fmt.Sprintf("%s in %s; show --json has them all", words.Plural(rows, "row"), words.Plural(int64(more), "further group")))
	}
}

func (s *sheet) failure(label string, digits int, f failureText) {
	number := fmt.Sprintf("%*s", digits, words.Number(f.rows))
	if s.isNarrow() {
		if label != "" {
			s.say(label)
		}
		s.paragraphs(" "+number+" ", strings.Repeat(" ", digits+2), f.what, f.code, f.do, f.lines)
		return
	}
	first := fmt.Sprintf("  %-*s%s  ", labelWidth, label, number)
	others := strings.Repeat(" ", columns(first))
	if gap := s.width - 4 - columns(first+f.what+f.code); f.code != "" && gap >= 2 {
		s.WriteString(words.Shown(first+f.what+strings.Repeat(" ", gap)+f.code) + "\n")
	} else {
		s.lines(first, others, strings.TrimSpace(f.what+" "+f.code))
	}
	s.paragraphs(others, others, f.do, f.lines)
}

// failureText is what is said of rows that have in common how they did not succeed.
type failureText struct {
	rows                  int64
	what, code, do, lines string
}

func failureOf(f report.Failure) failureText {
	e := job.Explain(f.Status, f.HTTPStatus, f.Code)
	t := failureText{rows: f.Rows, what: cmp.Or(e.Means, f.Message), code: f.Code, do: e.Do, lines: firstLines(f.Lines, f.Rows)}
	switch {
	case f.Code == report.OtherCodes:
		t.what, t.code, t.do = "too many codes to tell them apart", "", ""
	case f.Status == job.Invalid:
		t.do = ""
	case f.Code == "" && f.HTTPStatus > 0:
		t.code = fmt.Sprintf("HTTP %d", f.HTTPStatus)
	}
	t.what = cmp.Or(t.what, "refused, without a word why")
	return t
}

// firstLines names the first three of some lines, of which there are so many in all.
func firstLines(lines []int64, rows int64) string {
	if len(lines) == 0 {
		return ""
	}
	return linesText(slices.Sorted(slices.Values(lines))[:min(len(lines), 3)], rows)
}

// clock gives a moment as people say it at another one: the time of day, with the day where that is another, and from six
// days on its date.
func clock(at, now time.Time) string {
	at, now = at.Local(), now.Local()
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC) }
	switch days := int(day(at).Sub(day(now)).Hours() / 24); {
	case days == 0:
		return at.Format("15:04:05")
	case days > -6 && days < 6:
		return at.Format("Mon 15:04")
	case at.Year() == now.Year() || days > 0 && days < 300:
		return at.Format("2 Jan 15:04")
	}
	return at.Format("2 Jan 2006")
}

// clockZone is clock with the machine's time zone.
func clockZone(at, now time.Time) string { return clock(at, now) + at.Local().Format(" MST") }
