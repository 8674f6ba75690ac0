package cli

import (
	"errors"
	"fmt"
	"io/fs"

	"meetbatch/internal/run"
	"meetbatch/report"
)

// lastRun is what may be given in place of a run's directory: the newest one where runs go by themselves. A directory of
// that name is ./last.
const lastRun = "last"

// runDir gives the directory of a run that a command names, and says which one that is where it has no name of its own.
func runDir(name string, c *console) (string, error) {
	if name != lastRun {
		return name, nil
	}
	runs, err := history(run.DefaultFolder)
	if err != nil {
		return "", err
	}
	if len(runs) == 0 {
		return "", run.Refuse(fmt.Errorf("there is no run in %s, so none is the last", run.DefaultFolder), "name the directory of the run")
	}
	path := runs[len(runs)-1].Path
	c.Info(lastRun+" is "+path, "dir", path)
	return path, nil
}

// history reads the runs of a folder, oldest first.
func history(folder string) ([]report.Entry, error) {
	runs, err := report.History(folder)
	if err != nil {
		hint := ""
		if errors.Is(err, fs.ErrNotExist) {
			hint = fmt.Sprintf("runs are put into %s of the directory in which they begin, or where --out says", run.DefaultFolder)
		}
		return nil, run.Refuse(err, hint)
	}
	return runs, nil
}
