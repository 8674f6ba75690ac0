package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"sync/atomic"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/report"
)

// user is who gave the command: a run.User at a console.
type user struct {
	app     *app
	flags   processFlags
	console *console
	sending atomic.Bool // requests may be in flight
}

func newUser(a *app, flags processFlags) *user {
	return &user{app: a, flags: flags, console: a.newConsole(flags.consoleFlags)}
}

// Warn says something that people want to know.
func (u *user) Warn(text string) { u.console.Warn(text) }

// Secrets lets what Go's own packages log go to the console at debug level, without the secrets.
func (u *user) Secrets(mask func(string) string) { log.SetOutput(goLog{u.console, mask}) }

// Found says what is wrong with an input.
func (u *user) Found(p *run.Planned) {
	for _, f := range findingTexts(p) {
		u.console.Warn(f.text, f.attrs...)
	}
}

// Confirm shows the plan and asks whether to go on, where that is asked for.
func (u *user) Confirm(ctx context.Context, p *run.Planned) error {
	u.console.Info(planText(p), planAttrs(p)...)
	if u.flags.Yes || p.Settings.Sandbox || p.Requests == 0 {
		return nil
	}
	u.console.ask(fmt.Sprintf("Send %s to %s? [y/N] ", words.Plural(p.Requests, "request"), p.Settings.Service()))
	answer, _ := bufio.NewReader(run.Interruptible(ctx, u.app.stdin)).ReadString('\n')
	if err := ctx.Err(); err != nil {
		u.console.ask("\n")
		return err
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return refused(errors.New("not confirmed, nothing was sent"), "answer y, or add --yes")
}

// Sending shows the progress until stop is called.
func (u *user) Sending(p *run.Progress) (stop func()) {
	u.sending.Store(true)
	return u.showProgress(p)
}

// Ended says how a run ended; the last line names the next command, where there is one.
func (u *user) Ended(e *run.Ending) {
	if e.Run.Reason != "" {
		u.console.Error(e.Run.Reason)
	}
	u.console.Info(endText(e), endAttrs(e)...)
	u.console.Info("results: "+e.Dir.File(report.ResultsFile), "dir", e.Dir.Path)
	counts := e.Run.Counts
	left := counts.Left()
	switch {
	case e.Run.State == report.Stopped:
		next := "meetbatch resume " + words.Quoted(e.Dir.Path)
		u.console.Warn(fmt.Sprintf("%s not sent; to go on: %s", words.Plural(counts.NotSent, "row"), next), "rows", counts.NotSent, "next", next)
	case left > 0:
		next := u.nextCommand(e)
		u.console.Warn(fmt.Sprintf("%s did not succeed; to run them again: %s", words.Plural(left, "row"), next), "rows", left, "next", next)
	}
}

// Already says that a run had ended before.
func (u *user) Already(dir string, counts report.Counts) {
	u.console.Info(fmt.Sprintf("%s is finished: %s", dir, countsText(counts)))
}
