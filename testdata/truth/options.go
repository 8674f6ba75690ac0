package main

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// options is what the command line says.
type options struct {
	addr, logFile, stateFile, dumpFile string
	token, appID, appKey, corpID       string
	account, password                  string
	tokenLife                          time.Duration
	latency                            span
	throttle                           limit
	stated                             bool // the limit stands in headers and messages
	seed                               uint64
	faults                             shares
	poison                             poisons
	reject, free                       string
}

func (o *options) define(fs *flag.FlagSet) {
	fs.StringVar(&o.addr, "addr", "127.0.0.1:0", "where to listen, on the loopback interface")
	fs.StringVar(&o.logFile, "log", "", "append a JSON line for each request to this file")
	fs.StringVar(&o.stateFile, "state", "", "CSV of what exists: account,vmr_id,user_status; without it, everything but what begins with missing")
	fs.StringVar(&o.dumpFile, "dump", "", "write the state to this CSV at SIGINT or SIGTERM")
	fs.StringVar(&o.token, "token", "", "an access token that holds without signing in")
	fs.StringVar(&o.appID, "app-id", "truth", "the App ID that can sign in")
	fs.StringVar(&o.appKey, "app-key", "truth-key", "its key")
	fs.StringVar(&o.corpID, "corp-id", "", "multi-enterprise mode: the enterprise that a sign-in has to name")
	fs.StringVar(&o.account, "account", "truth", "the account that can sign in")
	fs.StringVar(&o.password, "password", "truth-password", "its password")
	fs.DurationVar(&o.tokenLife, "token-life", 12*time.Hour, "for how long an access token holds")
	fs.Var(&o.latency, "latency", "time from request to answer: D or MIN..MAX")
	fs.Var(&o.throttle, "throttle", "N/TIME: requests that each API takes in a window")
	fs.BoolVar(&o.stated, "throttle-headers", false, "state the limit in headers and messages")
	fs.Uint64Var(&o.seed, "seed", 1, "of what is drawn by chance")
	fs.Var(o.faults, "fault", "KIND=SHARE of the requests; kinds: "+strings.Join(faultKinds, ", "))
	fs.Var(o.poison, "poison", "ACCOUNT=STATUS[/CODE]: requests that hold this account always get that status, with a code of the service's own where one is named")
	fs.StringVar(&o.reject, "reject", "all", "what a bad entry does to its request: all is refused, partial (the others are applied), ignore (and it is not reported)")
	fs.StringVar(&o.free, "free", "accept", "taking back a room that is free already: accept or refuse it")
}

func (o *options) check() error {
	switch {
	case !slices.Contains([]string{"all", "partial", "ignore"}, o.reject):
		return fmt.Errorf("--reject %s: all, partial or ignore", o.reject)
	case !slices.Contains([]string{"accept", "refuse"}, o.free):
		return fmt.Errorf("--free %s: accept or refuse", o.free)
	case o.stated && o.throttle.window%time.Second != 0:
		return fmt.Errorf("--throttle %s: the documents' form states whole seconds", o.throttle)
	}
	return nil
}

// span is a time drawn evenly between two.
type span struct{ min, max time.Duration }

func (s span) String() string { return s.min.String() + ".." + s.max.String() }

func (s *span) Set(text string) (err error) {
	low, high, two := strings.Cut(text, "..")
	if s.min, err = time.ParseDuration(low); err != nil {
		return err
	}
	s.max = s.min
	if two {
		s.max, err = time.ParseDuration(high)
	}
	if err == nil && (s.min < 0 || s.max < s.min) {
		return fmt.Errorf("not a span of time")
	}
	return err
}

// limit is a number of requests in a window of time.
type limit struct {
	n      int
	window time.Duration
}

func (l limit) String() string { return fmt.Sprintf("%d/%s", l.n, l.window) }

func (l *limit) Set(text string) (err error) {
	n, window, ok := strings.Cut(text, "/")
	if !ok {
		return fmt.Errorf("want N/TIME")
	}
	if l.n, err = strconv.Atoi(n); err != nil {
		return err
	}
	if strings.Trim(window[:min(1, len(window))], "0123456789") != "" {
		window = "1" + window
	}
	if l.window, err = time.ParseDuration(window); err == nil && (l.n < 1 || l.window <= 0) {
		return fmt.Errorf("not a limit")
	}
	return err
}

// shares holds how many of the requests meet a fault, by its kind.
type shares map[string]float64

func (s shares) String() string { return "" }

func (s shares) Set(text string) error {
	kind, value, _ := strings.Cut(text, "=")
	if !slices.Contains(faultKinds, kind) {
		return fmt.Errorf("no such kind of fault")
	}
	number, percent := strings.CutSuffix(value, "%")
	share, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return err
	}
	if percent {
		share /= 100
	}
	s[kind] = share
	sum := 0.0
	for _, share := range s {
		sum += share
	}
	if share < 0 || sum > 1+1e-9 {
		return fmt.Errorf("shares are from 0 to 1, together too")
	}
	return nil
}

// poisons holds the answer that an account always gets.
type poisons map[string]poison

type poison struct {
	status int
	code   string // empty: the gateway's
}

func (s poisons) String() string { return "" }

func (s poisons) Set(text string) error {
	i := strings.LastIndex(text, "=")
	if i < 1 {
		return fmt.Errorf("want ACCOUNT=STATUS[/CODE]")
	}
	number, code, _ := strings.Cut(text[i+1:], "/")
	status, err := strconv.Atoi(number)
	if err == nil && (status < 400 || status > 599) {
		return fmt.Errorf("not the status of an error")
	}
	s[text[:i]] = poison{status, code}
	return err
}
