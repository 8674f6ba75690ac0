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
	collect(200)                // little is held at any time, and much passes through
	return Run(context.Background(), os.Args[1:], os.Environ(), os.Stdin, os.Stdout, stderr)
}

// collect sets how much garbage there may be for what is held, in per cent, unless the environment says.
func collect(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// holdMuch is for commands that hold what the service has: a million rooms take about 70 MiB.
func holdMuch() { collect(50) }
