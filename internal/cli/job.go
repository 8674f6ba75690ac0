package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/term"

	"meetbatch/internal/meeting"
	"meetbatch/internal/sandbox"
	"meetbatch/job"
	"meetbatch/reader"
	"meetbatch/report"
)

// jobFlags are the flags that reclaim and status share.
type jobFlags struct {
	File string `arg:"" help:"The CSV; - is standard input."`

	Out         string            `placeholder:"DIR" help:"The run directory (runs/COMMAND-TIME)."`
	Rate        rateFlag          `default:"100/1m" help:"Requests per time, or none."`
	Workers     int               `default:"8" help:"Requests in flight at most."`
	Chunk       int               `default:"100" help:"Entries per request, 1 to 100."`
	Timeout     time.Duration     `default:"30s" help:"Of one request."`
	Column      map[string]string `placeholder:"FIELD=HEADER" mapsep:"none" help:"Which column holds a field; repeatable."`
	AccountType int               `default:"0" enum:"0,1" help:"0 Meeting account, 1 third-party user ID."`
	Region      string            `default:"cn" enum:"cn,intl" help:"Which service: cn or intl."`
	Endpoint    string            `placeholder:"URL" help:"Another address of the service; plain http only on this machine."`
	Language    string            `default:"en-US" enum:"en-US,zh-CN" help:"Of the service's messages: en-US or zh-CN."`
	DryRun      bool              `help:"Read, check and plan everything, print the plan, send and write nothing."`
	Yes         bool              `help:"Do not ask before sending."`
	Sandbox     bool              `help:"Run against a simulated service inside this process; nothing real is touched."`

	consoleFlags
}

type reclaimCmd struct{ jobFlags }

func (c *reclaimCmd) Run(ctx context.Context, a *app) error {
	return newRun(a, &c.jobFlags, job.Reclaim, "").do(ctx)
}

type statusCmd struct {
	To string `placeholder:"STATUS" help:"The new status of every row: normal or disabled."`
	jobFlags
}

func (c *statusCmd) Run(ctx context.Context, a *app) error {
	value, known := map[string]string{"": "", "normal": "0", "disabled": "1"}[c.To]
	if !known {
		return usage(fmt.Errorf("--to %s: not normal or disabled", c.To), "")
	}
	return newRun(a, &c.jobFlags, job.SetStatus, value).do(ctx)
}

// rateFlag is a job.Rate on the command line.
type rateFlag struct{ job.Rate }

func (r *rateFlag) UnmarshalText(text []byte) (err error) {
	r.Rate, err = job.ParseRate(string(text))
	if err != nil {
		err = fmt.Errorf("%w; it reads like 100/1m, 10/1s or none", err)
	}
	return err
}

// Validate is called by kong.
func (f *jobFlags) Validate() error {
	switch {
	case f.Workers < 1 || f.Workers > 1024:
		return fmt.Errorf("--workers %d: not between 1 and 1024", f.Workers)
	case f.Chunk < 1 || f.Chunk > job.MaxChunk:
		return fmt.Errorf("--chunk %d: not between 1 and %d", f.Chunk, job.MaxChunk)
	case f.Timeout <= 0:
		return fmt.Errorf("--timeout %s: not more than 0", f.Timeout)
	case f.Sandbox && f.Endpoint != "":
		return errors.New("--sandbox and --endpoint contradict one another")
	}
	return f.consoleFlags.Validate()
}

// run is one run of a job, from the command line to the exit code.
type run struct {
	*app
	*jobFlags
	console *console
	op      job.Operation
	value   string // of every row; empty when the file says it

	input  *input
	dir    *report.Dir // nil in a dry run
	plan   *job.Plan
	header []byte // of the input
	job    *job.Runner
	meta   report.Run
}

func newRun(a *app, f *jobFlags, op job.Operation, value string) *run {
	return &run{app: a, jobFlags: f, op: op, value: value, console: newConsole(a.stderr, f.consoleFlags)}
}

