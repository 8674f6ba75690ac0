package cli

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"meetbatch/internal/words"
)

// misread words an error of the command line, and says what may have been meant.
func (a *app) misread(parsed *kong.Context, err error) error {
	if parse, is := errors.AsType[*kong.ParseError](err); is {
		parsed = parse.Context
	}
	m := mistake{text: err.Error(), hint: "meetbatch --help", args: a.args, commands: commandNames()}
	if parsed != nil {
		if node := parsed.Selected(); node != nil {
			m.command = node.Name
			m.hint = "meetbatch " + node.Name + " --help"
		}
	}
	for _, known := range mistakes {
		if found := regexp.MustCompile(known.pattern).FindStringSubmatch(m.text); found != nil && known.word(&m, found) {
			return usage(errors.New(m.text), m.hint)
		}
	}
	return usage(err, m.hint)
}

// mistake is an error of the command line, as kong words it, until it is known better.
type mistake struct {
	text, hint string
	args       []string
	command    string // the one that was chosen; empty: none
	commands   []string
}

// mistakes are known by how kong words them. What words one better is given what the pattern found, and tells whether it is that
// mistake.
var mistakes = []struct {
	pattern string
	word    func(m *mistake, found []string) bool
}{
	{`^unexpected argument (.+?)(, did you mean .*)?$`, (*mistake).noCommand},
	{`^unexpected argument`, (*mistake).strayPercent},
	{`^unknown flag (-\S+)`, (*mistake).flagBefore},
	{`^unknown flag -[vV],`, (*mistake).shortV},
	{`^(--[a-z-]+): (?:expected .+ value but got "(.*?)" \(.*|missing value, expecting .*)$`, (*mistake).noValue},
	{`^(--[a-z-]+) must be one of (.*) but got "(.*)"$`, (*mistake).noneOf},
	{`^(?:<what> must be one of .* but got "(.*)"|expected "<what>")$`, (*mistake).exportWhat},
	{`^(?:<shell> must be one of .* but got "(.*)"|expected "<shell>")$`, (*mistake).whichShell},
}

// meantCommands are what people say for a command.
var meantCommands = map[string]string{
	"disable": "status --to disabled FILE", "disabled": "status --to disabled FILE", "enable": "status --to normal FILE", "normal": "status --to normal FILE",
	"recycle": "reclaim FILE", "give": "assign FILE", "allocate": "assign FILE", "version": "--version", "continue": "resume RUN_DIR", "check": "verify RUN_DIR",
	"rollback": "undo RUN_DIR", "revert": "undo RUN_DIR", "settle": "reconcile RUN_DIR", "download": "export rooms, or meetbatch export users",
}

// noCommand is about a first word that is no command.
func (m *mistake) noCommand(found []string) bool {
	if m.command != "" {
		return false
	}
	word := found[1]
	_, statErr := os.Stat(word)
	switch meant := meantCommands[strings.ToLower(word)]; {
	case found[2] != "":
		return false
	case word == "help":
		m.hint = "meetbatch --help, or meetbatch COMMAND --help; the commands are " + strings.Join(m.commands, ", ")
	case meant != "":
		m.hint = "meetbatch " + meant
	case statErr == nil:
		m.hint = "a command stands before it, such as meetbatch reclaim " + words.Quoted(word)
	default:
		m.hint = "the commands are " + strings.Join(m.commands, ", ")
	}
	return true
}

// strayPercent is about a per cent sign that stands apart from its number.
func (m *mistake) strayPercent([]string) bool {
	at := slices.Index(m.args, "%")
	if at < 1 {
		return false
	}
	m.hint = fmt.Sprintf("the per cent sign belongs to the number: %s%%", m.args[at-1])
	return true
}

// flagBefore is about a flag that stands before the command that knows it.
func (m *mistake) flagBefore(found []string) bool {
	at := slices.IndexFunc(m.args, func(arg string) bool { return slices.Contains(m.commands, arg) })
	if m.command != "" || at < 1 {
		return false
	}
	m.text = "unknown flag " + strings.TrimSuffix(found[1], ",")
	m.hint = fmt.Sprintf("flags stand behind the command: meetbatch %s %s", m.args[at], strings.TrimSuffix(found[1], ","))
	return true
}

func (m *mistake) shortV([]string) bool {
	m.text = m.text[:len("unknown flag -v")]
	m.hint = "--verbose shows every request, meetbatch --version the version"
	return true
}

// noValue is about a flag without its value.
func (m *mistake) noValue(found []string) bool {
	flag, got := found[1], found[2]
	if m.text = flag + ": its value is missing"; got != "" && got != "EOL" {
		m.text = fmt.Sprintf("%s: %s is taken for a flag, and not for its value", flag, words.Quoted(got))
	}
	m.hint = fmt.Sprintf("%s=VALUE; what it takes: %s", flag, m.hint)
	return true
}

// noneOf is about a value that is none of a few.
func (m *mistake) noneOf(found []string) bool {
	flag, got := found[1], found[3]
	var all []string
	for value := range strings.SplitSeq(found[2], ",") {
		if value = strings.Trim(value, `"`); value != "" {
			all = append(all, value)
		}
	}
	m.text = fmt.Sprintf("%s %s: not %s", flag, words.Quoted(got), words.Listed(all, "or"))
	like := func(a, b string) bool { return a != "" && strings.HasPrefix(strings.ToLower(b), strings.ToLower(a)) }
	if at := slices.IndexFunc(all, func(value string) bool { return like(got, value) || like(value, got) }); at >= 0 {
		m.hint = fmt.Sprintf("is %s %s meant?", flag, all[at])
	}
	return true
}

// exportWhat is about an export of nothing that is known.
func (m *mistake) exportWhat(found []string) bool {
	return m.unknownWord(found[1], "export", "of what", "rooms or users", "meetbatch export rooms, or meetbatch export users")
}

// whichShell is about a completion for a shell that is not known.
func (m *mistake) whichShell(found []string) bool {
	const known = "bash, zsh, fish or powershell"
	return m.unknownWord(found[1], "completion", "for which shell", known, "meetbatch completion bash, or zsh, fish or powershell")
}

// unknownWord is about the argument of a command that is one of a few words, and is another one, or missing.
func (m *mistake) unknownWord(word, command, question, known, hint string) bool {
	m.text = command + ": it is not said " + question
	if word != "" {
		m.text = fmt.Sprintf("%s %s: not %s", command, words.Quoted(word), known)
	}
	m.hint = hint
	return true
}
