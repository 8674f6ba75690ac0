//go:build !windows

package program

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"meetbatch/report"
)

// plants are what somebody may put in the place of a file, each with what is said of it; victim is a file that is not to
// be touched.
var plants = map[string]struct {
	make func(path, victim string) error
	is   string
}{
	"link":      {func(path, victim string) error { return os.Symlink(victim, path) }, "a link"},
	"dangling":  {func(path, victim string) error { return os.Symlink(victim+"-2", path) }, "a link"},
	"device":    {func(path, _ string) error { return os.Symlink("/dev/zero", path) }, "a link"},
	"pipe":      {func(path, _ string) error { return syscall.Mkfifo(path, 0o666) }, "a named pipe"},
	"directory": {func(path, _ string) error { return os.Mkdir(path, 0o777) }, "a directory"},
	"socket":    {func(path, _ string) error { return listen(path) }, "a socket"},
}

// listen leaves a socket at a path, which may be longer than the name of a socket.
func listen(path string) error {
	short, err := os.MkdirTemp("", "")
	if err != nil {
		return err
	}
	defer os.RemoveAll(short)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(short, "s"), Net: "unix"})
	if err != nil {
		return err
	}
	l.SetUnlinkOnClose(false)
	return errors.Join(l.Close(), os.Rename(filepath.Join(short, "s"), path))
}

// TestPlanted: whatever stands in the place of a file of a run, no command follows it, waits for it or writes to it; it is
// refused in words by all that need it.
func TestPlanted(t *testing.T) {
	notShort(t)
	t.Parallel()
	base := t.TempDir()
	stopped, finished, bare := filepath.Join(base, "stopped"), filepath.Join(base, "finished"), filepath.Join(base, "bare")
	input, url := filepath.Join(base, "rooms.csv"), service(t)
	write(t, input, []byte("account,vmr_id\nmissing-1,ff8080816b9ec3ab016ba125aca20083\nmissing-2,ff8080816b9ec3ab016ba125aca20084\n"))
	wantCode(t, 4, "reclaim", "--yes", "--endpoint", url, "--max-failures", "1", "--workers", "1", "--out", stopped, input)
	wantCode(t, 1, "reclaim", "--yes", "--endpoint", url, "--rate", "none", "--out", finished, input)
	export := filepath.Join(base, "export.csv") // it is gone when the run is verified, and was not kept
	write(t, export, read(t, input))
	wantCode(t, 1, "reclaim", "--yes", "--endpoint", url, "--rate", "none", "--no-keep-input", "--out", bare, export)
	if err := os.Remove(export); err != nil {
		t.Fatal(err)
	}
	cases := -1
	for _, test := range []struct {
		command []string // RUN stands for the directory
		run     string
		looksAt string // the files that it needs
	}{
		{[]string{"resume", "--yes", "RUN"}, stopped, ".lock run.json results.csv requests.csv failed.csv report.html input.csv.zst input.csv"},
		{[]string{"resume", "--yes", "RUN"}, finished, "run.json"},
		{[]string{"verify", "RUN"}, finished, "run.json results.csv requests.csv failed.csv input.csv.zst"},
		{[]string{"verify", "RUN"}, bare, "run.json results.csv requests.csv failed.csv"},
		{[]string{"reclaim", "--yes", "--endpoint", url, "--dry-run", "--skip-succeeded", "RUN", input}, finished, "run.json results.csv"},
		{[]string{"reclaim", "--yes", "--endpoint", url, "--out", "RUN", input}, "", ".lock"},
	} {
		for _, name := range []string{".lock", "run.json", "results.csv", "requests.csv", "failed.csv", "report.html", "input.csv.zst", "input.csv"} {
			for _, kind := range slices.Sorted(maps.Keys(plants)) {
				plant := plants[kind]
				if cases++; !long && cases%13 > 0 { // a sample has each command, file and kind
					continue
				}
				t.Run(fmt.Sprintf("%s %s %s", test.command[0], name, kind), func(t *testing.T) {
					t.Parallel()
					dir := t.TempDir()
					run, victim := filepath.Join(dir, "run"), filepath.Join(dir, "victim")
					copyOf(t, test.run, run)
					write(t, victim, []byte("precious"))
					path := filepath.Join(run, name)
					os.Remove(path)
					if err := plant.make(path, victim); err != nil {
						t.Fatal(err)
					}
					before, _ := os.Lstat(path)
					said, code := says(t, replaceRun(test.command, run)...)
					after, err := os.Lstat(path)
					if err != nil || after.Mode() != before.Mode() {
						t.Errorf("what stood there is %v now, %v", after, err)
					}
					isRefusal := func(name string) bool { return name == report.RefusedFile }
					if left := slices.DeleteFunc(names(t, dir), isRefusal); !slices.Equal(left, []string{"run", "victim"}) || string(read(t, victim)) != "precious" {
						t.Errorf("it was followed: %v", left)
					}
					needs := slices.Contains(strings.Fields(test.looksAt), name)
					if words := fmt.Sprintf("%s is %s, and no file of a run", path, plant.is); needs && (!strings.Contains(said, words) || code != 7 && code != 3) {
						t.Errorf("exit code %d: %s", code, said)
					}
				})
			}
		}
	}
}

