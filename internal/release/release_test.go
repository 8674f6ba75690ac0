package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestRefused: what is not as it was committed, and a folder that holds something, are refused before anything is built, in one line.
func TestRefused(t *testing.T) {
	needGit(t)
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("dpkg-deb is missing")
	}
	clone := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("git", append([]string{"-C", clone, "-c", "user.name=n", "-c", "user.email=e@example.org"}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q")
	os.WriteFile(filepath.Join(clone, "README.md"), []byte("text\n"), 0o644)
	git("add", "-A")
	git("commit", "-qm", "first")
	t.Chdir(clone)
	full := t.TempDir()
	os.WriteFile(filepath.Join(full, "old.deb"), nil, 0o644)
	work := t.TempDir()
	t.Setenv("TMPDIR", work)
	ctx, cancel := context.WithCancel(t.Context())
	refused := func(out, want string) {
		t.Helper()
		if err := release(ctx, out); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("release says %v, want %s", err, want)
		}
	}
	refused(full, full+" is not empty: it holds old.deb")
	refused("dist", "git ls-files finds nothing by") // as committed, and no clone of the program
	os.WriteFile("stray.txt", nil, 0o644)
	refused("dist", "stray.txt is not as it was committed")
	os.Remove("stray.txt")
	git("config", "status.showUntrackedFiles", "no")
	os.MkdirAll("stray", 0o755)
	os.WriteFile("stray/stray.go", nil, 0o644)
	refused("dist", "stray/stray.go is not as it was committed")
	os.RemoveAll("stray")
	os.WriteFile("README.md", []byte("other text\n"), 0o644)
	refused("dist", "README.md is not as it was committed")
	refused("README.md", "README.md: not a directory")
	refused("README.md/dist", "README.md")
	cancel()
	refused("dist", "interrupted")
	t.Setenv("PATH", work)
	ctx = t.Context()
	refused("dist", `"git": executable file not found`)
	if left, err := os.ReadDir(work); len(left) > 0 || err != nil {
		t.Errorf("releases that were refused leave %v, %v", left, err)
	}
	if left, err := os.ReadDir(clone); len(left) != 2 || err != nil { // .git, README.md
		t.Errorf("releases that were refused leave %v in the clone, %v", left, err)
	}
}

// TestClaim: a folder that is empty may be there, and where it is a link to one, that one is meant.
func TestClaim(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	os.Mkdir(filepath.Join(dir, "empty"), 0o755)
	if err := errors.Join(err, os.Symlink("empty", filepath.Join(dir, "link"))); err != nil {
		t.Skip(err)
	}
	for out, want := range map[string]string{"link": "empty", "new/dist/": "new/dist"} {
		to, beside, err := claim(dir + "/" + out)
		if err == nil {
			err = errors.Join(os.Mkdir(filepath.Join(beside, "whole"), 0o755), os.Rename(filepath.Join(beside, "whole"), to))
		}
		if want = filepath.Join(dir, want); err != nil || to != want || filepath.Dir(beside) != filepath.Dir(want) {
			t.Errorf("of %s is claimed %s, beside it %s, %v", out, to, beside, err)
		}
	}
}

// TestInterrupted: a command is asked to stop, and may tidy up.
func TestInterrupted(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil || runtime.GOOS == "windows" {
		t.Skip("sh, or its signals, are missing")
	}
	t.Chdir(t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for _, err := os.Stat("begun"); err != nil; _, err = os.Stat("begun") {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	_, err := run(ctx, nil, "sh", "-c", "trap 'rm begun; exit 1' INT; >begun; while :; do sleep 0.01; done")
	if _, left := os.Stat("begun"); err == nil || left == nil {
		t.Errorf("a command that was interrupted says %v, and has not tidied up: %v", err, left == nil)
	}
}

// TestEnv: what someone wrote down for their own builds is not in those of a release, but where modules come from is.
func TestEnv(t *testing.T) {
	env := filepath.Join(t.TempDir(), "env")
	os.WriteFile(env, []byte("GOFLAGS=-tags=mine\nGOPROXY=http://127.0.0.1:1\nGOAMD64=v3\n"), 0o644)
	for _, name := range []string{"GOFLAGS", "GOPROXY", "GOAMD64"} {
		t.Setenv(name, "")
	}
	t.Setenv("GOENV", env)
	m := &maker{ctx: t.Context()}
	if err := m.settle(); err != nil {
		t.Fatal(err)
	}
	got, err := run(m.ctx, m.env(targets[0]), "go", "env", "GOFLAGS", "GOPROXY", "GOAMD64")
	if want := "\nhttp://127.0.0.1:1\nv1\n"; err != nil || string(got) != want {
		t.Errorf("a build's settings are %q, %v, want %q", got, err, want)
	}
}

// TestCommitted: what is published is what was committed, also where git gave a clone other line ends.
func TestCommitted(t *testing.T) {
	needGit(t)
	t.Chdir(t.TempDir())
	os.WriteFile("trial.sh", []byte("true\r\n"), 0o755)
	for _, args := range []string{"init -q", "-c core.autocrlf=true add .", "-c user.name=n -c user.email=e@example.org commit -qm first", "config core.autocrlf true", "status --porcelain"} {
		if out, err := exec.Command("git", strings.Fields(args)...).CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args, err, out)
		}
	}
	files, err := (&maker{ctx: t.Context()}).committed("*.sh")
	if err != nil || len(files) != 1 || string(files[0].data) != "true\n" {
		t.Errorf("committed is %v, %v", files, err)
	}
}

// TestContents: an archive holds what its README names, at the same paths, and what of that is in a package has one place there.
func TestContents(t *testing.T) {
	needGit(t)
	t.Chdir(filepath.Join("..", ".."))
	m := &maker{ctx: t.Context()}
	if err := m.read(); err != nil {
		t.Fatal(err)
	}
	var names []string
	places := map[string]string{}
	for _, f := range append(m.texts, m.recipes...) {
		names = append(names, f.name)
		if to := place(f.name); to != "" && places[to] != "" {
			t.Errorf("%s and %s are both %s", places[to], f.name, to)
		} else if to != "" {
			places[to] = f.name
		}
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	all := "\n" + strings.Join(names, "\n")
	for _, path := range regexp.MustCompile(`\b(testdata|deploy)/[a-z0-9./@_-]*[a-z]`).FindAllString(string(readme), -1) {
		if !strings.Contains(all, "\n"+path) {
			t.Errorf("README.md names %s, which is in no archive", path)
		}
	}
	for name, want := range map[string]string{
		"deploy/systemd/meetbatch@.timer":   "usr/lib/systemd/system/meetbatch@.timer",
		"deploy/systemd/meetbatch.sysusers": "usr/lib/sysusers.d/meetbatch.conf",
		"deploy/systemd/acme.env":           "usr/share/doc/meetbatch/examples/acme.env",
		"deploy/slurm/trial.sh":             "usr/share/doc/meetbatch/examples/slurm/trial.sh",
		"testdata/rooms.csv":                "usr/share/doc/meetbatch/examples/rooms.csv",
		"CHANGELOG.md":                      "usr/share/doc/meetbatch/CHANGELOG.md",
		"LICENSE":                           "",
		"deploy/debian/trial.sh":            "",
		"completions/meetbatch.ps1":         "",
		"completions/_meetbatch":            "usr/share/zsh/vendor-completions/_meetbatch",
		"deploy/debian/lintian-overrides":   "usr/share/lintian/overrides/meetbatch",
	} {
		if got := place(name); got != want {
			t.Errorf("place(%s) = %q, want %q", name, got, want)
		}
	}
}

func needGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is missing")
	}
}
