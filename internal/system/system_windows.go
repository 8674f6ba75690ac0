package system

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
	"golang.org/x/sys/windows"
)

// SignLock does nothing: Windows keeps a locked file from being read and written through any handle but that of the
// lock, so the file stays empty.
func SignLock(lock *flock.Flock) error { return nil }

// RemoveLock gives a lock up and removes its file. Windows does not remove a file that is open, so the lock goes first;
// where another process takes it in between the file stays, and removing it is an error.
func RemoveLock(lock *flock.Flock) error { return errors.Join(lock.Unlock(), os.Remove(lock.Path())) }

// SyncDir does nothing: Windows writes the names in a directory down with the files, and lets no program flush a
// directory.
func SyncDir(path string) error { return nil }

// OpenToAll tells nothing: the permissions of a file do not show in its mode on Windows.
func OpenToAll(info fs.FileInfo) bool { return false }

// TempFile makes a file in a directory that is gone with the process, however that ends, and takes room there until it
// is closed. Its name begins with prefix: an open file keeps its name on Windows, and the system removes it with its
// last handle. Where dir is "" the file is made where the system keeps its temporary ones.
func TempFile(dir, prefix string) (*os.File, error) {
	path := filepath.Join(cmp.Or(dir, os.TempDir()), prefix)
	return create(path, os.O_RDWR|windows.O_FILE_FLAG_DELETE_ON_CLOSE, 0o600)
}
