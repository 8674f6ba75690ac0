package system

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/windows"
)

// patience is for how long a file is asked for again that another program has open. One that looks for viruses, makes an
// index or a copy of all files lets go of it in a moment.
const patience = 3 * time.Second

// patiently tries until it is not another program that the attempt fails of; where patience ends that is the error.
func patiently(path string, held func(error) bool, try func() error) error {
	for late := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		err := try()
		switch {
		case err == nil || !held(err):
			return err
		case time.Now().After(late):
			return &HeldError{path, bare(err)}
		}
	}
}

// bare takes the names of files off an error.
func bare(err error) error {
	if path, is := errors.AsType[*fs.PathError](err); is {
		return path.Err
	}
	if link, is := errors.AsType[*os.LinkError](err); is {
		return link.Err
	}
	return err
}

// shared tells whether an error says that a program has a file open that shares it with nobody.
func shared(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}

// kept tells whether an error may say that a file cannot be replaced, since somebody has it open. Windows has the same error for
// who may not replace it.
func kept(err error) bool { return shared(err) || errors.Is(err, windows.ERROR_ACCESS_DENIED) }

// isOpen tells whether anybody has a file open.
func isOpen(path string) bool { return shared(openToReplace(path, 0)) }

// openToReplace opens a file as one does who replaces it, and closes it again. share is what others may do with it meanwhile.
func openToReplace(path string, share uint32) error {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	h, err := windows.CreateFile(name, windows.DELETE, share, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		return err
	}
	return windows.CloseHandle(h)
}

// openFile opens a file. For reading it does so by way of its directory, since Go shares the file with others then who
// replace or remove it meanwhile: whoever looks at a run keeps nobody from going on with it.
func openFile(path string, flags int, perm fs.FileMode) (f *os.File, err error) {
	err = patiently(path, shared, func() (err error) {
		if flags&(os.O_WRONLY|os.O_RDWR|os.O_CREATE) != 0 {
			f, err = os.OpenFile(path, flags, perm)
			return err
		}
		f, err = inFolder(path, func(folder *os.Root, name string) (*os.File, error) { return folder.OpenFile(name, flags, perm) })
		if err != nil {
			err = &fs.PathError{Op: "open", Path: path, Err: bare(err)}
		}
		return err
	})
	return f, err
}

// inFolder does something with a file by way of its directory.
func inFolder[T any](path string, do func(folder *os.Root, name string) (T, error)) (result T, err error) {
	folder, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return result, err
	}
	defer folder.Close()
	return do(folder, filepath.Base(path))
}

// rename puts a file in the place of another one beside it, also where others have that open and share it: it does so by
// way of the directory, for which Go asks Windows to do as Unix does.
func rename(from, to string) error {
	err := patiently(to, kept, func() error {
		_, err := inFolder(to, func(folder *os.Root, name string) (any, error) {
			return nil, folder.Rename(filepath.Base(from), name)
		})
		if err != nil {
			err = &os.LinkError{Op: "rename", Old: from, New: to, Err: bare(err)}
		}
		return err
	})
	return orDenied(err, from, to)
}

// orDenied gives the error of a rename, which is that of a file that somebody has open only where somebody has.
func orDenied(err error, from, to string) error {
	if held, is := errors.AsType[*HeldError](err); is && !shared(err) && !isOpen(to) {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: held.Err}
	}
	return err
}

// Remove removes a file or an empty directory.
func Remove(path string) error {
	return patiently(path, shared, func() error { return os.Remove(path) })
}

// CheckName tells why nothing can have a name: Windows keeps some for devices wherever they stand, takes what follows a
// colon for another stream of a file, and drops dots and blanks at the end, so that what was made would have another name.
func CheckName(path string) error {
	rest := path[len(filepath.VolumeName(path)):]
	if strings.HasPrefix(filepath.VolumeName(path), `\\.\`) {
		return &NameError{path, "names a device"}
	}
	for _, name := range strings.FieldsFunc(rest, func(c rune) bool { return c == '\\' || c == '/' }) {
		switch {
		case name == "." || name == "..":
		case strings.ContainsFunc(name, func(c rune) bool { return c < ' ' || strings.ContainsRune(`<>:"|?*`, c) }):
			return &NameError{path, `no name on Windows has a control character or one of < > : " | ? *`}
		case strings.TrimRight(name, ". ") != name:
			return &NameError{path, "no name on Windows ends with a dot or a blank"}
		case device().MatchString(name) || !filepath.IsLocal(name):
			return &NameError{path, name + " is a name that Windows keeps for a device"}
		}
	}
	return nil
}

// device matches the names that some versions of Windows keep for devices also where a dot and more follows.
var device = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[1-9]|lpt[1-9]) *(\..*)?$`) })

// MayReplace finds out whether another program keeps a file from being replaced, before much work is done for nothing.
func MayReplace(path string) error {
	const all = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	err := patiently(path, shared, func() error { return openToReplace(path, all) })
	if _, is := errors.AsType[*HeldError](err); is {
		return err
	}
	return nil // what else is wrong shows when it is replaced
}
