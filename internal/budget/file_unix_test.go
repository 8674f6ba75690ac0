//go:build !windows

package budget

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"meetbatch/job/pace"
)

// TestOtherThings: where something else than a file has the name, or that of the lock, nothing is followed or written.
func TestOtherThings(t *testing.T) {
	t.Parallel()
	makers := map[string]func(path string) error{
		"a link":       func(path string) error { return os.Symlink(filepath.Join(filepath.Dir(path), "target"), path) },
		"a named pipe": func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a directory":  func(path string) error { return os.Mkdir(path, 0o700) },
	}
	for what, make := range makers {
		for _, suffix := range []string{"", ".lock"} {
			path := filepath.Join(t.TempDir(), "budget")
			b := mustOpen(t, path)
			if err := make(path + suffix); err != nil {
				t.Fatal(err)
			}
			var why *pace.BudgetError
			if err := count(b); !errors.As(err, &why) || !strings.Contains(why.Reason, what) || why.Try == "" {
				t.Errorf("%s at %q: %v", what, suffix, err)
			}
			if _, err := Open(path); suffix == "" && !errors.As(err, &why) {
				t.Errorf("%s: %v", what, err)
			}
			if _, err := os.Lstat(filepath.Join(filepath.Dir(path), "target")); err == nil {
				t.Errorf("%s at %q was followed", what, suffix)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "budget")
	b := mustOpen(t, path)
	write(t, b, "1")
	if err := os.Link(path, path+".2"); err != nil {
		t.Fatal(err)
	}
	if err := count(b); !errors.As(err, new(*pace.BudgetError)) || !strings.Contains(err.Error(), "a hard link") {
		t.Error(err)
	}
}

// TestPermissions: a new file is its owner's alone, one that is there keeps its permissions, and its lock has the same.
func TestPermissions(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "budget")
	b := mustOpen(t, path)
	write(t, b, "1")
	check := func(name string, want os.FileMode) {
		t.Helper()
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	check(path, 0o600)
	check(path+".lock", 0o600)
	os.Remove(path + ".lock")
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	write(t, b, "2")
	check(path, 0o640)
	check(path+".lock", 0o640)
}

// TestNoRight: what this process may not write to is lasting trouble, and so is a directory that goes away.
func TestNoRight(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "dir")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	b := mustOpen(t, filepath.Join(dir, "budget"))
	os.Remove(dir)
	if err := count(b); !errors.As(err, new(*pace.BudgetError)) {
		t.Error(err)
	}
	if os.Geteuid() == 0 {
		t.Skip("root may write to everything")
	}
	if err := os.Mkdir(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if err := count(b); !errors.As(err, new(*pace.BudgetError)) {
		t.Error(err)
	}
}

// TestStopped: a process that is stopped at any moment, and killed, is no trouble that lasts.
func TestStopped(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "budget")
	b := mustOpen(t, path)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "BUDGET_TEST_ADDRESS="+path, "BUDGET_TEST_COUNT=1000000000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	for counted(t, b) < 10 {
	}
	cmd.Process.Signal(syscall.SIGSTOP)
	err := count(b) // whether it had the lock is chance
	cmd.Process.Kill()
	cmd.Wait()
	if errors.As(err, new(*pace.BudgetError)) {
		t.Error(err)
	}
	if err := count(b); err != nil {
		t.Error(err)
	}
}

// TestWhatLasts: what passes by itself is no lasting trouble: a full disk, files that this process may not open just now.
func TestWhatLasts(t *testing.T) {
	t.Parallel()
	for errno, lasts := range map[syscall.Errno]bool{
		syscall.ENOSPC: false, syscall.EDQUOT: false, syscall.EMFILE: false, syscall.ENFILE: false, syscall.EIO: false, syscall.ENOLCK: false, syscall.ESTALE: false,
		syscall.EACCES: true, syscall.EPERM: true, syscall.EROFS: true, syscall.ENOENT: true, syscall.ENOTDIR: true, syscall.ENOSYS: true, syscall.EOPNOTSUPP: true,
	} {
		err := fileError(&os.PathError{Op: "open", Path: "budget", Err: errno})
		if is := errors.As(err, new(*refusal)); is != lasts || !strings.Contains(err.Error(), errno.Error()) {
			t.Errorf("%v lasts: %v", err, is)
		}
	}
}

// TestRedisStopped: a server that is stopped keeps everybody waiting, and goes on with what it held.
func TestRedisStopped(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	b := mustOpen(t, "redis://"+r.address+"/meetbatch")
	write(t, b, "1")
	r.cmd.Process.Signal(syscall.SIGSTOP)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	err := b.Update(ctx, func([]byte, time.Duration) ([]byte, error) { return []byte("2"), nil })
	r.cmd.Process.Signal(syscall.SIGCONT)
	if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, new(*pace.BudgetError)) || !strings.Contains(err.Error(), "does not answer") {
		t.Error(err)
	}
	if got := string(look(t, b)); got != "1" {
		t.Error(got)
	}
}
