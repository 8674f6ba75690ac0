package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"meetbatch/job/plan"
	"meetbatch/report"
)

// addEarlier tells a planner what succeeded in the runs of --skip-succeeded, and in those beside them that began
// later: they may have carried out more, or taken something back.
func (r *run) addEarlier(ctx context.Context, planner *plan.Planner) error {
	runs, err := r.earlierRuns()
	if err != nil {
		return err
	}
	doubts := r.doubts(runs)
	for _, s := range runs {
		since := doubts.since(s)
		for e, err := range report.Earlier(s.Path, r.op, s.Operation, s.Run.Said(report.ResultsFile)) {
			switch {
			case err != nil:
				return notEarlier(err)
			case ctx.Err() != nil:
				return ctx.Err()
			case e.At < since:
				continue
			}
			if err := planner.AddEarlier(e); err != nil {
				return unplanned(err)
			}
		}
	}
	return nil
}

// doubts are, by the run that they come from, until when it may have undone what others did: what it had in flight when it
// was killed is not known.
type doubts map[*Stored]int64

// since is from when on it is known what a run did, Unix time in milliseconds. What it sent itself it has not undone.
func (d doubts) since(s *Stored) (since int64) {
	for doubted, until := range d {
		if doubted != s {
			since = max(since, until)
		}
	}
	return since
}

// doubts finds the runs that have not ended and may have undone what another one did. That is one of the operation that
// this one undoes, or one with another value where there are several runs.
func (r *run) doubts(runs []*Stored) doubts {
	all := doubts{}
	for _, s := range runs {
		mayUndo := s.Operation.Name != r.op.Name || len(r.op.Values) > 0 && len(runs) > 1 && !r.sameValue(s)
		if state := s.Run.State; !mayUndo || state == report.Finished || state == report.Stopped {
			continue
		}
		until := r.Now() // it may be under way
		if info, err := os.Stat(filepath.Join(s.Path, report.RequestsFile)); err == nil {
			until = info.ModTime()
		}
		all[s] = until.UnixMilli() + 1
		r.User.Warn(fmt.Sprintf("--skip-succeeded: %s is not finished, and may have undone what other runs did before %s; that is sent again unless it is gone on with first: %s",
			s.Path, until.UTC().Format(time.RFC3339), NextResume(s.Path)))
	}
	return all
}

// sameValue tells whether a run gave every row the value that this one gives every row.
func (r *run) sameValue(s *Stored) bool {
	then, said := s.Operation.ValueOf(s.Settings.To)
	now, _ := r.op.ValueOf(r.settings.To)
	return said && then.API == now.API
}

func notEarlier(err error) error {
	hint := "name the directory of a run of the same command against the same service"
	if _, changed := errors.AsType[*report.ChangedError](err); changed {
		hint = "bring the file back as the run left it, or name another run"
	}
	return Refuse(fmt.Errorf("--skip-succeeded: %w", err), hint)
}

// earlierRuns lists the runs that are named, and those of their folders that began later and are of this operation or
// the one that it undoes, with the same service.
func (r *run) earlierRuns() (runs []*Stored, err error) {
	seen := map[string]bool{}
	add := func(s *Stored) {
		if !seen[s.Path] {
			seen[s.Path] = true
			runs = append(runs, s)
		}
	}
	beside := map[string][]*Stored{} // by their folder
	var passed []error
	for _, path := range r.settings.SkipSucceeded {
		named, err := r.earlierRun(path)
		switch {
		case errors.Is(err, report.ErrNoRun) && r.meta.State != report.Planning:
			r.User.Warn(fmt.Sprintf("--skip-succeeded: %v any more; what it skipped and has no result yet is sent again", err))
			continue
		case err != nil && isAbsent(path): // it was mistyped, and the one that was meant may have undone something
			return nil, notEarlier(err)
		case err != nil:
			passed = append(passed, err)
			continue
		}
		add(named)
		folder := folderOf(named)
		if _, read := beside[folder]; !read {
			beside[folder] = r.runsIn(folder)
		}
		since := named.Run.Start
		for _, other := range beside[folder] {
			if other.Run.Start.Before(since) && named.isBeside(other) {
				since = other.Run.Start.Add(-1) // the shards of one run are named together
			}
		}
		for _, other := range beside[folder] {
			if other.Run.Start.After(since) && other.Run.State != report.Planning && !other.Settings.Shard.Apart(r.settings.Shard) && r.comparable(other) == nil {
				add(other)
			}
		}
	}
	if len(runs) == 0 && len(passed) > 0 {
		return nil, notEarlier(passed[0])
	}
	for _, err := range passed {
		r.User.Warn(fmt.Sprintf("--skip-succeeded: passed over: %v", err))
	}
	return runs, nil
}

