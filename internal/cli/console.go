package cli

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf16"
	"unicode/utf8"

	"meetbatch/internal/words"
	"meetbatch/job"
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
// attributes say the same to a machine. Of what it writes everything shows, whoever made the text.
type console struct {
	*slog.Logger
	out *output
}

func (a *app) newConsole(f consoleFlags) *console {
	level := slog.LevelInfo
	switch {
	case f.Quiet:
		level = slog.LevelWarn
	case f.Verbose:
		level = slog.LevelDebug
	}
	h := &handler{out: a.out, level: level, form: plain}
	switch {
	case f.LogFormat == "json":
		h.form = jsonLines(level, &a.dir)
	case !isTerminal(a.out.to):
		h.form = dated
	}
	return &console{slog.New(h), a.out}
}

// isTerminal tells whether somebody may watch.
func (c *console) isTerminal() bool { return isTerminal(c.out.to) }

// ask says some lines as they stand, whatever the form of the messages: somebody sits there. It returns when that can be
// seen, or with an error where it cannot, which is the context's when that ends first.
func (c *console) ask(ctx context.Context, text string) error {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = words.Shown(line)
	}
	if !c.out.say(strings.Join(lines, "\n"), true) {
		return errStuck
	}
	return c.out.drain(ctx, 0)
}

// fail reports the error that ends the program.
func (c *console) fail(err error) {
	text := oneLine(err)
	if h := job.HintOf(err); h != "" {
		c.Error(text, "hint", h)
		return
	}
	c.Error(text)
}

// oneLine gives the text of an error with semicolons between those that were joined, where errors.Join has line ends. Any
// other line end is part of a name.
func oneLine(err error) string {
	text := err.Error()
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			text = strings.Replace(text, inner.Error(), oneLine(inner), 1)
		}
	case interface{ Unwrap() []error }:
		var apart, lines []string
		for _, inner := range e.Unwrap() {
			apart, lines = append(apart, inner.Error()), append(lines, oneLine(inner))
		}
		text = strings.Replace(text, strings.Join(apart, "\n"), strings.Join(lines, "; "), 1)
	}
	return text
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

// handler is a slog.Handler that hands messages to an output. It says how many the output had no room for, as soon as
// there is some.
type handler struct {
	out   *output
	level slog.Level

	mu   sync.Mutex
	form func(slog.Record) string
	lost int64 // messages, since the last one that was not
}

func (h *handler) Enabled(_ context.Context, level slog.Level) bool { return level >= h.level }
func (h *handler) WithAttrs([]slog.Attr) slog.Handler               { return h }
func (h *handler) WithGroup(string) slog.Handler                    { return h }

func (h *handler) Handle(_ context.Context, r slog.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	text := h.form(r)
	if h.lost > 0 {
		text = h.form(slog.NewRecord(r.Time, slog.LevelWarn, words.Plural(h.lost, "message")+" left out here, which nobody took in time", 0)) + text
	}
	if h.out.say(text, r.Level >= slog.LevelInfo) {
		h.lost = 0
	} else {
		h.lost++
	}
	return nil
}

// eventKey is the attribute that says to a machine what a line is about; README lists the events.
const eventKey = "event"

// doubtKey is the attribute of a warning that is a doubt: its kind.
const doubtKey = "doubt"

// plain gives the message alone, with the level before a warning or an error, the kind of a doubt, and a hint on a line of
// its own. Debug messages show their attributes.
func plain(r slog.Record) string {
	var attrs strings.Builder
	var level, hint string
	switch {
	case r.Level >= slog.LevelError:
		level = "error: "
	case r.Level >= slog.LevelWarn:
		level = "warning: "
	}
	r.Attrs(func(a slog.Attr) bool {
		switch {
		case a.Key == "hint":
			hint = a.Value.String()
		case a.Key == doubtKey:
			level = fmt.Sprintf("warning (%s): ", a.Value)
		case a.Key == eventKey:
		case r.Level < slog.LevelInfo:
			fmt.Fprintf(&attrs, " %s=%s", a.Key, a.Value)
		}
		return true
	})
	text := words.Shown(level+r.Message+attrs.String()) + "\n"
	if hint != "" {
		text += "hint: " + words.Shown(hint) + "\n"
	}
	return text
}

// dated is plain with date and time before every line, as a log has them that nobody watches.
func dated(r slog.Record) string {
	date := r.Time.UTC().Format("2006-01-02T15:04:05Z ")
	return date + strings.ReplaceAll(strings.TrimSuffix(plain(r), "\n"), "\n", "\n"+date) + "\n"
}

// jsonLines gives a function that makes a message a line of JSON, which names the run directory as soon as dir holds it. A machine reads every text as it was, though all of it
// shows: outside of its strings JSON is ASCII.
func jsonLines(level slog.Level, dir *atomic.Value) func(slog.Record) string {
	var line bytes.Buffer
	h := slog.NewJSONHandler(&line, &slog.HandlerOptions{Level: level})
	return func(r slog.Record) string {
		line.Reset()
		h.Handle(context.Background(), withEvent(r, dir.Load())) // which fails only where the buffer does
		var b strings.Builder
		for _, c := range line.String() {
			if c < utf8.RuneSelf-1 || strconv.IsGraphic(c) {
				b.WriteRune(c)
				continue
			}
			for _, unit := range utf16.Encode([]rune{c}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
		return b.String()
	}
}

// withEvent gives a message with what it is about before its other attributes: its own event, or that of its level, and the
// run directory.
func withEvent(r slog.Record, dir any) slog.Record {
	event := "note"
	switch {
	case r.Level >= slog.LevelError:
		event = "error"
	case r.Level >= slog.LevelWarn:
		event = "warning"
	case r.Level < slog.LevelInfo:
		event = "debug"
	}
	attrs := []slog.Attr{{}, {}}
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == eventKey {
			event = a.Value.String()
		} else {
			attrs = append(attrs, a)
		}
		return true
	})
	attrs[0] = slog.String(eventKey, event)
	if dir != nil {
		attrs[1] = slog.Any("run", dir)
	}
	r = slog.NewRecord(r.Time.UTC(), r.Level, r.Message, r.PC)
	r.AddAttrs(attrs...) // of which slog leaves out the empty ones
	return r
}
