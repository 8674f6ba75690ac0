package system

import (
	"errors"
	"os"

	"github.com/gofrs/flock"
)

// SignLock does nothing: Windows keeps a locked file from being read and written through any handle but that of the
// lock, so the file stays empty.
func SignLock(lock *flock.Flock) error { return nil }

// RemoveLock gives a lock up and removes its file. Windows does not remove a file that is open, so the lock goes first;
// where another process takes it in between the file stays, and removing it is an error.
func RemoveLock(lock *flock.Flock) error {
	return errors.Join(lock.Unlock(), os.Remove(lock.Path()))
}
