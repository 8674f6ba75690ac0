package program

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience is how long a script waits for something that is to come.
const patience = 30 * time.Second

// processesKey is what a script's processes are kept under.
type processesKey struct{}

// processes are the programs that a script started in the background, by name.
type processes map[string]*process

type process struct {
	cmd    *exec.Cmd
	stderr string // the file; empty where nobody reads what it says
	exited chan struct{}
	killed bool
}

// environ writes its environment to a file. A script's environment changes as it goes on, and only a program that it
// runs in the foreground is told it.
func environ() {
	if err := os.WriteFile(os.Args[1], []byte(strings.Join(os.Environ(), "\x00")), 0o666); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// start [-open FILE] NAME STDERR PROGRAM ARGS... starts a program in the background, and keeps its process ID in the
// variable NAME_pid. Its standard error goes to the file STDERR; with - in its place, standard output and standard error are
// a pipe that nobody reads. With -open its standard input begins with what is in FILE, and stays open.
func start(ts *testscript.TestScript, neg bool, args []string) {
	var open string
	if len(args) > 1 && args[0] == "-open" {
		open, args = args[1], args[2:]
	}
	if neg || len(args) < 3 {
		ts.Fatalf("usage: start [-open FILE] NAME STDERR PROGRAM ARGS...")
	}
	running := ts.Value(processesKey{}).(processes)
	name, stderr, program := args[0], args[1], args[2:]
	if running[name] != nil {
		ts.Fatalf("%s runs already", name)
	}
	environment := filepath.Join(ts.Getenv("WORK"), ".tmp", "environ")
	ts.Check(ts.Exec("environ", environment))
	cmd := exec.Command(program[0], program[1:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = strings.Split(ts.ReadFile(environment), "\x00")
	interruptible(cmd)
	p := &process{cmd: cmd, exited: make(chan struct{})}
	var ours []*os.File // what the program has a handle of its own to
	file := func(f *os.File, err error) *os.File {
		ts.Check(err)
		ours = append(ours, f)
		return f
	}
	if stderr == "-" {
		unread, out, err := os.Pipe()
		cmd.Stderr = file(out, err)
		ts.Check(unread.Close())
	} else {
		p.stderr = ts.MkAbs(stderr)
		cmd.Stderr = file(os.Create(p.stderr))
	}
	cmd.Stdout = cmd.Stderr
	var input *os.File
	if open != "" {
		text := ts.ReadFile(open)
		in, out, err := os.Pipe()
		cmd.Stdin = file(in, err)
		input = out
		_, err = input.WriteString(text) // less than a pipe holds
		ts.Check(err)
	}
	ts.Check(cmd.Start())
	for _, f := range ours {
		ts.Check(f.Close())
	}
	running[name] = p
	ts.Setenv(name+"_pid", strconv.Itoa(cmd.Process.Pid))
	go func() {
		cmd.Wait() // ended looks at what came of it
		if input != nil {
			input.Close()
		}
		close(p.exited)
	}()
	ts.Defer(func() { cmd.Process.Kill(); <-p.exited }) // once more than needed, where all went well
}

// find gives a program by the name under which it was started.
func find(ts *testscript.TestScript, name string) *process {
	p := ts.Value(processesKey{}).(processes)[name]
	if p == nil {
		ts.Fatalf("nothing was started as %s", name)
	}
	return p
}

// signal NAME int|term|kill sends a signal to a program in the background.
func sendSignal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: signal NAME int|term|kill")
	}
	p := find(ts, args[0])
	switch args[1] {
	case "int":
		ts.Check(interrupt(p.cmd.Process))
	case "term":
		ts.Check(p.cmd.Process.Signal(syscall.SIGTERM))
	case "kill":
		p.killed = true
		ts.Check(p.cmd.Process.Kill())
	default:
		ts.Fatalf("unknown signal %s", args[1])
	}
}

// ended NAME CODE waits until a program in the background has ended, and wants that exit code, or "killed"; what stands
// in its file for standard error can be looked at with stderr.
func ended(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: ended NAME CODE|killed")
	}
	p := find(ts, args[0])
	select {
	case <-p.exited:
	case <-time.After(patience):
		ts.Fatalf("%s does not end", args[0])
	}
	delete(ts.Value(processesKey{}).(processes), args[0])
	if p.stderr != "" {
		fmt.Fprint(ts.Stderr(), ts.ReadFile(p.stderr))
	}
	got := strconv.Itoa(p.cmd.ProcessState.ExitCode())
	if got == "-1" || p.killed && runtime.GOOS == "windows" { // which knows no signals, but has a code for all that ends
		got = "killed"
	}
	if got != args[1] {
		ts.Fatalf("exit code %s, want %s", got, args[1])
	}
}

// exitcode N PROGRAM ARGS... runs a program and wants that exit code; what it prints can be looked at
// with stdout and stderr.
func exitcode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode N PROGRAM ARGS...")
	}
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
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// waitfor FILE REGEXP [VARIABLE] waits until a file has a match, and keeps its first group.
func waitfor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: waitfor FILE REGEXP [VARIABLE]")
	}
	re, err := regexp.Compile(args[1])
	ts.Check(err)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
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
