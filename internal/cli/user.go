package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/term"

	"meetbatch/internal/meeting"
	"meetbatch/internal/run"
	"meetbatch/internal/system"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/report"
)

// user is who gave the command: a run.User at a console.
type user struct {
	app     *app
	flags   processFlags
	until   time.Time // when the run is to stop; zero where that is not said
	console *console

	sending  atomic.Pointer[run.Progress] // nil before requests may be in flight
	stopping atomic.Pointer[time.Time]    // since when nothing further is to be sent; nil before that
}

func newUser(a *app, flags processFlags) *user {
	return &user{app: a, flags: flags, console: a.newConsole(flags.consoleFlags)}
}

// Warn says something that people want to know.
func (u *user) Warn(text string) { u.console.Warn(text) }

// Secrets lets what Go's own packages log go to the console at debug level, without the secrets.
func (u *user) Secrets(mask func(string) string) { log.SetOutput(goLog{u.console, mask}) }

// Found says what is wrong with an input, and shows the plan: on a terminal in blocks, elsewhere a line each, and to a
// machine the plan in one message.
func (u *user) Found(p *run.Planned) {
	if p.Dir != "" {
		u.app.dir.Store(p.Dir)
	}
	if u.inBlocks() {
		u.console.out.say(planSheet(p, u.until, columnsOf(u.console.out.to), time.Now()), true)
		return
	}
	if u.console.isTerminal() && u.flags.LogFormat == "text" && u.asks(p) && p.Guard() == nil {
		return // all of it stands before the question
	}
	for _, f := range findingTexts(p) {
		u.console.Warn(f.text, f.attrs...)
	}
	for _, line := range planLines(p, u.until) {
		u.console.Info(line, planAttrs(p, u.until)...)
		if u.flags.LogFormat == "json" {
			break
		}
	}
}

// inBlocks tells whether more than what went wrong is said, and in blocks, to somebody who watches.
func (u *user) inBlocks() bool {
	return u.console.isTerminal() && u.flags.LogFormat == "text" && !u.flags.Quiet
}

// Confirm asks whether to go on, and names the doubts that there are; where nobody is to be asked, these refuse the run.
func (u *user) Confirm(ctx context.Context, p *run.Planned) error {
	switch {
	case u.flags.Yes || p.Settings.Sandbox:
		return p.RefuseDoubts()
	case p.Requests == 0:
		return nil
	}
	at, done := u.asking()
	defer done()
	nothing := "nothing"
	if p.Settled > 0 {
		nothing = "nothing more"
	}
	return u.answered(ctx, at, u.asked(at, p), nothing)
}

// Agree asks whether to do what no plan says.
func (u *user) Agree(ctx context.Context, question string) error {
	if u.flags.Yes {
		return nil
	}
	at, done := u.asking()
	defer done()
	return u.answered(ctx, at, question+"? [y/N] ", "nothing")
}

