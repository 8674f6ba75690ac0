// Package program tests the program as a whole: its scripts, its promises to users, and how its code is put together.
package program

import (
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/term"

	"meetbatch/internal/cli"
	"meetbatch/internal/sandbox"
)

func TestMain(m *testing.M) {
	// Most tests wait, for the disk or for a pace, and compute little: more of them run at a time than there are
	// processors. What is said with -parallel counts all the same, since it is read later.
	flag.Set("test.parallel", strconv.Itoa(max(8, runtime.GOMAXPROCS(0))))
	testscript.Main(inRoot{m}, map[string]func(){"meetbatch": undatedMain, "dated": cli.Main, "environ": environ})
}

// undatedMain is the program without the dates before the lines of its log, so that scripts can say how a line begins. As
// "dated" they run the program as it is.
func undatedMain() {
	hearInterrupts()
	var stderr io.Writer = os.Stderr
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		stderr = undated{os.Stderr}
	}
	os.Exit(cli.Process(stderr))
}

var date = regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ `)

// undated takes the dates out of what is written to it, whole lines at a time.
type undated struct{ to io.Writer }

func (u undated) Write(p []byte) (int, error) {
	if _, err := u.to.Write(date.ReplaceAll(p, nil)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// inRoot runs the tests in the root of the module, where the files are that they use.
type inRoot struct{ *testing.M }

// built is a directory for programs that are built once.
var built string

func (m inRoot) Run() int {
	err := os.Chdir(filepath.Join("..", ".."))
	if err == nil {
		built, err = os.MkdirTemp("", "meetbatch-tests-")
	}
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(built)
	return m.M.Run()
}

// TestPace runs testdata/pace: what measures times to a hundredth runs before the other tests, not beside them.
func TestPace(t *testing.T) {
	testscript.Run(t, scripts("pace"))
}

// TestScript runs testdata/script.
func TestScript(t *testing.T) {
	t.Parallel()
	params := scripts("script")
	if testing.Short() { // what the others have to say they say without the race detector or wine, in a tenth of the time
		chosen := concurrent
		if runtime.GOOS == "windows" {
			chosen = ofFiles
		}
		for _, name := range chosen {
			params.Files = append(params.Files, filepath.Join(params.Dir, name+".txtar"))
		}
		params.Dir = ""
	} else if named := strings.Contains(flag.Lookup("test.run").Value.String(), "/"); !long && !named {
		files, err := filepath.Glob(filepath.Join(params.Dir, "*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if name := strings.TrimSuffix(filepath.Base(file), ".txtar"); !slices.Contains(lengthy, name) {
				params.Files = append(params.Files, file)
			}
		}
		params.Dir = ""
	}
	testscript.Run(t, params)
}

// lengthy are the scripts that take longest, which are run by the build tag long, or when one script is asked for.
var lengthy = []string{
	"answers", "assign", "beside", "budget", "changes", "completion", "console", "continue", "directory", "export", "exports",
	"failing", "huge", "keep", "keyfiles", "last", "list", "live", "log", "mistakes", "names", "old", "page", "profile", "reading",
	"reconcile", "reconcilestopped", "refused", "rehearsal", "service", "set", "shard", "shardruns", "show", "skip", "spreadsheet",
	"truth", "undo", "undowords", "variables",
}

// concurrent are the scripts in which the goroutines of a process have most to do with one another.
var concurrent = []string{
	"answers", "beside", "console", "live", "metrics", "refusals", "resume", "set", "signin", "stop", "throttle", "tokens", "waiting",
}

// ofFiles are the scripts in which systems differ most: files and their names, locks, processes that are killed or stopped.
var ofFiles = []string{
	"continue", "damage", "encodings", "exports", "guards", "input", "keep", "list", "live", "names", "old", "refused", "resume",
	"spreadsheet", "stop", "verify",
}

// scripts gives what the scripts of a directory need. Each script has a service of its own at $SANDBOX, which logs to
// service.jsonl, and the token for it. No script uses a program that is not of this module.
func scripts(dir string) testscript.Params {
	return testscript.Params{
		Dir: filepath.Join("testdata", dir),
		Setup: func(env *testscript.Env) error {
			log, err := os.Create(filepath.Join(env.WorkDir, "service.jsonl"))
			if err != nil {
				return err
			}
			server, err := sandbox.Start(sandbox.New(sandbox.Settings{
				Token: "sandbox",
				User:  sandbox.User{AppID: "app", AppKey: "app-key", Account: "admin", Password: "pass word"},
				Log:   log,
			}), "127.0.0.1:0")
			if err != nil {
				return err
			}
			env.Defer(func() { server.Close(); log.Close() })
			testdata, err := filepath.Abs("testdata")
			if err != nil {
				return err
			}
			env.Setenv("SANDBOX", server.URL)
			env.Setenv("MEETBATCH_TOKEN", "sandbox")
			env.Setenv("TESTDATA", testdata)
			env.Setenv("GORACE", "atexit_sleep_ms=0")
			env.Values[processesKey{}] = processes{}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"agrees":    agrees,
			"append":    appendText,
			"columns":   columns,
			"copydir":   copyDir,
			"seal":      seal,
			"edit":      edit,
			"encode":    encode,
			"ended":     ended,
			"exitcode":  exitcode,
			"holds":     holds,
			"instant":   instant,
			"pack":      pack,
			"signal":    sendSignal,
			"start":     start,
			"strangers": strangers,
			"truncate":  truncate,
			"unpack":    unpack,
			"waitfor":   waitfor,
		},
	}
}

// agrees DIR LOG wants the results of a run to say what the service logged, request by request.
func agrees(ts *testscript.TestScript, neg bool, args []string) {
	repeated, err := compare(ts.MkAbs(args[0]), ts.MkAbs(args[1]))
	ts.Check(err)
	if repeated > 0 {
		ts.Fatalf("%d requests were repeated that had succeeded", repeated)
	}
}

// compare holds the results of a run against the service's log. Each row that was sent has the ID of a
// request that carried it, and succeeded or failed as that was answered; nothing that was applied stands as
// failed or not sent. It counts the requests that were repeated although they had succeeded.
func compare(dir, logFile string) (repeated int, err error) {
	text, err := os.ReadFile(logFile)
	if err != nil {
		return 0, err
	}
	requests := map[string]sandbox.Line{}
	applied := map[string]bool{}   // target and entry
	succeeded := map[string]bool{} // with an answer that arrived, as far as the service knows
	for line := range strings.Lines(string(text)) {
		var l sandbox.Line
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			return 0, err
		}
		if _, twice := requests[l.RequestID]; twice {
			return 0, fmt.Errorf("request ID %s was used twice", l.RequestID)
		}
		requests[l.RequestID] = l
		again := false
		for _, e := range l.Entries {
			again = again || succeeded[l.Target+"\x00"+e]
		}
		if again {
			repeated++
		}
		for _, e := range l.Applied {
			applied[l.Target+"\x00"+e] = true
			if l.Status == 200 && l.Fault == "" {
				succeeded[l.Target+"\x00"+e] = true
			}
		}
	}
	f, err := os.Open(filepath.Join(dir, "results.csv"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return 0, err
	}
	perAccount := rows[0][2] == "vmr_id"
	results := map[string]string{} // by line
	for _, row := range rows[1:] {
		if _, twice := results[row[0]]; twice {
			return 0, fmt.Errorf("line %s has two results", row[0])
		}
		results[row[0]] = row[4]
		target, entry := row[1], row[2]
		if !perAccount {
			target, entry = entry, target
		}
		line, known := requests[row[3]]
		was := applied[target+"\x00"+entry]
		switch {
		case row[4] == "not_sent" || row[4] == "invalid" || row[4] == "skipped":
			if was && !strings.Contains(row[7], "may have been carried out") {
				return 0, fmt.Errorf("line %s is %s, and was applied", row[0], row[4])
			}
			continue
		case !known && row[4] == "unknown":
			continue // cut off before it got there
		case !known:
			return 0, fmt.Errorf("line %s: the service saw no request %q", row[0], row[3])
		case line.Target != target || !slices.Contains(line.Entries, entry):
			return 0, fmt.Errorf("line %s: %s of %s is not in request %s", row[0], entry, target, row[3])
		case row[4] == "succeeded" && !slices.Contains(line.Applied, entry):
			return 0, fmt.Errorf("line %s succeeded, but request %s applied %v", row[0], row[3], line.Applied)
		case row[4] == "failed" && was && !strings.Contains(row[7], "may have been carried out"):
			return 0, fmt.Errorf("line %s failed, and was applied", row[0])
		}
	}
	return repeated, nil
}
