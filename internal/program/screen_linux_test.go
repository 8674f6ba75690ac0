package program

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"
)

// atTerminal runs a program at a terminal of 80 columns, in a directory and with an environment of its own, says yes to
// every question, and gives all that was written there.
func atTerminal(t *testing.T, dir string, env []string, args ...string) (written string, code int) {
	t.Helper()
	screen, program := terminal(t, 80)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = dir, env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killer := time.AfterFunc(time.Minute, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer killer.Stop()
	program.Close()
	var all strings.Builder
	for part := make([]byte, 4096); ; {
		n, err := screen.Read(part) // ends with an error when nobody has the other end any more
		all.Write(part[:n])
		if err != nil {
			break
		}
		if strings.HasSuffix(all.String(), "[y/N] ") {
			if _, err := screen.WriteString("y\n"); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return all.String(), cmd.ProcessState.ExitCode()
}

// shown is what a terminal shows of what was written to it. It has room for lines of any length, since what is pasted has.
func shown(written string) string {
	lines, row, column := [][]rune{nil}, 0, 0
	for rest := written; rest != ""; {
		if m := control.FindStringSubmatch(rest); m != nil {
			switch n, _ := strconv.Atoi(m[1]); m[2] {
			case "A":
				row = max(row-n, 0)
			case "K":
				lines[row] = lines[row][:min(column, len(lines[row]))]
			case "J":
				lines = append(lines[:row], lines[row][:min(column, len(lines[row]))])
			}
			rest = rest[len(m[0]):]
			continue
		}
		c, size := utf8.DecodeRuneInString(rest)
		rest = rest[size:]
		switch c {
		case '\r':
			column = 0
		case '\n':
			if row++; row == len(lines) {
				lines = append(lines, nil)
			}
		default:
			for len(lines[row]) <= column {
				lines[row] = append(lines[row], ' ')
			}
			lines[row][column] = c
			column++
		}
	}
	text := ""
	for _, line := range lines {
		text += strings.TrimRight(string(line), " ") + "\n"
	}
	if text = strings.TrimRight(text, "\n"); text == "" {
		return ""
	}
	return text + "\n"
}

var control = regexp.MustCompile(`^\x1b\[(\d*)([A-Z])`)

// bare is an environment in which nothing is set for the program, with a home of its own.
func bare(home string, more ...string) []string {
	return append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TZ=UTC", "LC_ALL=C.UTF-8", "GORACE=atexit_sleep_ms=0"}, more...)
}

// TestShown: what stands on a terminal is what was written last.
func TestShown(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ written, want string }{
		{"one\r\ntwo\r\n", "one\ntwo\n"},
		{"\r 0%  [   ]\r          \r100%\r\ndone\r\n", "100%\ndone\n"},
		{"a\r\nbcd\r\n\x1b[2A\rx\x1b[K\r\ny\x1b[K\r\n\x1b[J", "x\ny\n"},
		{"账号\r\n", "账号\n"},
		{"\rwaits\r     \r", ""},
	} {
		if got := shown(test.written); got != test.want {
			t.Errorf("shown(%q) = %q, want %q", test.written, got, test.want)
		}
	}
}
