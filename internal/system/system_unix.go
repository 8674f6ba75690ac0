//go:build !windows

package system

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sys/unix"
)

// NoFollow is added to the flags of a file that is opened, so that no link is followed and no pipe waited for.
const NoFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// NonBlock is added to the flags of a file that is opened, so that no pipe is waited for: not for its other end, and not in
// a way that keeps it from being closed.
const NonBlock = syscall.O_NONBLOCK

// Terminal is the name of the one that a process was begun at.
const Terminal = "/dev/tty"

// ConfigFolders are where the settings of all users stand, each program's in a folder of its own.
var ConfigFolders = []string{"/etc"}

// userID tells the users of the machine apart.
func userID() string { return strconv.Itoa(os.Getuid()) }

// Alive tells whether a process is there.
func Alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// BootID says which start of the machine this is, so that a process ID of another one is not taken for one of now. It is
// empty where the system does not tell.
func BootID() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id") // Linux has it
	return strings.TrimSpace(string(id))
}

// SinceStart is how long ago the machine was started, by a steady clock. It is the same for every process.
func SinceStart() (time.Duration, error) {
	var t unix.Timespec
	err := unix.ClockGettime(steadyClock, &t)
	return time.Duration(t.Nano()), err
}

// LeaveNoCore keeps the system from writing the process's memory to a file when it crashes. That it cannot is no reason
// not to run.
func LeaveNoCore() { syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) }

// links counts the names of a file that is open.
func links(_ *os.File, info fs.FileInfo) uint64 {
	if s, is := info.Sys().(*syscall.Stat_t); is {
		return uint64(s.Nlink)
	}
	return 1
}

// openFile opens a file.
func openFile(path string, flags int, perm fs.FileMode) (*os.File, error) {
	return os.OpenFile(path, flags, perm)
}

// rename puts a file in the place of another one beside it.
func rename(from, to string) error { return os.Rename(from, to) }

// Remove removes a file or an empty directory.
func Remove(path string) error { return os.Remove(path) }

// MayReplace finds out whether another program keeps a file from being replaced; none can.
func MayReplace(path string) error { return nil }

// CheckName tells why nothing can have a name; here all can be had that the file system takes.
func CheckName(path string) error { return nil }

// LockOf names the file whose lock goes for another one: that one itself.
func LockOf(path string) string { return path }

// RemoveLock removes the file of a lock and gives the lock up. The name goes first: a process that took the lock
// between the two would hold one whose file nobody finds.
func RemoveLock(lock *flock.Flock) error { return errors.Join(os.Remove(lock.Path()), lock.Unlock()) }

// own gives a new file to the owner and the group of the one whose place it takes, or, where there is none and root makes
// it, to those of its directory: else whoever goes on with somebody's run as root would take it away from him. What may
// not be given away stays this process's own.
func own(f *os.File, before fs.FileInfo) {
	if before == nil && os.Geteuid() == 0 {
		before, _ = os.Stat(filepath.Dir(f.Name()))
	}
	if before == nil {
		return
	}
	was, is := before.Sys().(*syscall.Stat_t)
	if is && f.Chown(int(was.Uid), int(was.Gid)) != nil {
		f.Chown(-1, int(was.Gid))
	}
}

// Owner names who a file belongs to; empty where that cannot be told.
func Owner(info fs.FileInfo) string {
	s, is := info.Sys().(*syscall.Stat_t)
	if !is {
		return ""
	}
	id := strconv.FormatUint(uint64(s.Uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return "user " + id
}

// LockDir locks a directory itself, which nobody can take away without the directory: free is false where another process
// has it locked, or this one by another handle. Some file systems that reach over a network lock no directories, and one
// that may be written to but not read cannot be opened; the lock is nil then.
func LockDir(path string) (lock *flock.Flock, free bool) {
	lock = flock.New(path, flock.SetFlag(os.O_RDONLY|syscall.O_DIRECTORY))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, true
	}
	return lock, locked
}

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

// ChangeableByAll tells whether every user of the machine can change a file, as far as its own permissions say.
func ChangeableByAll(info fs.FileInfo) bool { return info.Mode().IsRegular() && info.Mode()&0o002 != 0 }

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

// RemoveTemp removes what a killed process left of a TempFile.
func RemoveTemp(path string) error { return os.Remove(path) }
