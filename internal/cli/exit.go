package cli

import "errors"

// Exit codes, as the help lists them.
const (
	exitOK       = 0
	exitRows     = 1 // finished, and some rows did not succeed
	exitUsage    = 2 // the command line is wrong
	exitRefused  = 3 // refused before anything was sent
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

// errRows ends a run that was reported already.
var errRows = &exit{code: exitRows, err: errors.New("some rows did not succeed")}

// exitCode is the one place where an error becomes an exit code.
func exitCode(err error) int {
	var e *exit
	switch {
	case err == nil:
		return exitOK
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
