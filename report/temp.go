package report

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"meetbatch/internal/system"
)

// tempPrefix is how temporary files are named while they have a name.
const tempPrefix = ".plan-"

// TempFile makes a file that is gone with the process, however that ends. It takes room where the directory is; "" is
// the system's directory for such files. The caller closes it.
func TempFile(dir string) (*os.File, error) { return system.TempFile(dir, tempPrefix) }

// sweep removes what a process left in a directory that was killed before a temporary file lost its name, or before the
// new state of a file took the place of the old one.
func sweep(dir string) error {
	prefixes := []string{tempPrefix}
	for _, name := range files {
		prefixes = append(prefixes, system.ReplacementPrefix(name))
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(e.Name(), p) }) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}
