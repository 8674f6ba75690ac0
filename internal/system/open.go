package system

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// A NotFileError says that something else stands where a regular file of this program's own should be.
type NotFileError struct {
	Path string
	Is   string // what it is
}

func (e *NotFileError) Error() string {
	return fmt.Sprintf("%s is %s, and no file of a run", e.Path, e.Is)
}

// Hint names what to do about it.
func (e *NotFileError) Hint() string {
	return "nothing was followed or written there; find out who made it, and take it away"
}

// Open opens a regular file, or makes one, as os.OpenFile does. It follows no link, and does not wait for the other end
// of a pipe: where anything else has the name the error is a *NotFileError. That goes for a file with a second name as
// well when it is opened for writing, since the other one would be written too. What root makes belongs to the owner of
// the directory.
func Open(path string, flags int, perm fs.FileMode) (*os.File, error) {
	if err := Regular(path); err != nil {
		return nil, err
	}
	_, absent := os.Lstat(path)
	f, err := openFile(path, flags|NoFollow, perm)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat() // another one may have come since
	if err == nil {
		err = regular(path, info)
	}
	if err == nil && flags&(os.O_WRONLY|os.O_RDWR) != 0 && links(f, info) > 1 {
		err = &NotFileError{path, "a hard link"}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if absent != nil {
		own(f, nil)
	}
	return f, nil
}

// Regular finds out whether Open may take a name: a regular file has it, or nothing. It follows no link.
func Regular(path string) error {
	if err := CheckName(path); err != nil {
		return err
	}
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return regular(path, info)
}

func regular(path string, info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode&fs.ModeSymlink != 0:
		return &NotFileError{path, "a link"}
	case mode.IsDir():
		return &NotFileError{path, "a directory"}
	case mode&fs.ModeNamedPipe != 0:
		return &NotFileError{path, "a named pipe"}
	case mode&fs.ModeSocket != 0:
		return &NotFileError{path, "a socket"}
	}
	return &NotFileError{path, "a device"}
}
