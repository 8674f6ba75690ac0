//go:build !windows

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestProfileFiles: a link is followed, as a mounted secret is one; nothing is waited for that is no file.
func TestProfileFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, link, pipe := filepath.Join(dir, "file.env"), filepath.Join(dir, "link.env"), filepath.Join(dir, "pipe.env")
	for _, err := range []error{
		os.WriteFile(file, []byte("MEETBATCH_TOKEN=s3cret\n"), 0o600),
		os.Symlink(file, link),
		syscall.Mkfifo(pipe, 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if p, err := loadProfile(link); err != nil || p.values["MEETBATCH_TOKEN"] != "s3cret" {
		t.Errorf("a link gives %v, %v", p.values, err)
	}
	if _, err := loadProfile(pipe); err == nil || !strings.HasSuffix(err.Error(), "pipe.env is no regular file") {
		t.Errorf("a pipe gives %v", err)
	}
	for mode, refused := range map[os.FileMode]bool{0o600: false, 0o640: false, 0o660: false, 0o604: true, 0o602: true, 0o666: true, 0o601: false} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := loadProfile(link); (err != nil) != refused {
			t.Errorf("mode %o gives %v", mode, err)
		}
	}
}
