package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/alecthomas/kong"

	"meetbatch/job"
)

// jobFlags are the flags that reclaim and status share.
type jobFlags struct {
	File string `arg:"" help:"The CSV; - is standard input."`

	Out           string            `placeholder:"DIR" help:"The run directory (runs/COMMAND-TIME)."`
	Rate          rateFlag          `default:"100/1m" help:"Requests per time at most; auto follows the service; none."`
	Workers       int               `default:"8" help:"Requests in flight at most."`
	Chunk         int               `default:"100" help:"Entries per request, 1 to 100."`
	Attempts      int               `default:"5" help:"Tries per request for what may pass by itself."`
	Timeout       time.Duration     `default:"30s" help:"Of one request."`
	MaxFailures   shareFlag         `default:"50%" help:"Stop when so many of the settled rows failed: a number, or a percentage, which counts from 1000 settled rows on."`
	MaxInvalid    allowedFlag       `default:"10%" help:"Refuse the run before sending when more rows than that are invalid: a number, or a percentage."`
	ExpectRows    rangeFlag         `placeholder:"MIN..MAX" help:"Refuse the run before sending when the file has fewer or more rows."`
	Limit         limitFlag         `placeholder:"N" help:"Only the first N rows."`
	Until         untilFlag         `placeholder:"TIME" help:"Stop cleanly at a time of day (06:00) or an RFC 3339 instant."`
	SkipSucceeded []string          `placeholder:"RUN_DIR" sep:";" help:"Do not send again what succeeded in that run; repeatable, in the environment with semicolons between."`
	Column        map[string]string `placeholder:"FIELD=HEADER" help:"Which column holds a field; repeatable, in the environment with semicolons between."`
	AnyID         bool              `name:"any-id" help:"Accept room IDs of any shape."`
	Encoding      string            `default:"auto" enum:"auto,utf-8,utf-16,gb18030" help:"Of the file: auto, utf-8, utf-16 or gb18030."`
	Delimiter     delimiterFlag     `default:"auto" help:"Between the file's fields: auto, or one of , ; tab."`
	AccountType   string            `default:"" enum:",0,1" placeholder:"0|1" help:"0 Meeting account, 1 third-party user ID (by sign-in: 1 with an App ID, else 0)."`
	Region        string            `default:"cn" enum:"cn,intl" help:"Which service: cn or intl."`
	Endpoint      string            `placeholder:"URL" help:"Another address of the service; plain http only on this machine."`
	Language      string            `default:"en-US" enum:"en-US,zh-CN" help:"Of the service's messages: en-US or zh-CN."`
	DryRun        bool              `help:"Read, check and plan everything, print the plan, send and write nothing."`
	Yes           bool              `help:"Do not ask before sending."`
	Sandbox       bool              `help:"Run against a simulated service inside this process; nothing real is touched."`

	consoleFlags
}

type reclaimCmd struct{ jobFlags }

func (c *reclaimCmd) newRun(a *app) (*run, error) {
	return newRun(a, &c.jobFlags, job.Reclaim, "")
}

func (c *reclaimCmd) Run(ctx context.Context, a *app, parsed *kong.Context) error {
	r, err := c.newRun(a)
	if err != nil {
		return err
	}
	return r.start(ctx, settingsOf(parsed))
}

type statusCmd struct {
	To string `placeholder:"STATUS" help:"The new status of every row: normal or disabled."`
	jobFlags
}

func (c *statusCmd) newRun(a *app) (*run, error) {
	value, known := map[string]string{"": "", "normal": "0", "disabled": "1"}[c.To]
	if !known {
		return nil, usage(fmt.Errorf("--to %s: not normal or disabled", c.To), "")
	}
	return newRun(a, &c.jobFlags, job.SetStatus, value)
}

func (c *statusCmd) Run(ctx context.Context, a *app, parsed *kong.Context) error {
	r, err := c.newRun(a)
	if err != nil {
		return err
	}
	return r.start(ctx, settingsOf(parsed))
}

// Validate is called by kong.
func (f *jobFlags) Validate() error {
	switch {
	case f.Workers < 1 || f.Workers > 1024:
		return fmt.Errorf("--workers %d: not between 1 and 1024", f.Workers)
	case f.Chunk < 1 || f.Chunk > job.MaxChunk:
		return fmt.Errorf("--chunk %d: not between 1 and %d", f.Chunk, job.MaxChunk)
	case f.Attempts < 1:
		return fmt.Errorf("--attempts %d: not 1 or more", f.Attempts)
	case f.Timeout <= 0:
		return fmt.Errorf("--timeout %s: not more than 0", f.Timeout)
	case f.Sandbox && f.Endpoint != "":
		return errors.New("--sandbox and --endpoint contradict one another")
	}
	return f.consoleFlags.Validate()
}

// rateFlag is a job.Rate on the command line.
type rateFlag struct{ job.Rate }

func (r *rateFlag) UnmarshalText(text []byte) (err error) {
	r.Rate, err = job.ParseRate(string(text))
	if err != nil {
		err = fmt.Errorf("%w; it reads like 100/1m, 10/1s, auto or none", err)
	}
	return err
}

// shareFlag is a job.Share on the command line.
type shareFlag struct{ job.Share }

func (s *shareFlag) UnmarshalText(text []byte) (err error) {
	s.Share, err = job.ParseShare(string(text))
	return err
}

// untilFlag is an instant: the next time that a clock on the wall shows a time of day, or a moment in full.
type untilFlag struct{ time.Time }

func (u *untilFlag) UnmarshalText(text []byte) error {
	now := time.Now()
	if clock, err := time.ParseInLocation("15:04", string(text), time.Local); err == nil {
		u.Time = time.Date(now.Year(), now.Month(), now.Day(), clock.Hour(), clock.Minute(), 0, 0, time.Local)
		if !u.After(now) {
			u.Time = time.Date(now.Year(), now.Month(), now.Day()+1, clock.Hour(), clock.Minute(), 0, 0, time.Local)
		}
		return nil
	}
	var err error
	if u.Time, err = time.Parse(time.RFC3339, string(text)); err != nil {
		return fmt.Errorf("%q is neither a time of day such as 06:00 nor an instant such as 2026-03-01T06:00:00+08:00", text)
	}
	if !u.After(now) {
		return fmt.Errorf("%s is over", text)
	}
	return nil
}
