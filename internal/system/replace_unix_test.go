//go:build !windows

package system_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"meetbatch/internal/system"
)

// TestOwner: a file that is replaced keeps its owner, and what root makes anew belongs to the owner of the directory.
func TestOwner(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("nobody but root gives files away")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chown(path, 1234, 4321), os.Chown(dir, 2345, 5432)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"file", "new"} {
		r, err := system.Replace(filepath.Join(dir, name), system.Perm)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"file", "opened"} {
		f, err := system.Open(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR, system.Perm)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	for name, want := range map[string]string{"file": "user 1234", "new": "user 2345", "opened": "user 2345"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || system.Owner(info) != want {
			t.Errorf("%s belongs to %s, %v, want %s", name, system.Owner(info), err, want)
		}
	}
}

// TestPermissions: a file keeps stricter ones than Perm, and no others.
func TestPermissions(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	for had, want := range map[os.FileMode]os.FileMode{0o600: 0o600, 0o640: 0o640, 0o666: 0o640, 0o444: 0o440, 0o755: 0o640} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, had); err != nil {
			t.Fatal(err)
		}
		r, err := system.Replace(path, system.Perm)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Commit(); err != nil {
			t.Fatal(err)
		}
		if got, err := os.Stat(path); err != nil || got.Mode() != want {
			t.Errorf("a file of %v is replaced by one of %v, want %v", had, got.Mode(), want)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}
