package run

import (
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
func (r *run) addEarlier(planner *plan.Planner) error {
	runs, err := r.earlierRuns()
	if err != nil {
		return err
	}
	for _, s := range runs {
		undoes := s.Operation.Name != r.op.Name || len(r.op.Values) > 0 && len(runs) > 1
		if state := s.Run.State; undoes && state != report.Finished && state != report.Stopped {
			return Refuse(fmt.Errorf("--skip-succeeded: %s is not finished, and may have undone what another run did", s.Path), "go on with it first: "+nextResume(s.Path))
		}
		for e, err := range report.Earlier(s.Path, r.op, s.Operation) {
			if err != nil {
				return notEarlier(err)
			}
			if err := planner.AddEarlier(e); err != nil {
				return unplanned(err)
			}
		}
	}
	return nil
}

func notEarlier(err error) error {
	return Refuse(fmt.Errorf("--skip-succeeded: %w", err), "name the directory of a run of the same command against the same service")
}

// earlierRuns lists the runs that are named, and those of their folders that began later and are of this operation or
// the one that it undoes, with the same service.
func (r *run) earlierRuns() (runs []*Stored, err error) {
	own, err := filepath.Abs(r.path)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{own: true}
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
		beside, err := os.ReadDir(filepath.Dir(path))
		if err != nil {
			return nil, notEarlier(err)
		}
		for _, entry := range beside {
			other, err := Load(filepath.Join(filepath.Dir(path), entry.Name()))
			if errors.Is(err, report.ErrNoRun) || !entry.IsDir() {
				continue
			}
			if err != nil {
				return nil, notEarlier(err)
			}
			if other.Run.Start.After(named.Run.Start) && other.Run.State != report.Planning && r.comparable(other) == nil {
				add(other)
			}
		}
	}
	return runs, nil
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
