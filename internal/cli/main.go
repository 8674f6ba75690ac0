package cli

import (
	"context"
	"io"
	"os"
	"runtime/debug"

	"meetbatch/internal/system"
)

// Main is the program: it does what its arguments say, and ends with the exit code.
func Main() { os.Exit(Process(os.Stderr)) }

// Process does what the arguments of this process say, with its standard error where it is told, and returns the exit code.
func Process(stderr io.Writer) int {
	debug.SetTraceback("crash") // a crash ends with SIGABRT, and not with Go's exit code 2, which means something else
	system.LeaveNoCore()        // of a process that holds secrets
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200) // little is held at any time, and much passes through
	}
	return Run(context.Background(), os.Args[1:], os.Environ(), os.Stdin, os.Stdout, stderr)
}
