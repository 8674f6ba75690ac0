package program

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"meetbatch/internal/sandbox"
)

// terminal opens a pair of a terminal's two ends: what is written to program comes out of screen, and what is typed into
// screen is read from program.
func terminal(t *testing.T, columns uint16) (screen, program *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	t.Cleanup(func() { screen.Close() })
	if err := unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	resize(t, screen, columns)
	program, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return screen, program
}

func resize(t *testing.T, screen *os.File, columns uint16) {
	t.Helper()
	if err := unix.IoctlSetWinsize(int(screen.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}); err != nil {
		t.Fatal(err)
	}
}

// stoppedTerminal is one at which somebody pressed Ctrl-S.
func stoppedTerminal(t *testing.T) *os.File {
	screen, program := terminal(t, 80)
	if _, err := screen.Write([]byte{0x13}); err != nil {
		t.Fatal(err)
	}
	return program
}

// fullPipe is a pipe with room for nothing, which nobody reads.
func fullPipe(t *testing.T) *os.File {
	unread, full, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unread.Close(); full.Close() })
	fd := int(full.Fd())
	if err := syscall.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	for _, piece := range [][]byte{make([]byte, 4096), {0}} {
		for {
			if _, err := syscall.Write(fd, piece); err != nil {
				break
			}
		}
	}
	if err := syscall.SetNonblock(fd, false); err != nil {
		t.Fatal(err)
	}
	return full
}

// arrivals is a service's log that tells when requests arrived.
type arrivals struct {
	mu    sync.Mutex
	times []time.Time
}

func (a *arrivals) Write(line []byte) (int, error) {
	var l sandbox.Line
	if err := json.Unmarshal(line, &l); err != nil {
		return 0, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.times = append(a.times, l.Time)
	return len(line), nil
}

func (a *arrivals) all() []time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.times)
}

// wait returns when so many requests have arrived.
func (a *arrivals) wait(t *testing.T, n int) {
	t.Helper()
	for deadline := time.Now().Add(patience); len(a.all()) < n; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d requests arrived, want %d", len(a.all()), n)
		}
	}
}

// hearHangups lets programs that are started hear SIGHUP, also where this process was begun so as to ignore it.
func hearHangups() { signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) }

// launch starts the program. over is closed when it has ended.
func launch(t *testing.T, stdin io.Reader, stdout, stderr *os.File, args ...string) (cmd *exec.Cmd, over chan struct{}) {
	t.Helper()
	cmd = exec.Command("meetbatch", args...)
	cmd.Env = append(os.Environ(), "MEETBATCH_TOKEN=sandbox", "GORACE=atexit_sleep_ms=0")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // whoever runs the tests is not asked anything
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over = make(chan struct{})
	go func() {
		defer close(over)
		cmd.Wait() // whoever waits for over looks at what came of it
	}()
	t.Cleanup(func() { cmd.Process.Kill(); <-over })
	return cmd, over
}

// wantEnd wants the program to end within a time, with an exit code.
func wantEnd(t *testing.T, cmd *exec.Cmd, over chan struct{}, within time.Duration, code int) {
	t.Helper()
	select {
	case <-over:
	case <-time.After(within):
		t.Fatalf("it has not ended after %s", within)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("exit code %d, want %d: %s", got, code, cmd.ProcessState)
	}
}

// slow is what a busy machine may add to a time: thrice as much where the race detector makes the program slow too.
func slow() time.Duration {
	if testing.Short() {
		return 12 * time.Second
	}
	return 4 * time.Second
}

// startService starts a service that answers after a time.
func startService(t *testing.T, latency time.Duration) (url string, seen *arrivals) {
	seen = &arrivals{}
	server, err := sandbox.Start(sandbox.New(sandbox.Settings{Token: "sandbox", Log: seen, Latency: sandbox.Latency{Min: latency, Max: latency}}), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server.URL, seen
}

// TestStuckOutput: whatever becomes of what is said, a signal ends the sending at once, and the run's directory is whole.
func TestStuckOutput(t *testing.T) {
	t.Parallel()
	hearHangups()
	tests := []struct {
		name   string
		stuck  func(*testing.T) *os.File
		signal syscall.Signal // 0: --until
		flags  []string
	}{
		{"terminal", stoppedTerminal, syscall.SIGTERM, nil},
		{"terminal, Ctrl-C", stoppedTerminal, syscall.SIGINT, []string{"--verbose"}},
		{"terminal that hangs up", stoppedTerminal, syscall.SIGHUP, []string{"--log-format", "json"}},
		{"pipe", fullPipe, syscall.SIGTERM, nil},
		{"pipe, every request told", fullPipe, syscall.SIGTERM, []string{"--verbose"}},
		{"pipe, JSON", fullPipe, syscall.SIGINT, []string{"--log-format", "json", "--verbose"}},
		{"pipe, quiet", fullPipe, syscall.SIGHUP, []string{"--quiet"}},
		{"--until", fullPipe, 0, []string{"--verbose"}},
	}
	most := 100 * time.Millisecond
	if testing.Short() { // the race detector runs beside, and more of it
		most = time.Second
	}
	for _, test := range sample(tests, 2) {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			// What a busy machine adds is by chance, what the program does is there each time.
			for try := 1; ; try++ {
				late := stopStuck(t, test.stuck(t), test.signal, test.flags)
				if late <= most {
					return
				}
				t.Logf("the last request came %s after the signal", late)
				if try == 3 {
					t.Fatalf("want %s at most", most)
				}
			}
		})
	}
}

