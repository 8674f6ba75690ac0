package cli

import (
	"context"
	"fmt"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
)

type resumeCmd struct {
	RunDir string `arg:"" help:"The directory of the run."`
	run.Changes
	Sandbox bool `help:"Confirm that the run is one against the simulated service."`
	processFlags
}

// Run goes on with a run.
func (c *resumeCmd) Run(ctx context.Context, a *app) error {
	s, err := run.Load(c.RunDir)
	if err != nil {
		return err
	}
	c.Changes.Apply(&s.Settings)
	if err := s.Settings.Check(); err != nil {
		return usage(err, "meetbatch resume --help")
	}
	if c.Sandbox && !s.Settings.Sandbox {
		return run.Refuse(fmt.Errorf("%s is a run against the real service, and cannot go on in the sandbox", c.RunDir), "leave --sandbox away")
	}
	if s.Finished() {
		return s.Again(newUser(a, c.processFlags))
	}
	w, err := a.world(ctx, "resume", c.processFlags, s.Settings, s.Path)
	if err != nil {
		return err
	}
	defer w.release()
	return run.Resume(w.World, s)
}

type verifyCmd struct {
	RunDir string `arg:"" help:"The directory of the run."`
	consoleFlags
}

// Run recounts a run from its files and its input.
func (c *verifyCmd) Run(ctx context.Context, a *app) error {
	s, err := run.Load(c.RunDir)
	if err != nil {
		return err
	}
	console := a.newConsole(c.consoleFlags)
	started := time.Now()
	problems, err := run.Verify(s)
	if err != nil {
		return err
	}
	for _, p := range problems {
		console.Error(fmt.Sprintf("%s: %s", s.Path, p))
	}
	if len(problems) > 0 {
		return run.Recorded
	}
	console.Info(fmt.Sprintf("%s: every row has exactly one result: %s (checked in %s)", s.Path, countsText(s.Run.Counts), words.Roughly(time.Since(started))))
	if left := s.Run.Counts.NotSent; left > 0 {
		next := "meetbatch resume " + words.Quoted(s.Path)
		console.Info(fmt.Sprintf("%s not sent yet; to go on: %s", words.Plural(left, "row"), next), "next", next)
	}
	return nil
}
