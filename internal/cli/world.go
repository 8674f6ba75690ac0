package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/term"

	"meetbatch/internal/meeting"
	"meetbatch/internal/run"
	"meetbatch/job"
)

// world is what a run needs of this process. It must be released.
type world struct {
	run.World
	release func()
}

// world gathers credentials, signals and the user.
func (a *app) world(ctx context.Context, flags processFlags, settings run.Settings) (world, error) {
	until, err := flags.until(a.now())
	if err != nil {
		return world{}, err
	}
	credentials := meeting.Credentials{Token: "sandbox"}
	if !settings.Sandbox {
		if credentials, err = a.env.credentials(); err != nil {
			return world{}, err
		}
	}
	u := newUser(a, flags)
	s := catchSignals(ctx, u, until)
	w := world{release: s.release}
	w.World = run.World{User: u, Stdin: a.stdin, Now: a.now, Credentials: credentials, Stopping: s.stopping, Abandon: s.abandon}
	if flags.Verbose {
		w.Trace = u.trace
	}
	return w, nil
}

// trace shows a request, for --verbose.
func (u *user) trace(op job.Operation, a job.Attempt, answer job.Answer) {
	u.console.Debug("request", "method", op.Method, "target", a.Chunk.Target, "entries", len(a.Chunk.Entries), "request_id", a.RequestID,
		"http_status", answer.HTTPStatus, "error_code", answer.Code, "message", answer.Message, "duration", answer.Duration)
}

// until is when the run is to stop; zero where that is not said.
func (f processFlags) until(now time.Time) (time.Time, error) {
	at, err := parseUntil(f.Until, now)
	if err != nil {
		err = usage(fmt.Errorf("--until: %w", err), "")
	}
	return at, err
}

// mayAsk refuses a command that would have to ask somebody where nobody is.
func (a *app) mayAsk(f processFlags, s run.Settings, file string) error {
	if f.Yes || s.Sandbox || file != "-" && isTerminal(a.stdin) {
		return nil
	}
	return refused(errors.New("standard input is not a terminal, so nobody can be asked before sending"), "look at the plan with --dry-run, then add --yes")
}

// parseUntil reads an instant: the next time that a clock on the wall shows a time of day, or a moment in full. An
// empty text is none.
func parseUntil(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if clock, err := time.ParseInLocation("15:04", text, time.Local); err == nil {
		at := time.Date(now.Year(), now.Month(), now.Day(), clock.Hour(), clock.Minute(), 0, 0, time.Local)
		if !at.After(now) {
			at = time.Date(now.Year(), now.Month(), now.Day()+1, clock.Hour(), clock.Minute(), 0, 0, time.Local)
		}
		return at, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil:
		return at, fmt.Errorf("%q is neither a time of day such as 06:00 nor an instant such as 2026-03-01T06:00:00+08:00", text)
	case !at.After(now):
		return at, fmt.Errorf("%s is over", text)
	}
	return at, nil
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