// stopStuck starts a run that says what it has to say to out, stops it with a signal, or with --until where that is 0, and
// wants it to end well. It gives the time from there to the last request.
func stopStuck(t *testing.T, out *os.File, stop syscall.Signal, flags []string) (late time.Duration) {
	url, seen := startService(t, 0)
	dir := filepath.Join(t.TempDir(), "run")
	input := filepath.Join(t.TempDir(), "rooms.csv")
	writeRooms(t, input, 2000)
	args := append([]string{"reclaim", "--any-id", "--yes", "--rate", "30/1s", "--timeout", "5s", "--endpoint", url, "--out", dir, input}, flags...)
	at := time.Now().Add(5 * time.Second)
	if stop == 0 {
		args = append(args, "--until", at.Format(time.RFC3339Nano))
	}
	cmd, over := launch(t, nil, out, out, args...)
	if stop != 0 {
		seen.wait(t, 20)
		at = time.Now()
		cmd.Process.Signal(stop)
	}
	wantEnd(t, cmd, over, time.Until(at)+time.Second+slow(), 5)
	for _, name := range []string{"failed.csv", "run.json"} {
		if len(read(t, filepath.Join(dir, name))) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	wantCode(t, 0, "verify", dir)
	times := seen.all()
	return times[len(times)-1].Sub(at)
}

// TestStuckOutputToTheEnd: nobody reads, and the run goes to its end all the same, at its pace.
func TestStuckOutputToTheEnd(t *testing.T) {
	t.Parallel()
	url, seen := startService(t, 0)
	dir := filepath.Join(t.TempDir(), "run")
	out := fullPipe(t)
	cmd, over := launch(t, nil, out, out, "reclaim", "--yes", "--rate", "50/1s", "--verbose", "--endpoint", url, "--out", dir, "testdata/rooms.csv")
	wantEnd(t, cmd, over, time.Second+2*slow(), 1)
	if n := len(seen.all()); n < 25 {
		t.Errorf("%d requests", n)
	}
	wantCode(t, 0, "verify", dir)
}

// TestStuckOutputAbandon: the second signal gives up what is in flight, and no further one changes anything.
func TestStuckOutputAbandon(t *testing.T) {
	t.Parallel()
	hearHangups()
	for _, signals := range [][]syscall.Signal{{syscall.SIGTERM, syscall.SIGTERM}, {syscall.SIGHUP, syscall.SIGINT}, {syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGTERM}} {
		t.Run(fmt.Sprint(signals), func(t *testing.T) {
			t.Parallel()
			url, _ := startService(t, 20*time.Second)
			dir := filepath.Join(t.TempDir(), "run")
			out := stoppedTerminal(t)
			cmd, over := launch(t, nil, out, out, "reclaim", "--yes", "--rate", "30/1s", "--endpoint", url, "--out", dir, "testdata/rooms.csv")
			waitFor(t, filepath.Join(dir, "requests.csv"), "sent")
			time.Sleep(200 * time.Millisecond)
			for i, s := range signals {
				if i > 0 {
					time.Sleep(300 * time.Millisecond)
				}
				cmd.Process.Signal(s)
			}
			wantEnd(t, cmd, over, time.Second+slow(), 5)
			if results := string(read(t, filepath.Join(dir, "results.csv"))); !strings.Contains(results, ",unknown,") {
				t.Errorf("nothing is unknown: %s", results)
			}
			wantCode(t, 0, "verify", dir)
		})
	}
}

// TestHangupOnce: a terminal that goes away is heard of twice, from the system and from the shell; that is no wish to give
// up what is in flight.
func TestHangupOnce(t *testing.T) {
	t.Parallel()
	hearHangups()
	url, _ := startService(t, time.Second)
	dir := filepath.Join(t.TempDir(), "run")
	out := fullPipe(t)
	cmd, over := launch(t, nil, out, out, "reclaim", "--yes", "--rate", "30/1s", "--endpoint", url, "--out", dir, "testdata/rooms.csv")
	waitFor(t, filepath.Join(dir, "requests.csv"), "sent")
	for range 3 {
		cmd.Process.Signal(syscall.SIGHUP)
		time.Sleep(20 * time.Millisecond)
	}
	wantEnd(t, cmd, over, 2*time.Second+slow(), 5)
	journal := string(read(t, filepath.Join(dir, "requests.csv"))) // the first request may be one with a bad entry
	if sent := strings.Count(journal, ",sent,"); sent == 0 || strings.Count(journal, ",200,")+strings.Count(journal, ",400,") != sent {
		t.Errorf("in flight was given up: %s", journal)
	}
}

// waitFor returns when a file holds a text.
func waitFor(t *testing.T, path, text string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if held, _ := os.ReadFile(path); bytes.Contains(held, []byte(text)) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not come to hold %s", path, text)
		}
	}
}

