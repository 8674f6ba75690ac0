package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"meetbatch/internal/system"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/report"
)

// ownerHint says whose the file of a run is that may not be opened.
func ownerHint(path string, err error) string {
	paths := []string{filepath.Join(path, report.RunFile), path}
	if e, is := errors.AsType[*fs.PathError](err); is {
		paths = append([]string{e.Path, filepath.Dir(e.Path)}, paths...)
	}
	for _, path := range paths {
		if info, err := os.Lstat(path); err == nil && system.Owner(info) != "" {
			return fmt.Sprintf("%s (%s) belongs to %s: give the command as that user, or change whose it is and who may write it", words.Name(path), info.Mode().Perm(), system.Owner(info))
		}
	}
	return "give the command as the user whose run it is, or let this one have it"
}

// Resume goes on with a run that is not finished, with the stored settings as they are now.
func Resume(w World, s *Stored) (err error) {
	r, err := reopen(w, s)
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.orStopped(r.prepareAgain()); err != nil {
		return err
	}
	r.meta.Resumed++
	r.meta.RecordsLost = r.past.RecordsLost()
	r.meta.State, r.meta.End, r.meta.ExitCode, r.meta.Reason = report.Running, nil, nil, ""
	if err := r.takeOver(); err != nil {
		return err
	}
	if err := r.markUndone(); err != nil {
		return err
	}
	return r.send()
}

// reopen opens what a run that goes on needs, and reads how far it has come. It changes nothing.
func reopen(w World, s *Stored) (r *run, err error) {
	if by := s.Run.UndoneBy; by != "" {
		return nil, Refuse(fmt.Errorf("%s was taken back by %s: to go on with it would do what that has undone", s.Path, by),
			"for the rows that it has not carried out, begin a new run on "+words.Path(filepath.Join(s.Path, report.FailedFile)))
	}
	r = &run{World: w, op: s.Operation, settings: s.Settings, path: s.Path, meta: s.Run}
	if r.meta.Settings, err = json.Marshal(r.settings); err != nil {
		return nil, err
	}
	if err := r.newClient(); err != nil {
		return nil, err
	}
	if r.input, err = openAgain(s.Path, r.meta.Input); err != nil {
		return nil, err
	}
	if r.meta.UndoOf != "" {
		r.op.MostPerAccount, r.input.name = 0, undoName(r.meta.UndoOf)
	}
	r.warnUnkept()
	r.warnShard()
	if err := r.openPast(s); err != nil {
		r.close()
		return nil, err
	}
	if r.meta.Schema == 0 {
		r.User.Warn(s.Path + " is a run of version 0.1, whose settings and files have no sums: they are taken as they are")
	}
	for _, text := range r.past.Mends() {
		r.User.Warn(text)
	}
	return r, nil
}

// openPast reads how far the run has come, unless another process has taken it further since it was loaded.
func (r *run) openPast(s *Stored) (err error) {
	check := r.check()
	if check.Run.Input.LastLine, err = r.lastLine(); err != nil {
		return Refuse(err, "")
	}
	r.past, err = report.Open(s.Path, check)
	var locked *report.LockedError
	if now, loadErr := Load(s.Path); loadErr == nil && !errors.As(err, &locked) && !reflect.DeepEqual(now.Run, s.Run) {
		return &report.LockedError{Path: s.Path} // until just now
	}
	if err != nil {
		return misfit(r.path, err)
	}
	return nil
}

// PlanAgain reads and plans what Resume would do, and writes nothing. The plan must be closed.
func PlanAgain(w World, s *Stored) (*Planned, error) {
	r, err := reopen(w, s)
	if err != nil {
		return nil, err
	}
	defer r.close()
	r.dry = true
	wasRead, err := r.planRest()
	if err != nil {
		return nil, err
	}
	if err := r.past.Fits(r.planned.Torn); err != nil {
		return nil, misfit(r.path, err)
	}
	if r.settings.OnlyChanges && !wasRead {
		if err := r.planned.Guard(); err != nil {
			return nil, err
		}
		if err := r.planChanges(); err != nil {
			return nil, err
		}
	}
	planned := r.planned
	r.planned = nil // it is the caller's
	return planned, nil
}

// takeOver makes the directory of a run that is gone on with ready to be written to, once.
func (r *run) takeOver() (err error) {
	if r.dir != nil {
		return nil
	}
	if r.dir, err = r.past.Resume(r.meta, r.planned.Torn); err != nil {
		return Unrecorded(err, writeHint(r.path, err))
	}
	return nil
}

