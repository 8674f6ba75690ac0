// Package tell tells others how a run goes: a file of metrics, and an address that wants to know of its start and its end.
// Neither is told an account, a room, a path or an address of the service.
package tell

import (
	"time"

	"meetbatch/report"
)

// News is how a run goes, or how it ended.
type News struct {
	Command   string // the name of the operation
	State     report.State
	Start     time.Time
	End       time.Time     // zero while it is under way
	Counts    report.Counts // of the whole run; no rows as long as nobody knows
	Requests  int64
	Throttled int64         // answers that said that the rate was too high
	Held      time.Duration // for which nothing was sent since the service was throttling or down
	Again     bool          // it had ended before: this is no further success
	ExitCode  int           // from the end on
	Failures  []report.Failure
}

// Refused is the state of a run that ended before anything was sent.
const Refused report.State = "refused"

// Over tells whether the run has ended.
func (n *News) Over() bool { return !n.End.IsZero() }

// fates are the rows by their fate, in the order in which they are told.
func (n *News) fates() []fate {
	c := n.Counts
	return []fate{{"succeeded", c.Succeeded}, {"failed", c.Failed}, {"unknown", c.Unknown}, {"not_sent", c.NotSent}, {"invalid", c.Invalid}, {"skipped", c.Skipped}}
}

type fate struct {
	status string
	rows   int64
}
