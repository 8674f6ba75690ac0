package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

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
	for _, s := range runs {
		if err := r.checkEnded(s, len(runs) > 1); err != nil {
			return err
		}
		for e, err := range report.Earlier(s.Path, r.op, s.Operation, s.Run.Said(report.ResultsFile)) {
			switch {
			case err != nil:
				return notEarlier(err)
			case ctx.Err() != nil:
				return ctx.Err()
			}
			if err := planner.AddEarlier(e); err != nil {
				return unplanned(err)
			}
		}
	}
	return nil
}

// checkEnded refuses a run that has not ended where it may have undone what another one did: what it had in flight is
// not known. That is one of the operation that this one undoes, or one with another value where there are several runs.
// A run that goes on only says so: two that were killed would otherwise wait for one another.
func (r *run) checkEnded(s *Stored, several bool) error {
	mayUndo := s.Operation.Name != r.op.Name || len(r.op.Values) > 0 && several
	if state := s.Run.State; !mayUndo || state == report.Finished || state == report.Stopped {
		return nil
	}
	err := fmt.Errorf("--skip-succeeded: %s is not finished, and may have undone what another run did", s.Path)
	if r.past != nil {
		r.User.Warn(err.Error())
		return nil
	}
	return Refuse(err, "go on with it first: "+nextResume(s.Path))
}

func notEarlier(err error) error {
	hint := "name the directory of a run of the same command against the same service"
	var changed *report.ChangedError
	if errors.As(err, &changed) {
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
	for _, path := range r.settings.SkipSucceeded {
		named, err := Load(path)
		if errors.Is(err, report.ErrNoRun) && r.meta.State != report.Planning {
			r.User.Warn(fmt.Sprintf("--skip-succeeded: %v any more; what it skipped and has no result yet is sent again", err))
			continue
		}
		if err == nil {
			err = r.comparable(named)
		}
		if err != nil {
			return nil, notEarlier(err)
		}
		add(named)
		for _, other := range r.beside(named) {
			if other.Run.Start.After(named.Run.Start) && other.Run.State != report.Planning && r.comparable(other) == nil {
				add(other)
			}
		}
	}
	return runs, nil
}

// beside lists the runs in the folder of a run, but for this one. What cannot be looked at is told and passed over; what
// is no run of this program is no business of it.
func (r *run) beside(named *Stored) (runs []*Stored) {
	folder := filepath.Dir(named.Path)
	if real, err := filepath.EvalSymlinks(named.Path); err == nil { // the name may be a link from elsewhere
		folder = filepath.Dir(real)
	}
	own, _ := os.Stat(r.path)
	entries, err := os.ReadDir(folder)
	if err != nil {
		r.User.Warn(fmt.Sprintf("--skip-succeeded: what else is beside %s is not known: %v", named.Path, err))
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
		{"endpoint", orNone(was.Endpoint), orNone(is.Endpoint)},
		{"account-type", was.AccountType, is.AccountType},
	} {
		if setting.then != setting.now {
			return fmt.Errorf("%s is a run with --%s %s, and this is one with %s", s.Path, setting.name, setting.then, setting.now)
		}
	}
	if then, now := s.Run.Application, r.meta.Application; then != "" && now != "" && then != now {
		return fmt.Errorf("%s is a run of another application than the one that signs in now", s.Path)
	}
	return nil
}

func orNone(setting string) string {
	if setting == "" {
		return "none"
	}
	return setting
}

// absolute makes the directories of --skip-succeeded mean the same from everywhere, also in the settings
// that a run is resumed with.
func absolute(dirs []string) ([]string, error) {
	list := make([]string, len(dirs))
	for i, dir := range dirs {
		path, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		list[i] = path
	}
	return list, nil
}
