//go:build unix

package program

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// hostile is a name that would set a terminal's title, ring its bell, forge a line and turn the direction of writing.
const hostile = "evil\x1b]0;owned\a\nerror: fake\r\u202eit's \\ x"

// TestHostileNames: wherever a path comes from, all of it shows in what is said of it, and the command to go on with holds
// it as a shell reads it.
func TestHostileNames(t *testing.T) {
	notShort(t)
	onlyLong(t)
	t.Parallel()
	url := service(t)
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	file, run := at(hostile+".csv"), at(hostile)
	write(t, file, []byte("account,vmr_id\na,missing\nb,1\n"))
	write(t, at(hostile+".txt"), []byte("no\x1bheader\n"))
	job := []string{"reclaim", "--any-id", "--yes", "--rate", "none", "--endpoint", url}
	for _, test := range []struct {
		code int
		env  string
		args []string
	}{
		{0, "", []string{"reclaim", "--any-id", "--dry-run", file}},
		{1, "", append(job, "--out", run, file)},
		{1, "", []string{"resume", "--yes", run}},
		{0, "", []string{"verify", run}},
		{3, "", append(job, "--out", run, file)},                      // it is there already
		{7, "", append(job, "--out", filepath.Join(file, "x"), file)}, // no folder
		{3, "", append(job, at(hostile))},                             // a folder
		{3, "", append(job, at(hostile+"nowhere"))},
		{3, "", append(job, at(hostile+".txt"))},
		{3, "", append(job, "--skip-succeeded", at(hostile+"nowhere"), file)},
		{3, "", append(job, "--skip-succeeded", file, file)},
		{3, "", []string{"resume", file}},
		{3, "", []string{"verify", at(hostile + "nowhere")}},
		{2, "", append(job, "--"+hostile, file)},
		{2, "", []string{hostile}},
		{2, "", append(job, "--column", hostile, file)},
		{2, "", append(job, "--column", "account="+hostile, file)},
		{2, "MEETBATCH_RATE=" + hostile, job},
		{3, "MEETBATCH_TOKEN_FILE=" + at(hostile+"nowhere"), append(job, file)},
		{3, "MEETBATCH_TOKEN=" + hostile, append(job, file)},
		{3, "", append(job[:len(job)-1:len(job)-1], "https://"+hostile, file)},
		{3, "", []string{"sandbox", "--addr", hostile}},
		{3, "", []string{"sandbox", "--addr", "127.0.0.1:0", "--directory", at(hostile + "nowhere")}},
		{3, "", []string{"sandbox", "--addr", "127.0.0.1:0", "--log", filepath.Join(file, "x")}},
	} {
		for _, form := range []string{"text", "json"} {
			args := test.args
			if form == "json" {
				if args[0] == "sandbox" || test.code < 2 && args[0] == "reclaim" {
					continue
				}
				args = append([]string{args[0], "--log-format", "json"}, args[1:]...)
			}
			cmd := exec.Command("meetbatch", args...)
			cmd.Env = append(os.Environ(), "MEETBATCH_TOKEN=sandbox", "GORACE=atexit_sleep_ms=0")
			if name, _, has := strings.Cut(test.env, "="); has {
				cmd.Env = append(cmd.Env, strings.TrimSuffix(name, "_FILE")+"=", test.env)
			}
			text, err := cmd.CombinedOutput()
			if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if code := cmd.ProcessState.ExitCode(); code != test.code {
				t.Errorf("%q: exit code %d, want %d: %s", args, code, test.code, text)
			}
			wantShown(t, string(text))
		}
	}

	write(t, at("one.csv"), []byte("account,vmr_id\na,missing\n"))
	said, _ := meetbatchSays(append(job, "--out", at(hostile+" once more"), at("one.csv")))
	_, next, found := strings.Cut(strings.TrimSpace(said), "to run them again: ")
	shell, err := exec.LookPath("bash")
	if !found || err != nil {
		t.Skipf("no command in %s, or no shell that reads it: %v", said, err)
	}
	cmd := exec.Command(shell, "-c", next)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "MEETBATCH_TOKEN=sandbox", "GORACE=atexit_sleep_ms=0")
	text, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(text), "1 row: 0 succeeded, 1 failed") {
		t.Errorf("%s: exit code %d: %s", next, code, text)
	}
}

func meetbatchSays(args []string) (text string, err error) {
	cmd := exec.Command("meetbatch", args...)
	cmd.Env = append(os.Environ(), "MEETBATCH_TOKEN=sandbox", "GORACE=atexit_sleep_ms=0")
	said, err := cmd.CombinedOutput()
	return string(said), err
}

// wantShown wants every character of a text to show, and no line of it to be forged.
func wantShown(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "error: fake") {
			t.Errorf("a line is forged: %q", text)
		}
		for _, c := range strings.TrimSuffix(line, "\n") {
			if !strconv.IsGraphic(c) {
				t.Errorf("%q reaches the terminal: %q", c, line)
			}
		}
	}
}
