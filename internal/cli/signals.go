package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/system"
)

// signals turns signals and --until into the ends of two contexts: stopping ends when nothing further is
// to be sent, abandon when what is in flight is to be given up.
type signals struct {
	stopping, abandon context.Context
	release           func()
}

// catchSignals begins to listen, on behalf of a user who is told what a first signal does. until is zero where there
// is none.
func catchSignals(ctx context.Context, u *user, until time.Time) signals {
	abandon, giveUp := context.WithCancel(ctx)
	stopping, stop := context.WithCancelCause(abandon)
	incoming := make(chan os.Signal, 2)
	signal.Notify(incoming, system.StopSignals()...)
	var due <-chan time.Time
	if !until.IsZero() {
		due = time.After(time.Until(until))
	}
	over := make(chan struct{})
	var listening sync.WaitGroup
	listening.Go(func() {
		for first := true; ; {
			select {
			case <-over:
				return
			case <-due:
				stop(fmt.Errorf("%w at %s, as --until says", run.ErrStopped, until.Format("15:04:05")))
			case s := <-incoming:
				if !first {
					giveUp()
					continue
				}
				first = false
				if u.sending.Load() {
					u.console.Warn(fmt.Sprintf("%s: what is in flight is finished; once more gives it up", s))
				}
				stop(fmt.Errorf("%w by a signal (%s)", run.ErrStopped, s))
			}
		}
	})
	return signals{stopping, abandon, func() {
		signal.Stop(incoming)
		close(over)
		listening.Wait()
		stop(nil)
		giveUp()
	}}
}
