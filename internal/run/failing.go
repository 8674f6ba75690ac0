package run

import (
	"cmp"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/report"
)

// Failing are the rows of a folder's runs that did not succeed of late.
type Failing struct {
	Operation job.Operation // none where the folder has no run that counts
	Runs      int           // that count; the shards of one are one
	Rows      []FailingRow  // those that failed most often in a row first, then as they stand in the latest input
}

// FailingRow is a row that did not succeed in its last runs.
type FailingRow struct {
	Account, Value string
	Times          int       // how many runs in a row it did not succeed in, up to its last one
	FirstAt        time.Time // when it was settled in the first of these
	LastAt         time.Time // in the last one, of which the following are
	ErrorCode      string
	ErrorMessage   string
	LastRun        string // the directory

	run  int
	line int64
}

// FindFailing reads the runs of a folder, those of one command, and finds the rows that did not succeed in so many of
// their last runs. A row's runs are those in which it was succeeded, failed, unknown or invalid; one of which it is known
// in fewer runs does not count. Runs in the sandbox do not count either, nor those that were taken back. The command may
// be empty where there are runs of one alone; code, if any, is the last error code of the rows.
//
// What it keeps in memory grows with the rows that did not succeed, not with the others. It takes no lock: runs under way
// count as far as they have come.
func FindFailing(folder, command string, times int, code *string) (f Failing, err error) {
	var before []report.Entry
	for range 3 {
		entries, err := report.History(folder)
		if err != nil {
			return f, Refuse(err, "")
		}
		f, err = findFailing(folder, entries, command, times)
		if err == nil || reflect.DeepEqual(entries, before) || CodeOf(err) != Recorded {
			if code != nil {
				f.Rows = slices.DeleteFunc(f.Rows, func(r FailingRow) bool { return r.ErrorCode != *code })
			}
			return f, err
		}
		before = entries // a run that was gone on with meanwhile looks damaged: what run.json said of it does not hold any more
	}
	return f, err
}

