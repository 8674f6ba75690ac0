package report

import (
	"fmt"
	"os"
	"strings"

	"github.com/gofrs/flock"
)

// lockFile is locked by the process that writes to the directory, and holds its ID. The lock goes with
// the process, however that ends; the file stays, and means nothing by itself.
const lockFile = ".lock"

// LockedError says that another process writes to a run directory.
type LockedError struct {
	Path string
	PID  string // of that process
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("%s is in use by process %s", e.Path, e.PID)
}

func (d *Dir) acquire() error {
	d.lock = flock.New(d.File(lockFile))
	locked, err := d.lock.TryLock()
	if err != nil {
		return err
	}
	if !locked {
		pid, _ := os.ReadFile(d.File(lockFile)) // a process that has only just begun may not stand there yet
		return &LockedError{d.Path, strings.TrimSpace(string(pid))}
	}
	return os.WriteFile(d.File(lockFile), fmt.Appendln(nil, os.Getpid()), 0o666)
}
