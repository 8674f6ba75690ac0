//go:build !windows

package system

import (
	"errors"
	"os"
)

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
