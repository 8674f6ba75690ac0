//go:build long

package cli

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestLongPingHangs: an address that takes everything and answers nothing delays the end of a run by ten seconds at most.
func TestLongPingHangs(t *testing.T) {
	t.Parallel()
	deaf, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "accounts.csv")
	if err := os.WriteFile(file, []byte("account\nwei@example\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	start := time.Now()
	args := []string{"status", "--to", "disabled", "--sandbox", "--rate", "none", "--out", filepath.Join(dir, "run"), "--ping", "http://" + deaf.Addr().String() + "/s3cret", file}
	code := Run(t.Context(), args, nil, nil, &said, &said)
	took := time.Since(start)
	if code != 0 || took < 5*time.Second || took > 12*time.Second || strings.Count(said.String(), ": no answer within 5s\n") != 1 || strings.Contains(said.String(), "s3cret") {
		t.Errorf("exit code %d after %s: %s", code, took, said.String())
	}
}
