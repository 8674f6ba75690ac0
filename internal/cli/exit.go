package cli

import (
	"errors"
	"strconv"

	"meetbatch/report"
)

// Exit codes, as the help lists them.
const (
	exitOK       = 0
	exitRows     = 1 // finished, and some rows did not succeed
	exitUsage    = 2 // the command line is wrong
	exitRefused  = 3 // refused before anything was sent
	exitService  = 4 // stopped early by the service
	exitStopped  = 5 // stopped early by a signal or by --until
	exitLocked   = 6 // another run holds this run directory
	exitRecorded = 7 // the run's files could not be written, or do not add up
)

// exit is an error that ends the program with a code.
type exit struct {
	code int
	err  error
	hint string
}

func (e *exit) Error() string { return e.err.Error() }
func (e *exit) Unwrap() error { return e.err }

// Hint names what to try.
func (e *exit) Hint() string {
	if e.hint != "" {
		return e.hint
	}
	return hint(e.err)
}

func usage(err error, hint string) error   { return &exit{exitUsage, err, hint} }
func refused(err error, hint string) error { return &exit{exitRefused, err, hint} }
func unrecorded(err error, hint string) error {
	return &exit{exitRecorded, err, hint}
}

// reported ends a run that has said everything already.
type reported int

func (r reported) Error() string { return "exit code " + strconv.Itoa(int(r)) }

// exitCode is the one place where an error becomes an exit code.
func exitCode(err error) int {
	var e *exit
	var r reported
	var locked *report.LockedError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &r):
		return int(r)
	case errors.As(err, &locked):
		return exitLocked
	case errors.As(err, &e):
		return e.code
	}
	return exitRefused
}

// hint finds the hint of an error; mostly there is none.
func hint(err error) string {
	var h interface{ Hint() string }
	if err != nil && errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}
