package cli

import (
	"context"
	"errors"
	"fmt"

	"meetbatch/report"
)

type resumeCmd struct {
	RunDir string `arg:"" help:"The directory of the run."`

	Rate        string `help:"Requests per time at most, auto or none; as in the run so far, where it is not given. The next four likewise."`
	Workers     string `help:"Requests in flight at most."`
	Attempts    string `help:"Tries per request for what may pass by itself."`
	Timeout     string `help:"Of one request."`
	MaxFailures string `help:"Stop when so many of the rows settled from now on failed."`
	Sandbox     bool   `help:"Confirm that the run is one against the simulated service."`
	Until       string `placeholder:"TIME" help:"Stop cleanly at a time of day (06:00) or an RFC 3339 instant."`
	Yes         bool   `help:"Do not ask before sending."`

	consoleFlags
}

// Run goes on with a run.
func (c *resumeCmd) Run(ctx context.Context, a *app) error {
	meta, err := report.ReadRun(c.RunDir)
	if err != nil {
		return refused(err, "name the directory of a run, such as runs/reclaim-20260301T013000Z")
	}
	for name, value := range map[string]string{
		"rate": c.Rate, "workers": c.Workers, "attempts": c.Attempts, "timeout": c.Timeout, "max-failures": c.MaxFailures,
	} {
		if value != "" {
			meta.Settings[name] = value
		}
	}
	if c.Sandbox && meta.Settings["sandbox"] != "true" {
		return refused(fmt.Errorf("%s is a run against the real service, and cannot go on in the sandbox", c.RunDir), "leave --sandbox away")
	}
	r, err := a.runOf(ctx, meta, c.consoleFlags)
	if err != nil {
		return usage(err, "meetbatch resume --help")
	}
	r.Yes = c.Yes
	if c.Until != "" {
		if err := r.Until.UnmarshalText([]byte(c.Until)); err != nil {
			return usage(fmt.Errorf("--until: %w", err), "meetbatch resume --help")
		}
	}
	return r.resume(ctx, c.RunDir)
}

// runOf makes a run as run.json describes it; what the environment says now does not change it.
func (a *app) runOf(ctx context.Context, meta report.Run, flags consoleFlags) (*run, error) {
	parsed, err := a.parse(ctx, commandLineOf(meta.Command, meta.Settings, meta.Input.Path))
	if err != nil {
		return nil, err
	}
	command, isJob := parsed.Selected().Target.Addr().Interface().(interface{ newRun(*app) (*run, error) })
	if !isJob {
		return nil, fmt.Errorf("command %q is no job", meta.Command)
	}
	r, err := command.newRun(a)
	if err != nil {
		return nil, err
	}
	r.meta, r.consoleFlags, r.console = meta, flags, newConsole(a.stderr, flags)
	return r, nil
}

// resume goes on with the run of a directory.
func (r *run) resume(ctx context.Context, path string) (err error) {
	if r.meta.State == report.Finished {
		r.console.Info(fmt.Sprintf("%s is finished: %s", path, r.counts()))
		if code := r.meta.ExitCode; code != nil && *code != exitOK {
			return reported(*code)
		}
		return nil
	}
	if err := r.checkAccess(); err != nil {
		return err
	}
	if r.dir, r.past, err = report.Open(path, r.op); err != nil {
		return unrecordedUnlessLocked(err)
	}
	defer r.dir.Close() // once more than needed, where all went well
	if r.input, err = r.openAgain(); err != nil {
		return refused(err, "")
	}
	defer r.input.close()
	before := r.meta.Input
	signals := catchSignals(ctx, r)
	defer signals.release()
	if err := r.makePlan(signals.stopping); err != nil {
		if signals.stopping.Err() != nil {
			return stoppedBefore(signals)
		}
		return err
	}
	defer r.plan.Close()
	r.notes.show(r.console.Warn)
	if r.meta.State == report.Planning { // it was interrupted before the guard could say anything
		if err := r.guard(); err != nil {
			return err
		}
	}
	if now := r.input.describe(); before.SHA256 != "" && (now.SHA256 != before.SHA256 || now.Size != before.Size) {
		return refused(fmt.Errorf("%s is not the file that it was when the run began: its SHA-256 has changed", r.input.name),
			"bring the old file back, or begin a new run with the new one")
	}
	path, r.meta.Input = r.meta.Input.Path, r.input.describe()
	r.meta.Input.Path = path
	if err := r.confirm(signals.stopping); err != nil {
		if signals.stopping.Err() != nil {
			return stoppedBefore(signals)
		}
		return err
	}
	r.client.Abandon = signals.abandon
	defer r.signOut() // whatever happens; once more than needed, where all went well
	if err := r.signIn(signals.stopping); err != nil {
		if signals.stopping.Err() != nil {
			return stoppedBefore(signals)
		}
		return err
	}
	if err := r.dir.Continue(r.past); err != nil {
		return unrecorded(err, "")
	}
	if err := r.dir.Complete(r.past, r.plan.Torn); err != nil {
		return unrecorded(err, "")
	}
	r.meta.Resumed++
	r.meta.End, r.meta.ExitCode, r.meta.Reason = nil, nil, ""
	return r.send(signals)
}

// openAgain opens the input of the run, or the copy of what came by standard input.
func (r *run) openAgain() (*input, error) {
	path := r.meta.Input.Path
	if !r.dir.Kept() {
		return openInput(path, nil)
	}
	if r.meta.Input.SHA256 == "" {
		return nil, errors.New("the run was interrupted while it read its input, which cannot be read again; begin a new one")
	}
	in, err := openInput(r.dir.File(report.InputFile), nil)
	if err == nil && path == "-" {
		in.name = "standard input"
	}
	return in, err
}

func unrecordedUnlessLocked(err error) error {
	var locked *report.LockedError
	if errors.As(err, &locked) {
		return err
	}
	return unrecorded(err, "")
}
