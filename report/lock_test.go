package report_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"meetbatch/job"
	"meetbatch/report"
)

// holding is the environment variable that makes this test's binary a process that holds a directory.
const holding = "MEETBATCH_TEST_HOLD"

// TestMain runs the tests, or is the other process of TestLockedByAnotherProcess. Thousands of small files are brought to the
// disk by these tests, none of which cuts the power: but for the long run they do that in memory, where a system has such files.
func TestMain(m *testing.M) {
	path := os.Getenv(holding)
	if path == "" {
		if dir, err := os.MkdirTemp(report.Mass("/dev/shm", ""), "report-test-"); err == nil {
			defer os.RemoveAll(dir)
			os.Setenv("TMPDIR", dir)
		}
		m.Run()
		return
	}
	d, err := report.Begin(path, job.Reclaim)
	if err == nil {
		err = d.WriteRun(report.Run{State: report.Planning})
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("held")
	for { // until it is killed
		time.Sleep(time.Hour)
		runtime.KeepAlive(d)
	}
}

// TestLockedByAnotherProcess: a directory that another process has open is left alone, and the error names that process.
// The lock goes with the process when it is killed.
func TestLockedByAnotherProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "run")
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), holding+"="+path)
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("the other process says %q, %v", line, err)
	}
	_, begin := report.Begin(path, job.Reclaim)
	_, open := report.Open(path, report.Check{Operation: job.Reclaim})
	for _, err := range []error{begin, open} {
		var locked *report.LockedError
		if want := fmt.Sprintf("%s is in use by process %d", path, other.Process.Pid); !errors.As(err, &locked) || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if text, err := os.ReadFile(filepath.Join(path, ".lock")); err != nil || len(text) > 0 {
		t.Errorf(".lock holds %q, %v", text, err)
	}
	for range report.Results(path, job.Reclaim, nil) {
		t.Error("there is a result")
	}
	if proof, err := report.Verify(path, report.Check{Operation: job.Reclaim, Run: report.Run{State: report.Running}}); err != nil || len(proof.Problems) > 0 {
		t.Errorf("Verify, which only reads, has %+v, %v", proof, err)
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	other.Wait()
	past, err := report.Open(path, report.Check{Operation: job.Reclaim})
	if err != nil {
		t.Fatal(err)
	}
	if err := past.Close(); err != nil {
		t.Fatal(err)
	}
	if text := (&report.LockedError{Path: path}).Error(); text != path+" is in use by another process" {
		t.Errorf("without the process's ID the error is %q", text)
	}
}
