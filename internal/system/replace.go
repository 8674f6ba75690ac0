// Package system holds what differs between Unix and Windows in the handling of files and locks, one function each, so
// that no other package has to know on which of them it runs.
package system

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// Replacement is a file that is written beside another one and takes its place in one step when it is whole: whoever
// opens the path meets the old file or the new one, and never a part. The caller ends it with Commit, or else with
// Discard. It is not safe for concurrent use.
type Replacement struct {
	*os.File
	path  string // whose file it replaces
	ended bool   // by Commit or Discard
}

// Perm are the permissions of a file that holds personal data: its owner's, and its group may read it.
const Perm fs.FileMode = 0o640

// Replace begins a file that will stand at path. Until then it stands beside it, under a name that begins with
// ReplacementPrefix. It gets the permissions of the file that it replaces, as far as they are within perm, and where there
// is none perm, less what umask takes. Its owner and group too are those of the file that it replaces, where this process
// may give it away, and what root makes anew belongs to the owner of the directory. Where something else than a file stands at path the error is a *NotFileError.
func Replace(path string, perm fs.FileMode) (*Replacement, error) {
	if err := CheckName(path); err != nil {
		return nil, err
	}
	before, err := os.Lstat(path)
	switch {
	case err == nil:
		if err := regular(path, before); err != nil {
			return nil, err
		}
		perm &= before.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	f, err := create(filepath.Join(filepath.Dir(path), ReplacementPrefix(path)), os.O_RDWR, perm)
	if err != nil {
		return nil, err
	}
	r := &Replacement{File: f, path: path}
	own(f, before)
	if before != nil {
		if err := f.Chmod(perm); err != nil { // umask may have taken a part of them
			return nil, errors.Join(err, r.Discard())
		}
	}
	return r, nil
}

// ReplacementPrefix is how the names begin under which a Replacement of path is written; what a process leaves that is
// killed meanwhile is known by it.
func ReplacementPrefix(path string) string { return "." + filepath.Base(path) + "-" }

// create makes a file whose path begins with a prefix and goes on so that nothing has it yet.
func create(prefix string, flags int, perm fs.FileMode) (*os.File, error) {
	for {
		f, err := os.OpenFile(prefix+strconv.FormatUint(rand.Uint64(), 36), flags|os.O_CREATE|os.O_EXCL, perm)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// Commit brings the file to the disk and puts it in its place; it is on the disk there when Commit returns. After an
// error the old file stands as it did, and Discard is still to be called.
func (r *Replacement) Commit() error {
	if err := errors.Join(r.Sync(), r.Close()); err != nil {
		return err
	}
	if err := rename(r.Name(), r.path); err != nil {
		return err
	}
	r.ended = true
	return SyncDir(filepath.Dir(r.path))
}

// Discard takes the file away. After Commit, and when it is called once more, it does nothing.
func (r *Replacement) Discard() error {
	if r.ended {
		return nil
	}
	r.ended = true
	if err := r.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return errors.Join(err, Remove(r.Name()))
	}
	return Remove(r.Name())
}
