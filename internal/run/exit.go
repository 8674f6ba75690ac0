package run

import (
	"errors"
	"strconv"

	"meetbatch/job"
	"meetbatch/report"
)

// Code is how a run ended, as the program's exit code and in run.json. As an error it says that everything has been
// said already.
type Code int

// The exit codes, as the help lists them.
const (
	OK       Code = 0
	Rows     Code = 1 // finished, and some rows did not succeed
	Usage    Code = 2 // the command line is wrong
	Refused  Code = 3 // refused before anything was sent
	Service  Code = 4 // stopped early by the service
	Stopped  Code = 5 // stopped early by a signal or by --until
	Locked   Code = 6 // another run holds this run directory
	Recorded Code = 7 // the run's files could not be written, or do not add up
)

func (c Code) Error() string { return "exit code " + strconv.Itoa(int(c)) }

// Err gives the code as an error; nil where all is well.
func (c Code) Err() error {
	if c == OK {
		return nil
	}
	return c
}

// Error is an error that ends the program with a code.
type Error struct {
	Code Code
	Err  error
	Try  string // a hint; where it is empty, that of Err counts
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Hint names what to try.
func (e *Error) Hint() string {
	if e.Try != "" {
		return e.Try
	}
	return job.HintOf(e.Err)
}

// Refuse gives the error of what is refused before anything was sent.
func Refuse(err error, hint string) error { return &Error{Refused, err, hint} }

// Unrecorded gives the error of what could not be written, or does not add up.
func Unrecorded(err error, hint string) error { return &Error{Recorded, err, hint} }

// CodeOf is the one place where the error of a command becomes its exit code.
func CodeOf(err error) Code {
	var e *Error
	var said Code
	var locked *report.LockedError
	switch {
	case err == nil:
		return OK
	case errors.As(err, &said):
		return said
	case errors.As(err, &locked): // however it came up
		return Locked
	case errors.As(err, &e):
		return e.Code
	}
	return Refused
}
