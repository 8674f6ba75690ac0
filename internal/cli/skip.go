package cli

import (
	"errors"
	"fmt"
	"path/filepath"

	"meetbatch/job/plan"
	"meetbatch/report"
)

// addEarlier tells a planner what succeeded in the runs of --skip-succeeded.
func (r *run) addEarlier(planner *plan.Planner) error {
	for _, path := range r.SkipSucceeded {
		refuse := func(err error) error {
			return refused(fmt.Errorf("--skip-succeeded: %w", err), "name the directory of a run of the same command against the same service")
		}
		meta, err := report.ReadRun(path)
		if errors.Is(err, report.ErrNoRun) && r.meta.State != report.Planning {
			r.console.Warn(fmt.Sprintf("--skip-succeeded: %v any more; what it skipped and has no result yet is sent again", err))
			continue
		}
		if err != nil {
			return refuse(err)
		}
		if unfinished := meta.State != report.Finished && meta.State != report.Stopped; unfinished && !r.op.PerAccount && len(r.SkipSucceeded) > 1 {
			return refused(fmt.Errorf("--skip-succeeded: %s is not finished, and may have undone what another run did", path), "go on with it first: meetbatch resume "+quoted(path))
		}
		if meta.Command != r.op.Name {
			return refuse(fmt.Errorf("%s is a run of %s", path, meta.Command))
		}
		for _, name := range []string{"sandbox", "region", "endpoint", "account-type"} {
			if then, now := meta.Settings[name], r.meta.Settings[name]; then != now {
				return refuse(fmt.Errorf("%s is a run with --%s %s, and this is one with %s", path, name, orNone(then), orNone(now)))
			}
		}
		for e, err := range report.Earlier(path, r.op) {
			if err != nil {
				return refuse(err)
			}
			if err := planner.AddEarlier(e); err != nil {
				return unplanned(err)
			}
		}
	}
	return nil
}

func orNone(setting any) any {
	if setting == nil {
		return "none"
	}
	return setting
}

// absolute makes the directories of --skip-succeeded mean the same from everywhere, also in the settings
// that a run is resumed with.
func absolute(dirs []string, settings map[string]any) error {
	list := []any{}
	for i, dir := range dirs {
		path, err := filepath.Abs(dir)
		if err != nil {
			return err
		}
		dirs[i] = path
		list = append(list, path)
	}
	settings["skip-succeeded"] = list
	return nil
}
