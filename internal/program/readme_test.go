package program

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"meetbatch/internal/cli"
	"meetbatch/report"
)

// TestReadme holds what README says of exit codes and run directories against what the help says.
func TestReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var help bytes.Buffer
	if code := cli.Run(t.Context(), []string{"--help"}, nil, nil, &help, &help); code != 0 {
		t.Fatalf("--help ends with %d: %s", code, help.String())
	}
	codes := func(pattern, text string) (list []string) {
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			list = append(list, m[1]+" "+strings.ReplaceAll(m[2], "`", ""))
		}
		return list
	}
	inReadme, inHelp := codes(`(?m)^\| (\d) \| (.*) \|$`, string(text)), codes(`(?m)^  (\d)  (.*)$`, help.String())
	if len(inHelp) != 8 || !slices.Equal(inReadme, inHelp) {
		t.Errorf("exit codes in README:\n%s\nin the help:\n%s", strings.Join(inReadme, "\n"), strings.Join(inHelp, "\n"))
	}
	for _, file := range []string{"results.csv", "requests.csv", "before.csv", "failed.csv", "run.json"} {
		if !strings.Contains(string(text), "| `"+file+"` |") || !strings.Contains(help.String(), file) {
			t.Errorf("%s is missing in README or in the help", file)
		}
	}
	flags := append(flagNames(t), "now", "ignore-missing") // of systemctl, and sha256sum
	for _, m := range regexp.MustCompile("--([a-z][a-z-]+)").FindAllStringSubmatch(string(text), -1) {
		if !slices.Contains(flags, m[1]) {
			t.Errorf("README names --%s, which no command has", m[1])
		}
	}
}

// TestReadmeSchema: README names every member of run.json and of show --json.
func TestReadmeSchema(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, schema, _ := strings.Cut(string(text), "## How far it is")
	schema, _, _ = strings.Cut(schema, "\n## ")
	seen := map[reflect.Type]bool{}
	var look func(t reflect.Type)
	look = func(of reflect.Type) {
		switch of.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			look(of.Elem())
		case reflect.Struct:
			if seen[of] || of == reflect.TypeFor[time.Time]() {
				return
			}
			seen[of] = true
			for i := range of.NumField() {
				name, rest, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
				if !strings.Contains(schema, "`"+name+"`") {
					t.Errorf("%s.%s: README does not name %s", of, of.Field(i).Name, name)
				}
				if strings.HasPrefix(rest, "omit") && !strings.Contains(schema, "`"+name+"`°") {
					t.Errorf("%s.%s: README does not say that %s may be absent", of, of.Field(i).Name, name)
				}
				look(of.Field(i).Type)
			}
		}
	}
	look(reflect.TypeFor[report.Run]())
	if len(seen) < 10 {
		t.Errorf("only %d structs were looked at", len(seen))
	}
}

// TestReadmeEvents holds the events that README lists against those that the program can say, and their members against a run
// that has nearly all of them.
func TestReadmeEvents(t *testing.T) {
	t.Parallel()
	readme := string(read(t, "README.md"))
	_, table, _ := strings.Cut(readme, "| event | when | members |")
	table, _, _ = strings.Cut(table, "\n\n")
	word := regexp.MustCompile("`([a-z_]+)`")
	members := map[string][]string{}
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		for _, event := range word.FindAllStringSubmatch(cells[1], -1) {
			members[event[1]] = []string{}
			for _, m := range word.FindAllStringSubmatch(cells[3], -1) {
				members[event[1]] = append(members[event[1]], m[1])
			}
		}
	}
	said := map[string]bool{"note": true, "debug": true, "warning": true, "error": true}
	sources, _ := filepath.Glob("internal/cli/*.go")
	for _, source := range sources {
		for _, m := range regexp.MustCompile(`eventKey, "([a-z_]+)"`).FindAllStringSubmatch(string(read(t, source)), -1) {
			said[m[1]] = true
		}
	}
	if got, want := slices.Sorted(maps.Keys(members)), slices.Sorted(maps.Keys(said)); !slices.Equal(got, want) {
		t.Errorf("README lists the events %q, and the program says %q", got, want)
	}
	var log bytes.Buffer
	cli.Run(t.Context(), []string{"reclaim", "--sandbox", "--rate", "100/1s", "--log-format", "json", "--verbose", "--out", filepath.Join(t.TempDir(), "run"), "testdata/rooms.csv"}, nil, nil, io.Discard, &log)
	seen := map[string]bool{}
	for line := range strings.Lines(log.String()) {
		var has map[string]any
		if err := json.Unmarshal([]byte(line), &has); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		event := fmt.Sprint(has["event"])
		seen[event] = true
		for _, member := range append(members[event], "time", "level", "msg") {
			if _, is := has[member]; !is && event != "warning" && member != "expected_end" {
				t.Errorf("%s lacks %s: %s", event, member, line)
			}
		}
	}
	for _, event := range []string{"plan", "progress", "request", "failure", "session_end", "exit", "warning"} {
		if !seen[event] {
			t.Errorf("no line is about %s", event)
		}
	}
}

// flagNames lists the flags of all commands.
func flagNames(t *testing.T) (names []string) {
	for _, command := range []string{"reclaim", "assign", "status", "export", "resume", "reconcile", "undo", "set", "show", "verify", "list", "failing", "sandbox"} {
		var help bytes.Buffer
		cli.Run(t.Context(), []string{command, "--help"}, nil, nil, &help, &help)
		for _, m := range regexp.MustCompile(`(?m)^ +(?:-\w, )?--([a-z-]+)`).FindAllStringSubmatch(help.String(), -1) {
			names = append(names, m[1])
		}
	}
	return names
}
