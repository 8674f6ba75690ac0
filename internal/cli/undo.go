package cli

import (
	"context"
	"fmt"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/report"
)

type undoCmd struct {
	RunDir        string        `arg:"" takes:"directory" offers:"last" help:"The directory of the run; last is the newest one in runs."`
	Out           string        `takes:"directory" placeholder:"DIR" help:"The directory of the run that takes it back (runs/undo-TIME)."`
	DryRun        bool          `help:"Read the service, plan everything, print the plan, change and write nothing."`
	Wait          time.Duration `default:"10s" placeholder:"TIME" help:"How long after the end of the run the service is read at the earliest (10s): a change may be read late."`
	WithoutBefore bool          `help:"Take for granted that the run changed all that it carried out, where nobody looked before (see --only-changes): accounts that were disabled long ago are enabled then."`
	ofRunFlags
}

// Validate is called by kong.
func (c *undoCmd) Validate() error { return c.validate(c.Wait) }

// Run takes a run back.
func (c *undoCmd) Run(ctx context.Context, a *app) error {
	flags := c.process()
	flags.Yes = flags.Yes || c.DryRun // which asks nothing
	s, w, err := c.begin(ctx, a, "undo", c.RunDir, flags)
	if err != nil {
		return err
	}
	defer w.release()
	console := a.newConsole(c.consoleFlags)
	if text := c.waitText(s, a.now()); text != "" {
		console.Info(text)
	}
	u, err := run.NewUndoing(s, w.World, c.Wait, c.WithoutBefore)
	if err != nil {
		return err
	}
	for _, text := range undoTexts(u, c.WithoutBefore, c.sharedFlags) {
		console.Warn(text)
	}
	if u.Rows == 0 {
		console.Info(words.Name(s.Path) + ": nothing is to be taken back")
		return nil
	}
	var j run.Job
	j, w.Stdin = u.Job(s.Settings.Access(), c.Out)
	j.Arguments, j.Version = recordable(a.args), Version
	if c.DryRun {
		until, err := flags.until(a, "undo")
		if err != nil {
			return err
		}
		return a.showPlan(w.World, j, until, run.Plan)
	}
	_, err = run.Start(w.World, j)
	return err
}

// waitText says for how long nothing will be seen to happen; empty where that is hardly so, or the run cannot be taken back.
func (c *undoCmd) waitText(s *run.Stored, now time.Time) string {
	r := s.Run
	if r.End == nil || r.UndoneBy != "" || !c.WithoutBefore && r.Said(report.BeforeFile) == nil {
		return ""
	}
	left := c.Wait - now.Sub(*r.End)
	if left <= time.Second {
		return ""
	}
	return fmt.Sprintf("waiting for %s before the service is read, since what the run has changed may be read late (--wait)", words.Roughly(left.Truncate(time.Second)))
}

// undoTexts say what is not given back.
func undoTexts(u *run.Undoing, blind bool, f sharedFlags) (texts []string) {
	path := words.Name(u.Of.Path)
	if blind && u.Of.Run.Said(report.BeforeFile) == nil {
		texts = append(texts, fmt.Sprintf("%s: --without-before: all that it carried out is taken back (%s), also what was so already before it", path, words.Plural(u.Rows, "row")))
	}
	if u.Unchanged > 0 {
		texts = append(texts, fmt.Sprintf("%s: left as they are: %s, which were so already before the run", path, words.Plural(u.Unchanged, "row")))
	}
	if u.Unread > 0 {
		texts = append(texts, fmt.Sprintf("%s: left as they are: %s, of which reading did not tell what was so before the run", path, words.Plural(u.Unread, "row")))
	}
	if u.Unknown > 0 {
		texts = append(texts, fmt.Sprintf("%s: left as they are: %s, of which it is not known whether they were carried out; to find out first: %s", path, words.Plural(u.Unknown, "row"), about("reconcile", u.Of.Path, f)))
	}
	switch op := u.Of.Operation; {
	case op.Name == job.Reclaim.Name && u.Rows > 0:
		texts = append(texts, "rooms go back to the accounts that had them; what the service may have reset with it (names, passwords, guest settings) does not come back, and terminals have to be restarted or activated again")
	case op.Name == job.SetStatus.Name && u.Rows > 0:
		texts = append(texts, "whoever becomes normal again does so only as far as what was bought allows, and chance decides who does not")
	}
	return texts
}
