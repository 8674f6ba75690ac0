package budget

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"meetbatch/internal/system"
)

// file keeps the record in a file, and a lock beside it, since Windows lets nobody write to a file
// that is locked. The record is replaced in place, by one write of less than a page, which nobody can kill a process in
// the middle of: so the file keeps its owner and its permissions, which a new one under the same name would not, and a
// full disk is in nobody's way. It is not brought to the disk: after a power cut its moments say nothing anyway.
type file struct {
	path  string
	boot  string // this start of the machine
	clock func() (time.Duration, error)
}

func (f *file) close() error { return nil }

func (f *file) lockPath() string { return f.path + ".lock" }

// update does it all again where somebody has taken away the lock, so that others may have been at the record
// meanwhile, or the record itself.
func (f *file) update(ctx context.Context, change change) error {
	for {
		lock, err := f.acquire(ctx)
		if err != nil {
			return fileError(err)
		}
		again, err := f.replace(lock, change)
		err = errors.Join(err, lock.Unlock())
		if !again || err != nil {
			return fileError(err)
		}
	}
}

// stuck is for how long a process may keep the lock, which it needs for less than a millisecond. One that does not let go
// was stopped, and its lock is taken away: it finds that out before it writes.
const stuck = 500 * time.Millisecond

// acquire waits for the lock by asking again and again: one that the system queues for cannot be given up.
func (f *file) acquire(ctx context.Context) (*flock.Flock, error) {
	lock := flock.New(f.lockPath(), flock.SetFlag(os.O_RDONLY|system.NoFollow))
	for {
		before := f.changed()
		while, cancel := context.WithTimeout(ctx, stuck)
		_, err := lock.TryLockContext(while, time.Millisecond)
		over := while.Err() != nil
		cancel()
		switch {
		case err != nil && ctx.Err() == nil && over: // others may have had it in turn, and have written then
			if f.changed().Equal(before) && stands(f.lockPath(), lock) {
				os.Remove(f.lockPath())
			}
			lock.Close()
			err = nil
		case err != nil && ctx.Err() != nil:
			return nil, &waited{"another process keeps " + f.lockPath() + " locked; one that was stopped has to be continued or killed", ctx.Err()}
		case errors.Is(err, fs.ErrNotExist):
			err = f.makeLock()
		case err == nil && stands(f.lockPath(), lock):
			return lock, nil
		case err == nil:
			err = lock.Unlock() // of a file that has the name no longer
		}
		if err := errors.Join(system.Regular(f.lockPath()), err); err != nil {
			return nil, err
		}
	}
}

// changed is when the record was written last.
func (f *file) changed() (at time.Time) {
	if info, err := os.Lstat(f.path); err == nil {
		at = info.ModTime()
	}
	return at
}

// makeLock gives the lock the permissions of the record, so that whoever may write that can lock it.
func (f *file) makeLock() error {
	perm := fs.FileMode(0o600)
	if info, err := os.Lstat(f.path); err == nil {
		perm = info.Mode().Perm()
	}
	lock, err := system.Open(f.lockPath(), os.O_CREATE|os.O_RDONLY, perm)
	if err != nil {
		return err
	}
	return lock.Close()
}

// stands tells whether what was opened under a name is still what others find there.
func stands(path string, opened interface{ Stat() (fs.FileInfo, error) }) bool {
	mine, err := opened.Stat()
	there, err2 := os.Lstat(path)
	return err == nil && err2 == nil && there.Mode().IsRegular() && os.SameFile(mine, there)
}

// replace changes the record under the lock.
func (f *file) replace(lock *flock.Flock, change change) (again bool, err error) {
	record, err := system.Open(f.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, record.Close()) }()
	line := make([]byte, maxKept+1)
	n, err := record.ReadAt(line, 0)
	if err != nil && err != io.EOF {
		return false, err
	}
	line = line[:n]
	now, err := f.clock()
	if err != nil {
		return false, err
	}
	old, err := f.read(line, record, now)
	if err != nil {
		return false, err
	}
	made, err := change(old, now)
	if err != nil || made == nil {
		return false, err
	}
	if made, err = seal(f.boot, now, made); err != nil {
		return false, err
	}
	if !stands(f.lockPath(), lock) || !stands(f.path, record) {
		return true, nil
	}
	_, err = record.WriteAt(padded(made, len(line)), 0)
	return false, err
}

// padded makes a line at least as long as the one that it is written over, in one piece.
func padded(line []byte, size int) []byte {
	last := len(line) - 1
	return slices.Concat(line[:last], slices.Repeat([]byte(" "), max(0, size-len(line))), line[last:])
}

// read takes the record out of what the file holds. That of another start of the machine says nothing on this one's clock;
// where the system does not tell which start it is, one that was written later than now is of another. But when it was
// written a moment ago, and after this machine was started, another machine is at it: then neither would ever find the
// other's moments, and together they would be too fast.
func (f *file) read(line []byte, record *os.File, now time.Duration) ([]byte, error) {
	k, err := open(line)
	if err != nil || k.Version == 0 || k.Boot == f.boot && k.At <= now {
		return k.Record, err
	}
	info, err := record.Stat()
	if err != nil {
		return nil, err
	}
	if age := time.Since(info.ModTime()); age.Abs() < time.Minute && age < now {
		return nil, &refusal{"another machine, or a container with a system of its own, uses it as well",
			"processes of several machines share a budget by redis://HOST/KEY; if none uses it, remove " + f.path}
	}
	return nil, nil
}

// fileError makes a refusal of what does not pass by itself.
func fileError(err error) error {
	if err == nil {
		return nil
	}
	if not, is := errors.AsType[*system.NotFileError](err); is {
		return &refusal{not.Path + " is " + not.Is + ", and no regular file with one name", "nothing was followed or written there; name another file"}
	}
	var hint string
	switch name, is := errors.AsType[*system.NameError](err); {
	case is:
		hint = name.Hint()
	case errors.Is(err, fs.ErrPermission), system.IsReadOnly(err):
		hint = "a budget needs a file, and a directory, that this process may write to"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		hint = "make the directory first, or name a file in another one"
	case system.IsBadName(err):
		hint = "name another file"
	case errors.Is(err, errors.ErrUnsupported):
		hint = "its file system has no locks; name a file on a disk of this machine"
	default:
		return err
	}
	return &refusal{err.Error(), hint}
}

// checkPath refuses a path at which there can be no file of a budget.
func checkPath(path string) error {
	if path == "" {
		return &refusal{"it names no file", "name a file, or redis://HOST/KEY"}
	}
	err := system.Regular(path)
	if err == nil {
		var info fs.FileInfo
		if info, err = os.Stat(filepath.Dir(path)); err == nil && !info.IsDir() { // which Windows would say later
			err = &fs.PathError{Op: "open", Path: path, Err: syscall.ENOTDIR}
		}
	}
	return fileError(err)
}
