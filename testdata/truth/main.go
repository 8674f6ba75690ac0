// Truth stands in for the Huawei Cloud Meeting service, as its documents describe it and as strictly as they
// do: what they call mandatory is demanded, and what they forbid is refused and stands in the log as a
// violation. Page ids (meeting_21_xxxx of the server API reference, apig_… of API Gateway) say where a rule
// comes from, and a comment says so where the documents leave something open and this program had to choose.
//
// It exists to prove what meetbatch's own sandbox cannot prove of itself. Whoever wrote both sides of a
// protocol may have misread its documents twice in the same way. So this program was written from the
// documents alone, and it must not import any of meetbatch's packages; it needs the standard library only.
//
//	go run ./testdata/truth --state rooms.csv --log service.jsonl --fault 503=2% --fault cut=1%
//
// It serves App ID and account sign-in, refresh, validation and sign-out, and three changes: taking rooms back,
// assigning them, and setting the status of users. State is in memory only.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if err := run(); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "truth:", err)
		os.Exit(1)
	}
}

func run() error {
	o, err := readOptions(os.Args[1:])
	if err != nil {
		return err
	}
	s, err := newService(o)
	if err != nil {
		return err
	}
	if o.logFile != "" {
		f, err := os.OpenFile(o.logFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
		if err != nil {
			return err
		}
		defer f.Close()
		s.log = f
	}
	err = serve(s, o.addr)
	s.mu.Lock() // and keeps it: nothing changes after the dump
	if err != nil || o.dumpFile == "" {
		return err
	}
	return s.dump(o.dumpFile)
}

// serve answers until the first SIGINT or SIGTERM. Requests that are in flight then are cut off, which is
// what they would see of a service that ends.
func serve(s *service, addr string) error {
	l, err := listen(addr)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := &http.Server{Handler: s}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	fmt.Printf("truth listens on http://%s\n", l.Addr())
	select {
	case <-ctx.Done():
		return server.Close()
	case err := <-ended:
		return err
	}
}

// listen opens a port of this machine for this machine. The documents know HTTPS only (meeting_20_0004); what
// never leaves the machine needs no certificate.
func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	if !l.Addr().(*net.TCPAddr).IP.IsLoopback() {
		l.Close()
		return nil, fmt.Errorf("--addr %s is not on the loopback interface", addr)
	}
	return l, nil
}

// readOptions reads the command line.
func readOptions(args []string) (options, error) {
	o := options{faults: shares{}, poison: poisons{}}
	fs := flag.NewFlagSet("truth", flag.ContinueOnError)
	o.define(fs)
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	if fs.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	return o, o.check()
}
