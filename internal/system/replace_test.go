package system_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"meetbatch/internal/system"
)

func read(t *testing.T, path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// names lists a directory.
func names(t *testing.T, dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

// TestReplace: until Commit the old file stands, and afterwards nothing but the new one.
func TestReplace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	for _, text := range []string{"first", "second, which is longer", "3"} {
		before, _ := os.ReadFile(path)
		r, err := system.Replace(path, system.Perm)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if now, _ := os.ReadFile(path); string(now) != string(before) {
			t.Errorf("the file is %q before it is whole", now)
		}
		if !strings.HasPrefix(names(t, dir), system.ReplacementPrefix(path)) || system.ReplacementPrefix(path) != ".file-" {
			t.Errorf("the directory holds %s", names(t, dir))
		}
		if err := r.Commit(); err != nil {
			t.Fatal(err)
		}
		if err := r.Discard(); err != nil {
			t.Errorf("Discard after Commit = %v", err)
		}
		if got := read(t, path); got != text || names(t, dir) != "file" {
			t.Errorf("the file is %q in a directory of %s, want %q", got, names(t, dir), text)
		}
	}
}

// TestDiscard: the old file stands, and nothing is left of the new one, also where putting it in its place failed.
func TestDiscard(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	r, err := system.Replace(path, system.Perm)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Discard(); err != nil {
		t.Error(err)
	}
	if err := r.Discard(); err != nil {
		t.Errorf("Discard, once more = %v", err)
	}
	if got := read(t, path); got != "old" || names(t, dir) != "file" {
		t.Errorf("the file is %q in a directory of %s", got, names(t, dir))
	}

	full := filepath.Join(dir, "full")
	if err := os.MkdirAll(filepath.Join(full, "x"), 0o777); err != nil {
		t.Fatal(err)
	}
	var no *system.NotFileError
	if _, err = system.Replace(full, system.Perm); !errors.As(err, &no) {
		t.Errorf("Replace of a directory = %v, want a *NotFileError", err)
	}
	if r, err = system.Replace(path, system.Perm); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(path), os.Rename(full, path)); err != nil {
		t.Fatal(err)
	}
	if err := r.Commit(); err == nil {
		t.Error("a file takes the place of a directory")
	}
	if err := r.Discard(); err != nil {
		t.Error(err)
	}
	if names(t, dir) != "file" {
		t.Errorf("the directory holds %s", names(t, dir))
	}
	if _, err := system.Replace(filepath.Join(dir, "nowhere", "file"), system.Perm); err == nil {
		t.Error("there is a file in no directory")
	}
}

// TestSyncDir: a directory can be synced, and what is none cannot.
func TestSyncDir(t *testing.T) {
	t.Parallel()
	if err := system.SyncDir(t.TempDir()); err != nil {
		t.Error(err)
	}
	if err := system.SyncDir(filepath.Join(t.TempDir(), "nowhere")); err == nil && runtime.GOOS != "windows" {
		t.Error("a directory that is not there is synced")
	}
}
