package cli

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"meetbatch/internal/run"
)

// logFormat is the form of the messages. Where the command line is wrong, it is the one that it asks for all the same, since
// a machine may read what is wrong.
func (a *app) logFormat(parsed *kong.Context) string {
	if parsed != nil {
		return flagText(parsed, "log-format")
	}
	form := a.env.value("MEETBATCH_LOG_FORMAT")
	for i, arg := range a.args {
		if value, is := strings.CutPrefix(arg, "--log-format="); is {
			form = value
		} else if i > 0 && a.args[i-1] == "--log-format" {
			form = arg
		}
	}
	return form
}

// flagText gives the value of a flag; empty where the command has none of that name.
func flagText(parsed *kong.Context, name string) string {
	for _, flag := range parsed.Flags() {
		if flag.Name == name {
			return fmt.Sprint(parsed.FlagValue(flag))
		}
	}
	return ""
}

// progressAttrs says to a machine how far a run has come.
func progressAttrs(s run.Standing) []any {
	c := s.Counts
	attrs := []any{eventKey, "progress", "settled", s.Settled(), "rows", c.Rows, "succeeded", c.Succeeded, "failed", c.Failed, "unknown", c.Unknown,
		"requests", s.Requests, "in_flight", s.InFlight, "per_second", s.PerSecond}
	if !s.End.IsZero() {
		attrs = append(attrs, "expected_end", s.End.UTC().Truncate(time.Second))
	}
	return attrs
}

// exitEvent is the last line that a machine reads.
func (a *app) exitEvent(code run.Code, parsed *kong.Context) {
	level := slog.LevelInfo
	if code != run.OK {
		level = slog.LevelError
	}
	quiet := parsed != nil && flagText(parsed, "quiet") == "true"
	a.newConsole(consoleFlags{LogFormat: "json", Quiet: quiet}).Log(context.Background(), level, code.Error(), eventKey, "exit", "exit_code", int(code),
		"seconds", time.Since(a.started).Seconds())
}
