package cli

import (
	"context"

	"github.com/alecthomas/kong"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
)

// changesGiven are those settings that a command line, or the environment, gives and that can be changed when a run goes on.
// A profile changes none, as it does not with resume.
func (a *app) changesGiven(parsed *kong.Context, s *run.Settings) (c run.Changes) {
	for _, part := range parsed.Path {
		if part.Flag == nil || part.Resolved && a.env.inProfile(variableOf(part.Flag)) {
			continue
		}
		switch part.Flag.Name {
		case "rate":
			c.Rate = &s.Rate
		case "workers":
			c.Workers = &s.Workers
		case "attempts":
			c.Attempts = &s.Attempts
		case "timeout":
			c.Timeout = &s.Timeout
		case "max-failures":
			c.MaxFailures = &s.MaxFailures
		}
	}
	return c
}

// goOnOr goes on with the run that a command names, or says how it ended, or with --dry-run what would be done. Where the
// command is to begin it does nothing, but for saying so.
func (a *app) goOnOr(ctx context.Context, j *run.Job, c *jobCmd, given run.Changes) (begins bool, dir string, err error) {
	next, s, err := run.Continue(*j, given, a.now())
	if err != nil {
		return false, "", err
	}
	console, name := a.newConsole(c.consoleFlags), words.Name(c.Out)
	switch {
	case next == run.ToBegin:
		if c.DryRun {
			console.Info(name + ": there is no run yet, which would begin")
		}
		return true, "", nil
	case next == run.ToBeginAnew:
		j.Anew = s
		would := "begins"
		if c.DryRun {
			would = "would begin"
		}
		console.Info(name + ": the run had sent nothing, and had not kept its input whole: it " + would + " anew")
		return true, "", nil
	case next == run.ToGoOn && c.DryRun:
		console.Info(name + ": the run is not finished, and would go on")
		j.Settings = s.Settings
		return false, "", a.dryRun(ctx, *j, c.processFlags, func(w run.World, _ run.Job) (*run.Planned, error) { return run.PlanAgain(w, s) })
	case next == run.ToGoOn:
		console.Info(name + ": the run is not finished, and goes on")
	}
	return false, c.Out, a.goOn(ctx, s, j.Operation.Name, c.processFlags)
}
