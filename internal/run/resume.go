package run

import (
	"encoding/json"
	"errors"
	"fmt"
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
	if err != nil {
		return nil, Refuse(err, "name the directory of a run, such as runs/reclaim-20260301T013000Z")
	}
	s := &Stored{Path: path, Run: meta}
	file := filepath.Join(path, report.RunFile)
	for _, op := range job.Operations() {
		if op.Name == meta.Command {
			s.Operation = op
		}
	}
	if s.Operation.Name == "" {
		return nil, Unrecorded(fmt.Errorf("%s: command %q %w", file, meta.Command, errNoJob), "")
	}
	if s.Settings, err = stored(meta.Settings, s.Operation); err != nil {
		return nil, Unrecorded(fmt.Errorf("%s: settings: %w", file, err), "")
	}
	return s, nil
}

// Finished tells whether every row is settled, and failed.csv is there.
func (s *Stored) Finished() bool { return s.Run.State == report.Finished && report.HasFailed(s.Path) }

// Again says how a run that is finished ended, and ends as it did.
func (s *Stored) Again(u User) error {
	u.Already(s.Path, s.Run.Counts)
	if code := s.Run.ExitCode; code != nil && Code(*code) != OK {
		return Code(*code)
	}
	return nil
}

// Resume goes on with a run that is not finished, with the stored settings as they are now.
func Resume(w World, s *Stored) (err error) {
	r := &run{World: w, op: s.Operation, settings: s.Settings, path: s.Path, meta: s.Run}
	if r.meta.Settings, err = json.Marshal(r.settings); err != nil {
		return err
	}
	if err := r.newClient(); err != nil {
		return err
	}
	if r.past, err = report.Open(s.Path, r.op); err != nil {
		return Unrecorded(err, "")
	}
	if r.input, err = openAgain(s.Path, r.meta.Input); err != nil {
		return errors.Join(err, r.past.Close())
	}
	defer r.close()
	r.warnUnkept()
	if err := r.orStopped(r.prepareAgain()); err != nil {
		return err
	}
	if r.dir, err = r.past.Resume(r.planned.Torn); err != nil {
		return Unrecorded(err, "")
	}
	r.meta.Resumed++
	r.meta.End, r.meta.ExitCode, r.meta.Reason = nil, nil, ""
	return r.send()
}

// prepareAgain plans what is left of a run, and asks whether to go on. After an error nothing has been changed, but that
// the input may be kept now.
func (r *run) prepareAgain() error {
	if err := r.keepInput(); err != nil {
		return err
	}
	if err := r.makePlan(r.Stopping); err != nil {
		return err
	}
	r.User.Found(r.planned)
	if r.meta.State == report.Planning { // it was interrupted before the guard could say anything
		if err := r.planned.Guard(); err != nil {
			return err
		}
	}
	return r.agree()
}

// refuseChanged refuses an input that is not what it was when the run began.
func (r *run) refuseChanged() error {
	if r.input.kept {
		return Unrecorded(fmt.Errorf("%s is damaged: its SHA-256 is not the one in %s", r.input.file.Name(), report.RunFile),
			"bring it back from where it was saved, or take it away if the file that the run read is still what it was")
	}
	return Refuse(fmt.Errorf("%s is not the file that it was when the run began: its SHA-256 has changed", r.input.name),
		"bring the old file back, or begin a new run with the new one, and with --skip-succeeded "+words.Quoted(r.path))
}

// beginNew is the way out of a run that cannot go on and has sent nothing.
const beginNew = "begin a new run, in another directory"

// nextResume is the command that goes on with a run.
func nextResume(path string) string { return "meetbatch resume " + words.Quoted(path) }

// Verify recounts a run from its files and its input. It returns the problems that it found, in words; none means that
// every row has exactly one result.
func Verify(s *Stored) (problems []string, err error) {
	r := &run{op: s.Operation, settings: s.Settings, path: s.Path, meta: s.Run}
	if r.input, err = openAgain(s.Path, s.Run.Input); err != nil {
		return nil, Unrecorded(fmt.Errorf("input: %w", err), "")
	}
	defer r.input.close()
	rows, err := r.newReader(r.input, nil)
	if err != nil {
		return nil, Unrecorded(err, "")
	}
	problems, err = report.Verify(s.Path, report.Check{
		Operation: r.op,
		Run:       s.Run,
		Skips:     len(r.settings.SkipSucceeded) > 0,
		Header:    rows.Header(),
		Rows:      r.rows,
	})
	if errors.Is(err, report.ErrUnfinished) {
		return nil, Unrecorded(err, nextResume(s.Path))
	}
	if err != nil {
		return nil, Unrecorded(err, "")
	}
	return problems, nil
}
