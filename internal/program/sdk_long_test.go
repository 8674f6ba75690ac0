//go:build long

package program

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"meetbatch/internal/sandbox"
)

// TestLongSDK: the vendor's own client gets through the calls of the sandbox. It is a module of its own, since the program
// has no use for it, and large.
func TestLongSDK(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	tool := func(args ...string) ([]byte, error) {
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = filepath.Join("testdata", "sdk")
		return cmd.CombinedOutput()
	}
	if out, err := tool("mod", "download"); err != nil {
		t.Skipf("github.com/huaweicloud/huaweicloud-sdk-go-v3 cannot be fetched: %v\n%s", err, out)
	}
	client := filepath.Join(t.TempDir(), "sdk.exe") // a name that every system runs
	if out, err := tool("build", "-o", client, "."); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	handler := sandbox.New(sandbox.Settings{User: sandbox.User{Account: "sandbox", Password: "sandbox-password"}})
	handler.NameExample()
	server, err := sandbox.Start(handler, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	cmd := exec.CommandContext(ctx, client)
	cmd.Env = append(os.Environ(), "SANDBOX="+server.URL)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
