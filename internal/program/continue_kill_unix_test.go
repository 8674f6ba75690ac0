//go:build unix

package program

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"meetbatch/report"
)

// TestContinueKills gives the same command with --continue again and again, and kills its process group at moments drawn by
// chance, as a supervisor does whose machine goes away: no row is lost, none has two results or one that contradicts what the
// service did, and no more is repeated than was in flight.
func TestContinueKills(t *testing.T) {
	notShort(t)
	onlyLong(t)
	t.Parallel()
	killAndContinue(t, 1, 200, 5, true)
}

// killAndContinue takes a run on so many accounts through as many kills as it lasts, but no more than most. What it reads
// comes from a file, or by standard input: there the same again, or nothing where the run has kept it.
func killAndContinue(t *testing.T, seed uint64, accounts, most int, stream bool) (kills int) {
	const workers = 8
	dir := t.TempDir()
	input, run, logFile := filepath.Join(dir, "rooms.csv"), filepath.Join(dir, "run"), filepath.Join(dir, "log")
	rows := writeRooms(t, input, accounts)
	server := startTroubled(t, seed, logFile)

	file := input
	if stream {
		file = "-"
	}
	args := []string{"reclaim", "--continue", "--endpoint", server.URL, "--yes", "--rate", "none", "--workers", fmt.Sprint(workers),
		"--timeout", "200ms", "--attempts", "10", "--out", run, file}
	chance, now := rand.New(rand.NewPCG(seed, 2)), time.Now()
	inGroup(t, time.Minute, os.DevNull, []string{"list", dir})
	start := time.Since(now)  // of a process, on this machine
	began := map[string]int{} // by how far the run had come when it was killed
	code := -1
	for code == -1 || code == 6 { // a process may hold its lock for a moment after its group was killed
		given := input
		if was, err := report.ReadRun(run); stream && err == nil && was.Input.Kept != nil && chance.IntN(2) == 0 {
			given = os.DevNull
		}
		after := time.Duration(chance.Int64N(int64(start+start/2))) + time.Duration(chance.IntN(200))*time.Millisecond
		if kills == most {
			after = time.Minute
		}
		if code = inGroup(t, after, given, args); code == -1 {
			kills++
			state := report.State("nothing")
			if was, err := report.ReadRun(run); err == nil {
				state = was.State
			}
			began[string(state)]++
		}
	}
	if code != 1 { // finished; the rooms that are missing failed
		t.Fatalf("exit code %d", code)
	}
	before := read(t, logFile)
	wantCode(t, 0, "verify", run)
	if code := inGroup(t, time.Minute, os.DevNull, args); code != 1 {
		t.Errorf("of the run that is finished: exit code %d", code)
	}
	if string(read(t, logFile)) != string(before) {
		t.Error("the run that is finished asked the service")
	}
	repeated, err := compare(run, logFile)
	if err != nil {
		t.Error(err)
	}
	if repeated > kills*workers {
		t.Errorf("%d requests repeated after %d kills", repeated, kills)
	}
	if n := strings.Count(string(read(t, filepath.Join(run, "results.csv"))), "\n") - 1; n != rows {
		t.Errorf("%d results for %d rows", n, rows)
	}
	t.Logf("%s: %d rows, %d kills %v, %d requests repeated", file, rows, kills, began, repeated)
	return kills
}

// inGroup runs the program below a shell, with a file piped to its standard input, and kills the whole process group after a
// time. The exit code is -1 when that came to pass.
func inGroup(t *testing.T, after time.Duration, given string, args []string) int {
	cmd := exec.Command("sh", append([]string{"-c", `cat "$0" | meetbatch "$@"`, given}, args...)...)
	cmd.Env = append(os.Environ(), "MEETBATCH_TOKEN=sandbox", "GORACE=atexit_sleep_ms=0")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var stderr strings.Builder
	cmd.Stderr = &stderr // Wait waits until all of the group have let go of it
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killer := time.AfterFunc(after, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer killer.Stop()
	cmd.Wait() // its exit code says what came of it
	code := cmd.ProcessState.ExitCode()
	if code > 1 && code != 6 {
		t.Logf("meetbatch %v: exit code %d: %s", args, code, stderr.String())
	}
	return code
}
