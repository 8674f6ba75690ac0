package program

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// block is what stands between two fences of README.
type block struct {
	section string // the heading above it
	line    int    // of its first line
	kind    string // the word behind the fence
	text    string
}

// blocks gives those of a text, and wants everything that reads like one to be fenced and to have a kind.
func blocks(t *testing.T, text string) (all []block) {
	t.Helper()
	section, open := "", false
	var b block
	n := 0
	for line := range strings.Lines(text) {
		n++
		trimmed := strings.TrimSpace(line)
		switch {
		case open && trimmed == "```":
			all, open = append(all, b), false
		case open:
			b.text += line
		case strings.HasPrefix(trimmed, "```"):
			b, open = block{section: section, line: n + 1, kind: strings.TrimPrefix(trimmed, "```")}, true
			if b.kind == "" {
				t.Errorf("README.md:%d: a block of no kind", n)
			}
		case strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "\t"):
			t.Errorf("README.md:%d: a block without fences", n)
		case strings.HasPrefix(line, "#"):
			section = strings.TrimLeft(trimmed, "# ")
		}
	}
	if open {
		t.Errorf("README.md:%d: a block without end", b.line)
	}
	return all
}

// pasted is a command of README, and what it prints, where that is said: in a block "console" nothing is said of silent ones.
type pasted struct {
	line   int
	text   string
	isSaid bool
	says   string
}

// commandsOf takes a block of commands apart: in one of the kind "sh" each line is a command, which goes on where a backslash
// ends it; in a "console" commands stand behind a dollar, with what they print below. A block "text" is what the last command
// of the block above it prints.
func commandsOf(b block) (all []pasted) {
	goesOn := false
	n := b.line - 1
	for line := range strings.Lines(b.text) {
		n++
		line = strings.TrimSuffix(line, "\n")
		prompted, isPrompted := strings.CutPrefix(line, "$ ")
		last := len(all) - 1
		switch {
		case goesOn:
			all[last].text += "\n" + line
		case isPrompted:
			line = prompted
			all = append(all, pasted{line: n, text: line, isSaid: true})
		case b.kind == "console":
			all[last].says += line + "\n"
			continue
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		default:
			all = append(all, pasted{line: n, text: line})
		}
		goesOn = strings.HasSuffix(line, `\`)
	}
	return all
}

// agree holds what was printed against what README says: times and IDs aside, and the blanks that make up for their width. A line of
// README that is "…" stands for any, and a "…" within a line for any part of it.
func agree(says, printed string) error {
	pattern := ""
	for line := range strings.Lines(squeezed(says)) {
		if line == "…\n" {
			pattern += `(?:.*\n)*?`
			continue
		}
		pattern += strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*")
	}
	if !regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString(squeezed(printed)) {
		return fmt.Errorf("README says:\n%s\nand this is printed:\n%s", squeezed(says), printed)
	}
	return nil
}

func squeezed(text string) string {
	var b strings.Builder
	for line := range strings.Lines(masked(text)) {
		b.WriteString(strings.Join(strings.Fields(line), " ") + "\n")
	}
	return b.String()
}

// masked leaves out the figures of times, durations and IDs, which no two runs have alike, and the blanks that make up for their width.
func masked(text string) string {
	for _, m := range []struct{ is, becomes string }{
		{`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`, "ID"},
		{`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`, "TIME"}, {`\d{8}T\d{6}Z(-\d+)?`, "TIME"}, {`\d{1,2} \w{3} \d\d:\d\d`, "TIME"},
		{`\d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December) \d{4}`, "DAY"},
		{`\b\d\d:\d\d(:\d\d)?\b`, "TIME"}, {`\b(\d+m)?\d+(\.\d+)? ?(µs|ms|s|m|min)\b`, "TIME"}, {`\b\d+(\.\d+)?/s\b`, "RATE"}, {`at most \d+ in a second`, "at most N in a second"},
	} {
		text = regexp.MustCompile(m.is).ReplaceAllString(text, m.becomes)
	}
	return text
}

// TestBlocks: what is read of README is what stands there.
func TestBlocks(t *testing.T) {
	t.Parallel()
	all := blocks(t, "## One\n\n```sh\n# first\na 1 \\\n  2\nb\n```\n\n```text\nsaid\n```\n### Two\n* item\n  ```console\n$ c\nx\ny\n$ d\n  ```\n")
	if len(all) != 3 || all[0].section != "One" || all[1].text != "said\n" || all[2].section != "Two" {
		t.Fatalf("%+v", all)
	}
	if got := commandsOf(all[0]); len(got) != 2 || got[0] != (pasted{line: 5, text: "a 1 \\\n  2"}) || got[1] != (pasted{line: 7, text: "b"}) {
		t.Errorf("%+v", got)
	}
	if got := commandsOf(all[2]); len(got) != 2 || got[0].says != "x\ny\n" || got[1].text != "d" {
		t.Errorf("%+v", got)
	}
	for _, test := range []struct {
		says, printed string
		agree         bool
	}{
		{"a  1\n", "a 1\n", true},
		{"in 20s at 05:17:18\n", "in 1m3s   at 23:00:01\n", true},
		{"a 1\n", "a 2\n", false},
		{"a\n…\nb\n", "a\nx\ny\nb\n", true},
		{"a … c\n", "a b c\n", true},
		{"a\n", "a\nb\n", false},
	} {
		if err := agree(test.says, test.printed); (err == nil) != test.agree {
			t.Errorf("agree(%q, %q) gives %v", test.says, test.printed, err)
		}
	}
}
