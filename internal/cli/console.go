package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"meetbatch/internal/run"
)

// consoleFlags say what goes to standard error.
type consoleFlags struct {
	LogFormat string `enum:"text,json" default:"text" help:"Form of the messages on standard error: text or json."`
	Quiet     bool   `help:"Show only what went wrong."`
	Verbose   bool   `help:"Show every request."`
}

// Validate is called by kong.
func (f consoleFlags) Validate() error {
	if f.Quiet && f.Verbose {
		return fmt.Errorf("--quiet and --verbose contradict one another")
	}
	return nil
}

// console writes messages for people, or for a log collector: a message is a whole sentence, and its
// attributes say the same to a machine.
type console struct {
	*slog.Logger
	plain *plain    // nil where messages are JSON
	out   io.Writer // standard error; nothing else writes to it
}

func (a *app) newConsole(f consoleFlags) *console {
	w := a.stderr
	level := slog.LevelInfo
	switch {
	case f.Quiet:
		level = slog.LevelWarn
	case f.Verbose:
		level = slog.LevelDebug
	}
	if f.LogFormat == "json" {
		return &console{slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})), nil, w}
	}
	p := &plain{w: w, level: level}
	return &console{slog.New(p), p, w}
}

// isTerminal tells whether somebody may watch.
func (c *console) isTerminal() bool { return isTerminal(c.out) }

// ask says something as it stands, whatever the form of the messages: somebody sits there.
func (c *console) ask(text string) { io.WriteString(c.out, text) }

// fail reports the error that ends the program.
func (c *console) fail(err error) {
	text := strings.ReplaceAll(err.Error(), "\n", "; ") // of joined errors
	if h := run.HintOf(err); h != "" {
		c.Error(text, "hint", h)
		return
	}
	c.Error(text)
}

// goLog takes what Go's own packages log, which may hold anything that a service said, and shows it with --verbose.
type goLog struct {
	console *console
	mask    func(string) string
}

func (l goLog) Write(line []byte) (int, error) {
	l.console.Debug("Go: " + strings.TrimSpace(l.mask(string(line))))
	return len(line), nil
}

// plain is a slog.Handler that prints the message alone, with the level before a warning or an
// error and a hint on a line of its own. Debug messages show their attributes.
type plain struct {
	w     io.Writer
	level slog.Level

	mu    sync.Mutex
	clear func() // takes a progress bar off the line that a message is to stand on; mostly nil
}

// draw calls f while no message is written. Whatever f draws, clear takes off again before the next one.
func (p *plain) draw(f, clear func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear = clear
	f()
}

func (p *plain) Enabled(_ context.Context, level slog.Level) bool { return level >= p.level }
func (p *plain) WithAttrs([]slog.Attr) slog.Handler               { return p }
func (p *plain) WithGroup(string) slog.Handler                    { return p }

func (p *plain) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	switch {
	case r.Level >= slog.LevelError:
		b.WriteString("error: ")
	case r.Level >= slog.LevelWarn:
		b.WriteString("warning: ")
	}
	b.WriteString(r.Message)
	var hint string
	r.Attrs(func(a slog.Attr) bool {
		switch {
		case a.Key == "hint":
			hint = a.Value.String()
		case r.Level < slog.LevelInfo:
			fmt.Fprintf(&b, " %s=%s", a.Key, a.Value)
		}
		return true
	})
	b.WriteByte('\n')
	if hint != "" {
		fmt.Fprintf(&b, "hint: %s\n", hint)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.clear != nil {
		p.clear()
	}
	_, err := io.WriteString(p.w, b.String())
	return err
}
