package cli

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"meetbatch/internal/system"
	"meetbatch/job"
)

// shellWords splits a command line as a shell does that was given nothing but quotes and what escapes between them: single
// ones and backslashes, or double ones and PowerShell's accents.
func shellWords(line string) (all []string) {
	var word strings.Builder
	quoted := false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case runtime.GOOS == "windows" && c == '`' && quoted:
			i++
			word.WriteByte(line[i])
		case runtime.GOOS == "windows" && c == '"':
			quoted = !quoted
		case runtime.GOOS == "windows" && c != ' ':
			word.WriteByte(c)
		case c == '\'':
			quoted = !quoted
		case c == '\\' && !quoted:
			i++
			word.WriteByte(line[i])
		case c == ' ' && !quoted:
			all = append(all, word.String())
			word.Reset()
		default:
			word.WriteByte(c)
		}
	}
	return append(all, word.String())
}

// TestCommandLineComesBack: the command line that is printed for settings is read as those settings, also where the
// environment says otherwise.
func TestCommandLineComesBack(t *testing.T) {
	t.Parallel()
	without := "MEETBATCH_RATE= MEETBATCH_CHUNK= meetbatch reclaim "
	if !system.SetsVariables {
		without = "meetbatch reclaim --rate 100/1m --chunk 100"
	}
	for _, test := range []struct {
		environ []string
		op      job.Operation
		args    []string
		prefix  string
	}{
		{nil, job.Reclaim, []string{"reclaim", "f.csv"}, "meetbatch reclaim "},
		{nil, job.Reclaim, []string{"reclaim", "--rate", "none", "--workers", "3", "--any-id", "--timeout", "1m30s", "--max-failures", "7", "--max-invalid", "0", "./-f.csv"}, ""},
		{nil, job.Reclaim, []string{"reclaim", "--rate", "auto,20000/1d", "--delimiter", "tab", "--encoding", "gb18030", "--yes", "--quiet", "it's $(a) file.csv"}, ""},
		{nil, job.Reclaim, []string{"reclaim", "--budget=-b", `--column`, `account=a\;b=c`, "--column", "vmr_id=x y", "--skip-succeeded", `/runs/a\;b`, "--skip-succeeded", "/runs/2", "f.csv"}, ""},
		{nil, job.Reclaim, []string{"reclaim", "--accept", "placeholder,rounded", "--accept", "shape", "--header-line", "4", "--delimiter", "pipe", "f.csv"}, "meetbatch reclaim "},
		{nil, job.SetStatus, []string{"status", "--to", "停用", "--no-header", "--column", "account=#2", "f.csv"}, "meetbatch status "},
		{nil, job.SetStatus, []string{"status", "--to", "disabled", "--account-type", "1", "--region", "intl", "--language", "zh-CN", "--log-format", "json", "f.csv"}, ""},
		{[]string{"MEETBATCH_RATE=5/1s", "MEETBATCH_CHUNK=7"}, job.Reclaim, []string{"reclaim", "--rate", "100/1m", "--chunk", "100", "f.csv"}, without},
		{[]string{"MEETBATCH_RATE=5/1s"}, job.Reclaim, []string{"reclaim", "f.csv"}, "meetbatch reclaim --rate 5/1s "},
	} {
		a := &app{args: test.args, env: newEnvironment(test.environ), now: time.Now}
		parsed, err := a.parse(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		was := commandOf(parsed.Selected().Target.Addr().Interface())
		line := a.commandLine(test.op, was)
		if !strings.HasPrefix(line, test.prefix) {
			t.Errorf("%v gives %s, want it to begin with %s", test.args, line, test.prefix)
		}
		again := &app{args: shellWords(line[strings.Index(line, "meetbatch"):])[1:], now: time.Now}
		for _, variable := range test.environ {
			if name, _, _ := strings.Cut(variable, "="); !strings.Contains(line, name+"= ") {
				again.env = newEnvironment(append([]string{variable}, test.environ...))
			}
		}
		parsed, err = again.parse(t.Context())
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if is := commandOf(parsed.Selected().Target.Addr().Interface()); !reflect.DeepEqual(is, was) {
			t.Errorf("%v: %s is read as\n%+v, want\n%+v", test.args, line, is, was)
		}
	}
}

// TestByName: a flag at its default can be given all the same.
func TestByName(t *testing.T) {
	t.Parallel()
	a := &app{now: time.Now}
	for _, flag := range a.parser(&commands{}).Model.Children[0].Flags {
		given := byName(flag)
		if given == nil {
			continue
		}
		again := &app{args: append(append([]string{"reclaim"}, shellWords(strings.Join(given, " "))...), "f.csv"), now: time.Now}
		plain := &app{args: []string{"reclaim", "f.csv"}, now: time.Now}
		is, err := again.parse(t.Context())
		was, _ := plain.parse(t.Context())
		if err != nil || !reflect.DeepEqual(commandOf(is.Selected().Target.Addr().Interface()), commandOf(was.Selected().Target.Addr().Interface())) {
			t.Errorf("%v: %v", given, err)
		}
	}
}

// TestFound: where no shell does it, a pattern stands for the runs that are there, but for one that means something else.
func TestFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run1, run2 := filepath.Join(dir, "run1"), filepath.Join(dir, "run2")
	if err := errors.Join(os.Mkdir(run1, 0o777), os.Mkdir(run2, 0o777), os.WriteFile(filepath.Join(dir, "run.txt"), nil, 0o666)); err != nil {
		t.Fatal(err)
	}
	pattern := filepath.Join(dir, "run*")
	for _, c := range []struct {
		args, want []string
	}{
		{[]string{"verify", "--quiet", pattern}, []string{"verify", "--quiet", run1, run2}},
		{[]string{"reclaim", "--skip-succeeded", pattern, "f.csv"}, []string{"reclaim", "--skip-succeeded", run1, run2, "f.csv"}},
		{[]string{"export", "--search", pattern}, []string{"export", "--search", pattern}},
		{[]string{"verify", filepath.Join(dir, "x*")}, []string{"verify", filepath.Join(dir, "x*")}},
		{nil, nil},
	} {
		if got := found(c.args, true); !slices.Equal(got, c.want) {
			t.Errorf("%q becomes %q", c.args, got)
		}
		if got := found(c.args, false); !slices.Equal(got, c.args) {
			t.Errorf("%q becomes %q where the shell does it", c.args, got)
		}
	}
}

func commandOf(command any) jobCmd {
	if s, is := command.(*statusCmd); is {
		s.Settings.To = s.To
		return s.jobCmd
	}
	return *command.(*jobCmd)
}