// do refuses what can be refused before anything is read, plans, asks, sends and reports.
func (r *run) do(ctx context.Context) (err error) {
	for field := range r.Column {
		if field != "account" && field != r.op.Column {
			return usage(fmt.Errorf("--column %s: %s has no such field", field, r.op.Name), "the fields are account and "+r.op.Column)
		}
	}
	client, err := r.client()
	if err != nil {
		return err
	}
	if err := r.mayAsk(); err != nil {
		return err
	}
	r.input, err = openInput(r.File, r.stdin)
	if err != nil {
		return refused(err, "")
	}
	defer r.input.close()
	if r.DryRun {
		if err := r.makePlan(); err != nil {
			return refused(err, "")
		}
		return r.printPlan(r.stdout)
	}

	if r.Sandbox {
		server, err := sandbox.Start(sandbox.New(sandbox.Settings{Token: client.Token}), "127.0.0.1:0")
		if err != nil {
			return refused(err, "")
		}
		defer server.Close()
		client.Endpoint = server.URL
	}
	if err := r.createDir(); err != nil {
		return err
	}
	if err := r.prepare(); err != nil {
		return errors.Join(err, r.dir.Remove())
	}
	return r.send(ctx, client)
}

// client makes the client that requests are sent with, and refuses addresses and credentials that
// cannot be right. A dry run needs neither.
func (r *run) client() (*meeting.Client, error) {
	c := &meeting.Client{
		AccountType: r.AccountType,
		Language:    r.Language,
		Timeout:     r.Timeout,
		HTTP:        meeting.NewHTTP(r.Workers),
	}
	endpoint := r.Endpoint
	if endpoint == "" {
		endpoint = meeting.Endpoints[r.Region]
	}
	var err error
	if c.Endpoint, err = meeting.CheckEndpoint(endpoint); err != nil {
		return nil, refused(err, "the token goes to https addresses only, or to a service on this machine")
	}
	switch {
	case r.Sandbox:
		c.Token = "sandbox"
	case !r.DryRun:
		c.Token, err = token()
	}
	return c, err
}

// mayAsk refuses early what a question would have to settle when nobody can be asked.
func (r *run) mayAsk() error {
	if r.Yes || r.Sandbox || r.DryRun {
		return nil
	}
	if r.File == "-" || !isTerminal(r.stdin) {
		return refused(errors.New("standard input is not a terminal, so nobody can be asked before sending"), "look at the plan with --dry-run, then add --yes")
	}
	return nil
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
	r.dir, err = report.Create(path, r.op)
	if errors.Is(err, report.ErrExists) {
		return refused(err, "name another directory with --out")
	}
	if err != nil {
		return unrecorded(err, "name a directory that can be written with --out")
	}
	return nil
}

// prepare plans the run and asks whether to go on. After an error nothing has been sent.
func (r *run) prepare() error {
	r.meta = report.Run{
		Command:  r.op.Name,
		Version:  buildVersion(),
		Settings: r.settings(),
		Start:    r.now().UTC(),
		State:    report.Planning,
		Rate:     report.Pace{Asked: r.Rate.String()},
	}
	if err := r.input.keepIn(r.dir); err != nil {
		return unrecorded(err, "")
	}
	if err := r.makePlan(); err != nil {
		return refused(err, "")
	}
	r.meta.Input = r.input.describe()
	if err := r.dir.WriteRun(r.meta); err != nil {
		return unrecorded(err, "")
	}
	return r.confirm()
}

// newReader reads the input from its first row.
func (r *run) newReader(from io.Reader) (*reader.Reader, error) {
	return reader.New(from, r.input.name, r.op, reader.Options{
		Columns:     r.Column,
		AccountType: r.AccountType,
		Value:       r.value,
	})
}

func (r *run) makePlan() error {
	rows, err := r.newReader(r.input)
	if err != nil {
		return err
	}
	planner := job.NewPlanner(r.op, r.Chunk)
	notes := newFindings(r.input.name)
	for {
		it, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		notes.warn(it)
		planner.Add(it)
	}
	r.header = rows.Header()
	r.plan = planner.Plan()
	for _, it := range r.plan.Invalid {
		notes.invalid(it)
	}
	notes.show(r.console)
	return nil
}

// settings are what run.json says of the flags: those that shaped the run, and no secret.
func (r *run) settings() map[string]string {
	s := map[string]string{
		"rate":         r.Rate.String(),
		"workers":      fmt.Sprint(r.Workers),
		"chunk":        fmt.Sprint(r.Chunk),
		"timeout":      r.Timeout.String(),
		"account_type": fmt.Sprint(r.AccountType),
		"language":     r.Language,
		"sandbox":      fmt.Sprint(r.Sandbox),
	}
	switch {
	case r.Endpoint != "":
		s["endpoint"] = r.Endpoint
	case !r.Sandbox:
		s["endpoint"] = meeting.Endpoints[r.Region]
	}
	if r.value != "" {
		s["to"] = r.value
	}
	for field, header := range r.Column {
		s["column."+field] = header
	}
	return s
}
