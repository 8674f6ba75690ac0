package run

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"meetbatch/job"
	"meetbatch/report"
)

// warnShard tells what nobody would see of a run that sends only a part of its input: others are under way with it, and share
// no budget.
func (r *run) warnShard() {
	if s := r.settings.Shard; s.N > 1 && r.Budget == nil {
		r.User.Warn(fmt.Sprintf("--shard %s: each shard keeps to --rate by itself, so the rates of those that are under way together add up: divide the rate among them, or have them share it with --budget", s))
	}
}

// traits are what all shards of one run have in common: command, input and settings, but for which shard it is, what a resume
// may change, and the runs that are skipped by, each of which lies on a machine of its own.
func (s *Stored) traits() map[string]any {
	all := s.Settings
	all.Shard, all.Pacing, all.MaxFailures, all.SkipSucceeded = job.Shard{}, Pacing{}, job.Share{}, nil
	traits := all.members()
	traits["command"], traits["input"], traits["number of shards"] = s.Operation.Name, s.Run.Input.SHA256, s.Settings.Shard.N
	return traits
}

// isBeside tells whether two runs are shards of one, or of two that had the same input and settings.
func (s *Stored) isBeside(other *Stored) bool {
	return s.Settings.Shard.N > 0 && reflect.DeepEqual(s.traits(), other.traits())
}

// Assembly is what runs are together that are shards of one.
type Assembly struct {
	Of       *Stored  // the first of them; nil: none is a shard
	Wrong    []string // what keeps them from being one run, in words
	Missing  []string // shards that are not there
	Finished bool     // those that are there are
	Counts   report.Counts
}

// Assemble holds runs against one another. What each is by itself, Verify tells.
func Assemble(runs []*Stored) (a Assembly) {
	at := slices.IndexFunc(runs, func(s *Stored) bool { return s.Settings.Shard.N > 0 })
	if at < 0 {
		return a
	}
	a.Of, a.Finished = runs[at], true
	shards := make([]*Stored, a.Of.Settings.Shard.N)
	for _, s := range runs {
		k := s.Settings.Shard.K - 1
		if trait := a.Of.strange(s); trait != "" {
			a.Wrong = append(a.Wrong, fmt.Sprintf("%s: is no shard of the run that %s is one of: it has another %s", s.Path, a.Of.Path, trait))
		} else if shards[k] != nil {
			a.Wrong = append(a.Wrong, fmt.Sprintf("%s: is shard %s, as %s is", s.Path, s.Settings.Shard, shards[k].Path))
		} else {
			shards[k] = s
			a.Finished = a.Finished && s.Run.State == report.Finished
			a.Counts.Add(s.Run.Counts)
		}
	}
	for k, s := range shards {
		if s == nil {
			a.Missing = append(a.Missing, job.Shard{K: k + 1, N: len(shards)}.String())
		}
	}
	return a
}

// strange names a trait that another run does not share; empty: it shares all. What was killed before it had read its input
// may have the same.
func (s *Stored) strange(other *Stored) string {
	is, was := s.traits(), other.traits()
	all := maps.Clone(is)
	maps.Copy(all, was) // since what is at its default may not stand there
	for _, trait := range slices.Sorted(maps.Keys(all)) {
		unread := trait == "input" && (is[trait] == "" || was[trait] == "")
		if !unread && !reflect.DeepEqual(is[trait], was[trait]) {
			return trait
		}
	}
	return ""
}

// countRuns counts runs, of which the shards of one are one: as many as there are of the shard that there are most of.
func countRuns(runs []*Stored) (n int) {
	times, most := map[string]int{}, map[string]int{}
	for _, s := range runs {
		whole := fmt.Sprint(s.traits())
		shard := whole + s.Settings.Shard.String()
		if times[shard]++; s.Settings.Shard.N == 0 || times[shard] > most[whole] {
			most[whole]++
			n++
		}
	}
	return n
}
