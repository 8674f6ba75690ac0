//go:build !windows

package program

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestCrash: a crash of the program ends by SIGABRT, and by none of its exit codes; what Go prints then holds no secret,
// and no core file is left.
func TestCrash(t *testing.T) {
	t.Parallel()
	sent := make(chan struct{}, 1)
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		sent <- struct{}{}
		<-release
	}))
	defer server.Close()
	defer close(release)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "rooms.csv"), []byte("account,vmr_id\nwei,ff8080816b9ec3ab016ba125aca20082\n"))
	cmd := exec.Command("meetbatch", "reclaim", "--endpoint", server.URL, "--yes", "--out", "run", "rooms.csv")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "MEETBATCH_TOKEN=very-secret-token")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-sent:
	case <-time.After(10 * time.Second):
		t.Error("nothing was sent")
	}
	cmd.Process.Signal(syscall.SIGQUIT) // which Go's runtime takes for a crash
	cmd.Wait()
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !status.Signaled() || status.Signal() != syscall.SIGABRT || status.CoreDump() {
		t.Errorf("%v, core %v", cmd.ProcessState, status.CoreDump())
	}
	if !strings.Contains(stderr.String(), "goroutine") || strings.Contains(stderr.String(), "very-secret-token") {
		t.Errorf("it prints %.300s", stderr.String())
	}
	if cores, _ := filepath.Glob(filepath.Join(dir, "core*")); len(cores) > 0 {
		t.Errorf("it leaves %v", cores)
	}
}
