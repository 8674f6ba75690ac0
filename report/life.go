package report

import (
	"cmp"
	"time"
)

// Life is what can be told of a run from its run.json alone, without asking for its lock.
type Life string

const (
	UnderWay Life = "under_way"
	Killed   Life = "killed" // it was under way, and its process is gone
	Silent   Life = "silent" // it was under way, and its process may be there, or on another machine
	Over     Life = "over"   // it came to an end, of whatever kind: see its state
)

// aliveFor is for how long a run counts as under way that has not replaced its run.json.
const aliveFor = 10 * time.Second

// Life tells whether a run is under way.
func (r *Run) Life(now time.Time) Life {
	this, was := thisProcess(), r.Process
	switch {
	case r.State != Planning && r.State != Running:
		return Over
	case r.Alive != nil && now.Sub(*r.Alive).Abs() < aliveFor:
		return UnderWay
	case was.PID > 0 && was.Host == this.Host && was.Boot == this.Boot && !was.alive():
		return Killed
	case r.restarted():
		return Killed
	}
	return Silent
}

// restarted tells whether the machine on which a run was under way was started anew since, as far as the system tells.
func (r *Run) restarted() bool {
	this, was := thisProcess(), r.Process
	return was.Host == this.Host && was.Boot != "" && this.Boot != "" && was.Boot != this.Boot
}

// Elsewhere tells whether a run is under way on another machine, the lock of which may not reach this one.
func (r *Run) Elsewhere(now time.Time) bool {
	return r.Life(now) == UnderWay && r.Process.Host != thisProcess().Host
}

// Seen is when a run gave its last sign: its end, or else when its run.json was written.
func (r *Run) Seen() time.Time { return *cmp.Or(r.End, r.Alive, &r.Start) }
