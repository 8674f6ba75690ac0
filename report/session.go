package report

import (
	"cmp"
	"fmt"
	"os/user"
	"strings"
	"time"

	"meetbatch/job"
)

// Session is one process's work on a run, from when it began to send until it ended.
type Session struct {
	Command   string     `json:"command,omitempty"` // Reconciles; empty: it carried the run out
	Start     time.Time  `json:"start"`
	End       *time.Time `json:"end,omitempty"` // nil while it is under way; where it was killed, the last sign of it
	User      string     `json:"user"`          // of the system
	Host      string     `json:"host"`
	PID       int        `json:"pid"`
	Rate      string     `json:"rate"` // asked for when it began
	Workers   int        `json:"workers"`
	Requests  int64      `json:"requests"`
	Readings  int64      `json:"readings,omitempty"` // requests that change nothing; of a session that reconciles
	Settled   int64      `json:"settled"`            // rows
	Throttled int64      `json:"throttled"`
	Changes   []Change   `json:"changes,omitempty"` // made by the command set
	Ended     Ended      `json:"ended,omitempty"`
	Reason    string     `json:"reason,omitempty"` // of a stop
}

// Reconciles is the command of a session that read the service to settle what was unknown.
const Reconciles = "reconcile"

// NewSession gives that of this process, as it begins.
func NewSession(start time.Time, rate string, workers int) Session {
	p := thisProcess()
	s := Session{Start: start.UTC(), Host: p.Host, PID: p.PID, Rate: rate, Workers: workers}
	if u, err := user.Current(); err == nil {
		s.User = u.Username
	}
	return s
}

// Worked adds up how long the first sessions took, as far as that is known.
func (r *Run) Worked(sessions int) (d time.Duration) {
	for _, s := range r.Sessions[:sessions] {
		if s.End != nil {
			d += max(s.End.Sub(s.Start), 0)
		}
	}
	return d
}

// Change is what was changed of a session under way.
type Change struct {
	At      time.Time `json:"at"`
	Rate    string    `json:"rate,omitempty"`
	Workers int       `json:"workers,omitempty"`
}

// String words a change: rate 300/1m, workers 4.
func (c Change) String() string {
	var parts []string
	if c.Rate != "" {
		parts = append(parts, "rate "+c.Rate)
	}
	if c.Workers != 0 {
		parts = append(parts, fmt.Sprintf("workers %d", c.Workers))
	}
	return strings.Join(parts, ", ")
}

// InForce tells which rate and how many workers hold in the end.
func (s *Session) InForce() (rate string, workers int) {
	rate, workers = s.Rate, s.Workers
	for _, c := range s.Changes {
		rate, workers = cmp.Or(c.Rate, rate), cmp.Or(c.Workers, workers)
	}
	return rate, workers
}

// Changes lists the changes of all sessions.
func (r *Run) Changes() (all []Change) {
	for _, s := range r.Sessions {
		all = append(all, s.Changes...)
	}
	return all
}

// Ended is how a session ended; empty while it is under way.
type Ended string

const (
	EndedFinished Ended = "finished"
	EndedStopped  Ended = "stopped"
	EndedBroken   Ended = "broken"
	EndedKilled   Ended = "killed" // as the one after it found
)

// endKilled closes the session of a process that was killed, when the next one takes the run on: run.json may be a second
// older than that end, the journal is not. Runs without sessions get one for all that was before.
func (r *Run) endKilled(sent int64, settled *job.Counts) {
	if len(r.Sessions) == 0 {
		r.Sessions = []Session{{Start: r.Start, End: r.End, Host: r.Process.Host, PID: r.Process.PID, Rate: r.Rate.Asked}}
		if r.End != nil {
			r.Sessions[0].Ended, r.Sessions[0].Reason = Ended(r.State), r.Reason
		}
	}
	last := &r.Sessions[len(r.Sessions)-1]
	if last.Ended != "" {
		return
	}
	last.Ended = EndedKilled
	last.End = cmp.Or(last.End, r.Alive)
	last.Requests, last.Settled = sent, settled.Total()
	for _, before := range r.Sessions[:len(r.Sessions)-1] {
		last.Requests -= before.Requests
		if before.Command == "" { // else its rows had a result before
			last.Settled -= before.Settled
		}
	}
}
