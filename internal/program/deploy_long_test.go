//go:build long

package program

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestLongManifests holds the recipes for Kubernetes and Docker Compose against their own code: see testdata/deploy. That is a
// module of its own, since the program has no use for it, and so large that it takes minutes to build.
func TestLongManifests(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
	defer cancel()
	tool := func(args ...string) ([]byte, error) {
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = filepath.Join("testdata", "deploy")
		return cmd.CombinedOutput()
	}
	if out, err := tool("mod", "download", "k8s.io/kubernetes", "github.com/compose-spec/compose-go/v2"); err != nil {
		t.Skipf("k8s.io/kubernetes or compose-go cannot be fetched: %v\n%s", err, out)
	}
	checker := filepath.Join(t.TempDir(), "deploy.exe") // a name that every system runs
	if out, err := tool("build", "-o", checker, "."); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.CommandContext(ctx, checker, "deploy").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
	for _, want := range []string{"CronJob meetbatch-acme would be created", "Job meetbatch-march would be created", `--shard \"$((JOB_COMPLETION_INDEX + 1))/4\"`, `"--out" "/data/runs/NAME-OF-JOB"`, "service leavers is understood"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
}
