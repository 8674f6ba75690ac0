package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/alecthomas/kong"

	"meetbatch/internal/run"
	"meetbatch/internal/system"
	"meetbatch/internal/words"
)

// sharedFlags are of every command that calls the service. They belong to the process, and not to the run.
type sharedFlags struct {
	Budget  string `takes:"file" placeholder:"FILE|URL" help:"Share the rate with other processes: by a file, with those of this machine; by redis://HOST/KEY, with those of several."`
	Profile string `takes:"file" placeholder:"NAME" help:"Settings and credentials from NAME.env, in the user's configuration folder${or_config}; a path where it has a / or ends in .env."`
}

// maxProfile is how many bytes a profile has at most.
const maxProfile = 64 << 10

// profile is a file of variables, which count where the environment does not have them.
type profile struct {
	path   string
	values map[string]string
}

// useProfile reads the profile that a command line or a variable names, once. What is wrong with it is kept, so that the
// command can refuse to begin as it does for all else.
func (e *environment) useProfile(ctx *kong.Context) {
	if e.looked || !slices.ContainsFunc(ctx.Flags(), func(f *kong.Flag) bool { return f.Name == "profile" }) {
		return
	}
	e.looked = true
	name, given := e.variables["MEETBATCH_PROFILE"], false
	for _, part := range ctx.Path {
		if f := part.Flag; f != nil && f.Name == "profile" {
			name, given = fmt.Sprint(ctx.FlagValue(f)), true
		}
	}
	switch {
	case name != "":
		e.profile, e.refused = loadProfile(name)
	case given: // by a script, in which it was to be something
		e.refused = usage(errors.New("--profile: its name is empty"), "leave --profile away to do without")
	}
	e.preferCredentials()
}

// preferCredentials lets a credential of the environment count before that of the profile, whichever of them stands in a
// file. One that is empty hides none, since it has no default.
func (e *environment) preferCredentials() {
	for _, name := range credentialNames() {
		if e.variables[name] != "" || e.variables[name+"_FILE"] != "" {
			delete(e.profile.values, name)
			delete(e.profile.values, name+"_FILE")
			continue
		}
		delete(e.variables, name)
		delete(e.variables, name+"_FILE")
	}
	if e.variables[budgetVariable] != "" || e.variables[budgetVariable+"_FILE"] != "" {
		delete(e.profile.values, budgetVariable)
		delete(e.profile.values, budgetVariable+"_FILE")
	}
}

// warnHidden warns of what a profile sets in vain, since a guard may be among it.
func (e *environment) warnHidden(c *console) {
	for _, name := range e.hidden {
		c.Warn(fmt.Sprintf("the variable %s is empty, so what %s sets does not count", name, words.Name(e.profile.path)))
	}
}

// loadProfile finds and reads a profile.
func loadProfile(name string) (p profile, err error) {
	if p.path, err = findProfile(name); err != nil {
		return p, err
	}
	shown := words.Name(p.path)
	info, err := os.Stat(p.path)
	switch {
	case err != nil:
		return p, run.Refuse(fmt.Errorf("--profile: %w", err), "a name without / and .env is looked for in the configuration folders")
	case info.IsDir():
		return p, run.Refuse(fmt.Errorf("--profile: %s is a directory", shown), "name a file in it")
	case !info.Mode().IsRegular(): // to open a pipe may take for ever
		return p, run.Refuse(fmt.Errorf("--profile: %s is no regular file", shown), "put the variables into a file")
	case info.Size() > maxProfile:
		return p, run.Refuse(fmt.Errorf("--profile: %s is larger than %d KiB", shown, maxProfile>>10), "is it a file of lines such as MEETBATCH_RATE=100/1m?")
	}
	text, err := os.ReadFile(p.path)
	if err != nil {
		return p, run.Refuse(fmt.Errorf("--profile: %w", err), "whoever gives the command must be able to read it")
	}
	if system.WindowsText {
		text = unixText(text)
	}
	if p.values, err = parseProfile(shown, text); err != nil {
		return profile{}, err
	}
	if err := p.mayBeUsed(info); err != nil {
		return profile{}, err
	}
	return p, nil
}

// mayBeUsed refuses a profile that every user of the machine can change, since it says whom the credentials go to, and one
// that they can read when it holds a secret.
func (p profile) mayBeUsed(info fs.FileInfo) error {
	hint := "take it away from them: chmod o-rwx " + words.Path(p.path)
	if system.ChangeableByAll(info) {
		return run.Refuse(fmt.Errorf("--profile: %s can be changed by every user of this machine", words.Name(p.path)), hint)
	}
	for _, name := range []string{"MEETBATCH_TOKEN", "MEETBATCH_APP_KEY", "MEETBATCH_PASSWORD", budgetVariable} {
		secret := p.values[name] != "" && (name != budgetVariable || hasSecrets(p.values[name]))
		if secret && system.OpenToAll(info) {
			return run.Refuse(fmt.Errorf("--profile: %s holds %s, and can be read by every user of this machine", words.Name(p.path), name), hint)
		}
	}
	return nil
}

