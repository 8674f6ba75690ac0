package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// errStopped is the cause of a run's end by a signal or by --until.
var errStopped = errors.New("stopped")

// signals turns signals and --until into the ends of two contexts: stopping ends when nothing further is
// to be sent, abandon when what is in flight is to be given up.
type signals struct {
	stopping, abandon context.Context
	release           func()
}

// stoppedBefore is the error of a run that was stopped before it sent anything.
func stoppedBefore(s signals) error {
	return &exit{exitStopped, fmt.Errorf("%w, before anything was sent", context.Cause(s.stopping)), "give the same command again"}
}

func catchSignals(ctx context.Context, r *run) signals {
	abandon, giveUp := context.WithCancel(ctx)
	stopping, stop := context.WithCancelCause(abandon)
	incoming := make(chan os.Signal, 2)
	signal.Notify(incoming, os.Interrupt, syscall.SIGTERM)
	var due <-chan time.Time
	if !r.Until.IsZero() {
		due = time.After(time.Until(r.Until.Time))
	}
	over := make(chan struct{})
	go func() {
		for first := true; ; {
			select {
			case <-over:
				return
			case <-due:
				stop(fmt.Errorf("%w at %s, as --until says", errStopped, r.Until.Format("15:04:05")))
			case s := <-incoming:
				if !first {
					giveUp()
					continue
				}
				first = false
				if r.sending.Load() {
					r.console.Warn(fmt.Sprintf("%s: what is in flight is finished; once more gives it up", s))
				}
				stop(fmt.Errorf("%w by a signal (%s)", errStopped, s))
			}
		}
	}()
	return signals{stopping, abandon, func() {
		signal.Stop(incoming)
		close(over)
		stop(nil)
		giveUp()
	}}
}
