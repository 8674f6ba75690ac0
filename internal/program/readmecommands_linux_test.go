package program

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"meetbatch/internal/cli"
	"meetbatch/internal/sandbox"
)

// stage is where the commands of a section of README are run: one after the other by one shell, at a terminal, in a fresh
// folder, where a service stands for the one that they mean.
type stage struct {
	files  []string       // that README says are there
	env    string         // what README says is set: "sandbox" nothing, "app" an application's ID and key by README itself, "token" a token
	before string         // what is run before them: what README says has happened
	while  string         // the beginning of a command that is under way until the one that begins with "meetbatch resume"
	codes  map[string]int // exit codes other than 0, by the beginnings of the commands
}

const rooms, leavers = "rooms.csv", "leavers.csv"

var stages = map[string]stage{
	"The first five minutes": {files: []string{"testdata/rooms.csv"}, env: "sandbox", codes: map[string]int{
		"meetbatch reclaim --sandbox --rate": 1, "meetbatch reclaim --rate": 1,
	}},
	"The real thing": {files: []string{rooms, leavers, "key"}, env: "app", codes: map[string]int{
		"meetbatch reclaim --skip-succeeded": 1, "meetbatch assign": 1, "meetbatch status": 1,
	}},
	"A migration of days": {files: []string{rooms}, env: "token", before: "export MEETBATCH_RATE=2/1s", while: "meetbatch reclaim", codes: map[string]int{
		"meetbatch resume": 1,
	}},
	"How far it is":          {files: []string{leavers}, env: "token", before: "meetbatch status --yes --to disabled leavers.csv"},
	"There and back":         {env: "token"},
	"The same command again": {files: []string{rooms}, env: "token", codes: map[string]int{"meetbatch reclaim": 1}},
	"Several enterprises, processes, machines": {files: []string{rooms, leavers}, env: "token", codes: map[string]int{
		"meetbatch reclaim": 1, "meetbatch status --yes --rate 50/1m --shard 2/2": 1,
	}},
	"The morning after": {files: []string{leavers}, env: "token", before: "for night in '' '--skip-succeeded last' '--expect-rows 100..200'; do " +
		"meetbatch status --yes --to disabled $night leavers.csv; done"},
}

// unrun is a command that is not run, by its beginning, with why, and how it is looked at instead.
type unrun struct {
	begins, why string
	check       func(t *testing.T, text string)
}

var unruns = []unrun{
	{"sudo apt install ", "it installs a package", nil},
	{"sudo install ", "it installs a program", nil},
	{"cd meetbatch-", "there is no archive", nil},
	{"tar xzf ", "there is no archive", nil},
	{"sha256sum -c ", "there is no archive", nil},
	{"go install .", "it installs a program", func(t *testing.T, text string) {
		if main := string(read(t, "main.go")); !strings.Contains(main, "package main\n") {
			t.Error("there is no program in the root")
		}
	}},
	{"go test ./...", "it runs this test", nil},
	{"go run . reclaim --sandbox testdata/rooms.csv", "Go would build the program once more", func(t *testing.T, text string) {
		if cmd := strings.Fields(strings.TrimPrefix(text, "go run . ")); cli.Run(t.Context(), append(cmd, "--dry-run"), nil, nil, io.Discard, io.Discard) != 0 {
			t.Error("the program does not take that")
		}
	}},
	{"sudo systemctl enable ", "there is no systemd", func(t *testing.T, text string) {
		if m := regexp.MustCompile(` (meetbatch@)\w+\.timer$`).FindStringSubmatch(text); m == nil || len(read(t, "deploy/systemd/"+m[1]+".timer")) == 0 {
			t.Error("there is no such timer")
		}
	}},
}

// TestReadmeBlocks looks at every block of README: commands are run, section by section, and have to print what README says they
// print; what is no command is checked by its kind. A block that nothing checks is a mistake.
func TestReadmeBlocks(t *testing.T) {
	t.Parallel()
	sections := map[string][]block{}
	for _, b := range blocks(t, string(read(t, "README.md"))) {
		where := fmt.Sprintf("README.md:%d", b.line)
		switch b.kind {
		case "sh", "console", "text":
			sections[b.section] = append(sections[b.section], b)
		case "cron":
			t.Run(where, func(t *testing.T) { t.Parallel(); crontab(t, b.text) })
		case "ini":
			t.Run(where, func(t *testing.T) { profile(t, b.text) })
		case "yaml":
			t.Run(where, func(t *testing.T) { alerts(t, b.text) })
		case "powershell":
			t.Run(where, func(t *testing.T) { powershell(t, b.text) })
		default:
			t.Errorf("%s: nothing checks a block of the kind %q", where, b.kind)
		}
	}
	for name, all := range sections {
		t.Run(name, func(t *testing.T) {
			if name != "The first five minutes" {
				onlyLong(t)
			}
			t.Parallel()
			perform(t, name, all)
		})
	}
	for name := range stages {
		if sections[name] == nil {
			t.Errorf("README has no commands in a section %q", name)
		}
	}
}

