package system

import (
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// StopSignals are the signals that ask the process to come to an end: Ctrl+C, SIGTERM, and the SIGHUP of a terminal that
// goes away, unless the process was begun so as to outlive that (nohup). It is to be asked before any of them is listened
// to. On Windows the first is Ctrl+Break as well, the second is what Go makes of a console that is closed, a user who
// signs out and a machine that shuts down, and the third never comes.
func StopSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// StopsWithin tells how long Windows leaves a process that got a signal: five seconds for SIGTERM, which is what Go makes of
// a console that is closed, a user who signs out and a machine that shuts down. 0 is as long as it likes.
func StopsWithin(s os.Signal) time.Duration { return stopsWithin(runtime.GOOS, s) }

func stopsWithin(system string, s os.Signal) time.Duration {
	if system == "windows" && s == syscall.SIGTERM {
		return 5 * time.Second
	}
	return 0
}

// KeepPipesQuiet lets a write to a pipe that nobody reads any more fail, in place of ending the process. Windows knows
// no such signal, and is always so.
func KeepPipesQuiet() { signal.Ignore(syscall.SIGPIPE) }
