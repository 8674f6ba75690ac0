package page

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/report"
)

// A reason is a group in the words of the page.
type reason struct {
	*group
	ID       string
	What     string // happened
	Message  string // of the service
	Do       string
	Common   string // what holds for all of its rows, and for no other
	Examples []report.Result
}

// Reasons are the groups of rows that were sent, the 20 greatest.
func (p *page) Reasons() (reasons []reason) {
	groups := p.books.sorted(false)
	for i, g := range groups[:min(len(groups), shownGroups)] {
		known := job.Explain(g.Status, g.HTTPStatus, g.code)
		r := reason{group: g, ID: fmt.Sprintf("why-%d", i+1), What: known.Means, Message: g.message, Do: sentence(known.Do)}
		if r.What == "" {
			r.What, r.Message = cmp.Or(g.message, "the service refused, and no more is known of it"), ""
			if g.Status == job.Unknown {
				r.What = cmp.Or(g.message, "no answer says whether it was carried out")
			}
		}
		if g.code == otherCodes {
			r.What = "for further reasons, which are too many to tell apart"
		}
		switch {
		case g.Status == job.Unknown && p.Operation.RefusesRepeats:
			r.Do = strings.TrimSpace(r.Do + " To send them again does no harm; what was carried out already may be refused then.")
		case g.Status == job.Unknown:
			r.Do = strings.TrimSpace(r.Do + " To send them again does no harm.")
		case known.Means != "" && !known.Again:
			r.Do = strings.TrimSpace(r.Do + " Sent again unchanged, they would end the same way.")
		}
		r.Common = p.common(g)
		if !p.NoRows {
			r.Examples = g.examples.cut()
		}
		reasons = append(reasons, r)
	}
	return reasons
}

// common looks for what all rows of a group have in common, which is worth more than examples.
func (p *page) common(g *group) string {
	switch {
	case g.Rows < 2:
		return ""
	case g.odd == g.Rows && p.books.odd == g.Rows:
		return fmt.Sprintf("Of all rows that were sent, exactly these %s have an ID that is not 32 hex digits.", words.Number(g.Rows))
	case g.odd == g.Rows:
		return "None of their IDs is 32 hex digits."
	case g.account != "" && p.NoRows:
		return "All of them are of one account."
	case g.account != "":
		return "All of them are of one account, " + shown(g.account) + "."
	}
	return ""
}

// Invalid are the reasons of invalid rows, the 20 greatest.
func (p *page) Invalid() (reasons []reason) {
	groups := p.books.sorted(true)
	for _, g := range groups[:min(len(groups), shownGroups)] {
		r := reason{group: g, What: shortened(g.code, 200), Examples: g.examples.cut()}
		if g.code == otherCodes {
			r.What = "for further reasons"
		}
		reasons = append(reasons, r)
	}
	return reasons
}

// Further counts the rows of groups that are not shown: 0, of rows that were sent; 1, of invalid ones.
func (p *page) Further(invalid bool) (n int64) {
	groups := p.books.sorted(invalid)
	for _, g := range groups[min(len(groups), shownGroups):] {
		n += g.Rows
	}
	return n
}

// More counts the rows that are no example.
func (r reason) More() int64 { return r.Rows - int64(len(r.Examples)) }

// Title is how a reason's rows are called.
func (r reason) Title() string {
	if r.Status == job.Unknown {
		return rows(r.Rows) + ", fate unknown"
	}
	return rows(r.Rows)
}

// Code is the HTTP status and the code of a reason.
func (r reason) Code() string {
	code := shown(r.code)
	if r.HTTPStatus != 0 {
		code = strings.TrimSpace(fmt.Sprint(r.HTTPStatus, " ", code))
	}
	return code
}

// A session is one in the words of the page.
type session struct {
	report.Session
	Number                              int
	Began, Ended, Lasted, Gap, By, Said string
}

// shownSessions is how many are listed; of more, the last.
const shownSessions = 50

// Sessions lists them.
func (p *page) Sessions() (sessions []session) {
	all := p.sessions()
	for i, s := range all {
		one := session{Session: s, Number: i + 1, Began: p.At(s.Start), Ended: "–", Gap: "–", By: shown(strings.Trim(s.User+"@"+s.Host, "@"))}
		till := p.till()
		end := *cmp.Or(s.End, &till)
		if s.End != nil || p.Life != report.UnderWay {
			one.Ended = p.At(end)
		}
		one.Lasted = length(end.Sub(s.Start))
		if i > 0 && all[i-1].End != nil {
			if gap := s.Start.Sub(*all[i-1].End); gap < time.Second {
				one.Gap = "at once"
			} else {
				one.Gap = length(gap)
			}
		}
		one.Rate = shown(s.Rate)
		for _, c := range s.Changes {
			if c.Rate != "" && len(one.Rate) < 100 {
				one.Rate += fmt.Sprintf(", %s from %s", shown(c.Rate), p.At(c.At))
			}
		}
		one.Said = cmp.Or(string(s.Ended), string(p.Run.State))
		switch {
		case s.Ended == "" && p.Life == report.Killed:
			one.Said = string(report.EndedKilled)
		case s.Ended == "" && p.Life == report.Silent:
			one.Said = "no sign of life since"
		case s.Ended == "" && !p.Over():
			one.Said = "under way"
		}
		if s.Reason != "" {
			one.Said += ": " + shortened(s.Reason, 100)
		}
		sessions = append(sessions, one)
	}
	return sessions[max(0, len(sessions)-shownSessions):]
}

// AllSessions counts them.
func (p *page) AllSessions() int64 { return int64(len(p.sessions())) }