// perform runs the commands of a section.
func perform(t *testing.T, section string, all []block) {
	stage, isStaged := stages[section]
	dir := t.TempDir()
	for _, name := range stage.files {
		example(t, dir, name)
	}
	address, env := enterprise(t, dir, stage.env)
	script := "exec 2>&1\n" + stage.before + "\nprintf '\\001'\n"
	var commands []pasted
	for _, b := range all {
		if b.kind == "text" {
			if len(commands) == 0 || commands[len(commands)-1].isSaid {
				t.Fatalf("README.md:%d: no command stands above that could print this", b.line)
			}
			commands[len(commands)-1].says, commands[len(commands)-1].isSaid = b.text, true
			continue
		}
		for _, c := range commandsOf(b) {
			if isUnrun(t, c) {
				continue
			}
			commands = append(commands, c)
			text := strings.ReplaceAll(c.text, "http://127.0.0.1:8080", address)
			switch {
			case stage.while != "" && strings.HasPrefix(text, stage.while):
				text = strings.Replace(text, " --out", " --yes --out", 1) + " >out 2>&1 & until grep -qs running moving/run.json; do sleep 0.05; done"
			case stage.while != "" && strings.HasPrefix(text, "meetbatch resume"):
				text = "kill -INT $!; wait $!; " + text
			}
			script += text + "\nprintf '\\001%s\\n' $?\n"
		}
	}
	if len(commands) == 0 {
		return
	}
	if !isStaged {
		t.Fatalf("nothing is known of the section, and it has commands, such as %q", commands[0].text)
	}
	written, _ := atTerminal(t, dir, env, "sh", "-c", script)
	parts := strings.Split(written, "\x01")
	if len(parts) != len(commands)+2 {
		t.Fatalf("%d of %d commands have ended\n%s", len(parts)-2, len(commands), written)
	}
	output := parts[1]
	for i, c := range commands {
		code, next, _ := strings.Cut(parts[i+2], "\r\n")
		want := 0
		for begins, code := range stage.codes {
			if strings.HasPrefix(c.text, begins) {
				want = code
			}
		}
		if code != strconv.Itoa(want) {
			t.Errorf("README.md:%d: %s\nexit code %s, want %d\n%s", c.line, c.text, code, want, shown(output))
		}
		if c.isSaid {
			if err := agree(c.says, shown(output)); err != nil {
				t.Errorf("README.md:%d: %s\n%v", c.line, c.text, err)
			}
		}
		output = next
	}
}

// isUnrun tells whether a command is one of those that are not run, and checks it otherwise.
func isUnrun(t *testing.T, c pasted) bool {
	i := slices.IndexFunc(unruns, func(u unrun) bool { return strings.HasPrefix(c.text, u.begins) })
	if i < 0 {
		return false
	}
	if check := unruns[i].check; check != nil {
		check(t, c.text)
	}
	return true
}

// enterprise starts the simulated service for a folder, and gives its address and an environment in which as much of it is set as
// a stage wants.
func enterprise(t *testing.T, home, sets string) (address string, env []string) {
	t.Helper()
	handler := sandbox.New(sandbox.Settings{Token: "sandbox", User: sandbox.User{AppID: "ZmRiOGU0Njk5NTg2", AppKey: "app-key"}})
	handler.NameExample()
	server, err := sandbox.Start(handler, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	switch sets {
	case "app":
		env = []string{"MEETBATCH_ENDPOINT=" + server.URL, "MEETBATCH_RATE=20/1s"}
	case "token":
		env = []string{"MEETBATCH_ENDPOINT=" + server.URL, "MEETBATCH_RATE=20/1s", "MEETBATCH_TOKEN=sandbox"}
	}
	return server.URL, bare(home, env...)
}

// example writes what README says of a file: the example, accounts that leave, or a key that nobody else can read.
func example(t *testing.T, dir, name string) {
	t.Helper()
	text := []byte("app-key\n")
	switch filepath.Base(name) {
	case rooms:
		text = read(t, "testdata/rooms.csv")
	case leavers:
		text = []byte("account\nwei@example\nmissing.fang@example\nli@example\n")
	}
	path := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, text, 0o600)); err != nil {
		t.Fatal(err)
	}
}
