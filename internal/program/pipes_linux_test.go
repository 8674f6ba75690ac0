package program

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"meetbatch/internal/sandbox"
)

// TestDirectoryIsFile: what could be waited for, or has no end, is not read as what exists in the simulated service. It is
// refused before anything is made.
func TestDirectoryIsFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe, input, out := filepath.Join(dir, "pipe"), filepath.Join(dir, "rooms.csv"), filepath.Join(dir, "out")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Fatal(err)
	}
	write(t, input, []byte("account,vmr_id\na,ff8080816b9ec3ab016ba125aca20081\n"))
	for _, path := range []string{pipe, "/dev/zero", dir} {
		for _, args := range [][]string{{"reclaim", "--sandbox", "--out", out, "--directory", path, input}, {"sandbox", "--addr", "127.0.0.1:0", "--directory", path}} {
			if text, code := says(t, args...); code != 3 || !strings.Contains(text, path+" is no regular file") {
				t.Errorf("%q: exit code %d: %s", args, code, text)
			}
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a run directory was left")
	}
}

// TestLogPipe: where nobody reads the log of the simulated service, its answers and the signal that ends it do not wait.
func TestLogPipe(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Fatal(err)
	}
	if text, code := says(t, "sandbox", "--addr", "127.0.0.1:0", "--log", pipe); code != 3 || !strings.Contains(text, "nobody reads from this pipe: open "+pipe) {
		t.Errorf("without a reader: exit code %d: %s", code, text)
	}
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	said, saying, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	cmd, over := launch(t, nil, nil, saying, "sandbox", "--addr", "127.0.0.1:0", "--log", pipe)
	saying.Close()
	var url string
	if _, err := fmt.Fscanf(said, "sandbox listens on %s\n", &url); err != nil {
		t.Fatal(err)
	}
	entries, _ := json.Marshal(strings.Split(strings.Repeat("ff8080816b9ec3ab016ba125aca20081 ", 99)+"x", " "))
	client := &http.Client{Timeout: patience}
	for range 40 { // a pipe has room for some 20
		r, _ := http.NewRequest("POST", url+"/v1/usg/dcs/corp/vmr/recycle-from-member/a", bytes.NewReader(entries))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Access-Token", "sandbox")
		answer, err := client.Do(r)
		if err != nil || answer.StatusCode != 200 {
			t.Fatalf("%v %v", answer, err)
		}
		answer.Body.Close()
	}
	cmd.Process.Signal(syscall.SIGTERM)
	wantEnd(t, cmd, over, 2*time.Second+slow(), 7) // the log is not whole

	lines := json.NewDecoder(reader)
	for range 5 { // what was taken of it is
		var line sandbox.Line
		if err := lines.Decode(&line); err != nil || len(line.Entries) != 100 {
			t.Fatalf("%v, %d entries", err, len(line.Entries))
		}
	}
}
