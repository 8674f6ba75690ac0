//go:build unix

package program

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"meetbatch/internal/sandbox"
)

// TestFewFiles: a process that may open few files has as many workers as there can be connections, and ends as it should;
// with fewer it is refused in words, and leaves nothing.
func TestFewFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	input, logFile := filepath.Join(dir, "rooms.csv"), filepath.Join(dir, "log")
	rows := writeRooms(t, input, 200)
	log, err := os.Create(logFile)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	server, err := sandbox.Start(sandbox.New(sandbox.Settings{Token: "sandbox", Log: log}), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	limited := func(files int, args ...string) (code int, stderr string) {
		cmd := exec.Command("sh", append([]string{"-c", fmt.Sprintf(`ulimit -n %d; exec meetbatch "$@"`, files), "sh"}, args...)...)
		cmd.Env = append(os.Environ(), "MEETBATCH_TOKEN=sandbox", "GORACE=atexit_sleep_ms=0")
		text, _ := cmd.CombinedOutput()
		return cmd.ProcessState.ExitCode(), string(text)
	}
	for i, where := range [][]string{{"--endpoint", server.URL}, {"--sandbox"}} {
		run := filepath.Join(dir, fmt.Sprint("run", i))
		args := append([]string{"reclaim", "--yes", "--rate", "none", "--workers", "256", "--out", run, input}, where...)
		if code, text := limited(20, args...); code != 3 || !strings.Contains(text, "and a run with one worker takes 20\nhint: raise the limit of open files: ulimit -n") {
			t.Errorf("with 20 files: exit code %d: %s", code, text)
		}
		code, text := limited(40, args...)
		if code != 1 || !strings.Contains(text, " of 256 workers (ulimit -n") || strings.Contains(text, "out of reach") || strings.Contains(text, "too many") {
			t.Errorf("with 40 files: exit code %d: %s", code, text)
		}
		if code, text := limited(40, "verify", run); code != 0 || !strings.Contains(text, fmt.Sprintf("%d,%03d rows", rows/1000, rows%1000)) {
			t.Errorf("verify: exit code %d: %s", code, text)
		}
	}
	if repeated, err := compare(filepath.Join(dir, "run0"), logFile); err != nil || repeated > 0 {
		t.Errorf("%d requests repeated, %v", repeated, err)
	}
}
