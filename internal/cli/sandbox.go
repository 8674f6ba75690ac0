package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/sandbox"
	"meetbatch/internal/system"
	"meetbatch/internal/words"
)

type sandboxCmd struct {
	Addr           string           `default:"127.0.0.1:8080" help:"Where to listen, on this machine only; port 0 takes a free one."`
	Token          string           `default:"sandbox" flagonly:"" help:"An access token that is accepted without signing in."`
	AppID          string           `name:"app-id" default:"sandbox" flagonly:"" help:"The application that can sign in."`
	AppKey         string           `name:"app-key" default:"sandbox-key" flagonly:"" help:"Its key."`
	CorpID         string           `name:"corp-id" flagonly:"" help:"An enterprise that it has to name, as one does that serves several."`
	Account        string           `default:"sandbox" flagonly:"" help:"The account that can sign in; five wrong passwords lock it."`
	Password       string           `default:"sandbox-password" flagonly:"" help:"Its password."`
	AdminType      int              `default:"0" enum:"0,1,2" flagonly:"" help:"Of who signs in: 0 or 1 administrator, 2 none."`
	TokenLife      time.Duration    `default:"12h" help:"For how long a token holds."`
	RefreshLife    time.Duration    `default:"720h" help:"For how long a refresh token holds."`
	Clock          time.Duration    `default:"0s" help:"By how much the service's clock is ahead of this machine's."`
	Throttle       sandbox.Throttle `placeholder:"N/TIME" help:"Take so many requests in a window: 100/1m."`
	SilentThrottle bool             `help:"Say nothing of the throttle in headers and messages."`
	BadEntry       sandbox.BadEntry `default:"reject" enum:"reject,partial,ignore" help:"What one bad entry does to its request: reject refuses all, partial applies the others and reports it, ignore applies the others and says nothing."`
	Directory      string           `placeholder:"FILE" help:"What exists: a CSV with account, vmr_id, user_status. Without it, everything does but IDs that begin with missing."`
	Latency        sandbox.Latency  `default:"0s" help:"Before each answer: 20ms, or drawn from 10ms..50ms."`
	Fault          []sandbox.Fault  `placeholder:"KIND=SHARE" sep:"none" help:"What goes wrong with a share of the requests: 500, 502, 503, 504, 429, 401, reset (cut before acting), cut (acts, then cut in mid-answer), hang (acts, never answers), as in 503=2%; repeatable."`
	Seed           uint64           `default:"1" help:"Of what is drawn by chance."`
	Log            string           `placeholder:"FILE" help:"Append a line of JSON per request: what was asked for and what was applied."`
}

// Run serves until a signal comes.
func (c *sandboxCmd) Run(ctx context.Context, a *app) error {
	ctx, stop := signal.NotifyContext(ctx, system.StopSignals()...)
	defer stop()
	settings, err := c.settings()
	if err != nil {
		return err
	}
	if c.Log != "" {
		log, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
		if err != nil {
			return run.Refuse(err, "")
		}
		defer log.Close()
		settings.Log = log
	}
	handler := sandbox.New(settings)
	server, err := sandbox.Start(handler, c.Addr)
	if err != nil {
		return run.Refuse(fmt.Errorf("--addr %s: %w", c.Addr, err), "")
	}
	out := a.newConsole(consoleFlags{})
	out.Info("sandbox listens on "+server.URL, "url", server.URL)
	out.Info(fmt.Sprintf("try: MEETBATCH_TOKEN=%s meetbatch reclaim --endpoint %s --yes testdata/rooms.csv", words.Quoted(c.Token), server.URL))
	<-ctx.Done()
	if err := errors.Join(server.Close(), handler.Err()); err != nil {
		return run.Unrecorded(err, "")
	}
	return nil
}

// settings are those that the flags ask for, but for the log.
func (c *sandboxCmd) settings() (s sandbox.Settings, err error) {
	var shares float64
	for _, f := range c.Fault {
		shares += f.Share
	}
	switch {
	case c.TokenLife < time.Second || c.RefreshLife < time.Second:
		return s, usage(errors.New("--token-life and --refresh-life: not a second or more"), "")
	case c.Token == "" || strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r >= 0x7F }):
		return s, usage(errors.New("--token: not a word of plain characters"), "")
	case shares > 1:
		return s, usage(fmt.Errorf("--fault: the shares add up to %.0f%%", shares*100), "they may add up to 100%")
	}
	s = sandbox.Settings{
		Token: c.Token, TokenLife: c.TokenLife, RefreshLife: c.RefreshLife, Clock: c.Clock,
		User:     sandbox.User{AppID: c.AppID, AppKey: c.AppKey, CorpID: c.CorpID, Account: c.Account, Password: c.Password, AdminType: c.AdminType},
		Throttle: c.Throttle, BadEntry: c.BadEntry, Latency: c.Latency, Faults: c.Fault, Seed: c.Seed,
	}
	s.Throttle.Silent = c.SilentThrottle
	if c.Directory == "" {
		return s, nil
	}
	f, err := os.Open(c.Directory)
	if err == nil {
		defer f.Close()
		s.Directory, err = sandbox.ReadDirectory(f)
	}
	if err != nil {
		return s, run.Refuse(fmt.Errorf("%s: %w", c.Directory, err), "")
	}
	return s, nil
}
