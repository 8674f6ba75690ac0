package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/report"
)

type resumeCmd struct {
	RunDir string `arg:"" takes:"directory" offers:"last" help:"The directory of the run; last is the newest one in runs."`
	run.Changes
	Sandbox bool `help:"Confirm that the run is one against the simulated service."`
	processFlags
}

// Run goes on with a run.
func (c *resumeCmd) Run(ctx context.Context, a *app) (err error) {
	var s *run.Stored
	command := "resume" // as long as nobody knows of what
	if c.RunDir, err = runDir(c.RunDir, a.newConsole(c.consoleFlags)); err == nil {
		s, err = run.Load(c.RunDir)
	}
	if err == nil {
		command = s.Operation.Name
	}
	if wrong := a.watch(command, c.processFlags); wrong != nil {
		return wrong
	}
	if err = cmp.Or(err, a.env.refused); err != nil {
		return err
	}
	c.Changes.Apply(&s.Settings)
	if err := s.Settings.Check(); err != nil {
		return usage(err, "meetbatch resume --help")
	}
	if c.Sandbox && !s.Settings.Sandbox {
		return run.Refuse(fmt.Errorf("%s is a run against the real service, and cannot go on in the sandbox", c.RunDir), a.withoutSandbox())
	}
	return a.goOn(ctx, s, "resume", c.processFlags)
}

// goOn goes on with a run on behalf of a command, or says how it ended where it is finished.
func (a *app) goOn(ctx context.Context, s *run.Stored, command string, flags processFlags) error {
	if s.Finished() {
		u := newUser(a, flags)
		if _, code := verify(u.console, s.Path); code == run.Recorded { // what it says of its end does not hold
			return run.Recorded
		}
		return s.Again(u)
	}
	w, err := a.world(ctx, command, flags, s.Settings, s.Path)
	if err != nil {
		return err
	}
	defer w.release()
	return run.Resume(w.World, s)
}

// withoutSandbox says how not to ask for the simulated service.
func (a *app) withoutSandbox() string {
	if slices.ContainsFunc(a.args, func(arg string) bool { return strings.HasPrefix(arg, "--sandbox") }) {
		return "leave --sandbox away"
	}
	return "MEETBATCH_SANDBOX asks for it: unset it, or say --sandbox=false"
}

type verifyCmd struct {
	RunDir []string `arg:"" takes:"directory" offers:"last" help:"The directory of a run, or last for the newest one in runs; of several, the worst exit code counts: 7, then 3, 5 and 0; shards have to be all of one run."`
	consoleFlags
}

// severity orders the exit codes of several directories; the last one that any of them has is that of all.
var severity = []run.Code{run.OK, run.Stopped, run.Refused, run.Recorded}

// Run recounts runs from their files and their inputs. It only reads.
func (c *verifyCmd) Run(ctx context.Context, a *app) error {
	console := a.newConsole(c.consoleFlags)
	worst := run.OK
	count := func(code run.Code) {
		if slices.Index(severity, code) > slices.Index(severity, worst) {
			worst = code
		}
	}
	var runs []*run.Stored
	for _, name := range c.RunDir {
		dir, err := runDir(name, console)
		if err != nil {
			return err
		}
		s, code := verify(console, dir)
		if count(code); s != nil {
			runs = append(runs, s)
		}
	}
	if len(c.RunDir) > 1 {
		count(verifyTogether(console, runs, worst))
	}
	return worst.Err()
}

// verify recounts a run, and says what it found. The run is nil where there is none.
func verify(console *console, dir string) (*run.Stored, run.Code) {
	started := time.Now()
	s, proof, err := run.Verify(dir)
	if err != nil {
		console.fail(err)
		return s, run.CodeOf(err)
	}
	for _, note := range proof.Notes {
		console.Warn(fmt.Sprintf("%s: %s", s.Path, note))
	}
	if s.Run.Schema == 0 {
		console.Warn(s.Path + ": a run of version 0.1, whose files have no sums; what was changed in them without a contradiction is not found")
	}
	for _, p := range proof.Problems {
		console.Error(fmt.Sprintf("%s: %s", s.Path, p))
	}
	next := run.NextResume(s.Path)
	switch left := s.Run.Counts.NotSent; {
	case len(proof.Problems) > 0:
		return s, run.Recorded
	case !proof.Over:
		is := "under way or killed"
		if s.Run.State == report.Broken {
			is = "broke off"
		}
		console.Info(fmt.Sprintf("%s: %s, and nothing is wrong so far (checked in %s); unless it is under way, to go on: %s", s.Path, is, words.Roughly(time.Since(started)), next), "next", next)
		return s, run.Stopped
	default:
		of := ""
		if s.Settings.Shard.N > 0 {
			of = " of shard " + s.Settings.Shard.String()
		}
		console.Info(fmt.Sprintf("%s: every row%s has exactly one result: %s (checked in %s)", s.Path, of, countsText(s.Run.Counts), words.Roughly(time.Since(started))))
		if left > 0 {
			console.Info(fmt.Sprintf("%s not sent yet; to go on: %s", words.Plural(left, "row"), next), "next", next)
		}
	}
	return s, run.OK
}
