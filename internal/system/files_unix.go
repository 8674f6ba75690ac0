//go:build !windows

package system

import (
	"errors"
	"os"
	"strings"
	"syscall"
)

// FreeFiles tells how many more files and connections this process may have open at a time; 0 is as many as it likes.
func FreeFiles() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || int64(limit.Cur) < 0 || int64(limit.Cur) > 1<<30 {
		return 0
	}
	open, err := os.ReadDir("/dev/fd") // among them are those that the process was started with
	if err != nil {
		return max(1, int(limit.Cur)-8)
	}
	return max(1, int(limit.Cur)-len(open))
}

// IsFull tells whether an error says that there is no room on a disk, or none for this user.
func IsFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// IsReadOnly tells whether an error says that nothing can be written to a file system.
func IsReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }

// NewAuthority says in words how a further authority that signs certificates is made known.
const NewAuthority = "SSL_CERT_FILE names a file with the authority that signed it"

// IsBadName tells whether an error says that no file can have a name.
func IsBadName(err error) bool {
	return errors.Is(err, syscall.ENAMETOOLONG) || errors.Is(err, syscall.EINVAL)
}

// NobodyReads tells whether an error says that nobody reads a pipe any more.
func NobodyReads(err error) bool { return errors.Is(err, syscall.EPIPE) }

// TooManyFiles tells whether an error says that this process, or the machine, may open no more files and connections. Some
// of those of a lookup say so in words alone.
func TooManyFiles(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || strings.Contains(err.Error(), syscall.EMFILE.Error())
}
