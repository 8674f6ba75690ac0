//go:build !windows

package system_test

import (
	"os"
	"path/filepath"
	"testing"

	"meetbatch/internal/system"
)

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