// TestHardLink: a table that has another name too is not written to.
func TestHardLink(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	run, input := filepath.Join(base, "run"), filepath.Join(base, "rooms.csv")
	write(t, input, []byte("account,vmr_id\nmissing-1,ff8080816b9ec3ab016ba125aca20083\nmissing-2,ff8080816b9ec3ab016ba125aca20084\n"))
	wantCode(t, 4, "reclaim", "--yes", "--endpoint", service(t), "--max-failures", "1", "--workers", "1", "--out", run, input)
	journal, backup := filepath.Join(run, "requests.csv"), filepath.Join(base, "backup")
	if err := os.Link(journal, backup); err != nil {
		t.Fatal(err)
	}
	was := string(read(t, backup))
	if said, code := says(t, "resume", "--yes", run); code != 7 || !strings.Contains(said, journal+" is a hard link, and no file of a run") {
		t.Errorf("exit code %d: %s", code, said)
	}
	if string(read(t, backup)) != was {
		t.Error("the file was written under its other name")
	}
}

// TestMask: the directory and its files can be read by their owner and group alone, less what umask takes, and a file that
// is replaced keeps what its owner took away.
func TestMask(t *testing.T) {
	t.Parallel()
	for mask, want := range map[string][2]fs.FileMode{"000": {0o750, 0o640}, "022": {0o750, 0o640}, "077": {0o700, 0o600}} {
		base := t.TempDir()
		input, run := filepath.Join(base, "rooms.csv"), filepath.Join(base, "runs", "1")
		write(t, input, []byte("account,vmr_id\nmissing-1,ff8080816b9ec3ab016ba125aca20083\nmissing-2,ff8080816b9ec3ab016ba125aca20084\n"))
		masked := func(args ...string) {
			cmd := exec.Command("sh", append([]string{"-c", `umask ` + mask + `; exec meetbatch "$@"`, "sh"}, args...)...)
			cmd.Env, cmd.Dir = append(os.Environ(), "MEETBATCH_TOKEN=sandbox"), base
			cmd.Run() // what it came to shows in the files
		}
		modes := func(dir, file fs.FileMode) {
			t.Helper()
			for path, want := range map[string]fs.FileMode{filepath.Dir(run): dir, run: dir} {
				if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
					t.Errorf("umask %s: %s has %v, %v, want %v", mask, path, info.Mode(), err, want)
				}
			}
			for _, name := range []string{".lock", "run.json", "results.csv", "requests.csv", "failed.csv", "input.csv.zst"} {
				if info, err := os.Stat(filepath.Join(run, name)); err != nil || info.Mode().Perm() != file {
					t.Errorf("umask %s: %s has %v, %v, want %v", mask, name, info.Mode(), err, file)
				}
			}
		}
		masked("reclaim", "--yes", "--endpoint", service(t), "--max-failures", "1", "--workers", "1", "--out", run, input)
		modes(want[0], want[1])
		for _, name := range names(t, run) {
			if err := os.Chmod(filepath.Join(run, name), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		masked("resume", "--yes", "--max-failures", "100%", run)
		modes(want[0], 0o600)

		base = t.TempDir() // the program finds a name
		masked("reclaim", "--yes", "--endpoint", service(t), "--rate", "none", input)
		found, err := filepath.Glob(filepath.Join(base, "runs", "reclaim-*"))
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		run = found[0]
		modes(want[0], want[1])
	}
}

// says runs the program, which has to end within a time, and gives what it says and its exit code.
func says(t *testing.T, args ...string) (string, int) {
	t.Helper()
	cmd := exec.Command("meetbatch", args...)
	cmd.Env = append(os.Environ(), "MEETBATCH_TOKEN=sandbox", "GORACE=atexit_sleep_ms=0")
	killer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer killer.Stop()
	out, _ := cmd.CombinedOutput()
	return string(out), cmd.ProcessState.ExitCode()
}

// copyOf copies a run directory, or makes an empty one where from is "".
func copyOf(t *testing.T, from, to string) {
	t.Helper()
	err := os.Mkdir(to, 0o777)
	if err == nil && from != "" {
		err = os.CopyFS(to, os.DirFS(from))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func replaceRun(args []string, run string) []string {
	args = slices.Clone(args)
	args[slices.Index(args, "RUN")] = run
	return args
}

// names lists a directory.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}
