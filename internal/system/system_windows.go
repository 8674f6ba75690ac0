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

// NoFollow is added to the flags of a file that is opened, so that no link is followed. Windows has no such flag: who
// opens a file looks at its name before.
const NoFollow = 0

// NonBlock is added to the flags of a file that is opened, so that no pipe is waited for. Windows has no such flag.
const NonBlock = 0

// Terminal is the name of the one that a process was begun at.
const Terminal = "CONOUT$"

// ConfigFolders are none: every user can make a folder in the one that Windows has for programs.
var ConfigFolders []string

// userID is the same for all here: each user has a folder of its own for temporary files.
func userID() string { return "user" }

// Alive tells whether a process is there. One that has ended can be found for as long as somebody waits for it.
func Alive(pid int) bool {
	p, err := windows.OpenProcess(windows.SYNCHRONIZE, false, uint32(pid))
	if err != nil {
		return errors.Is(err, windows.ERROR_ACCESS_DENIED) // it is another user's
	}
	defer windows.CloseHandle(p)
	ended, err := windows.WaitForSingleObject(p, 0)
	return err != nil || ended != windows.WAIT_OBJECT_0
}

// BootID says which start of the machine this is, so that a process ID of another one is not taken for one of now.
// Windows does not tell, and it is empty.
func BootID() string { return "" }

// LeaveNoCore does nothing: Windows writes no memory to a file unless it was told to for this program.
func LeaveNoCore() {}

// links counts the names of a file that is open.
func links(f *os.File, _ fs.FileInfo) uint64 {
	var info windows.ByHandleFileInformation
	if windows.GetFileInformationByHandle(windows.Handle(f.Fd()), &info) != nil {
		return 1
	}
	return uint64(info.NumberOfLinks)
}

// LockOf names the file whose lock goes for another one: one beside it, since Windows lets nobody else read or write what is
// locked, this process by another handle included.
func LockOf(path string) string { return path + ".lock" }

// RemoveLock gives a lock up and removes its file. Windows does not remove a file that is open, so the lock goes first;
// where another process takes it in between the file stays, and removing it is an error.
func RemoveLock(lock *flock.Flock) error { return errors.Join(lock.Unlock(), Remove(lock.Path())) }

// own does nothing: a file on Windows gets its rights from its directory.
func own(f *os.File, before fs.FileInfo) {}

// Owner tells nothing: who a file belongs to does not show in what Windows tells of it.
func Owner(info fs.FileInfo) string { return "" }

// LockDir locks nothing: Windows lets no program lock a directory, and nobody remove a file that another has open.
func LockDir(path string) (lock *flock.Flock, free bool) { return nil, true }

// SyncDir does nothing: Windows writes the names in a directory down with the files, and lets no program flush a
// directory.
func SyncDir(path string) error { return nil }

// OpenToAll tells nothing: the permissions of a file do not show in its mode on Windows.
func OpenToAll(info fs.FileInfo) bool { return false }

// ChangeableByAll tells nothing, as OpenToAll.
func ChangeableByAll(info fs.FileInfo) bool { return false }

// TempFile makes a file in a directory that is gone with the process, however that ends, and takes room there until it
// is closed. Its name begins with prefix: an open file keeps its name on Windows, and the system removes it with its
// last handle. Where dir is "" the file is made where the system keeps its temporary ones.
func TempFile(dir, prefix string) (*os.File, error) {
	path := filepath.Join(cmp.Or(dir, os.TempDir()), prefix)
	return create(path, os.O_RDWR|windows.O_FILE_FLAG_DELETE_ON_CLOSE, 0o600)
}

// RemoveTemp removes what is left of a TempFile, as when the machine lost its power. One that is open, which may be this
// process's own, stays, and goes with its process.
func RemoveTemp(path string) error {
	if err := os.Remove(path); !errors.Is(err, windows.ERROR_SHARING_VIOLATION) {
		return err
	}
	return nil
}
