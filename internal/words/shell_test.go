package words

import (
	"path/filepath"
	"testing"
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
		`$x & calc`: "\"`$x & calc\"", "a`b": "\"a``b\"", `a"b & calc`: `"a""b & calc"`, `“a”`: "\"`“a`”\"", `‘a’`: `"‘a’"`, "a–b": `"a–b"`,
		"a\u202eb": `"a$([char]0x202e)b"`, "a\n\U000e0041": `"a$([char]0xa)$([char]0xdb40)$([char]0xdc41)"`,
	} {
		if got := forWindows(word); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
