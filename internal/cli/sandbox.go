package cli

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"time"

	"meetbatch/internal/meeting"
	"meetbatch/internal/run"
	"meetbatch/internal/sandbox"
	"meetbatch/internal/system"
	"meetbatch/internal/words"
)

type sandboxCmd struct {
	Addr        string        `default:"127.0.0.1:8080" help:"Where to listen, on this machine only; port 0 takes a free one."`
	Token       string        `default:"sandbox" flagonly:"" help:"An access token that is accepted without signing in."`
	AppID       string        `name:"app-id" default:"sandbox" flagonly:"" help:"The application that can sign in."`
	AppKey      string        `name:"app-key" default:"sandbox-key" flagonly:"" help:"Its key."`
	CorpID      string        `name:"corp-id" flagonly:"" help:"An enterprise that it has to name, as one does that serves several."`
	Account     string        `default:"sandbox" flagonly:"" help:"The account that can sign in; five wrong passwords lock it."`
	Password    string        `default:"sandbox-password" flagonly:"" help:"Its password."`
	AdminType   int           `default:"0" enum:"0,1,2" flagonly:"" help:"Of who signs in: 0 or 1 administrator, 2 none."`
	TokenLife   time.Duration `default:"12h" help:"For how long a token holds."`
	RefreshLife time.Duration `default:"720h" help:"For how long a refresh token holds."`
	Clock       time.Duration `default:"0s" help:"By how much the service's clock is ahead of this machine's."`
	sandbox.Rehearsal
	SilentThrottle bool   `help:"Say nothing of the throttle in headers and messages."`
	NoDoubles      bool   `help:"Refuse a request that names an entry twice."`
	Log            string `takes:"file" placeholder:"FILE" help:"Append a line of JSON per request: what was asked for and what was applied."`
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
		log, err := openLog(c.Log)
		if err != nil {
			return run.Refuse(err, "")
		}
		defer log.Close()
		settings.Log = log
	}
	handler := sandbox.New(settings)
	handler.NameExample()
	server, err := sandbox.Start(handler, c.Addr)
	if err != nil {
		return run.Refuse(fmt.Errorf("--addr %s: %w", c.Addr, err), "")
	}
	out := a.newConsole(consoleFlags{})
	out.Info("sandbox listens on "+server.URL, "url", server.URL)
	out.Info("try: " + words.With("MEETBATCH_TOKEN", c.Token, fmt.Sprintf("meetbatch reclaim --endpoint %s --yes testdata/rooms.csv", words.Quoted(server.URL))))
	<-ctx.Done()
	err = errors.Join(server.Close(), handler.Err())
	if late, is := settings.Log.(*lateLog); is {
		err = errors.Join(err, late.drain(context.Background(), giveUp))
	}
	if err != nil {
		return run.Unrecorded(err, "")
	}
	return nil
}

// settings are those that the flags ask for, but for the log.
func (c *sandboxCmd) settings() (s sandbox.Settings, err error) {
	switch {
	case c.TokenLife < time.Second || c.RefreshLife < time.Second:
		return s, usage(errors.New("--token-life and --refresh-life: not a second or more"), "")
	case c.Token == "" || !meeting.HeaderSafe(c.Token):
		return s, usage(errors.New("--token: not a word of plain characters"), "")
	}
	if err := c.Rehearsal.Check(); err != nil {
		return s, usage(err, "")
	}
	if s, _, err = c.Rehearsal.Settings(); err != nil {
		return s, run.Refuse(err, run.DirectoryHint)
	}
	s.Token, s.TokenLife, s.RefreshLife, s.Clock = c.Token, c.TokenLife, c.RefreshLife, c.Clock
	s.User = sandbox.User{AppID: c.AppID, AppKey: c.AppKey, CorpID: c.CorpID, Account: c.Account, Password: c.Password, AdminType: c.AdminType}
	s.Throttle.Silent, s.NoDoubles = c.SilentThrottle, c.NoDoubles
	return s, nil
}
