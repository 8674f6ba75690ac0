package cli

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"meetbatch/internal/run"
	"meetbatch/job"
	"meetbatch/reader"
)

var update = flag.Bool("update", false, "write the files of testdata that hold what the program prints")

// TestManual holds what is printed for shells and for man against what it was when somebody last looked at it. With -update
// the files are written anew, to be looked at as a difference.
func TestManual(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the help names the folders and the keys of the system; what is kept was made on Unix")
	}
	for file, args := range map[string][]string{
		"meetbatch.bash": {"completion", "bash"}, "_meetbatch": {"completion", "zsh"}, "meetbatch.fish": {"completion", "fish"}, "meetbatch.ps1": {"completion", "powershell"},
		"meetbatch.1": {"man"},
	} {
		var said, errs bytes.Buffer
		if code := Run(t.Context(), args, nil, nil, &said, &errs); code != 0 || errs.Len() > 0 {
			t.Fatalf("%v ends with %d: %s", args, code, errs.String())
		}
		// A page says of which version it is, and PowerShell reads the scripts of an unknown encoding as it likes.
		text := strings.Replace(said.String(), `"meetbatch `+Version+`"`, `"meetbatch VERSION"`, 1)
		if file == "meetbatch.ps1" && strings.ContainsFunc(text, func(c rune) bool { return c >= 0x80 }) {
			t.Errorf("%s is not in ASCII", file)
		}
		path := filepath.Join("..", "..", "testdata", "completion", file)
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || text != strings.ReplaceAll(string(want), "\r\n", "\n") { // which a clone on Windows may have
			t.Errorf("%v is not what %s holds (%v); if it is as it should be: go test ./internal/cli -run TestManual -update", args, path, err)
		}
	}
}

// TestOffers: each word that a flag offers is taken by its command, and none is left out of what is declared elsewhere.
func TestOffers(t *testing.T) {
	t.Chdir(t.TempDir()) // where it is noted what was refused
	var operations []string
	for _, op := range job.Operations() {
		operations = append(operations, op.Name)
	}
	all := map[string][]string{"accept": reader.Doubts, "encoding": reader.Encodings, "command": operations}
	inputs := map[string][]string{"export": {"rooms", "users"}}
	a := &app{stdout: &bytes.Buffer{}}
	n := 0
	for _, node := range a.parser(&commands{}).Model.Children {
		takes := func(flag, word string) bool { // or fails later than the command line is read
			given := inputs[node.Name]
			if given == nil {
				given = []string{"nowhere"}
			}
			return slices.ContainsFunc(given, func(input string) bool {
				return Run(t.Context(), []string{node.Name, input, "--" + flag + "=" + word}, nil, nil, &bytes.Buffer{}, &bytes.Buffer{}) != int(run.Usage)
			})
		}
		for _, flag := range node.Flags {
			if !flag.Tag.Has("offers") || flag.Tag.Has("takes") {
				continue
			}
			n++
			words := strings.Split(flag.Tag.Get("offers"), ",")
			if want := all[flag.Name]; want != nil && !slices.Equal(slices.Sorted(slices.Values(words)), slices.Sorted(slices.Values(want))) {
				t.Errorf("%s --%s offers %q, and there are %q", node.Name, flag.Name, words, want)
			}
			for _, word := range words {
				if !takes(flag.Name, word) {
					t.Errorf("%s --%s offers %s, and does not take it", node.Name, flag.Name, word)
				}
			}
			if takes(flag.Name, "nonsense") {
				t.Errorf("%s --%s takes anything, so nothing is tested of what it offers", node.Name, flag.Name)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d flags offer words", n)
	}
}
