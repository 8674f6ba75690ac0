package program

import (
	"bytes"
	"regexp"
	"testing"

	"meetbatch/internal/cli"
)

// TestReadmeVersion: the version that README installs is the one that the program has.
func TestReadmeVersion(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	cli.Run(t.Context(), []string{"--version"}, nil, nil, &out, &out)
	version := regexp.MustCompile(`^meetbatch (\d+\.\d+\.\d+)`).FindStringSubmatch(out.String())
	if version == nil {
		t.Fatalf("--version prints %q", out.String())
	}
	all := regexp.MustCompile(`meetbatch[-_ ](\d+\.\d+\.\d+)`).FindAllStringSubmatch(string(read(t, "README.md")), -1)
	for _, m := range all {
		if m[1] != version[1] {
			t.Errorf("README has %s, and this is %s", m[0], version[1])
		}
	}
	if len(all) < 5 {
		t.Errorf("README names a version %d times only", len(all))
	}
}
