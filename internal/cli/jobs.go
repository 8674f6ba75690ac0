package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"meetbatch/internal/meeting"
	"meetbatch/internal/run"
	"meetbatch/internal/system"
	"meetbatch/internal/words"
	"meetbatch/job"
)

// jobCmd is the command of an operation.
type jobCmd struct {
	File     string `arg:"" takes:"file" help:"The CSV; - is standard input."`
	Out      string `takes:"directory" placeholder:"DIR" help:"The run directory (runs/COMMAND-TIME)."`
	Continue bool   `help:"With --out, for supervisors: begin the run, or go on with it, or say how it ended, whichever it is."`
	run.Settings
	DryRun bool `help:"Read, check and plan everything, print the plan, send and write nothing."`
	processFlags
}

// statusCmd is the command of an operation whose values are few.
type statusCmd struct {
	To string `offers:"normal,disabled" placeholder:"STATUS" help:"The new status of every row: normal or disabled."`
	jobCmd
}

// processFlags belong to one process, and not to the run: run.json does not hold them.
type processFlags struct {
	Until   *string `placeholder:"TIME" help:"Stop cleanly at a time of day (06:00), after a duration from the start (8h), or at an RFC 3339 instant."`
	Yes     bool    `help:"Do not ask before sending."`
	Metrics string  `takes:"file" placeholder:"FILE" help:"Keep the run's numbers in a file for Prometheus (node_exporter's textfile)."`
	Ping    string  `placeholder:"URL" help:"Tell URL/start, and in the end URL or URL/fail: exit code and numbers, no accounts."`
	sharedFlags
	consoleFlags
}

// Validate is called by kong.
func (c *jobCmd) Validate() error {
	if err := c.Settings.Check(); err != nil {
		return err
	}
	if c.Continue && c.Out == "" {
		return errors.New("--continue: goes with --out, which names the run")
	}
	return c.consoleFlags.Validate()
}

// Run is called by kong.
func (c *jobCmd) Run(ctx context.Context, a *app, parsed *kong.Context) error {
	op := operation(parsed.Selected().Name)
	dir, err := a.start(ctx, op, c, a.changesGiven(parsed, &c.Settings))
	if err != nil && dir == "" {
		a.noteRefused(op, c, err)
	}
	return err
}

// Run is called by kong.
func (c *statusCmd) Run(ctx context.Context, a *app, parsed *kong.Context) error {
	c.Settings.To = c.To
	return c.jobCmd.Run(ctx, a, parsed)
}

// start begins a new run, or goes on with it where it is to continue, or shows what it would do. The directory is that of the
// run, and empty where none is left. Of the settings that can be changed when a run goes on, given are those that were given.
func (a *app) start(ctx context.Context, op job.Operation, c *jobCmd, given run.Changes) (dir string, err error) {
	if !c.DryRun {
		if err := a.watch(op.Name, c.processFlags); err != nil {
			return "", err
		}
	}
	if a.env.refused != nil {
		return "", a.env.refused
	}
	if err := c.Settings.CheckFor(op); err != nil {
		return "", err
	}
	if _, err := c.until(a, op.Name); err != nil { // what is wrong with the command line comes first
		return "", err
	}
	if c.AccountType == "" {
		c.AccountType = a.env.defaultAccountType()
	}
	j := c.job(op)
	if c.Continue {
		if begins, dir, err := a.goOnOr(ctx, &j, c, given); !begins {
			return dir, err
		}
	}
	if _, err := run.FindInput(c.File); err != nil {
		return "", err
	}
	j.Arguments, j.Version = recordable(a.args), Version
	if c.OnlyChanges {
		holdMuch()
	}
	if c.DryRun {
		return "", a.dryRun(ctx, j, c.processFlags, run.Plan)
	}
	w, err := a.world(ctx, op.Name, c.processFlags, c.Settings, c.File)
	if err != nil {
		return "", err
	}
	defer w.release()
	if text := besideText(j, w.Budget != nil, a.now()); text != "" && !j.Settings.Sandbox {
		w.User.Warn(text)
	}
	return run.Start(w.World, j)
}

// job is what a command asks for.
func (c *jobCmd) job(op job.Operation) run.Job {
	return run.Job{Operation: op, Settings: c.Settings, File: c.File, Out: c.Out, Again: c.Continue}
}

// dryRun prints the plan, and what is wrong with the input. It fails where a run would be refused that nobody watches.
func (a *app) dryRun(ctx context.Context, j run.Job, flags processFlags, plan planner) error {
	until, err := flags.until(a, j.Operation.Name)
	if err != nil {
		return err
	}
	u := newUser(a, flags)
	w := run.World{User: u, Stdin: a.stdin, Now: a.now, Files: system.FreeFiles(), Stopping: ctx, Abandon: ctx}
	if j.Settings.Sandbox {
		w.Credentials = meeting.Credentials{Token: "sandbox"}
	} else { // it needs no credentials unless the service is to be read, but refuses those that the run would refuse
		m, err := a.env.chooseMethod()
		if err == nil {
			err = a.env.checkProxies(u.Warn)
		}
		if err == nil && (m != nil || j.Settings.OnlyChanges) {
			w.Credentials, err = a.env.credentials(u.Warn)
		}
		if err != nil {
			return err
		}
	}
	shared, closeBudget, err := a.openBudget(flags.sharedFlags, j.Settings.Rate, u.Warn)
	if err != nil {
		return err
	}
	defer closeBudget()
	w.Budget = shared
	return a.showPlan(w, j, until, plan)
}

// planner plans what a job comes to, and writes nothing.
type planner func(run.World, run.Job) (*run.Planned, error)

// showPlan prints the plan of a run, and fails where the run would be refused.
func (a *app) showPlan(w run.World, j run.Job, until time.Time, plan planner) error {
	planned, err := plan(w, j)
	if err != nil {
		return err
	}
	defer planned.Close()
	a.out.drain(w.Stopping, giveUp) // what was said before stands before it
	text := dryText(planned, until)
	if isTerminal(a.stdout) {
		text = planSheet(planned, until, columnsOf(a.stdout), time.Now())
	}
	if _, err := io.WriteString(a.stdout, text); err != nil {
		return run.Unrecorded(err, "")
	}
	if err := planned.Guard(); err != nil {
		return err
	}
	return planned.RefuseDoubts()
}

// dryText is what a dry run prints but on a terminal: what a run would say before it asks.
func dryText(p *run.Planned, until time.Time) string {
	var b strings.Builder
	for _, finding := range findingTexts(p) {
		r := slog.NewRecord(time.Time{}, slog.LevelWarn, finding.text, 0)
		r.Add(finding.attrs...)
		b.WriteString(plain(r))
	}
	for _, line := range planLines(p, until) {
		b.WriteString(words.Shown(line) + "\n")
	}
	return b.String()
}
