package system

import (
	"errors"

	"golang.org/x/sys/windows"
)

// FreeFiles tells how many more files and connections this process may have open at a time; 0 is as many as it likes, as on
// Windows, where memory alone bounds them.
func FreeFiles() int { return 0 }

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