func isAbsent(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// earlierRun reads a run that --skip-succeeded names. The error says why it has nothing to say here.
func (r *run) earlierRun(path string) (*Stored, error) {
	s, err := Load(path)
	switch {
	case err != nil:
		return nil, err
	case s.Run.State == report.Planning:
		return nil, fmt.Errorf("%s ended before it sent anything", path)
	}
	return s, r.comparable(s)
}

// lastRun is what last in --skip-succeeded stands for in some folders: the newest run of the same kind that has come to an
// end, finished or stopped. Newer ones that have not are told of. Where there is none, that is told, and path is empty: a
// command that is given each night has none in its first one.
func (r *run) lastRun(folders []string) (path string, err error) {
	folders, err = absolute(folders)
	if err != nil {
		return "", err
	}
	var runs []*Stored
	for _, folder := range folders {
		runs = append(runs, r.runsIn(folder)...)
	}
	slices.SortStableFunc(runs, func(a, b *Stored) int {
		return cmp.Or(b.Run.Start.Compare(a.Run.Start), cmp.Compare(b.Path, a.Path))
	})
	for _, s := range runs {
		if s.Operation.Name != r.op.Name || s.Settings.Shard.Apart(r.settings.Shard) { // which has no row of this one
			continue
		}
		err := r.comparable(s)
		switch state := s.Run.State; {
		case err == nil && (state == report.Finished || state == report.Stopped):
			return s.Path, nil
		case err == nil && state == report.Planning:
			err = fmt.Errorf("%s ended before it sent anything", s.Path)
		case err == nil:
			err = fmt.Errorf("%s has not come to its end: its state is %s", s.Path, state)
		}
		r.User.Warn(fmt.Sprintf("--skip-succeeded %s: passed over: %v", last, err))
	}
	r.User.Warn(fmt.Sprintf("--skip-succeeded %s: no run of %s in %s has come to its end, so nothing is skipped", last, r.op.Name, strings.Join(folders, " or ")))
	return "", nil
}

// folderOf is where a run really is: its name may be a link from elsewhere.
func folderOf(s *Stored) string {
	if real, err := filepath.EvalSymlinks(s.Path); err == nil {
		return filepath.Dir(real)
	}
	return filepath.Dir(s.Path)
}

// runsIn lists the runs in a folder, but for this one. What cannot be looked at is told and passed over; what is no run of
// this program is no business of it.
func (r *run) runsIn(folder string) (runs []*Stored) {
	own, _ := os.Stat(r.path)
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.User.Warn(fmt.Sprintf("--skip-succeeded: which runs are in %s is not known: %v", folder, err))
	}
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		info, err := os.Stat(path)
		if err != nil || !info.IsDir() || own != nil && os.SameFile(own, info) {
			continue
		}
		s, err := Load(path)
		switch {
		case err == nil:
			runs = append(runs, s)
		case !errors.Is(err, report.ErrNoRun) && !errors.Is(err, errNoJob):
			r.User.Warn(fmt.Sprintf("--skip-succeeded: passed over: %v", err))
		}
	}
	return runs
}

// comparable tells why what a run did says nothing about what this one is to do; nil: it does.
func (r *run) comparable(s *Stored) error {
	if s.Operation.Name != r.op.Name && s.Operation.Name != r.op.Undoes {
		return fmt.Errorf("%s is a run of %s", s.Path, s.Operation.Name)
	}
	was, is := s.Settings, r.settings
	for _, setting := range []struct{ name, then, now string }{
		{"sandbox", strconv.FormatBool(was.Sandbox), strconv.FormatBool(is.Sandbox)},
		{"region", was.Region, is.Region},
		{"endpoint", cmp.Or(was.Endpoint, "none"), cmp.Or(is.Endpoint, "none")},
		{"account-type", was.AccountType, is.AccountType},
	} {
		if setting.then != setting.now {
			return fmt.Errorf("%s is a run with --%s %s, and this is one with %s", s.Path, setting.name, setting.then, setting.now)
		}
	}
	if by := s.Run.UndoneBy; by != "" {
		return fmt.Errorf("%s was taken back by %s", s.Path, by)
	}
	if then, now := s.Run.Application, r.meta.Application; then != "" && now != "" && then != now {
		return fmt.Errorf("%s is a run of another application than the one that signs in now", s.Path)
	}
	return nil
}

// last stands in --skip-succeeded for a run that has no fixed name: the one of the night before.
const last = "last"

// nameEarlier makes the directories of --skip-succeeded mean the same from everywhere and at any time, also in the
// settings that a run is resumed with. The folders are where last is looked for.
func (r *run) nameEarlier(folders []string) error {
	dirs := []string{}
	for _, dir := range r.settings.SkipSucceeded {
		path, err := filepath.Abs(dir)
		if dir == last {
			path, err = r.lastRun(folders)
		}
		if err != nil {
			return Refuse(err, "")
		}
		if path != "" {
			dirs = append(dirs, path)
		}
	}
	r.settings.SkipSucceeded = dirs
	return nil
}

// absolute gives paths that mean the same from everywhere, each once.
func absolute(paths []string) (all []string, err error) {
	for _, path := range paths {
		if path, err = filepath.Abs(path); err != nil {
			return nil, err
		}
		if !slices.Contains(all, path) {
			all = append(all, path)
		}
	}
	return all, nil
}
