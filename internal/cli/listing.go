package cli

import (
	"encoding/json"
	"slices"
	"time"

	"meetbatch/internal/run"
	"meetbatch/job"
	"meetbatch/report"
)

// listing is a run, or a command that left none, as list --json shows it.
type listing struct {
	Schema      int             `json:"schema_version"`
	State       string          `json:"state"` // planning and running are told apart by whether it is under way
	Directory   string          `json:"directory,omitempty"`
	Command     string          `json:"command,omitempty"`
	Input       string          `json:"input,omitempty"`
	Shard       string          `json:"shard,omitempty"`
	Sandbox     bool            `json:"sandbox,omitempty"`
	Start       time.Time       `json:"start"`
	End         *time.Time      `json:"end,omitempty"`
	Alive       *time.Time      `json:"alive,omitempty"`
	ExpectedEnd *time.Time      `json:"expected_end,omitempty"`
	Waiting     *report.Waiting `json:"waiting,omitempty"`
	Seconds     float64         `json:"seconds"` // from the start to the end, or to the last sign of life
	Counts      *report.Counts  `json:"counts,omitempty"`
	ExitCode    *int            `json:"exit_code,omitempty"`
	Reason      string          `json:"reason,omitempty"` // of a stop, a refusal or a damage
	Hint        string          `json:"hint,omitempty"`
	Next        string          `json:"next,omitempty"` // the command that goes on with it
	Parent      string          `json:"parent,omitempty"`
	UndoOf      string          `json:"undo_of,omitempty"`
	UndoneBy    string          `json:"undone_by,omitempty"`

	entry *report.Entry // nil for a command that left no run
	seen  time.Time     // when it ended, or gave its last sign
}

// States that a listing has beside those of a run.
const (
	stateRefused = "refused" // it left no run
	stateDamaged = "damaged" // its run.json cannot be trusted
)

// listings describes runs and refusals, oldest first.
func listings(runs []report.Entry, refused []report.Refusal, now time.Time) (all []*listing) {
	for i := range runs {
		all = append(all, listRun(&runs[i], now))
	}
	for i := range refused {
		r := &refused[i]
		all = append(all, &listing{
			Schema: 1, State: stateRefused, Command: r.Command, Input: r.Input, Start: r.Time, ExitCode: &r.ExitCode,
			Reason: r.Error, Hint: r.Hint, seen: r.Time,
		})
	}
	slices.SortStableFunc(all, func(a, b *listing) int { return a.Start.Compare(b.Start) })
	return all
}

func listRun(e *report.Entry, now time.Time) *listing {
	r := &e.Run
	if e.Err == nil && r.Life(now) == report.Killed {
		if s, _, err := run.Look(e.Path); err == nil {
			r = &s.Run // with the counts of its tables
		}
	}
	if e.Err != nil {
		return &listing{Schema: 1, State: stateDamaged, Directory: e.Path, Start: e.At().UTC(), Reason: e.Err.Error(), entry: e, seen: e.At()}
	}
	l := &listing{
		Schema: 1, State: string(r.State), Directory: e.Path, Command: r.Command, Input: r.Input.Path, Shard: shardOf(r).String(), Sandbox: isSandbox(r), Start: r.Start,
		End: r.End, Alive: r.Alive, ExpectedEnd: r.ExpectedEnd, Waiting: r.Waiting, Counts: &r.Counts, ExitCode: r.ExitCode, Reason: r.Reason,
		Parent: r.Parent, UndoOf: r.UndoOf, UndoneBy: r.UndoneBy, entry: e, seen: r.Seen(),
	}
	life := r.Life(now)
	if life != report.Over {
		l.State = string(life)
	}
	if life != report.UnderWay {
		l.Waiting = nil
	}
	if r.Schema == 0 && life == report.Silent { // version 0.1 counted at the end
		l.Counts = nil
	}
	if r.State != report.Finished && life != report.UnderWay {
		l.Next = run.NextResume(e.Path)
	}
	l.Seconds = max(l.seen.Sub(r.Start).Seconds(), 0)
	return l
}

// isSandbox tells whether a run was one against the simulated service.
func isSandbox(r *report.Run) bool {
	var said struct{ Sandbox string }
	return json.Unmarshal(r.Settings, &said) == nil && said.Sandbox == "true"
}

// shardOf is the shard of its input that a run is about.
func shardOf(r *report.Run) job.Shard {
	var said struct{ Shard job.Shard }
	json.Unmarshal(r.Settings, &said) // what is no shard is none
	return said.Shard
}
