package budget

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"meetbatch/job/pace"
)

func TestURLs(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]server{
		"redis://cache.example/meetbatch":                {named: "cache.example", address: "cache.example:6379", key: "meetbatch"},
		"redis://cache.example:7000/3/meetbatch:eu":      {named: "cache.example:7000", address: "cache.example:7000", db: 3, key: "meetbatch:eu"},
		"rediss://[::1]:7000/a%2Fb%40c%3F":               {named: "[::1]:7000", address: "[::1]:7000", tls: true, key: "a/b@c?"},
		"REDISS://10.0.0.1/0/7":                          {named: "10.0.0.1", address: "10.0.0.1:6379", tls: true, key: "7"},
		"redis://:p%40ss%2Fw%C3%B6rd@cache.example/k":    {named: "cache.example", address: "cache.example:6379", password: "p@ss/wörd", key: "k"},
		"redis://me%3A:p%25:w@cache.example/15/geschäft": {named: "cache.example", address: "cache.example:6379", user: "me:", password: "p%:w", db: 15, key: "geschäft"},
	} {
		b, err := Open(address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if got := *b.store.(*server); got != want {
			t.Errorf("%s: %+v", address, got)
		}
		scheme := strings.ToLower(address[:strings.Index(address, ":")])
		if b.Name() != scheme+"://"+want.named || slices.Contains(b.Secrets(), "") || want.password != "" && b.Secrets()[0] != want.password {
			t.Errorf("%s: %s, %q", address, b.Name(), b.Secrets())
		}
	}
}

// wrong are addresses that are refused. Each holds the word hidden where an error must not show it.
var wrong = map[string]string{
	"redis://cache.example":                        "no KEY",
	"redis://cache.example/":                       "no KEY",
	"redis://cache.example/5":                      "no KEY",
	"redis://cache.example/5/":                     "no KEY",
	"redis://hidden/x/key":                         "number of a database",
	"redis://hidden/-1/key":                        "number of a database",
	"redis://hidden/1/key/more":                    "number of a database",
	"redis://hidden//key":                          "number of a database",
	"redis:///key":                                 "no host",
	"redis:cache.example/key":                      "no host",
	"redis://:7/key":                               "no host",
	"redis://hidden:0/key":                         "port",
	"redis://hidden:65536/key":                     "port",
	"redis://hidden:/key":                          "port",
	"redis://hidden:x/key":                         "no URL",
	"redis://user:hidden%@cache.example/key":       "no URL",
	"redis://hidden@cache.example/key":             "no password",
	"redis://hidden:@cache.example/key":            "no password",
	"redis://user:12/hidden@cache.example/key":     "second @",
	"redis://user:12/hidden@cache.example":         "second @",
	"redis://user:12#hidden@cache.example/key":     "mean nothing",
	"redis://user:12?hidden@cache.example/key":     "mean nothing",
	"redis://cache.example/key?hidden=1":           "mean nothing",
	"redis://cache.example/key?":                   "mean nothing",
	"redis://cache.example/key#":                   "mean nothing",
	"redis://user:hidden@cache.example/a%0Ab":      "cannot be printed",
	"redis://user:hidden@cache.example/a%FFb":      "cannot be printed",
	"redis://user:hidden@cache.example/a%1":        "no URL",
	"redis://user:hid\nden@cache.example/key":      "no URL",
	"http://user:hidden@cache.example/key":         "neither redis nor rediss",
	"valkey://user:hidden@cache.example/key":       "neither redis nor rediss",
	"hiddenredis://user:x@cache.example/key":       "neither redis nor rediss",
	"redis+sentinel://user:hidden@cache.example/k": "neither redis nor rediss",
}

func TestWrongURLs(t *testing.T) {
	t.Parallel()
	for address, reason := range wrong {
		_, err := Open(address)
		var why *pace.BudgetError
		if !errors.As(err, &why) || !strings.Contains(why.Reason, reason) || why.Try == "" {
			t.Errorf("%q: %v", address, err)
			continue
		}
		if text := why.Error() + why.Try; strings.Contains(text, "hidden") || strings.Contains(text, "cache.example") {
			t.Errorf("%q: %s", address, text)
		}
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	nul, long := "invalid", filepath.Join(dir, strings.Repeat("x", 300))
	if runtime.GOOS == "windows" {
		nul, long = "control character", filepath.Join(dir, "con") // wine has files of any length
	}
	for path, reason := range map[string]string{
		dir:                              "a directory",
		dir + "/":                        "a directory",
		filepath.Join(dir, "no", "file"): "no",
		filepath.Join(dir, "file", "x"):  "file",
		"":                               "no file",
		dir + "/a\x00b":                  nul,
		long:                             "name",
	} {
		_, err := Open(path)
		var why *pace.BudgetError
		if !errors.As(err, &why) || !strings.Contains(why.Reason, reason) || why.Try == "" {
			t.Errorf("%q: %v", path, err)
		}
	}
	for _, path := range []string{filepath.Join(dir, "file"), filepath.Join(dir, "redis-eu"), filepath.Join(dir, colon)} {
		if b, err := Open(path); err != nil || b.Name() != path || b.Secrets() != nil {
			t.Errorf("%q: %v", path, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "redis-eu")); err == nil {
		t.Error("Open has made a file")
	}
}

// colon is a name with one, which no file on Windows has.
var colon = map[bool]string{false: "a:b", true: "a"}[runtime.GOOS == "windows"]

// FuzzOpen: whatever the address, it is understood or refused, and a URL's password shows in neither case.
func FuzzOpen(f *testing.F) {
	for address := range wrong {
		f.Add(address)
	}
	f.Add("rediss://user:pass@[::1]:7/15/key")
	f.Fuzz(func(t *testing.T, address string) {
		if _, is := schemeOf(address); !is {
			return
		}
		b, err := Open(address)
		if err != nil {
			if why, is := errors.AsType[*pace.BudgetError](err); !is || why.Try == "" || strings.Contains(err.Error(), "hidden") {
				t.Error(err)
			}
			return
		}
		s := b.store.(*server)
		if s.key == "" || s.db < 0 || strings.Contains(b.Name(), "@") || strings.Contains(b.Name(), "/"+s.key) && !strings.Contains("//"+s.named, "/"+s.key) {
			t.Errorf("%+v %s", s, b.Name())
		}
	})
}

// TestLooksSecret: what was meant to be a URL and is none is refused, and nothing of it is shown; a path is taken as one.
func TestLooksSecret(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		`"redis://:s3cret@h/k"`, " redis://:s3cret@h/k", "MEETBATCH_BUDGET=redis://:s3cret@h/k", "redis//:s3cret@h/k", "rediss//u:s3cret@h/k",
		"u:s3cret@h/k", ":s3cret@h", "'u:s3cret@h:6379/1/k'", "u:s3c/ret@h",
	} {
		if _, err := Open(address); err == nil || strings.Contains(err.Error()+(err.(*pace.BudgetError)).Try, "s3c") {
			t.Errorf("%s: %v", address, err)
		}
	}
	dir := t.TempDir()
	for _, name := range []string{"budget", "redis", "me@corp.example", "a:b", "@", "a@b:c"} {
		if _, err := Open(filepath.Join(dir, name)); err != nil && strings.Contains(err.Error(), "neither a path") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
