//go:build long

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestLongTwice: two clones of what is committed, in two folders, give the same sums for everything. One of them is made under
// another umask, zone and language, and with settings of Go that a release must not take over.
func TestLongTwice(t *testing.T) {
	for _, program := range []string{"git", "dpkg-deb", "sha256sum"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is missing")
		}
	}
	var sums [2][]byte
	for i, set := range []string{"umask 022; export TZ=UTC", "umask 077; export TZ=Asia/Shanghai LC_ALL=zh_CN.UTF-8 GOFLAGS=-buildvcs=false CGO_ENABLED=1 MEETBATCH_RATE=7/1s"} {
		clone := filepath.Join(t.TempDir(), strings.Repeat("deeper/", i)+"clone")
		script := set + `; git clone -q ../.. "$1" && cd "$1" && go run ./internal/release && cd dist && sha256sum --quiet -c SHA256SUMS && ls | wc -l && cat SHA256SUMS`
		cmd := exec.Command("/bin/sh", "-c", script, "sh", clone)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		sums[i] = out
	}
	if !bytes.Equal(sums[0], sums[1]) {
		t.Errorf("two clones give\n%s\n%s", sums[0], sums[1])
	}
	if lines := strings.Split(strings.TrimSpace(string(sums[0])), "\n"); lines[0] != "10" || len(lines) != 10 { // six archives, two packages, a list; and the sums
		t.Errorf("made were %s", sums[0])
	}
	t.Logf("twice:\n%s", sums[0])
}
