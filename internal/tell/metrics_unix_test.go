//go:build unix

package tell

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestMetricsFile: node_exporter can read the file whatever umask says and whatever it was before, and a link in its place is
// not followed. It runs alone, since umask is the process's.
func TestMetricsFile(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	dir := t.TempDir()
	m := Metrics{filepath.Join(dir, "m.prom")}
	for range 2 {
		if err := m.Write(at(100, "status", 0), time.Now()); err != nil {
			t.Fatal(err)
		}
		info, err := os.Lstat(m.Path)
		if err != nil || info.Mode() != 0o644 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
		os.Chmod(m.Path, 0o600)
	}
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("as it was"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := Metrics{filepath.Join(dir, "link.prom")}
	if err := os.Symlink(secret, link.Path); err != nil {
		t.Fatal(err)
	}
	if err := link.Write(at(100, "status", 0), time.Now()); err == nil {
		t.Error("a link was taken for a file")
	}
	if text, _ := os.ReadFile(secret); string(text) != "as it was" {
		t.Errorf("what the link names: %s", text)
	}
}