// TestStuckBeforeSending: a signal while the input is read, or at a question that nobody can see, sends nothing and leaves
// nothing.
func TestStuckBeforeSending(t *testing.T) {
	t.Parallel()
	hearHangups()
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		for _, stuck := range []func(*testing.T) *os.File{stoppedTerminal, fullPipe} {
			t.Run("reading", func(t *testing.T) {
				t.Parallel()
				url, seen := startService(t, 0)
				dir := filepath.Join(t.TempDir(), "run")
				in, more, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				defer in.Close()
				defer more.Close()
				more.WriteString("account,vmr_id\na,b\n")
				out := stuck(t)
				cmd, over := launch(t, in, out, out, "reclaim", "--any-id", "--yes", "--endpoint", url, "--out", dir, "-")
				waitFor(t, filepath.Join(dir, "run.json"), "planning")
				cmd.Process.Signal(s)
				wantEnd(t, cmd, over, time.Second+slow(), 5)
				wantNothing(t, dir, seen)
			})
			t.Run("asking", func(t *testing.T) {
				t.Parallel()
				url, seen := startService(t, 0)
				dir := filepath.Join(t.TempDir(), "run")
				keys, in := terminal(t, 80)
				keys.WriteString("y\n") // to a question that nobody has seen
				out := stuck(t)
				cmd, over := launch(t, in, out, out, "reclaim", "--endpoint", url, "--out", dir, "testdata/rooms.csv")
				waitFor(t, filepath.Join(dir, "run.json"), `"sha256": "`)
				time.Sleep(300 * time.Millisecond)
				cmd.Process.Signal(s)
				wantEnd(t, cmd, over, time.Second+slow(), 5)
				wantNothing(t, dir, seen)
			})
		}
	}
}

func wantNothing(t *testing.T, dir string, seen *arrivals) {
	t.Helper()
	if n := len(seen.all()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
	if _, err := os.Lstat(dir); err == nil {
		t.Errorf("%s is there", dir)
	}
}

// TestIgnoredHangup: a process that was begun so as to outlive its terminal does. It is not parallel: what this process
// ignores the others that it starts would ignore too.
func TestIgnoredHangup(t *testing.T) {
	url, seen := startService(t, 0)
	dir := filepath.Join(t.TempDir(), "run")
	signal.Ignore(syscall.SIGHUP)
	cmd, over := launch(t, nil, nil, nil, "reclaim", "--yes", "--rate", "20/1s", "--endpoint", url, "--out", dir, "testdata/rooms.csv")
	hearHangups()
	seen.wait(t, 3)
	cmd.Process.Signal(syscall.SIGHUP)
	wantEnd(t, cmd, over, 2*time.Second+2*slow(), 1)
}

// TestResumedOutput: who stops a terminal for a while sees everything that was said in the meantime, in its order.
func TestResumedOutput(t *testing.T) {
	t.Parallel()
	url, seen := startService(t, 0)
	screen, program := terminal(t, 80)
	screen.Write([]byte{0x13})
	cmd, over := launch(t, nil, nil, program, "reclaim", "--yes", "--verbose", "--rate", "50/1s", "--endpoint", url, "--out", filepath.Join(t.TempDir(), "run"), "testdata/rooms.csv")
	seen.wait(t, 20)
	screen.Write([]byte{0x11}) // Ctrl-Q
	shown := screenOf(screen, program)
	wantEnd(t, cmd, over, 2*slow(), 1)
	text := string(<-shown)
	if n := strings.Count(text, "request method=POST"); n != len(seen.all()) {
		t.Errorf("%d of %d requests were told", n, len(seen.all()))
	}
	at := 0
	for _, part := range []string{"270 rows; header in line 1", "invalid   4 rows, never sent", "request method=POST", "Finished: 262 of 270 rows succeeded", "results.csv", "\nmeetbatch reclaim"} {
		i := strings.Index(text[at:], part)
		if i < 0 {
			t.Fatalf("%q is missing, or too early: %s", part, text)
		}
		at += i
	}
}

// TestAsked: on a terminal of any width the plan stands in blocks above the question, words whole, also with --quiet.
func TestAsked(t *testing.T) {
	t.Parallel()
	for _, columns := range []uint16{40, 80} {
		for _, flag := range []string{"--quiet", "--log-format=text"} {
			t.Run(fmt.Sprint(columns, flag), func(t *testing.T) {
				t.Parallel()
				url, seen := startService(t, 0)
				dir := filepath.Join(t.TempDir(), "run")
				screen, program := terminal(t, columns)
				cmd, over := launch(t, program, nil, program, "reclaim", flag, "--endpoint", url, "--out", dir, "testdata/rooms.csv")
				text := ""
				for deadline := time.Now().Add(patience); !strings.Contains(text, "? [y/N] ") && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
					text += string(readSome(t, screen))
				}
				screen.WriteString("n\n")
				wantEnd(t, cmd, over, slow(), 3)
				wantNothing(t, dir, seen)
				if n := strings.Count(text, "rounded number by a"); n != 1 {
					t.Errorf("a mistake is told %d times: %s", n, text)
				}
				question := map[uint16]string{40: "\r\n\r\nTake 264 rooms back? [y/N] ", 80: "\r\n\r\nTake 264 rooms back from 25 accounts? [y/N] "}[columns]
				if !strings.HasSuffix(text, question) {
					t.Errorf("asked was\n%s", text)
				}
				for line := range strings.SplitSeq(text, "\r\n") {
					if len(line) > int(columns) && !strings.Contains(line, dir) {
						t.Errorf("a line of %d columns: %q", len(line), line)
					}
				}
			})
		}
	}
}

