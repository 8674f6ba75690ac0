package cli

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"meetbatch/internal/system"
	"meetbatch/job"
)

func TestParseProfile(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]map[string]string{
		"":                                    {},
		"\n":                                  {},
		"# a comment\n\t # another = one\n\n": {},
		"MEETBATCH_RATE=5/1s":                 {"MEETBATCH_RATE": "5/1s"},
		" \tMEETBATCH_RATE=5/1s \t\nMEETBATCH_CHUNK=7\n": {"MEETBATCH_RATE": "5/1s", "MEETBATCH_CHUNK": "7"},
		"MEETBATCH_TOKEN=":                            {"MEETBATCH_TOKEN": ""},
		"MEETBATCH_TOKEN=''":                          {"MEETBATCH_TOKEN": ""},
		"MEETBATCH_PASSWORD=a=b#c d\"e'f$HOME`x`":     {"MEETBATCH_PASSWORD": "a=b#c d\"e'f$HOME`x`"},
		`MEETBATCH_PASSWORD=' a\b "c" #$d '` + "  \n": {"MEETBATCH_PASSWORD": ` a\b "c" #$d `},
		`MEETBATCH_PASSWORD=" a'b \"c\" \g #h "`:      {"MEETBATCH_PASSWORD": ` a'b "c" \g #h `},
		"MEETBATCH_COLUMN=account=#3":                 {"MEETBATCH_COLUMN": "account=#3"},
		"MEETBATCH_COLUMN=account=云会议室\n":             {"MEETBATCH_COLUMN": "account=云会议室"},
	} {
		if got, err := parseProfile("p", []byte(text)); err != nil || !maps.Equal(got, want) {
			t.Errorf("%q is read as %q, %v, want %q", text, got, err, want)
		}
	}
}

// TestUnquote: between double quotes a backslash is what systemd takes it for, and on Windows a part of a path.
func TestUnquote(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ unix, windows string }{
		`"\\server\share\key"`:   {`\server\share\key`, `\\server\share\key`},
		`"\\\\server"`:           {`\\server`, `\\\\server`},
		`"C:\dir\"`:              {"", `C:\dir\`},
		`"C:\my dir\\"`:          {`C:\my dir\`, `C:\my dir\\`},
		`"a\"b"`:                 {`a"b`, `a"b`},
		`"a\""`:                  {`a"`, `a"`},
		`"\$a \` + "`" + `b \c"`: {"$a `b \\c", "\\$a \\`b \\c"},
		`'\\server\"a\'`:         {`\\server\"a\`, `\\server\"a\`},
		`\\server\share`:         {"", `\\server\share`},
		`"a`:                     {"", ""},
		`"a"b"`:                  {"", ""},
	} {
		for paths, want := range map[bool]string{false: want.unix, true: want.windows} {
			if got, wrong := unquote(text, paths); got != want || (wrong != nil) != (want == "") {
				t.Errorf("%s, where paths have backslashes %t: %s, %v, want %s", text, paths, got, wrong, want)
			}
		}
	}
}

// TestProfileFaults: what is wrong is told by line, in one line, with a hint, and without what may be a secret.
func TestProfileFaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"\uFEFFMEETBATCH_TOKEN=s3cret":                    "line 1: a byte order mark stands at its beginning",
		"M\x00E\x00=\x00s3cret":                           "line 1: it holds a NUL byte, as UTF-16 does",
		"\nMEETBATCH_TOKEN=s3cret\r\n":                    "line 2: it holds a carriage return, as line ends of Windows do",
		"MEETBATCH_TOKEN=s3cret\xE4":                      "line 1: it is no text in UTF-8",
		"s3cret":                                          "line 1: it has no =",
		"MEETBATCH_TOKEN =s3cret":                         "line 1: a blank stands beside the =",
		"MEETBATCH_TOKEN= s3cret":                         "line 1: a blank stands beside the =",
		"MEETBATCH_TOKEN=\ts3cret":                        "line 1: a blank stands beside the =",
		"export MEETBATCH_TOKEN=s3cret":                   "line 1: what stands before the = is no name of a variable",
		"s3cret==":                                        "line 1: what stands before the = is no name of a variable",
		"=s3cret":                                         "line 1: what stands before the = is no name of a variable",
		"#\n#\nHTTPS_PROXY=http://s3cret@proxy":           "line 3: HTTPS_PROXY is no variable of this program",
		"PATH=s3cret":                                     "line 1: PATH is no variable of this program",
		"MEETBATCH_PROFILE=s3cret":                        "line 1: a profile cannot name another with MEETBATCH_PROFILE",
		"MEETBATCH_TOKEN=s3cret\n#\nMEETBATCH_TOKEN=":     "line 3: MEETBATCH_TOKEN stands in line 1 already",
		"MEETBATCH_TOKEN=\nMEETBATCH_TOKEN=s3cret":        "line 2: MEETBATCH_TOKEN stands in line 1 already",
		`MEETBATCH_TOKEN="s3cret`:                         "line 1: a quote is opened and not closed",
		`MEETBATCH_TOKEN='s3cret"`:                        "line 1: a quote is opened and not closed",
		"MEETBATCH_TOKEN=\"s3cret\nrest\"":                "line 1: a quote is opened and not closed",
		`MEETBATCH_TOKEN="`:                               "line 1: a quote is opened and not closed",
		`MEETBATCH_TOKEN='s3cret' # of mine`:              "line 1: something stands behind the closing quote",
		`MEETBATCH_TOKEN="s3"cret`:                        "line 1: something stands behind the closing quote",
		`MEETBATCH_APP_KEY_FILE=C:\s3cret`:                "line 1: its value has a backslash, which is read differently without quotes",
		"MEETBATCH_TOKEN=s3cret # of mine":                "line 1: a # stands in its value, which may be meant for a comment",
		"MEETBATCH_RATE=5/1s\nMEETBATCH_TOKEN=s3cret\\\n": "line 2: its value has a backslash, which is read differently without quotes",
	} {
		got, err := parseProfile("p", []byte(text))
		switch {
		case system.WindowsText && strings.Contains(want, "backslash"): // which stands for itself there
			if err != nil {
				t.Errorf("%q: %v", text, err)
			}
		case err == nil:
			t.Errorf("%q is read as %q", text, got)
		case err.Error() != "--profile: p, "+want || job.HintOf(err) == "":
			t.Errorf("%q: %v (%s), want %s", text, err, job.HintOf(err), want)
		}
	}
}

