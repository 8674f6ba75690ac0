package system

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// hold opens a file as another program may, which shares it for what is said, and lets go of it after a while.
func hold(t *testing.T, path string, share uint32, while time.Duration) {
	t.Helper()
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := windows.CreateFile(name, windows.GENERIC_READ, share, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	let := make(chan struct{})
	go func() {
		defer close(let)
		time.Sleep(while)
		windows.CloseHandle(h)
	}()
	t.Cleanup(func() { <-let })
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// put replaces a file.
func put(path, text string) error {
	r, err := Replace(path, Perm)
	if err != nil {
		return err
	}
	defer r.Discard()
	if _, err := r.WriteString(text); err != nil {
		return err
	}
	return r.Commit()
}

// TestHeldForAMoment: what looks for viruses has every new file open for a moment, and lets nobody replace it, write into it
// or read it meanwhile.
func TestHeldForAMoment(t *testing.T) {
	t.Parallel()
	const moment = 300 * time.Millisecond
	for name, do := range map[string]func(path string) error{
		"replace": func(path string) error { return put(path, "new") },
		"remove":  Remove,
		"write": func(path string) error {
			f, err := Open(path, os.O_RDWR, 0)
			return errors.Join(err, f.Close())
		},
		"read": func(path string) error {
			f, err := Open(path, os.O_RDONLY, 0)
			return errors.Join(err, f.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "file")
			write(t, path, "old")
			hold(t, path, 0, moment)
			if err := do(path); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestHeldForLong: a spreadsheet keeps what it shows from being written, and its error says what to do.
func TestHeldForLong(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, "old")
	hold(t, path, windows.FILE_SHARE_READ, 3*patience+time.Second)
	for _, err := range []error{MayReplace(path), put(path, "new"), Remove(path)} {
		held, is := errors.AsType[*HeldError](err)
		if !is || !strings.Contains(err.Error(), path) || strings.Count(err.Error(), path) > 1 || !strings.Contains(held.Hint(), "close it") {
			t.Errorf("%v", err)
		}
	}
	if text, _ := os.ReadFile(path); string(text) != "old" {
		t.Errorf("the file is %q", text)
	}
}

// TestNotHeld: who may not replace a file is not sent to look for a program that has it open.
func TestNotHeld(t *testing.T) {
	t.Parallel()
	readonly := filepath.Join(t.TempDir(), "file")
	write(t, readonly, "old")
	if err := os.Chmod(readonly, 0o444); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(readonly, 0o666) })
	folder := filepath.Join(t.TempDir(), "folder")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{readonly, folder} {
		new := path + ".new"
		write(t, new, "new")
		err := rename(new, path)
		if err == nil { // some let go of what is only marked as not to be written
			continue
		}
		link, is := errors.AsType[*os.LinkError](err)
		if _, held := errors.AsType[*HeldError](err); held || !is || link.New != path {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestOrDenied: Windows has one error for what may not be replaced and for what somebody has open and shares.
func TestOrDenied(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, "old")
	denied := &HeldError{path, windows.ERROR_ACCESS_DENIED}
	for held, path := range map[bool]string{false: path, true: path + ".open"} {
		if held {
			write(t, path, "old")
			hold(t, path, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, time.Second)
		}
		err := orDenied(denied, "new", path)
		if _, is := errors.AsType[*HeldError](err); is != held || !errors.Is(err, windows.ERROR_ACCESS_DENIED) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestHeldByReader: where Windows does not replace what somebody has open, that is what is said, though they share it.
func TestHeldByReader(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, "old")
	write(t, path+".new", "new")
	hold(t, path, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, 2*patience)
	if err := rename(path+".new", path); err != nil {
		if _, held := errors.AsType[*HeldError](err); !held {
			t.Error(err)
		}
	}
}

// TestReadersShare: who reads a file keeps nobody from replacing and removing it, and goes on reading what was there. Wine
// does not replace what is open at all, so that here it stands for the opening alone that deletion is shared.
func TestReadersShare(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, "old")
	f, err := Open(path, os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := MayReplace(path); err != nil {
		t.Error(err)
	}
	if err := os.Remove(path); err != nil {
		t.Error(err)
	}
	if text, err := io.ReadAll(f); string(text) != "old" {
		t.Errorf("%q, %v", text, err)
	}
}

// TestCheckName is about what Windows makes something else of than a file of that name.
func TestCheckName(t *testing.T) {
	t.Parallel()
	for path, bad := range map[string]bool{
		`runs\reclaim-20260301T013000Z`: false, `C:\runs\a`: false, `C:a`: false, `\\server\share\runs`: false, `\\?\C:\a`: false,
		`..\a\.`: false, `C:\`: false, `.`: false, `表 1.csv`: false, `-x`: false, `console`: false, `com10`: false, `a.con`: false, "": false,
		`CON`: true, `nul`: true, `runs\aux.csv`: true, `COM1`: true, `lpt9.txt`: true, `C:\con\a`: true, `nul .txt`: true, `CONOUT$`: true,
		`ab:c`: true, `C:\a:b`: true, `a.`: true, `a \b`: true, `a?`: true, "a\tb": true, `\\.\pipe\a`: true, `\\.\C:`: true,
	} {
		if err := CheckName(path); err != nil != bad {
			t.Errorf("%s: %v", path, err)
		}
	}
	_, err := Open(filepath.Join(t.TempDir(), "nul.csv"), os.O_CREATE|os.O_RDWR, Perm)
	if _, is := errors.AsType[*NameError](err); !is {
		t.Errorf("nul.csv: %v", err)
	}
}

// TestAlive: a process that has ended is not there any more, though its parent has not asked yet how it ended.
func TestAlive(t *testing.T) {
	t.Parallel()
	if !Alive(os.Getpid()) {
		t.Error("this process is not there")
	}
	c := exec.Command(os.Args[0], "-test.run", "^$")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for late := time.Now().Add(20 * time.Second); Alive(c.Process.Pid); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("a process that ended is there still")
		}
	}
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
}

// TestHardLink: a file with a second name is not written to.
func TestHardLink(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, "old")
	if err := os.Link(path, path+"2"); err != nil {
		t.Skip(err)
	}
	f, err := Open(path, os.O_RDWR, 0)
	if _, is := errors.AsType[*NotFileError](err); !is {
		f.Close()
		t.Errorf("it is opened: %v", err)
	}
}
