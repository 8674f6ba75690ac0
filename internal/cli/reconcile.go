package cli

import (
	"context"
	"fmt"
	"time"

	"meetbatch/internal/meeting"
	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/job"
)

// ofRunFlags are how a command speaks to the service that reads it for a run: as the run did, unless told otherwise.
type ofRunFlags struct {
	Rate     *job.Rates    `offers:"auto,none" ofrun:"" help:"Requests per time at most, auto or none; as in the run, where it is not given. The next three likewise."`
	Workers  *int          `ofrun:"" help:"Requests in flight at most."`
	Attempts *int          `ofrun:"" help:"Tries per request for what may pass by itself."`
	Timeout  *run.Duration `ofrun:"" help:"Of one request."`

	Language string `ofrun:"" default:"" enum:",en-US,zh-CN" placeholder:"LANGUAGE" help:"Of the service's messages: en-US or zh-CN."`

	Region      string `hidden:""`
	Endpoint    string `hidden:""`
	AccountType string `hidden:""`
	readFlags
}

type reconcileCmd struct {
	RunDir string        `arg:"" takes:"directory" offers:"last" help:"The directory of the run; last is the newest one in runs."`
	Wait   time.Duration `default:"10s" placeholder:"TIME" help:"How long after the first reading what is not as wanted is read once more (10s): a change may be read late."`
	ofRunFlags
}

// apply makes the settings of a run those of the command. What belongs to the run cannot be told otherwise.
func (f *ofRunFlags) apply(s *run.Stored, command string) error {
	for _, flag := range []struct{ name, variable, given, was string }{
		{"region", "MEETBATCH_REGION", f.Region, s.Settings.Region}, {"endpoint", "MEETBATCH_ENDPOINT", f.Endpoint, s.Settings.Endpoint}, {"account-type", "MEETBATCH_ACCOUNT_TYPE", f.AccountType, s.Settings.AccountType},
	} {
		if flag.name == "endpoint" { // however it is written
			if address, err := meeting.CheckEndpoint(flag.given); err == nil {
				flag.given = address
			}
			if address, err := meeting.CheckEndpoint(flag.was); err == nil {
				flag.was = address
			}
		}
		if flag.given != "" && flag.given != flag.was {
			return run.Refuse(fmt.Errorf("--%s %s: %s goes to the service of the run, and that was another", flag.name, words.Quoted(flag.given), command), "leave --"+flag.name+" away, and also "+flag.variable)
		}
	}
	if f.Language != "" {
		s.Settings.Language = f.Language
	}
	run.Changes{Rate: f.Rate, Workers: f.Workers, Attempts: f.Attempts, Timeout: f.Timeout}.Apply(&s.Settings)
	if err := s.Settings.Check(); err != nil {
		return usage(err, "meetbatch "+command+" --help")
	}
	return nil
}

// Validate is called by kong.
func (c *reconcileCmd) Validate() error { return c.validate(c.Wait) }

// validate refuses a --wait that is none, and what is wrong with the flags of the console.
func (f *ofRunFlags) validate(wait time.Duration) error {
	if wait < 0 {
		return fmt.Errorf("--wait %s: less than 0", wait)
	}
	return f.consoleFlags.Validate()
}

// begin loads the run of a directory, and gathers the world for what a command does about it. The world must be released.
func (f *ofRunFlags) begin(ctx context.Context, a *app, command, dir string, flags processFlags) (s *run.Stored, w world, err error) {
	if a.env.refused != nil {
		return nil, w, a.env.refused
	}
	if dir, err = runDir(dir, a.newConsole(f.consoleFlags)); err != nil {
		return nil, w, err
	}
	if s, err = run.Load(dir); err != nil {
		return nil, w, err
	}
	if err = f.apply(s, command); err != nil {
		return nil, w, err
	}
	holdMuch()
	w, err = a.world(ctx, command, flags, s.Settings, dir)
	return s, w, err
}

// Run reads the service.
func (c *reconcileCmd) Run(ctx context.Context, a *app) error {
	flags := c.process()
	s, w, err := c.begin(ctx, a, "reconcile", c.RunDir, flags)
	if err != nil {
		return err
	}
	defer w.release()
	console := a.newConsole(c.consoleFlags)
	done, err := run.Reconcile(w.World, s, c.Wait)
	if err != nil {
		return err
	}
	console.Info(reconciledText(done), "unclear", done.Unclear, "as_wanted", done.AsWanted, "not_carried_out", done.NotSo, "left", done.Left, "requests", done.Requests)
	if done.Stored.Run.Counts.Left() > 0 {
		console.Info("to run again what did not succeed: " + a.nextCommand(done.Stored, flags))
	}
	if counts := done.Stored.Run.Counts; counts.Unknown+counts.Failed > 0 {
		return run.Rows
	}
	return nil
}

// reconciledText words what came of reading.
func reconciledText(done run.Reconciled) string {
	path := words.Name(done.Stored.Path)
	if done.Unclear == 0 {
		return path + ": nothing is unknown"
	}
	text := fmt.Sprintf("%s: of %s in doubt %s as wanted", path, words.Plural(done.Unclear, "row"), are(done.AsWanted))
	text += fmt.Sprintf(", %s not carried out", words.Number(done.NotSo))
	if done.Left > 0 {
		text += fmt.Sprintf(", and %s stay as they are: reading does not tell, or they are to be sent yet", words.Number(done.Left))
	}
	return text + "; read with " + words.Plural(done.Requests, "request")
}

func are(n int64) string {
	if n == 1 {
		return "1 is"
	}
	return words.Number(n) + " are"
}
