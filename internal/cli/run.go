package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"golang.org/x/term"

	"meetbatch/internal/meeting"
	"meetbatch/internal/sandbox"
	"meetbatch/job"
	"meetbatch/job/send"
	"meetbatch/report"
)

// run is one run of a job, from the command line to the exit code.
type run struct {
	*app
	*jobFlags
	console *console
	op      job.Operation
	value   string // of every row; empty when the file says it

	client *meeting.Client
	input  *input
	dir    *report.Dir // nil in a dry run
	past   *report.Past
	planning
	job     *send.Runner
	sending atomic.Bool // requests may be in flight
	meta    report.Run
}

func newRun(a *app, f *jobFlags, op job.Operation, value string) (*run, error) {
	for field := range f.Column {
		if field != "account" && field != op.Column {
			return nil, usage(fmt.Errorf("--column %s: %s has no such field", field, op.Name), "the fields are account and "+op.Column)
		}
	}
	r := &run{app: a, jobFlags: f, op: op, value: value, console: newConsole(a.stderr, f.consoleFlags), past: &report.Past{}}
	return r, nil
}

// start begins a new run: it refuses what can be refused before anything is read, plans, asks, sends
// and reports.
func (r *run) start(ctx context.Context, settings map[string]any) error {
	if r.AccountType == "" {
		r.AccountType = defaultAccountType()
		settings["account-type"] = r.AccountType
	}
	if err := r.checkAccess(); err != nil {
		return err
	}
	var err error
	r.input, err = openInput(r.File, r.stdin)
	if err != nil {
		return refused(err, "")
	}
	defer r.input.close()
	if err := absolute(r.SkipSucceeded, settings); err != nil {
		return refused(err, "")
	}
	r.meta = report.Run{
		Command:   r.op.Name,
		Arguments: r.args,
		Version:   buildVersion(),
		Settings:  settings,
		Input:     report.Input{Path: r.input.path},
		Start:     r.now().UTC(),
		State:     report.Planning,
		Rate:      report.Pace{Asked: r.Rate.String()},
	}
	if r.DryRun {
		return r.dryRun(ctx)
	}
	if err := r.createDir(); err != nil {
		return err
	}
	defer r.dir.Close() // once more than needed, where all went well
	signals := catchSignals(ctx, r)
	defer signals.release()
	r.client.Abandon = signals.abandon
	defer r.signOut() // whatever happens; once more than needed, where all went well
	err = r.prepare(signals.stopping)
	switch {
	case signals.stopping.Err() != nil: // while it was planned or asked
		return errors.Join(stoppedBefore(signals), r.dir.Remove())
	case err != nil:
		return errors.Join(err, r.dir.Remove())
	}
	defer r.plan.Close()
	if err := r.dir.Continue(r.past); err != nil {
		return errors.Join(unrecorded(err, ""), r.dir.Remove())
	}
	return r.send(signals)
}

// checkAccess refuses addresses, credentials and the lack of a terminal, before anything is read.
func (r *run) checkAccess() error {
	var err error
	if r.client, err = r.newClient(); err != nil {
		return err
	}
	if r.Yes || r.Sandbox || r.DryRun || r.File != "-" && isTerminal(r.stdin) {
		return nil
	}
	return refused(errors.New("standard input is not a terminal, so nobody can be asked before sending"), "look at the plan with --dry-run, then add --yes")
}

// newClient makes the client that requests are sent with. A dry run needs no credentials, and neither
// does the sandbox.
func (r *run) newClient() (*meeting.Client, error) {
	c := &meeting.Client{
		AccountType: r.accountType(),
		Language:    r.Language,
		Timeout:     r.Timeout,
		HTTP:        meeting.NewHTTP(r.Workers),
		Notify:      func(text string) { r.console.Warn(text) },
	}
	var err error
	if c.Endpoint, err = meeting.CheckEndpoint(r.service()); err != nil {
		return nil, refused(err, "credentials go to https addresses only, or to a service on this machine")
	}
	switch {
	case r.Sandbox:
		c.Credentials.Token = "sandbox"
	case r.DryRun:
		_, err = chooseMethod() // which the run would refuse
	default:
		c.Credentials, err = readCredentials()
	}
	return c, err
}

// accountType is what --account-type says, or what goes with the sign-in.
func (r *run) accountType() int {
	if r.AccountType == "1" {
		return 1
	}
	return 0
}

// service is the address that requests go to, but for the sandbox.
func (r *run) service() string {
	if r.Endpoint != "" {
		return r.Endpoint
	}
	return meeting.Endpoint(r.Region)
}

// startSandbox starts the simulated service inside this process where it is asked for. The function that
// it returns ends it.
func (r *run) startSandbox() (stop func(), err error) {
	if !r.Sandbox {
		return func() {}, nil
	}
	server, err := sandbox.Start(sandbox.New(sandbox.Settings{Token: r.client.Credentials.Token}), "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r.client.Endpoint = server.URL
	return func() { server.Close() }, nil
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (r *run) createDir() error {
	path := r.Out
	if path == "" {
		path = filepath.Join("runs", r.op.Name+"-"+r.now().UTC().Format("20060102T150405Z"))
	}
	var err error
	var locked *report.LockedError
	r.dir, err = report.Create(path, r.op)
	switch {
	case errors.As(err, &locked):
		return err
	case errors.Is(err, report.ErrExists):
		return refused(err, fmt.Sprintf("name another directory with --out, or go on with that run: meetbatch resume %s", quoted(path)))
	case err != nil:
		return unrecorded(err, "name a directory that can be written with --out")
	}
	return nil
}

// prepare plans the run and asks whether to go on. After an error nothing has been sent.
func (r *run) prepare(ctx context.Context) error {
	if err := r.input.keepIn(r.dir); err != nil {
		return unrecorded(err, "")
	}
	if err := r.dir.WriteRun(r.meta); err != nil {
		return unrecorded(err, "")
	}
	if err := r.makePlan(ctx); err != nil {
		return err
	}
	r.meta.Input = r.input.describe()
	r.meta.Requests.Planned = r.plan.Requests
	if err := r.dir.WriteRun(r.meta); err != nil {
		return unrecorded(err, "")
	}
	r.notes.show(r.console.Warn)
	if err := r.guard(); err != nil {
		return err
	}
	if err := r.confirm(ctx); err != nil {
		return err
	}
	return r.signIn(ctx)
}
