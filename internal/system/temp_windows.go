package system

import (
	"cmp"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/windows"
)

// TempFile makes a file in a directory that is gone with the process, however that ends, and takes room there until it
// is closed. Its name begins with prefix: an open file keeps its name on Windows, and the system removes it with its
// last handle. Where dir is "" the file is made where the system keeps its temporary ones.
func TempFile(dir, prefix string) (*os.File, error) {
	const flags = os.O_RDWR | os.O_CREATE | os.O_EXCL | windows.O_FILE_FLAG_DELETE_ON_CLOSE
	prefix = filepath.Join(cmp.Or(dir, os.TempDir()), prefix)
	for {
		f, err := os.OpenFile(prefix+strconv.FormatUint(rand.Uint64(), 36), flags, 0o600)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}
