package system

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

// FreeFiles tells how many more files and connections this process may have open at a time; 0 is as many as it likes, as on
// Windows, where memory alone bounds them.
func FreeFiles() int { return 0 }

// NewAuthority says in words how a further authority that signs certificates is made known.
const NewAuthority = "the authority that signed it has to be among the trusted root certificates of Windows (certutil -addstore root FILE)"

// IsBadName tells whether an error says that no file can have a name; Go's own is EINVAL.
func IsBadName(err error) bool {
	return errors.Is(err, windows.ERROR_INVALID_NAME) || errors.Is(err, windows.ERROR_FILENAME_EXCED_RANGE) || errors.Is(err, syscall.EINVAL)
}

// NobodyReads tells whether an error says that nobody reads a pipe any more.
func NobodyReads(err error) bool {
	return errors.Is(err, windows.ERROR_BROKEN_PIPE) || errors.Is(err, syscall.EPIPE) || errors.Is(err, windows.ERROR_NO_DATA)
}

// TooManyFiles tells whether an error says that this process, or the machine, may open no more files and connections.
func TooManyFiles(err error) bool {
	return errors.Is(err, windows.WSAEMFILE) || errors.Is(err, windows.ERROR_TOO_MANY_OPEN_FILES)
}

// IsFull tells whether an error says that there is no room on a disk, or none for this user.
func IsFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) || errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

// IsReadOnly tells whether an error says that nothing can be written to a file system.
func IsReadOnly(err error) bool { return errors.Is(err, windows.ERROR_WRITE_PROTECT) }
