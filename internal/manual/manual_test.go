package manual_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"meetbatch/internal/manual"
)

// trap is a command line whose texts mean something to every shell and to roff.
type trap struct {
	Go struct {
		Count int      `placeholder:"N" help:".it's [a] \"trap\": $HOME $${x} %s \\n \\fB * ? ~ ^ ; & | # 账号"`
		Mode  string   `enum:"fast,slow" default:"fast" help:"One of two."`
		Level string   `offers:"low,high:er" help:"Some words."`
		Into  string   `takes:"directory" offers:"last" help:"A directory."`
		Log   []string `takes:"file" help:"Files."`
		Off   bool     `help:"Said alone."`
		Inner string   `hidden:"" help:"not to be seen"`
		From  string   `arg:"" takes:"file" help:"The first."`
		To    string   `arg:"" takes:"directory" help:"The second."`
	} `cmd:"" help:"Goes: 'it' [now], \\ and $then."`
	Tell struct {
		Whom []string `arg:"" offers:"you,me"`
		Mode string   `enum:"fast,slow" default:"fast" help:"One of two."`
	} `cmd:"" help:"Tells."`
	Inner struct{} `cmd:"" hidden:"" help:"not to be seen"`
}

func model(t *testing.T) *kong.Application {
	t.Helper()
	k, err := kong.New(&trap{}, kong.Name("trap"), kong.Description("Is a trap."))
	if err != nil {
		t.Fatal(err)
	}
	return k.Model
}

// tool finds a program that not every machine has.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("there is no %s", name)
	}
	return path
}

func script(t *testing.T, shell string) string {
	t.Helper()
	text, err := manual.Completion(shell, model(t))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text, "not to be seen") || strings.Contains(text, "PROGRAM") {
		t.Errorf("%s: %s", shell, text)
	}
	return text
}

// TestShellsRead: every shell can read its script, whatever the help says, and the linter of bash has nothing to say. So it is
// with the scripts of this program.
func TestShellsRead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		shell, ours, with string
		args              []string
	}{
		{"bash", "meetbatch.bash", "bash", []string{"-n"}}, {"bash", "meetbatch.bash", "shellcheck", []string{"-s", "bash"}},
		{"zsh", "_meetbatch", "zsh", []string{"-f", "-n"}}, {"fish", "meetbatch.fish", "fish", []string{"--no-execute"}},
	} {
		t.Run(test.with, func(t *testing.T) {
			t.Parallel()
			tool(t, test.with)
			file := filepath.Join(t.TempDir(), "script")
			if err := os.WriteFile(file, []byte(script(t, test.shell)), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, file := range []string{file, filepath.Join("..", "..", "testdata", "completion", test.ours)} {
				if said, err := exec.Command(test.with, append(test.args, file)...).CombinedOutput(); err != nil || len(said) > 0 {
					t.Errorf("%s: %v: %s", file, err, said)
				}
			}
		})
	}
}

// TestPowerShell: there is no PowerShell to try it; its texts are at least closed, and its brackets pair.
func TestPowerShell(t *testing.T) {
	t.Parallel()
	text := script(t, "powershell")
	if want := "'.it''s [a] \"trap\": $HOME ${x} %s \\n \\fB * ? ~ ^ ; & | # 账号'"; !strings.Contains(text, want) {
		t.Errorf("%s is missing in %s", want, text)
	}
	var open []rune
	quoted := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, c := range line {
			switch at := strings.IndexRune(")}]", c); {
			case c == '\'':
				quoted = !quoted
			case quoted:
			case strings.ContainsRune("({[", c):
				open = append(open, c)
			case at >= 0 && (len(open) == 0 || open[len(open)-1] != rune("({["[at])):
				t.Fatalf("%c closes nothing: %s", c, line)
			case at >= 0:
				open = open[:len(open)-1]
			}
		}
		if quoted {
			t.Fatalf("a text does not end: %s", line)
		}
	}
	if len(open) > 0 {
		t.Errorf("open at the end: %c", open)
	}
}