// writeHint says what to do about files of a run that this process may not open, or that there is no room for; empty:
// something else is wrong.
func writeHint(path string, err error) string {
	switch _, held := errors.AsType[*system.HeldError](err); {
	case held:
		return "nothing more was sent; close it there (Excel keeps what it shows), and go on: " + NextResume(path)
	case system.IsFull(err):
		return "nothing more was sent; make room where the run directory is, and go on: " + NextResume(path)
	case system.IsReadOnly(err):
		return "nothing more was sent; the file system is mounted read-only: have it mounted for writing, or copy the run directory elsewhere, and go on there"
	case errors.Is(err, fs.ErrPermission):
		return "nothing more was sent; resume has to read and write every file of the run, and the directory: " + ownerHint(path, err)
	}
	return ""
}

// misfit gives the error of files that do not add up.
func misfit(path string, err error) error {
	if _, locked := errors.AsType[*report.LockedError](err); locked {
		return err
	}
	if hint := writeHint(path, err); hint != "" {
		return Unrecorded(err, hint)
	}
	return Unrecorded(err, "nothing more was sent; bring the files back as the run left them, or begin a new run")
}

// check is what the files of a run are held against, but for its input.
func (r *run) check() report.Check {
	return report.Check{Operation: r.op, Run: r.meta, Shard: r.settings.Shard, Skips: len(r.settings.SkipSucceeded) > 0, Changes: r.settings.OnlyChanges}
}

// lastLine finds the line on which the last row of the input begins, which run.json does not say in version 0.1.
func (r *run) lastLine() (line int64, err error) {
	if r.meta.Schema > 0 || r.meta.State == report.Planning {
		return r.meta.Input.LastLine, nil
	}
	line = 1 // of the header
	err = r.rows(func(it job.Item, _ []byte) error {
		line = it.Line
		return nil
	})
	if err != nil {
		return 0, err
	}
	again, err := openAgain(r.path, r.meta.Input) // from its start
	if err == nil {
		r.input.close()
		r.input = again
	}
	return line, err
}

// prepareAgain plans what is left of a run, and asks whether to go on. After an error nothing has been changed, but that
// the input may be kept now.
func (r *run) prepareAgain() error {
	if err := r.keepInput(); err != nil {
		return err
	}
	wasRead, err := r.planRest()
	if err != nil {
		return err
	}
	if !r.settings.OnlyChanges || wasRead {
		r.User.Found(r.planned)
	}
	if err := r.planned.Guard(); err != nil {
		return err
	}
	r.meta.Input.LastLine = r.planned.lastLine
	if err := r.past.Fits(r.planned.Torn); err != nil {
		return misfit(r.path, err)
	}
	if r.settings.OnlyChanges && !wasRead { // the process before was killed while it planned, or read the service
		if err := r.takeOver(); err != nil {
			return err
		}
		if err := r.readFirst(); err != nil {
			return err
		}
		r.User.Found(r.planned)
		if err := r.planned.Guard(); err != nil {
			return err
		}
	}
	return r.agree()
}

// planRest plans what is left of a run, by what it read of the service before, if it came so far.
func (r *run) planRest() (wasRead bool, err error) {
	if wasRead = r.settings.OnlyChanges && r.meta.State != report.Planning; wasRead {
		if err := r.knownChanges(); err != nil {
			return wasRead, err
		}
	}
	return wasRead, r.makePlan(r.Stopping)
}

// refuseChanged refuses an input that is not what it was when the run began.
func (r *run) refuseChanged() error {
	if r.input.kept {
		return r.input.damaged("its SHA-256 is not the one in " + report.RunFile)
	}
	return Refuse(fmt.Errorf("%s is not the file that it was when the run began: its SHA-256 has changed", r.input.name), bringBack(r.path))
}

// bringBack is the way out of a run whose input is not what it was, which may have sent a part of it.
func bringBack(path string) string {
	return "bring the old file back, or begin a new run with the new one, and with --skip-succeeded " + words.Path(path)
}

// beginNew is the way out of a run that cannot go on and has sent nothing.
const beginNew = "begin a new run, in another directory"

// NextResume is the command that goes on with a run.
func NextResume(path string) string { return "meetbatch resume " + words.Path(path) }