// answered asks a question, and gives the error of any answer but yes: nothing was sent then.
func (u *user) answered(ctx context.Context, at *console, question, nothing string) error {
	if err := at.ask(ctx, question); err != nil && ctx.Err() == nil {
		return run.Refuse(fmt.Errorf("nobody can see what is asked: %w", err), "look at the plan with --dry-run, then add --yes")
	}
	answer, err := bufio.NewReader(run.Interruptible(ctx, u.app.stdin)).ReadString('\n')
	if err != nil { // the terminal may be gone, and its signal be under way
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
		at.out.say("\n", true) // nobody pressed a key that did
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return run.Refuse(fmt.Errorf("not confirmed, %s was sent", nothing), "answer y, or add --yes")
}

// asking gives where somebody is asked, until done is called: at standard error, or where that is no terminal at the one
// that the answer comes from.
func (u *user) asking() (at *console, done func()) {
	if !isTerminal(u.app.stdin) || u.console.isTerminal() {
		return u.console, func() {}
	}
	tty, err := os.OpenFile(system.Terminal, os.O_RDWR, 0) // what cannot be read Windows takes for no terminal
	if err != nil {
		return u.console, func() {}
	}
	at = &console{out: newOutput(tty)}
	return at, func() {
		at.out.close()
		tty.Close()
	}
}

// Reading shows how many requests have read the service so far, until stop is called.
func (u *user) Reading(requests func() int64) (stop func()) {
	u.console.Info("reading the service")
	return showRead(u.console, u.flags, func() string { return "reading the service: " + words.Plural(requests(), "request") })
}

// Sending shows the progress until stop is called.
func (u *user) Sending(p *run.Progress) (stop func()) {
	u.sending.Store(p)
	shown, told := u.showProgress(p), u.app.watching.sending(p)
	return func() {
		shown()
		told()
	}
}

// Next gives the command that comes next.
func (u *user) Next(e *run.Ending) string { return u.app.nextCommand(e.Stored(), u.flags) }

// Already says that a run had ended before.
func (u *user) Already(dir string, counts report.Counts) {
	u.app.watching.already(counts)
	u.console.Info(fmt.Sprintf("%s is finished: %s", dir, countsText(counts)))
}

// world is what a run needs of this process. It must be released.
type world struct {
	run.World
	release func()
}

// world gathers credentials, signals and the user.
func (a *app) world(ctx context.Context, command string, flags processFlags, settings run.Settings, file string) (world, error) {
	until, err := flags.until(a, command)
	if err != nil {
		return world{}, err
	}
	if err := settings.CheckEndpoint(); err != nil {
		return world{}, err
	}
	u := newUser(a, flags)
	u.until = until
	credentials := meeting.Credentials{Token: "sandbox"}
	if !settings.Sandbox {
		if err := a.env.checkProxies(u.Warn); err != nil {
			return world{}, err
		}
		if credentials, err = a.env.credentials(u.Warn); err != nil {
			return world{}, err
		}
	}
	if err := a.mayAsk(command, flags, settings, file); err != nil {
		return world{}, err
	}
	shared, closeBudget, err := a.openBudget(flags.sharedFlags, settings.Rate, u.Warn)
	if err != nil {
		return world{}, err
	}
	s := catchSignals(ctx, u, until)
	w := world{release: func() { closeBudget(); s.release() }}
	w.World = run.World{User: u, Budget: shared, Stdin: a.stdin, Now: a.now, Files: system.FreeFiles(), Credentials: credentials, Stopping: s.stopping, Abandon: s.abandon}
	if flags.Verbose {
		w.Trace = u.trace
	}
	return w, nil
}

// trace shows a request, for --verbose.
func (u *user) trace(op job.Operation, a job.Attempt, answer job.Answer) {
	u.console.Debug("request", eventKey, "request", "method", op.Method, "target", a.Chunk.Target, "entries", len(a.Chunk.Entries), "request_id", a.RequestID,
		"http_status", answer.HTTPStatus, "error_code", answer.Code, "message", answer.Message, "seconds", answer.Duration.Seconds())
}

// until is when the run is to stop; zero where that is not said.
func (f processFlags) until(a *app, command string) (at time.Time, err error) {
	if f.Until == nil {
		return at, nil
	}
	if at, err = parseUntil(*f.Until, a.started); err != nil {
		err = usage(fmt.Errorf("--until: %w", err), "meetbatch "+command+" --help")
	}
	return at, err
}

// mayAsk refuses a command that would have to ask somebody where nobody is.
func (a *app) mayAsk(command string, f processFlags, s run.Settings, file string) error {
	if f.Yes || s.Sandbox || file != "-" && isTerminal(a.stdin) {
		return nil
	}
	if command == "reconcile" { // which has no plan to look at
		return run.Refuse(errors.New("standard input is not a terminal, so nobody can be asked before reading"), "add --yes: nothing is changed at the service")
	}
	return run.Refuse(errors.New("standard input is not a terminal, so nobody can be asked before sending"), "look at the plan with --dry-run, then add --yes")
}

// parseUntil reads an instant: the next time that a clock on the wall shows a time of day, a duration, or a moment in
// full. All count from the moment at which the process started, so that they mean the same however long planning takes.
func parseUntil(text string, started time.Time) (time.Time, error) {
	if clock, err := time.ParseInLocation("15:04", text, time.Local); err == nil {
		at := time.Date(started.Year(), started.Month(), started.Day(), clock.Hour(), clock.Minute(), 0, 0, time.Local)
		if !at.After(started) {
			at = time.Date(started.Year(), started.Month(), started.Day()+1, clock.Hour(), clock.Minute(), 0, 0, time.Local)
		}
		return at, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if d, durationErr := time.ParseDuration(text); durationErr == nil {
		at, err = started.Add(d), nil
	}
	switch {
	case err != nil:
		return at, fmt.Errorf("%q is neither a time of day such as 06:00, nor a duration such as 8h, nor an instant such as 2026-03-01T06:00:00+08:00", text)
	case !at.After(started):
		return at, fmt.Errorf("%s is over", text)
	}
	return at, nil
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