// screenOf reads all that a terminal shows until the program has ended, which has its own handle of it.
func screenOf(screen, program *os.File) <-chan []byte {
	program.Close()
	shown := make(chan []byte, 1)
	go func() {
		text, _ := io.ReadAll(screen) // it ends with an error when the last handle is closed
		shown <- text
	}()
	return shown
}

// TestBarNeverWraps: on a terminal of any width the bar stays on one line, also where the width changes in mid-run.
func TestBarNeverWraps(t *testing.T) {
	t.Parallel()
	for _, columns := range sample([]uint16{1, 2, 7, 10, 20, 30, 60, 66, 80, 300}, 2) {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			t.Parallel()
			url, seen := startService(t, 0)
			screen, program := terminal(t, columns)
			cmd, over := launch(t, nil, nil, program, "reclaim", "--yes", "--rate", "20/1s", "--endpoint", url, "--out", filepath.Join(t.TempDir(), "run"), "testdata/rooms.csv")
			program.Close()
			seen.wait(t, 8)
			before := readSome(t, screen)
			narrow := max(columns/2, 1)
			resize(t, screen, narrow)
			time.Sleep(50 * time.Millisecond)
			readSome(t, screen) // what was drawn while the width changed
			var after []byte
			for alive := true; alive; {
				select {
				case <-over:
					alive = false
				case <-time.After(20 * time.Millisecond):
				}
				after = append(after, readSome(t, screen)...)
			}
			wantEnd(t, cmd, over, time.Second, 1)
			wantNarrow(t, string(before), columns)
			wantNarrow(t, string(after), narrow)
		})
	}
}

// readSome reads what a terminal has to show just now.
func readSome(t *testing.T, screen *os.File) (all []byte) {
	t.Helper()
	fd := int(screen.Fd())
	for {
		ready, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
		if err != nil || ready == 0 {
			return all
		}
		piece := make([]byte, 4096)
		n, err := unix.Read(fd, piece)
		if err != nil || n == 0 {
			return all
		}
		all = append(all, piece[:n]...)
	}
}

// share is what a line of progress begins with.
var share = regexp.MustCompile(`^[< ]*[0-9]+%`)

// wantNarrow wants every piece of text that is drawn over again to be narrower than the terminal.
func wantNarrow(t *testing.T, text string, columns uint16) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		pieces := strings.Split(strings.TrimSuffix(line, "\r"), "\r")
		for i, piece := range pieces {
			isMessage := i == len(pieces)-1 && !share.MatchString(piece) && strings.HasSuffix(line, "\r")
			if n := len([]rune(piece)); n >= int(columns) && !isMessage && n > 0 {
				t.Errorf("%d columns on a terminal of %d: %q", n, columns, piece)
			}
		}
	}
}
