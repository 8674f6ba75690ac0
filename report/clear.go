package report

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"meetbatch/internal/system"
)

// controlFile is a further file of the program's own that a directory may hold.
const controlFile = "control.json"

// Stays tells why a run of a folder is not to be removed; empty: it may be. among are all of the folder's.
func (e *Entry) Stays(among []Entry, now time.Time) string {
	switch life := e.Run.Life(now); {
	case e.Err != nil:
		return "it is damaged"
	case life == UnderWay:
		return "it is under way"
	case e.Run.State != Finished:
		return "it is not finished"
	case e.Run.Counts.Unknown > 0:
		return "it has rows of which it is not known whether they were carried out"
	}
	own, err := os.Stat(e.Path)
	for i := range among {
		other := &among[i]
		for _, named := range []string{other.Run.Parent, other.Run.UndoOf} {
			there, statErr := os.Stat(named)
			is := statErr == nil && err == nil && os.SameFile(own, there)
			moved := statErr != nil && filepath.Base(named) == filepath.Base(e.Path) // with all of the folder
			if named != "" && other != e && (is || moved) {
				return other.Path + " is made from it"
			}
		}
	}
	return ""
}

// Clear removes what is this program's own of a finished run, and its directory where nothing else is in it; what is left
// there is named. It takes the lock meanwhile: the error is a *LockedError where another process has it. A run that is not
// as it was when it was looked at stays, and so does what is no directory itself, but a link to one.
func (e *Entry) Clear() (left []string, err error) {
	if info, err := os.Lstat(e.Path); err != nil || !info.IsDir() {
		return nil, errors.Join(err, fmt.Errorf("%s is a link, and is not followed", e.Path))
	}
	lock, err := acquire(e.Path)
	if err != nil {
		return nil, err
	}
	now, err := ReadRun(e.Path)
	if err == nil && (now.State != Finished || !reflect.DeepEqual(now, e.Run)) {
		err = fmt.Errorf("%s was gone on with just now", e.Path)
	}
	if err == nil {
		err = e.clearFiles()
	}
	if err != nil {
		return nil, errors.Join(err, lock.release())
	}
	if err := lock.remove(); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(e.Path)
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	if err == nil && len(left) == 0 {
		err = os.Remove(e.Path)
	}
	return left, err
}

// clearFiles removes the files, run.json last: until then the directory is known to hold a run. A file called input.csv is
// the program's own in runs of version 0.1 alone that read it from standard input.
func (e *Entry) clearFiles() error {
	own := slices.DeleteFunc(append([]string{controlFile}, files...), func(name string) bool {
		return name == RunFile || name == OldInputFile && (e.Run.Schema > 0 || e.Run.Input.Path != "-")
	})
	err := sweep(e.Path)
	for _, name := range append(own, RunFile) {
		path := filepath.Join(e.Path, name)
		if info, statErr := os.Lstat(path); statErr != nil || !info.Mode().IsRegular() {
			continue // it is not there, or somebody else's
		}
		if err == nil {
			err = system.Remove(path)
		}
	}
	return err
}
