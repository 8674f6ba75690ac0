//go:build !windows

package system

import (
	"errors"
	"fmt"
	"os"

	"github.com/gofrs/flock"
)

// SignLock writes the ID of this process, which holds a lock, into the lock's file, for others to read.
func SignLock(lock *flock.Flock) error {
	return os.WriteFile(lock.Path(), fmt.Appendln(nil, os.Getpid()), 0o666)
}

// RemoveLock removes the file of a lock and gives the lock up. The name goes first: a process that took the lock
// between the two would hold one whose file nobody finds.
func RemoveLock(lock *flock.Flock) error {
	return errors.Join(os.Remove(lock.Path()), lock.Unlock())
}
