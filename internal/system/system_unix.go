//go:build !windows

package system

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/gofrs/flock"
)

// SignLock writes the ID of this process, which holds a lock, into the lock's file, for others to read.
func SignLock(lock *flock.Flock) error {
	return os.WriteFile(lock.Path(), fmt.Appendln(nil, os.Getpid()), 0o666)
}

// RemoveLock removes the file of a lock and gives the lock up. The name goes first: a process that took the lock
// between the two would hold one whose file nobody finds.
func RemoveLock(lock *flock.Flock) error { return errors.Join(os.Remove(lock.Path()), lock.Unlock()) }

// SyncDir brings the names in a directory to the disk: the files that were made, renamed and removed there. Where that
// cannot be asked for, since the directory may be written to but not read or its file system has no such thing, as
// some that reach over a network, the system does it in its own time; that is no error.
func SyncDir(path string) error {
	dir, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	err = dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, dir.Close())
}

// OpenToAll tells whether every user of the machine can read or change a file, as far as its own permissions say. It is
// said of regular files alone.
func OpenToAll(info fs.FileInfo) bool { return info.Mode().IsRegular() && info.Mode()&0o006 != 0 }

// TempFile makes a file in a directory that is gone with the process, however that ends, and takes room there until it
// is closed. For a moment it has a name that begins with prefix; a process that is killed just then leaves it behind.
// Where dir is "" the file is made where the system keeps its temporary ones.
func TempFile(dir, prefix string) (*os.File, error) {
	f, err := os.CreateTemp(dir, prefix)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
