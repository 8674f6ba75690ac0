package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"meetbatch/internal/sandbox"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"meetbatch": main})
}

// TestScript runs testdata/script. Each script has a service of its own at $SANDBOX, which logs to
// service.jsonl, and the token for it.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			log, err := os.Create(filepath.Join(env.WorkDir, "service.jsonl"))
			if err != nil {
				return err
			}
			server, err := sandbox.Start(sandbox.New(sandbox.Settings{Token: "sandbox", Log: log}), "127.0.0.1:0")
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
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exitcode": exitcode,
			"agrees":   agrees,
			"waitfor":  waitfor,
		},
	})
}

// exitcode N PROGRAM ARGS runs a program and wants that exit code; what it prints can be looked at
// with stdout and stderr.
func exitcode(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if (got == want) == neg {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// agrees DIR LOG wants the results of a run to say what the service logged, request by request: each
// row that has a request ID was an entry of that request, once, and of no other; and it succeeded
// exactly when the entry was applied.
func agrees(ts *testscript.TestScript, neg bool, args []string) {
	requests := map[string]sandbox.Line{}
	entries := map[string]int{} // how often each was sent to its target
	for text := range strings.Lines(ts.ReadFile(args[1])) {
		var line sandbox.Line
		ts.Check(json.Unmarshal([]byte(text), &line))
		if _, twice := requests[line.RequestID]; twice {
			ts.Fatalf("request ID %s was used twice", line.RequestID)
		}
		requests[line.RequestID] = line
		for _, e := range line.Entries {
			entries[line.Target+"\x00"+e]++
		}
	}
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(filepath.Join(args[0], "results.csv")))).ReadAll()
	ts.Check(err)
	perAccount := rows[0][2] == "vmr_id"
	settled := 0
	for _, row := range rows[1:] {
		target, entry := row[1], row[2]
		if !perAccount {
			target, entry = entry, target
		}
		line, known := requests[row[3]]
		switch {
		case row[4] == "invalid":
			if row[3] != "" || entries[target+"\x00"+entry] > 0 {
				ts.Fatalf("line %s is invalid, but was sent", row[0])
			}
			continue
		case !known:
			ts.Fatalf("line %s: the service saw no request %q", row[0], row[3])
		case line.Target != target || !slices.Contains(line.Entries, entry):
			ts.Fatalf("line %s: %s of %s is not in request %s", row[0], entry, target, row[3])
		case (row[4] == "succeeded") != slices.Contains(line.Applied, entry):
			ts.Fatalf("line %s: %s, but applied: %v", row[0], row[4], line.Applied)
		}
		if row[9] == "" {
			settled++
			if n := entries[target+"\x00"+entry]; n != 1 {
				ts.Fatalf("line %s was sent %d times", row[0], n)
			}
		}
	}
	if settled != len(entries) {
		ts.Fatalf("%d entries were sent, %d have a result", len(entries), settled)
	}
}

// waitfor FILE REGEXP [VARIABLE] waits until a file has a match, and keeps its first group.
func waitfor(ts *testscript.TestScript, neg bool, args []string) {
	re, err := regexp.Compile(args[1])
	ts.Check(err)
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		text, _ := os.ReadFile(ts.MkAbs(args[0]))
		match := re.FindSubmatch(text)
		if match == nil {
			continue
		}
		if len(args) > 2 {
			ts.Setenv(args[2], string(match[1]))
		}
		return
	}
	ts.Fatalf("%s never matched %s", args[0], args[1])
}