// TestBash calls the function as bash does, and looks at what it answers and which paths it wants beside that.
func TestBash(t *testing.T) {
	t.Parallel()
	tool(t, "bash")
	const paths, folders = " +bashdefault default", " +dirnames plusdirs"
	tests := []struct{ words, want string }{ // the words as bash takes them apart; a bar where there is no blank
		{"trap _", "go tell"},
		{"trap g", "go"},
		{"trap -", "--help"},
		{"trap nothing _", ""},
		{"trap nothing --", ""},
		{"trap go --", "--help --count --mode --level --into --log --off"},
		{"trap go --m", "--mode"},
		{"trap go --mode _", "fast slow"},
		{"trap go --mode|=|_", "fast slow"},
		{"trap go --mode|=|s", "slow"},
		{"trap go --mode=s", "--mode=slow"}, // where = is none of the signs at which bash takes words apart
		{"trap go --level|=|high|:|e", "er"},
		{"trap go --count _", ""},
		{"trap go --count|=|_", ""},
		{"trap go --into _", "last" + folders},
		{"trap go --into|=|la", "last" + folders},
		{"trap go --into x", folders},
		{"trap go --log a --log|=|_", paths},
		{"trap go --off _", paths},
		{"trap go --mode fast _", paths},
		{"trap go --count|=|5 a _", folders},
		{"trap go a b _", ""},
		{"trap go -- --m", paths},
		{"trap go --count -- --m", "--mode"}, // of which -- is the value
		{"trap tell you m", "me"},
		{"trap tell --help you -- you _", "you me"},
	}
	var b strings.Builder
	b.WriteString(script(t, "bash") + "compopt() { opts=\"$*\"; }\n")
	for _, test := range tests {
		line := strings.ReplaceAll(strings.ReplaceAll(test.words, "|", ""), "_", "")
		words := strings.Fields(strings.ReplaceAll(test.words, "|", " "))
		last := strings.Trim(words[len(words)-1], "_")
		part := last
		if _, value, cut := strings.Cut(last, "="); cut { // readline's word, which may be less than bash's
			part = "--mode=" + value
		}
		b.WriteString("COMP_WORDS=('" + strings.ReplaceAll(strings.Join(words, "' '"), "_", "") + "') COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE='" + line +
			"' COMP_POINT=${#COMP_LINE} opts=''\n_trap trap '" + part + "' ''\necho \"${COMPREPLY[*]}${opts:+ +${opts//-o /}}\"\n")
	}
	said, err := exec.Command("bash", "--noprofile", "--norc", "-u", "-c", b.String()).CombinedOutput()
	got := strings.Split(string(said), "\n")
	if err != nil || len(got) != len(tests)+1 {
		t.Fatalf("%v: %s", err, said)
	}
	for i, test := range tests {
		if got[i] != test.want {
			t.Errorf("%s: %q, want %q", test.words, got[i], test.want)
		}
	}
}

// groff gives what a page looks like, about which groff has nothing to say.
func groff(t *testing.T, text string) string {
	t.Helper()
	tool(t, "groff")
	c := exec.Command("groff", "-ww", "-man", "-Tutf8", "-P-c", "-P-bou")
	c.Stdin = strings.NewReader(text)
	var errs strings.Builder
	c.Stderr = &errs
	page, err := c.Output()
	if err != nil || errs.Len() > 0 {
		t.Fatalf("%v: %s\n%s", err, errs.String(), text)
	}
	return string(page)
}

// TestOurPage: groff prints the page of this program, with its Chinese, and with no name divided at the end of a line.
func TestOurPage(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "completion", "meetbatch.1"))
	if err != nil {
		t.Fatal(err)
	}
	page := groff(t, string(text))
	if !strings.Contains(page, "帐号") || strings.Contains(page, "\u2010\n") {
		t.Error(page)
	}
}

// TestPage: roff prints the texts as they are.
func TestPage(t *testing.T) {
	t.Parallel()
	text := manual.Page(model(t), manual.Texts{
		Version: "1.2-x", Description: "\nThere:\n  .a 'b'  what \\a is    c  what c is\n", Command: func(string) string { return "\nExample:\n  .trap `go` \\ \"x\"\n  'and\n" },
		Sections: []manual.Section{{Title: "FILES", Text: "\n  'one line\n  .and another\n  TRAP_LINE is a line.\n"}},
	})
	page := groff(t, text)
	flat := strings.Join(strings.Fields(page), " ")
	for _, want := range []string{
		"trap - is a trap", "trap 1.2-x", `.it's [a] "trap": $HOME ${x} %s \n \fB * ? ~ ^ ; & | # 账号`, "--count=N", "--mode=\"fast\" One of two.", "As with trap go: --mode.", ".a 'b' what \\a is",
		"c what c is", ".trap `go` \\ \"x\" 'and", "'one line .and another TRAP_LINE is a line.", "trap go <from> <to> [flags] Goes: 'it' [now], \\ and $then.",
	} {
		if !strings.Contains(flat, want) {
			t.Errorf("%q is missing in\n%s", want, page)
		}
	}
	if strings.Contains(text, "not to be seen") || strings.ContainsFunc(text, func(c rune) bool { return c >= 0x80 }) {
		t.Errorf("there is more in the page than there should be: %s", text)
	}
}
