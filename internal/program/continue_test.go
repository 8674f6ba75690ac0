package program

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"meetbatch/report"
)

// TestContinueTogether: of several that give the same command with --continue at the same moment one has the run, whatever
// was there before, and the others are told that it is under way.
func TestContinueTogether(t *testing.T) {
	t.Parallel()
	dir, url := t.TempDir(), service(t)
	input := filepath.Join(dir, "rooms.csv")
	write(t, input, []byte("account,vmr_id\nwei@example,ff8080816b9ec3ab016ba125aca20081\nmin@example,ff8080816b9ec3ab016ba125aca20082\nfang@example,ff8080816b9ec3ab016ba125aca20083\n"))
	args := func(run string, rate string) []string {
		return []string{"reclaim", "--continue", "--endpoint", url, "--yes", "--rate", rate, "--out", run, input}
	}
	for _, was := range sample([]string{"nothing", "empty", "stopped", "unread"}, 2) {
		run := filepath.Join(dir, was)
		switch was {
		case "empty":
			if err := os.Mkdir(run, 0o777); err != nil {
				t.Fatal(err)
			}
		case "stopped":
			wantCode(t, 5, append(args(run, "6/1m"), "--until", "500ms")...)
		case "unread":
			unread(t, run, args(run, "none"))
		}
		together(t, args(run, "1/1m"))
		wantCode(t, 0, args(run, "none")...)
		wantCode(t, 0, "verify", run)
	}
}

// together starts one command several times at once, which is long under way, and wants one of them to have the run.
func together(t *testing.T, args []string) {
	t.Helper()
	type end struct{ process, code int }
	processes, ended := make([]*exec.Cmd, 4), make(chan end)
	for i := range processes {
		cmd := exec.Command("meetbatch", args...)
		cmd.Env = append(os.Environ(), "MEETBATCH_TOKEN=sandbox", "GORACE=atexit_sleep_ms=0")
		interruptible(cmd)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		processes[i] = cmd
		go func() {
			cmd.Wait()
			ended <- end{i, cmd.ProcessState.ExitCode()}
		}()
	}
	for range len(processes) - 1 {
		e := <-ended
		if processes[e.process] = nil; e.code != 6 {
			t.Errorf("%s: exit code %d of one that has not the run", args[len(args)-2], e.code)
		}
	}
	reaches(t, args[len(args)-2], report.Running)
	for _, cmd := range processes {
		if cmd != nil {
			interrupt(cmd.Process)
		}
	}
	if e := <-ended; e.code != 5 {
		t.Errorf("%s: exit code %d of the one that has the run", args[len(args)-2], e.code)
	}
}

// unread makes the directory of a run that was killed while it read its input.
func unread(t *testing.T, run string, args []string) {
	t.Helper()
	cmd := exec.Command("meetbatch", append(slices.Clone(args[:len(args)-1]), "-")...)
	cmd.Env = append(os.Environ(), "MEETBATCH_TOKEN=sandbox")
	input, err := cmd.StdinPipe() // which stays open
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer input.Close()
	reaches(t, run, report.Planning)
	cmd.Process.Kill()
	cmd.Wait()
}

// reaches waits until a run has come to a state.
func reaches(t *testing.T, run string, state report.State) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if is, err := report.ReadRun(run); err == nil && is.State == state {
			return
		}
	}
	t.Fatalf("%s is never %s", run, state)
}
