package program

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// crontab runs the lines of a crontab as cron does: by sh, in an environment that holds little but what the crontab sets, up
// to a per cent sign.
func crontab(t *testing.T, text string) {
	dir := t.TempDir()
	example(t, dir, leavers)
	example(t, dir, "key")
	write(t, filepath.Join(dir, "mail"), []byte("#!/bin/sh\ncat >mailed; echo \"$@\" >>mailed\n"))
	if err := os.Chmod(filepath.Join(dir, "mail"), 0o755); err != nil {
		t.Fatal(err)
	}
	address, _ := enterprise(t, dir, "")
	env := []string{"PATH=" + os.Getenv("PATH") + ":" + dir, "HOME=" + t.TempDir(), "MEETBATCH_ENDPOINT=" + address}
	if !strings.Contains(text, "MEETBATCH_APP_ID") { // it stands in the block above
		env = append(env, "MEETBATCH_TOKEN=sandbox")
	}
	ran := 0
	for line := range strings.Lines(strings.ReplaceAll(text, "/srv/meetbatch", dir)) {
		line = strings.TrimSuffix(line, "\n")
		if m := regexp.MustCompile(`^(?:[0-9*]+ ){5} (.*)$`).FindStringSubmatch(line); m != nil {
			ran++
			if strings.Contains(m[1], "%") {
				t.Errorf("cron ends it at the per cent sign: %s", line)
			}
			out, code := atTerminal(t, dir, env, "/bin/sh", "-c", m[1]+" 2>err; code=$?; cat err; exit $code")
			if code > 1 {
				t.Errorf("exit code %d: %s\n%s", code, line, out)
			}
		} else if regexp.MustCompile(`^[A-Z_]+=\S+$`).MatchString(line) {
			env = append(env, line)
		} else {
			t.Errorf("no line of a crontab: %s", line)
		}
	}
	runs, _ := filepath.Glob(filepath.Join(dir, "runs", "*", "results.csv"))
	if ran == 0 || len(runs) == 0 {
		t.Errorf("%d commands have made %d runs", ran, len(runs))
	}
}

// profile plans a run with a profile: nothing in it is refused.
func profile(t *testing.T, text string) {
	dir := t.TempDir()
	example(t, dir, leavers)
	example(t, dir, "acme.key")
	write(t, filepath.Join(dir, "acme.env"), []byte(strings.ReplaceAll(text, "/etc/meetbatch", dir)))
	address, _ := enterprise(t, dir, "")
	out, code := atTerminal(t, dir, bare(dir, "MEETBATCH_REGION=", "MEETBATCH_ENDPOINT="+address),
		"meetbatch", "status", "--profile", "./acme.env", "--only-changes", "--max-changes", "100%", "--to", "disabled", "--dry-run", leavers)
	if code != 0 || !strings.Contains(out, "above 100% changed") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// alerts wants the metrics that rules name to be those that the program writes.
func alerts(t *testing.T, text string) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, leavers), []byte("account\nwei@example\n"))
	if out, code := atTerminal(t, dir, bare(dir), "meetbatch", "status", "--sandbox", "--to", "disabled", "--metrics", "meetbatch.prom", leavers); code != 0 {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	metrics := string(read(t, filepath.Join(dir, "meetbatch.prom")))
	for _, name := range regexp.MustCompile(`meetbatch_\w+`).FindAllString(text, -1) {
		if !strings.Contains(metrics, "\n"+name+"{") {
			t.Errorf("there is no metric %s", name)
		}
	}
}

// powershell looks at lines for Windows: what they say to the program is understood by it.
func powershell(t *testing.T, text string) {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch words[0] {
		case "Get-FileHash", "Expand-Archive", "cd":
		case `.\meetbatch.exe`:
			if out, code := atTerminal(t, t.TempDir(), bare(t.TempDir()), append([]string{"meetbatch"}, words[1:]...)...); code != 0 {
				t.Errorf("%s: exit code %d\n%s", line, code, out)
			}
		default:
			t.Errorf("nothing is known of %s", line)
		}
	}
}

// TestReadmeTables: what README says of columns that programs may rely on is what a run writes.
func TestReadmeTables(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, rooms), read(t, "testdata/rooms.csv"))
	atTerminal(t, dir, bare(dir), "meetbatch", "reclaim", "--sandbox", "--only-changes", "--rate", "none", "--out", "run", rooms)
	readme := string(read(t, "README.md"))
	for _, name := range []string{"results.csv", "requests.csv", "before.csv"} {
		header, err := csv.NewReader(strings.NewReader(string(read(t, filepath.Join(dir, "run", name))))).Read()
		if err != nil {
			t.Fatal(err)
		}
		if columns := "`" + strings.Join(header, ",") + "`"; !strings.Contains(readme, columns) {
			t.Errorf("README does not name the columns of %s: %s", name, columns)
		}
	}
}