// TestUnixText: what an editor on Windows saves is read as what was typed, and on Windows alone.
func TestUnixText(t *testing.T) {
	t.Parallel()
	typed := "# x\nMEETBATCH_RATE=5/1s\n"
	saved := "\uFEFF" + strings.ReplaceAll(typed, "\n", "\r\n")
	if got := string(unixText([]byte(saved))); got != typed {
		t.Errorf("%q", got)
	}
	path := filepath.Join(t.TempDir(), "p.env")
	if err := os.WriteFile(path, []byte(saved), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := loadProfile(path)
	if taken := err == nil && p.values["MEETBATCH_RATE"] == "5/1s"; taken != system.WindowsText {
		t.Errorf("%v, %v", p.values, err)
	}
}

// FuzzParseProfile: whatever a profile holds is read or refused in one line that shows, and what is read has names that
// are ours and values that an environment can hold.
func FuzzParseProfile(f *testing.F) {
	f.Add("# x\nMEETBATCH_RATE=5/1s\nMEETBATCH_TOKEN='a b'\n")
	f.Add("MEETBATCH_PASSWORD=\" \\\"x\\\\\"\n")
	f.Add("\uFEFFexport A = \"\r\n\x00")
	f.Fuzz(func(t *testing.T, text string) {
		values, err := parseProfile("p", []byte(text))
		if err != nil {
			if said := err.Error() + job.HintOf(err); strings.ContainsAny(said, "\x00\r\n") || !utf8.ValidString(said) || job.HintOf(err) == "" {
				t.Errorf("%q: %q", text, said)
			}
			return
		}
		for name, value := range values {
			if !strings.HasPrefix(name, "MEETBATCH_") || strings.ContainsAny(value, "\x00\r\n") || !strings.Contains(text, name+"=") {
				t.Errorf("%q has %q=%q", text, name, value)
			}
			escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
			if system.WindowsText {
				escaped = strings.NewReplacer(`"`, `\"`)
			}
			again, err := parseProfile("p", []byte(name+"=\""+escaped.Replace(value)+"\""))
			if err != nil || again[name] != value {
				t.Errorf("%q, quoted, is read as %q, %v", value, again[name], err)
			}
		}
	})
}
