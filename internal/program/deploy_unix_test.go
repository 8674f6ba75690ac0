//go:build unix

package program

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestUnitNight is the command line of deploy/systemd/meetbatch@.service through two nights, as a service manager gives it:
// the same again for one export says how its run ended, whatever the clock says, and a new export has a run of its own.
func TestUnitNight(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "acme.env"), []byte("MEETBATCH_ENDPOINT="+service(t)+"\nMEETBATCH_RATE=100/1s\n"))
	script := unitCommand(t, filepath.Join(dir, "acme.env"))
	start := func(want int) {
		t.Helper()
		cmd := exec.Command("/bin/sh", "-c", script)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "MEETBATCH_TOKEN=sandbox")
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != want {
			t.Fatalf("exit code %d, want %d\n%s", code, want, out)
		}
	}
	export := func(at time.Time, accounts ...string) {
		path := filepath.Join(dir, "leavers.csv")
		write(t, path, []byte("account\n"+strings.Join(accounts, "\n")+"\n"))
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	runs := func(want ...string) {
		t.Helper()
		entries, _ := os.ReadDir(filepath.Join(dir, "runs"))
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		if strings.Join(names, " ") != strings.Join(want, " ") {
			t.Errorf("runs are %q, want %q", names, want)
		}
	}

	start(3) // there is no export
	runs()
	export(time.Date(2026, 11, 30, 23, 58, 0, 0, time.UTC), "a@corp.example", "missing@corp.example")
	start(1)
	start(1)
	runs("leavers-20261130T235800Z")
	export(time.Date(2026, 12, 1, 23, 58, 0, 0, time.UTC), "b@corp.example")
	start(0)
	start(0)
	runs("leavers-20261130T235800Z", "leavers-20261201T235800Z")
}

// unitCommand is the script of the unit's ExecStart after systemd's rules for continued lines, specifiers and dollars, with
// another profile.
func unitCommand(t *testing.T, profile string) string {
	unit := strings.ReplaceAll(string(read(t, "deploy/systemd/meetbatch@.service")), "\\\n", " ")
	m := regexp.MustCompile(`(?m)^ExecStart=/bin/sh -c '([^']*)'$`).FindStringSubmatch(unit)
	if m == nil {
		t.Fatal("ExecStart is not /bin/sh -c '…'")
	}
	return strings.NewReplacer("%%", "%", "%i", profile, "$$", "$").Replace(m[1])
}
