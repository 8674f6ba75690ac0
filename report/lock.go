package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/gofrs/flock"

	"meetbatch/internal/system"
)

const lockFile = ".lock"

// LockedError says that another process writes to a run directory.
type LockedError struct {
	Path string // of the directory
	PID  string // of that process; empty where it is not known
}

func (e *LockedError) Error() string {
	if e.PID == "" {
		return e.Path + " is in use by another process"
	}
	return fmt.Sprintf("%s is in use by process %s", e.Path, e.PID)
}

// InUse tells whether another process writes to a run directory just now.
func InUse(path string) (bool, error) {
	err := Free(path)
	if _, used := errors.AsType[*LockedError](err); used {
		return true, nil
	}
	return false, err
}

// Free finds out whether no other process writes to a run directory just now; else the error is a *LockedError.
func Free(path string) error {
	l, err := acquire(path)
	if err != nil {
		return err
	}
	return l.release()
}

// A lock is what one process at a time has of a directory. It goes with the process, however that ends; its file stays, is
// empty, and means nothing by itself. Since whoever clears away empty files may take that, the directory itself is
// locked besides, where the system can do it.
type lock struct {
	file   *flock.Flock
	folder *flock.Flock // nil where it cannot be locked
}

// acquire takes the lock of a directory for this process. The error is a *LockedError where another one has it, or this
// one by another handle.
func acquire(dir string) (*lock, error) {
	path := filepath.Join(dir, lockFile)
	if err := system.Regular(path); err != nil {
		return nil, err
	}
	folder, free := system.LockDir(dir)
	if !free {
		return nil, lockedBy(dir)
	}
	l := &lock{flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDONLY|system.NoFollow), flock.SetPermissions(system.Perm)), folder}
	if absent(path) { // it is made as every file of the directory is, so that it belongs to whom these do
		if f, err := system.Open(path, os.O_CREATE|os.O_RDONLY, system.Perm); err == nil {
			f.Close()
		}
	}
	locked, err := l.file.TryLock()
	if err == nil && !locked {
		err = lockedBy(dir)
	}
	if err != nil {
		return nil, errors.Join(err, l.unlockFolder())
	}
	return l, nil
}

func (l *lock) held() bool { return l.file.Locked() }

// check finds out whether the file still stands under its name. Where it does not, and the directory cannot be locked,
// another process may have the directory by now.
func (l *lock) check() error {
	mine, err := l.file.Stat()
	if err != nil {
		return err
	}
	there, err := os.Lstat(l.file.Path())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &LostError{Path: l.file.Path(), Is: "was moved or removed while the run was on", Lock: true}
	case err == nil && !os.SameFile(mine, there):
		return &LostError{Path: l.file.Path(), Is: "is another file by now than the one that is locked", Lock: true}
	}
	return err
}

// release gives the lock up; the file stays.
func (l *lock) release() error { return errors.Join(l.file.Unlock(), l.unlockFolder()) }

// remove gives the lock up and removes its file, where that is still its own.
func (l *lock) remove() error {
	if l.check() != nil {
		return l.release()
	}
	return errors.Join(system.RemoveLock(l.file), l.unlockFolder())
}

func (l *lock) unlockFolder() error {
	if l.folder == nil {
		return nil
	}
	return l.folder.Unlock()
}

// lockedBy names the process that writes to a directory, as far as run.json tells: one that has only just begun may not
// stand there yet, and one that goes on with a run stands there when it begins to send.
func lockedBy(dir string) error {
	e := &LockedError{Path: dir}
	if run, err := ReadRun(dir); err == nil && run.Process.alive() {
		e.PID = strconv.Itoa(run.Process.PID)
	}
	return e
}
