package program

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"meetbatch/internal/sandbox"
)

// service starts a simulated service that ends with the test, and gives its address.
func service(t *testing.T) (url string) {
	server, err := sandbox.Start(sandbox.New(sandbox.Settings{Token: "sandbox"}), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server.URL
}

// wantCode runs the program and wants an exit code.
func wantCode(t *testing.T, want int, args ...string) {
	t.Helper()
	if code := meetbatch(t, time.Minute, args...); code != want {
		t.Fatalf("meetbatch %v: exit code %d, want %d", args, code, want)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
}

// meetbatch runs the program and kills it after a time. The exit code is -1 when that came to pass.
func meetbatch(t *testing.T, after time.Duration, args ...string) int {
	cmd := exec.Command("meetbatch", args...)
	cmd.Env = append(os.Environ(), "MEETBATCH_TOKEN=sandbox", "GORACE=atexit_sleep_ms=0")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := make(chan bool, 1)
	killer := time.AfterFunc(after, func() { killed <- cmd.Process.Kill() == nil })
	err := cmd.Wait()
	var exit *exec.ExitError
	switch {
	case !killer.Stop() && codeOf(cmd, <-killed) == -1:
		return -1
	case err == nil:
		return 0
	case errors.As(err, &exit):
		if code := exit.ExitCode(); code > 1 {
			t.Logf("meetbatch %v: exit code %d: %s", args, code, stderr.String())
		}
		return exit.ExitCode()
	}
	t.Fatal(err)
	return 0
}

// codeOf gives the exit code of a program that has ended, and -1 when it was killed. Windows has a code for what ends so too,
// which does not tell: there the kill counts, which is an error when the program had ended before.
func codeOf(cmd *exec.Cmd, killed bool) int {
	if killed && runtime.GOOS == "windows" {
		return -1
	}
	return cmd.ProcessState.ExitCode()
}

// truth gives the program testdata/truth, which is built once.
func truth(t *testing.T) string {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err) // so it is under wine
	}
	path, err := builtTruth()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var builtTruth = sync.OnceValues(func() (path string, err error) {
	path = filepath.Join(built, "truth.exe") // Windows starts no other
	if out, err := exec.Command("go", "build", "-o", path, "./testdata/truth").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// sample gives all cases in a long run, and so many of them otherwise, from first to last.
func sample[T any](all []T, few int) (some []T) {
	if long {
		return all
	}
	for i := range few {
		some = append(some, all[i*len(all)/few])
	}
	return some
}

// onlyLong skips a test of many processes that is about how much of something there is.
func onlyLong(t *testing.T) {
	t.Helper()
	if !long {
		t.Skip("run with -tags long")
	}
}

// notShort skips a test of many processes one after the other, which says nothing more with the race detector than the
// scripts do, and takes minutes with it.
func notShort(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts hundreds of processes")
	}
}
