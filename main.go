// Meetbatch does one thing to very many accounts or meeting rooms of Huawei Cloud Meeting, from a CSV.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"meetbatch/internal/cli"
	"meetbatch/internal/system"
)

func main() {
	debug.SetTraceback("crash") // a crash ends with SIGABRT, and not with Go's exit code 2, which means something else
	system.LeaveNoCore()        // of a process that holds secrets
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200) // little is held at any time, and much passes through
	}
	os.Exit(cli.Run(context.Background(), os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}
