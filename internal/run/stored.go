package run

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/report"
)

// Stored is a run as its directory describes it.
type Stored struct {
	Path      string // of the directory
	Operation job.Operation
	Settings  Settings
	Run       report.Run
}

var errNoJob = errors.New("is no job")

// Load reads what run.json says of a run.
func Load(path string) (*Stored, error) {
	meta, err := report.ReadRun(path)
	switch {
	case errors.Is(err, report.ErrNoRun):
		return nil, Refuse(err, noRunHint(path))
	case errors.Is(err, fs.ErrPermission):
		return nil, Unrecorded(err, ownerHint(path, err))
	case err != nil:
		return nil, Unrecorded(err, "nothing goes on by a run.json that cannot be trusted: bring it back as the run left it")
	}
	return storedIn(path, meta)
}

// storedIn gives the run that a directory's run.json says.
func storedIn(path string, meta report.Run) (s *Stored, err error) {
	s = &Stored{Path: path, Run: meta, Operation: OperationOf(meta.Command)}
	file := filepath.Join(path, report.RunFile)
	if s.Operation.Name == "" {
		return nil, Unrecorded(fmt.Errorf("%s: command %q %w", file, meta.Command, errNoJob), "")
	}
	if s.Settings, err = stored(meta.Settings, s.Operation, meta.Schema > 0); err != nil {
		return nil, Unrecorded(fmt.Errorf("%s: settings: %w", file, err), "")
	}
	if !meta.State.Known() {
		return nil, Unrecorded(fmt.Errorf("%s: the state is %q", file, string(meta.State)), "")
	}
	return s, nil
}

// OperationOf finds the operation that a command is named after; without a name where there is none.
func OperationOf(command string) job.Operation {
	for _, op := range job.Operations() {
		if op.Name == command {
			return op
		}
	}
	return job.Operation{}
}

// noRunHint says what to name where path is no run.
func noRunHint(path string) string {
	if _, err := report.ReadRun(filepath.Dir(path)); err == nil {
		return "it is a file of the run " + words.Path(filepath.Dir(path)) + ": name that"
	}
	return "name the directory of a run, such as runs/reclaim-20260301T013000Z"
}

// Finished tells whether every row is settled, and failed.csv is there.
func (s *Stored) Finished() bool {
	return s.Run.State == report.Finished && !s.Run.Reconciling && report.HasFailed(s.Path)
}

// Again says how a run that is finished ended, and ends as it did.
func (s *Stored) Again(u User) error {
	u.Already(s.Path, s.Run.Counts)
	if code := s.Run.ExitCode; code != nil {
		return Code(*code).Err()
	}
	return nil
}