// findProfile gives the path of a profile. A bare name is never looked for in the working directory, where whoever has
// made that could have put it.
func findProfile(name string) (path string, err error) {
	if strings.ContainsAny(name, "/"+string(filepath.Separator)) || strings.HasSuffix(name, ".env") {
		return name, nil
	}
	folders := system.ConfigFolders
	if own, err := os.UserConfigDir(); err == nil { // which a process without HOME has none of
		folders = append([]string{own}, folders...)
	}
	var places []string
	for _, folder := range folders {
		path := filepath.Join(folder, "meetbatch", name+".env")
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
		places = append(places, words.Name(path))
	}
	return "", run.Refuse(fmt.Errorf("--profile %s: there is no %s", words.Quoted(name), words.Listed(places, "or")), "a path with a / names one elsewhere, such as ./"+words.Quoted(name)+".env")
}

// orConfig names the folders in which a profile of that name is looked for as well.
func orConfig() (text string) {
	for _, folder := range system.ConfigFolders {
		text += " or " + filepath.Join(folder, "meetbatch")
	}
	return text
}

// unixText takes off what editors on Windows put to a text. Elsewhere that would be a part of a value to whoever else reads
// the file, such as systemd.
func unixText(text []byte) []byte {
	return bytes.ReplaceAll(bytes.TrimPrefix(text, []byte("\uFEFF")), []byte("\r\n"), []byte("\n"))
}

// A fault is what is wrong with a line of a profile, without what may be a secret of it.
type fault struct{ reason, hint string }

// parseProfile reads the lines of a profile as systemd reads those of an EnvironmentFile. Where it is lenient, and people or
// a shell would read something else, the profile is refused.
func parseProfile(name string, text []byte) (map[string]string, error) {
	values, lines, n := map[string]string{}, map[string]int{}, 0
	for line := range strings.Lines(string(text)) {
		n++
		variable, value, wrong := parseLine(strings.TrimSuffix(line, "\n"))
		if first := lines[variable]; first > 0 && wrong == nil {
			wrong = &fault{fmt.Sprintf("%s stands in line %d already", variable, first), "leave one of them away"}
		}
		if wrong != nil {
			return nil, run.Refuse(fmt.Errorf("--profile: %s, line %d: %s", name, n, wrong.reason), wrong.hint)
		}
		if variable != "" {
			values[variable], lines[variable] = value, n
		}
	}
	return values, nil
}

// variableName is what the names of variables look like. What does not may be a part of a secret, and is not shown.
var variableName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`) })

// parseLine reads a line of a profile; the name is empty where it holds none.
func parseLine(line string) (name, value string, wrong *fault) {
	switch {
	case strings.HasPrefix(line, "\uFEFF"):
		return "", "", &fault{"a byte order mark stands at its beginning", "save the file as UTF-8 without one"}
	case strings.ContainsRune(line, 0):
		return "", "", &fault{"it holds a NUL byte, as UTF-16 does", "save the file as UTF-8"}
	case strings.ContainsRune(line, '\r'):
		return "", "", &fault{"it holds a carriage return, as line ends of Windows do", "save the file with line ends of Unix (LF)"}
	case !utf8.ValidString(line):
		return "", "", &fault{"it is no text in UTF-8", "save the file as UTF-8"}
	}
	line = strings.Trim(line, " \t")
	if line == "" || line[0] == '#' {
		return "", "", nil
	}
	name, value, is := strings.Cut(line, "=")
	switch {
	case !is:
		return "", "", &fault{"it has no =", "a line is NAME=value, a comment that begins with #, or blank"}
	case strings.TrimRight(name, " \t") != name || strings.TrimLeft(value, " \t") != value:
		return "", "", &fault{"a blank stands beside the =", "leave it away, or put the value into quotes"}
	case !variableName().MatchString(name):
		return "", "", &fault{"what stands before the = is no name of a variable", "a line is such as MEETBATCH_RATE=100/1m, without export"}
	case !strings.HasPrefix(name, variablePrefix):
		return "", "", &fault{name + " is no variable of this program", "only MEETBATCH_ variables can stand in a profile"}
	case name == "MEETBATCH_PROFILE":
		return "", "", &fault{"a profile cannot name another with MEETBATCH_PROFILE", "leave it away"}
	}
	value, wrong = unquote(value, system.WindowsText)
	return name, value, wrong
}

// unquote takes the quotes off a value, with what is escaped between double ones. Where paths have backslashes, and nobody but
// this program reads the file, a backslash stands for itself, also at the end of a folder; but for one before a quote that is
// not the last, which could stand there for nothing else.
func unquote(text string, paths bool) (string, *fault) {
	if text == "" || text[0] != '"' && text[0] != '\'' {
		switch {
		case strings.Contains(text, `\`) && !paths:
			return "", &fault{"its value has a backslash, which is read differently without quotes", "put the value into single quotes"}
		case strings.Contains(text, " #") || strings.Contains(text, "\t#"):
			return "", &fault{"a # stands in its value, which may be meant for a comment", "put a comment into a line of its own, or the value into quotes"}
		}
		return text, nil
	}
	escaped := func(i int) bool {
		if paths {
			return text[i] == '"' && strings.Contains(text[i+1:], `"`)
		}
		return strings.IndexByte("\"\\$`", text[i]) >= 0
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == text[0] && i+1 < len(text):
			return "", &fault{"something stands behind the closing quote", "put a comment into a line of its own; a quote between double quotes is \\\""}
		case c == text[0]:
			return b.String(), nil
		case c == '\\' && text[0] == '"' && i+1 < len(text) && escaped(i+1):
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", &fault{"a quote is opened and not closed", "a value is one line"}
}
