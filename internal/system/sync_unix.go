//go:build !windows

package system

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

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
