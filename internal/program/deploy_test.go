package program

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestUnits: systemd understands the units of deploy/systemd, and has little to say against what the service may do. Nothing
// is started.
func TestUnits(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is missing")
	}
	units, _ := filepath.Glob("deploy/systemd/meetbatch@.*")
	if len(units) != 2 {
		t.Fatalf("the units are %q, and there should be a service and a timer", units)
	}
	dir := t.TempDir() // the timer is looked at with its service beside it
	for _, unit := range units {
		write(t, filepath.Join(dir, filepath.Base(unit)), read(t, unit))
	}
	for _, args := range [][]string{
		{"verify", "--man=no", filepath.Join(dir, "meetbatch@.service")},
		{"verify", "--man=no", filepath.Join(dir, "meetbatch@.timer")},
		{"security", "--offline=yes", "--threshold=15", "--no-pager", filepath.Join(dir, "meetbatch@.service")},
	} {
		out, err := exec.Command(analyze, args...).CombinedOutput()
		if warned := args[0] == "verify" && strings.Contains(string(out), "meetbatch@"); err != nil || warned {
			t.Errorf("systemd-analyze %v: %v\n%s", args, err, out)
		}
	}
}

// TestDeployFlags: what the recipes of deploy say to meetbatch are flags that it has.
func TestDeployFlags(t *testing.T) {
	t.Parallel()
	ofOthers := slices.Concat([]string{"save", "appendonly", "protected-mode"}, // Valkey
		[]string{"job-name", "array", "requeue", "open-mode", "signal", "time"}, // sbatch
		[]string{"now", "failed", "from-file"})                                  // systemctl and kubectl
	flags, seen := append(flagNames(t), ofOthers...), 0
	eachRecipe(t, func(path, text string) {
		if strings.HasSuffix(path, "trial.sh") || filepath.Base(filepath.Dir(path)) == "debian" { // which run many programs, and are run themselves
			return
		}
		for _, m := range regexp.MustCompile(`(?:^|\s|")--([a-z][a-z-]+)`).FindAllStringSubmatch(text, -1) {
			if seen++; !slices.Contains(flags, m[1]) {
				t.Errorf("%s names --%s, which no command has", path, m[1])
			}
		}
		for _, m := range regexp.MustCompile(`\bMEETBATCH_([A-Z_]+)`).FindAllStringSubmatch(text, -1) {
			name := strings.ReplaceAll(strings.ToLower(strings.TrimSuffix(m[1], "_FILE")), "_", "-")
			if seen++; !slices.Contains(append(flags, "app-id", "app-key", "token"), name) {
				t.Errorf("%s names MEETBATCH_%s, which no command has", path, m[1])
			}
		}
	})
	if seen < 50 {
		t.Errorf("only %d flags and variables were looked at", seen)
	}
}

// eachRecipe calls a function for each file of deploy.
func eachRecipe(t *testing.T, do func(path, text string)) {
	files := 0
	err := filepath.WalkDir("deploy", func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files++
			do(path, string(read(t, path)))
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("deploy: %d files, %v", files, err)
	}
}
