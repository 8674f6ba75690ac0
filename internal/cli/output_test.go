package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestOutputBounded: nobody who says something waits for a file that takes nothing, what is kept for it is bounded, what
// matters is kept longest, and what was left out is told in its place.
func TestOutputBounded(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"text", "json"} {
		screen, stuck := io.Pipe()
		a := &app{out: newOutput(stuck)}
		c := a.newConsole(consoleFlags{LogFormat: form, Verbose: true})
		c.Info("first words")
		for i := range 20_000 {
			c.Debug("request", "number", i, "padding", strings.Repeat("x", 1000))
		}
		c.Warn("last words")
		a.out.mu.Lock()
		if a.out.size > 2*mostKept {
			t.Errorf("%d bytes are kept", a.out.size)
		}
		a.out.mu.Unlock()
		go func() { a.out.close(); stuck.Close() }()
		text, _ := io.ReadAll(screen)
		lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		n := len(lines) - 3 // requests
		for i, want := range map[int]string{0: "first words", 1: "request", n: "request", n + 1: fmt.Sprintf("%d messages left out here, which nobody took in time", 20_000-n), n + 2: "last words"} {
			if !strings.Contains(strings.ReplaceAll(lines[i], ",", ""), strings.ReplaceAll(want, ",", "")) {
				t.Errorf("line %d is %s, want %s", i, lines[i], want)
			}
		}
	}
}

// TestOutputGivesUp: the end waits for a second in which nothing is taken, and no longer.
func TestOutputGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		screen, stuck := io.Pipe()
		defer screen.Close()
		o := newOutput(stuck)
		for range 4 {
			o.say("words\n", true)
		}
		o.draw(func(int) string { return "bar" })
		go func() {
			for range 2 { // it takes a little, and stops
				time.Sleep(900 * time.Millisecond)
				io.ReadFull(screen, make([]byte, 6))
			}
		}()
		start := time.Now()
		o.close()
		if took := time.Since(start); took != 1800*time.Millisecond+giveUp {
			t.Errorf("the end took %s", took)
		}
		o.say("nobody hears this", true)
	})
}

// TestOutputFailed: a file that takes nothing any more keeps nobody, and who asks is told.
func TestOutputFailed(t *testing.T) {
	t.Parallel()
	screen, out := io.Pipe()
	broken := errors.New("the disk is full")
	screen.CloseWithError(broken)
	a := &app{out: newOutput(out)}
	defer a.out.close()
	if err := a.newConsole(consoleFlags{}).ask(t.Context(), "Send? "); !errors.Is(err, broken) {
		t.Errorf("asking: %v", err)
	}
}

// TestEverythingShows: whatever a message holds, nothing reaches the terminal that would not show, in either form; and a
// machine reads it as it was.
func TestEverythingShows(t *testing.T) {
	t.Parallel()
	const foreign = "\x1b]0;owned\a\r\nerror: fake\x00\x7f\u0085\u009b31m\u202e\u2066\u200b\ufeff\u2028\U000e0041云\u3000会 \\ \"é"
	for _, form := range []string{"text", "json"} {
		screen, out := io.Pipe()
		a := &app{out: newOutput(out)}
		c := a.newConsole(consoleFlags{LogFormat: form, Verbose: true})
		c.Warn(foreign, "hint", foreign)
		c.Debug("request", "target", foreign, "bytes", "\xff\x9b")
		c.fail(&fs.PathError{Op: "open", Path: foreign, Err: fs.ErrNotExist})
		goLog{c, func(s string) string { return s }}.Write([]byte(foreign))
		go func() { a.out.close(); out.Close() }()
		text, _ := io.ReadAll(screen)
		lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		if want := map[string]int{"text": 5, "json": 4}[form]; len(lines) != want { // the hint has a line of its own
			t.Errorf("%s: %d lines, want %d: %q", form, len(lines), want, lines)
		}
		for _, line := range lines {
			for _, c := range line {
				if !strconv.IsGraphic(c) {
					t.Errorf("%s: %q does not show", form, c)
				}
			}
		}
		if form == "json" {
			var m struct{ Msg, Hint string }
			if err := json.Unmarshal([]byte(lines[0]), &m); err != nil || m.Msg != foreign || m.Hint != foreign {
				t.Errorf("a machine reads %q, %v", m, err)
			}
		}
	}
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	path := &fs.PathError{Op: "open", Path: "a\nb", Err: fs.ErrNotExist}
	for _, test := range []struct {
		err  error
		want string
	}{
		{path, "open a\\nb: file does not exist"},
		{errors.Join(errors.New("x"), path), "x; open a\\nb: file does not exist"},
		{fmt.Errorf("two: %w", errors.Join(errors.New("x"), errors.Join(path, errors.New("y")))), "two: x; open a\\nb: file does not exist; y"},
		{fmt.Errorf("%w and %w", errors.New("x"), path), "x and open a\\nb: file does not exist"},
	} {
		got := strings.TrimSuffix(plain(slog.NewRecord(time.Time{}, slog.LevelInfo, oneLine(test.err), 0)), "\n")
		if got != test.want {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
}
