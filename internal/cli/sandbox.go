package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/sandbox"
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
	Throttle       throttleFlag     `placeholder:"N/TIME" help:"Take so many requests in a window: 100/1m."`
	SilentThrottle bool             `help:"Say nothing of the throttle in headers and messages."`
	BadEntry       sandbox.BadEntry `default:"reject" enum:"reject,partial,ignore" help:"What one bad entry does to its request: reject refuses all, partial applies the others and reports it, ignore applies the others and says nothing."`
	Directory      string           `placeholder:"FILE" help:"What exists: a CSV with account, vmr_id, user_status. Without it, everything does but IDs that begin with missing."`
	Latency        latencyFlag      `default:"0s" help:"Before each answer: 20ms, or drawn from 10ms..50ms."`
	Fault          []faultFlag      `placeholder:"KIND=SHARE" sep:"none" help:"What goes wrong with a share of the requests: 500, 502, 503, 504, 429, 401, reset (cut before acting), cut (acts, then cut in mid-answer), hang (acts, never answers), as in 503=2%; repeatable."`
	Seed           uint64           `default:"1" help:"Of what is drawn by chance."`
	Log            string           `placeholder:"FILE" help:"Append a line of JSON per request: what was asked for and what was applied."`
}

// latencyFlag is a sandbox.Latency on the command line.
type latencyFlag struct{ sandbox.Latency }

func (l *latencyFlag) UnmarshalText(text []byte) error {
	least, most, isRange := strings.Cut(string(text), "..")
	if !isRange {
		most = least
	}
	var errMin, errMax error
	l.Min, errMin = time.ParseDuration(least)
	l.Max, errMax = time.ParseDuration(most)
	if errMin != nil || errMax != nil || l.Min < 0 || l.Max < l.Min {
		return fmt.Errorf("latency %q is not a time such as 20ms, or a range such as 10ms..50ms", text)
	}
	return nil
}

// throttleFlag is a sandbox.Throttle on the command line.
type throttleFlag struct{ sandbox.Throttle }

func (t *throttleFlag) UnmarshalText(text []byte) (err error) {
	t.Throttle, err = sandbox.ParseThrottle(string(text))
	return err
}

// faultFlag is a sandbox.Fault on the command line.
type faultFlag struct{ sandbox.Fault }

func (f *faultFlag) UnmarshalText(text []byte) (err error) {
	f.Fault, err = sandbox.ParseFault(string(text))
	return err
}

// Run serves until a signal comes.
func (c *sandboxCmd) Run(ctx context.Context, a *app) (err error) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	out := a.newConsole(consoleFlags{})
	settings := sandbox.Settings{
		Token:       c.Token,
		User:        sandbox.User{AppID: c.AppID, AppKey: c.AppKey, CorpID: c.CorpID, Account: c.Account, Password: c.Password, AdminType: c.AdminType},
		TokenLife:   c.TokenLife,
		RefreshLife: c.RefreshLife,
		Clock:       c.Clock,
		Throttle:    c.Throttle.Throttle,
		BadEntry:    c.BadEntry,
		Latency:     c.Latency.Latency,
		Seed:        c.Seed,
	}
	settings.Throttle.Silent = c.SilentThrottle
	if c.TokenLife < time.Second || c.RefreshLife < time.Second {
		return usage(errors.New("--token-life and --refresh-life: not a second or more"), "")
	}
	if strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r >= 0x7F }) || c.Token == "" {
		return usage(errors.New("--token: not a word of plain characters"), "")
	}
	var shares float64
	for _, f := range c.Fault {
		settings.Faults = append(settings.Faults, f.Fault)
		shares += f.Share
	}
	if shares > 1 {
		return usage(fmt.Errorf("--fault: the shares add up to %.0f%%", shares*100), "they may add up to 100%")
	}
	if c.Directory != "" {
		if settings.Directory, err = readDirectory(c.Directory); err != nil {
			return run.Refuse(fmt.Errorf("%s: %w", c.Directory, err), "")
		}
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
	out.Info("sandbox listens on "+server.URL, "url", server.URL)
	out.Info(fmt.Sprintf("try: MEETBATCH_TOKEN=%s meetbatch reclaim --endpoint %s --yes testdata/rooms.csv", words.Quoted(c.Token), server.URL))
	<-ctx.Done()
	if err := errors.Join(server.Close(), handler.Err()); err != nil {
		return run.Unrecorded(err, "")
	}
	return nil
}

func readDirectory(path string) (*sandbox.Directory, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return sandbox.ReadDirectory(f)
}
