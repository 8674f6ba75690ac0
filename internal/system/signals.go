package system

import (
	"os"
	"os/signal"
	"syscall"
)

// StopSignals are the signals that ask the process to come to an end: Ctrl+C and SIGTERM. On Windows the first is
// Ctrl+Break as well, and the second is what Go makes of a console that is closed, a user who signs out and a machine
// that shuts down.
func StopSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

// KeepPipesQuiet lets a write to a pipe that nobody reads any more fail, in place of ending the process. Windows knows
// no such signal, and is always so.
func KeepPipesQuiet() { signal.Ignore(syscall.SIGPIPE) }
