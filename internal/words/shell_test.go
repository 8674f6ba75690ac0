package words

import (
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestPath: what a command line holds as a path is taken for a path.
func TestPath(t *testing.T) {
	t.Parallel()
	here := "." + string(filepath.Separator)
	for path, want := range map[string]string{
		"-x": here + "-x", "-": here + "-", "--out": here + "--out", "last": here + "last", "-a b": Quoted(here + "-a b"),
		"runs/-x": Quoted("runs/-x"), "a b": Quoted("a b"), "last/a": Quoted("last/a"), "x": "x",
	} {
		if got := Path(path); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestForPosix(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"runs/a-1":           "runs/a-1",
		"":                   "''",
		"it's":               `'it'\''s'`,
		"$(x) y":             "'$(x) y'",
		"a^b":                "'a^b'",
		"云 会":                "'云 会'",
		"a\x1b]0;it's\a\n\\": `$'a\033]0;it\'s\007\012\\'`,
		"\u202ea\xff":        `$'\342\200\256a\377'`,
	} {
		if got := forPosix(word); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestForWindows: what cmd.exe and PowerShell both take for the word, or else what PowerShell does and cmd.exe takes for one
// word all the same, so that nothing of it is a command.
func TestForWindows(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		`C:\runs\a-1`: `C:\runs\a-1`, `\\server\share`: `\\server\share`, `-x`: `-x`, `--flag=1`: `--flag=1`, `云会\1.csv`: `云会\1.csv`, `C:\runs\`: `C:\runs\`,
		``: `""`, `a b`: `"a b"`, `C:\my runs\`: `"C:\my runs\\"`, `it's`: `"it's"`, `100/1m,20000/1d`: `"100/1m,20000/1d"`, `5%`: `"5%"`, `%PATH%`: `"%PATH%"`,
		`a&b`: `"a&b"`, `a(1).csv`: `"a(1).csv"`, `a;b`: `"a;b"`, `a^b!`: `"a^b!"`, `@a`: `"@a"`, `#1`: `"#1"`, `~a`: `"~a"`, `{a}`: `"{a}"`, `>a|b`: `">a|b"`,
		`$x & calc`: "\"`$x & calc\"", "a`b": "\"a``b\"", `a"b & calc`: `"a$([char]0x22)b & calc"`, `a\"\`: `"a\$([char]0x22)\\"`, `“a”`: "\"`“a`”\"", `‘a’`: `"‘a’"`, "a–b": `"a–b"`,
		"a\u202eb": `"a$([char]0x202e)b"`, "a\n\U000e0041": `"a$([char]0xa)$([char]0xdb40)$([char]0xdc41)"`,
	} {
		if got := forWindows(word); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestForWindowsIsOneWord: the program is given one word, whatever is in it, and what follows it on the line is not a part of
// that. It is the word itself where nothing of it is written for PowerShell alone.
func TestForWindowsIsOneWord(t *testing.T) {
	t.Parallel()
	const special = "\"“”„$`\u202e\n\x1b\t"
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.SampledFrom([]rune("ab=,&|<>^()%!;'@#云 \\\\"+special)), 0, 12, -1).Draw(t, "word")
		spelled := forWindows(word)
		got, rest := nextArgument(spelled + ` --then "a b"`)
		if rest != `--then "a b"` {
			t.Fatalf("%s is more than one word, or takes what follows: %q, %q", spelled, got, rest)
		}
		if !strings.ContainsAny(word, special) && got != word {
			t.Errorf("%s is read as %q, want %q", spelled, got, word)
		}
		if n := strings.Count(spelled, `"`); n > 0 && (n != 2 || spelled[0] != '"' || spelled[len(spelled)-1] != '"') {
			t.Errorf("%s: cmd.exe takes something of it for a command", spelled)
		}
	})
}

// TestWithOnWindows: no value of a variable is a part of a command that runs something else.
func TestWithOnWindows(t *testing.T) {
	t.Parallel()
	const command = "meetbatch reclaim --endpoint http://127.0.0.1:80 rooms.csv"
	if got, want := withOnWindows("TOKEN", "a-1", command), `cmd /c "set TOKEN=a-1&& `+command+`"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, odd := range []string{"a&calc", `a"b`, "%PATH%", "a^b", "a|b", "a>b", "a b", "a$b", "a`b", "a(b)", "a!b!", "a\nb", "a;b", "a\u202eb"} {
		if got, want := withOnWindows("TOKEN", odd, command), "with TOKEN set: "+command; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got, want := withOnWindows("TOKEN", "a", `meetbatch show "a & b"`), `with TOKEN set: meetbatch show "a & b"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// nextArgument splits a command line of Windows as programs in Go do before they begin, which is by readNextArg in
// os/exec_windows.go.
func nextArgument(line string) (word, rest string) {
	var b []byte
	quoted, slashes := false, 0
	flush := func(n int) { b, slashes = append(b, strings.Repeat(`\`, n)...), 0 }
	for ; len(line) > 0; line = line[1:] {
		switch c := line[0]; {
		case c == '\\':
			slashes++
		case c == '"' && slashes%2 == 1:
			flush(slashes / 2)
			b = append(b, c)
		case c == '"':
			flush(slashes / 2)
			if quoted && strings.HasPrefix(line[1:], `"`) {
				b, line = append(b, c), line[1:]
			}
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\t'):
			flush(slashes)
			return string(b), line[1:]
		default:
			flush(slashes)
			b = append(b, c)
		}
	}
	flush(slashes)
	return string(b), ""
}