func findFailing(folder string, entries []report.Entry, command string, times int) (f Failing, err error) {
	runs, err := counting(entries)
	if err != nil {
		return f, err
	}
	names := map[string]bool{}
	for _, s := range runs {
		names[s.Operation.Name] = true
	}
	commands := slices.Sorted(maps.Keys(names))
	if command == "" && len(commands) > 1 {
		return f, &Error{Usage, fmt.Errorf("%s has runs of %s", folder, words.Listed(commands, "and")), "choose: --command " + strings.Join(commands, " or --command ")}
	}
	f.Operation = OperationOf(cmp.Or(command, strings.Join(commands, ""))) // where no command is named there are runs of one at most
	runs = slices.DeleteFunc(runs, func(s *Stored) bool { return s.Operation.Name != f.Operation.Name })
	f.Runs = countRuns(runs)
	h := histories{runs: runs, streaks: map[rowKey]streak{}, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
	if err := h.count(); err != nil {
		return f, err
	}
	f.Rows, err = h.rows(times)
	return f, err
}

// counting gives those runs that say something about rows.
func counting(entries []report.Entry) (runs []*Stored, err error) {
	for i := range entries {
		e := &entries[i]
		if e.Err != nil {
			return nil, damagedRun(e.Err)
		}
		s, err := storedIn(e.Path, e.Run)
		switch {
		case errors.Is(err, errNoJob):
			continue
		case err != nil:
			return nil, err
		case s.Settings.Sandbox || e.Run.UndoneBy != "" || e.Run.State == report.Planning:
			continue
		}
		runs = append(runs, s)
	}
	return runs, nil
}

func damagedRun(err error) error {
	return Unrecorded(err, "bring the run's files back as the run left them, or move its directory out of the folder")
}

// histories are what became of rows in some runs, oldest first.
type histories struct {
	runs    []*Stored
	streaks map[rowKey]streak
	seeds   [2]maphash.Seed
}

// rowKey stands for the account, the value and the service of a row: 128 bits, of which no two rows have the same.
type rowKey [2]uint64

// streak is in how many runs a row did not succeed since it last did.
type streak struct {
	times uint32
	run   uint32 // the last of them
	row   uint32 // where it stands in what is found, from 1
	first int64  // when it was settled in the first one, Unix time in milliseconds
}

func (h *histories) key(s *Stored, r *report.Result) (k rowKey) {
	row := [3]string{s.Settings.Service(), r.Account, r.Value}
	for i, seed := range h.seeds {
		k[i] = maphash.Comparable(seed, row)
	}
	return k
}

// count finds the streaks.
func (h *histories) count() error {
	done := &seen{}
	for i, s := range h.runs {
		*done = seen{}
		twice := false
		err := h.each(s, func(r *report.Result) {
			k := h.key(s, r)
			switch {
			case r.Status == job.Succeeded:
				done.add(k)
				delete(h.streaks, k)
			case inVain(r.Status):
				h.add(uint32(i), k, r.FinishedAt.UnixMilli())
				twice = twice || done.perhaps(k)
			}
		})
		if err == nil && twice {
			err = h.each(s, func(r *report.Result) {
				if r.Status == job.Succeeded {
					delete(h.streaks, h.key(s, r))
				}
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inVain tells whether a run in which a row has that fate is one in which it did not succeed.
func inVain(s job.Status) bool { return s == job.Failed || s == job.Unknown || s == job.Invalid }

// add counts a run in which a row did not succeed, once.
func (h *histories) add(run uint32, k rowKey, at int64) {
	t, has := h.streaks[k]
	switch {
	case !has:
		t.times, t.run, t.first = 1, run, at
	case t.run != run:
		t.times, t.run = t.times+1, run
	case t.times == 1:
		t.first = min(t.first, at)
	}
	h.streaks[k] = t
}

// seen are the rows of a run that succeeded, more or less: it takes little memory, and may take another row for one of
// them, which the run is read a second time for. A success outweighs whatever other rows with the same key came to, also
// where it stands before them.
type seen [1 << 17]uint64

// bits calls do with the four places of a key.
func (s *seen) bits(k rowKey, do func(word *uint64, bit uint64)) {
	for _, half := range k {
		for range 2 {
			do(&s[half>>6%uint64(len(s))], 1<<(half&63))
			half >>= 32
		}
	}
}

func (s *seen) add(k rowKey) {
	s.bits(k, func(word *uint64, bit uint64) { *word |= bit })
}

// perhaps tells whether a row may be among them; where it is not, it surely is not.
func (s *seen) perhaps(k rowKey) bool {
	all := true
	s.bits(k, func(word *uint64, bit uint64) { all = all && *word&bit != 0 })
	return all
}

// each reads the results of a run.
func (h *histories) each(s *Stored, take func(*report.Result)) error {
	for r, err := range report.Results(s.Path, s.Operation, s.Run.Said(report.ResultsFile)) {
		if err != nil {
			return damagedRun(err)
		}
		take(&r)
	}
	return nil
}

// rows finds the rows whose streaks are long enough, with what their last runs say of them.
func (h *histories) rows(times int) (rows []FailingRow, err error) {
	wanted := make([]bool, len(h.runs))
	for k, t := range h.streaks {
		if int64(t.times) < int64(times) {
			delete(h.streaks, k)
			continue
		}
		wanted[t.run] = true
	}
	known := map[string]string{} // thousands of rows may have the same message
	shared := func(text string) string {
		if _, has := known[text]; !has {
			text = strings.Clone(text) // and nothing of the line that it stood in
			known[text] = text
		}
		return known[text]
	}
	for i, s := range h.runs {
		if !wanted[i] {
			continue
		}
		err := h.each(s, func(r *report.Result) {
			k := h.key(s, r)
			t, has := h.streaks[k]
			if !has || t.run != uint32(i) || !inVain(r.Status) {
				return
			}
			if t.row == 0 {
				rows = append(rows, FailingRow{line: math.MaxInt64})
				t.row = uint32(len(rows))
				h.streaks[k] = t
			}
			if row := &rows[t.row-1]; r.Line < row.line {
				*row = FailingRow{
					Account: strings.Clone(r.Account), Value: strings.Clone(r.Value), Times: int(t.times),
					FirstAt: time.UnixMilli(t.first).UTC(), LastAt: r.FinishedAt, ErrorCode: shared(r.ErrorCode), ErrorMessage: shared(r.ErrorMessage),
					LastRun: s.Path, run: i, line: r.Line,
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(rows, func(a, b FailingRow) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(b.run, a.run), cmp.Compare(a.line, b.line))
	})
	return rows, nil
}
