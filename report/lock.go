package report

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"meetbatch/internal/system"
)

// lockFile is locked by the process that writes to the directory, and holds its ID. The lock goes with
// the process, however that ends; the file stays, and means nothing by itself.
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

// acquire takes the lock of a directory for this process. The error is a *LockedError where another one has it, or this
// one by another handle.
func acquire(dir string) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(dir, lockFile))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !locked {
		pid, _ := os.ReadFile(lock.Path()) // a process that has only just begun may not stand there yet
		return nil, &LockedError{dir, strings.TrimSpace(string(pid))}
	}
	if err := system.SignLock(lock); err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return lock, nil
}
