package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/system"
	"meetbatch/internal/words"
)

// signals turns signals and --until into the ends of two contexts: stopping ends when nothing further is
// to be sent, abandon when what is in flight is to be given up.
type signals struct {
	stopping, abandon context.Context
	release           func()
}

// again is how soon a second SIGHUP is the same one: a terminal that goes away sends one, and so does the shell in it.
const again = time.Second

// lastWords is how much of the time that the system leaves a process goes into writing down how the run ended.
const lastWords = 3 * time.Second

// timeFor gives a channel that tells when a moment has come, which it never does where there is none.
func timeFor(until time.Time) <-chan time.Time {
	if until.IsZero() {
		return nil
	}
	return time.After(time.Until(until))
}

// catchSignals begins to listen, on behalf of a user who is told what a first signal does. until is zero where there
// is none. Whatever a signal does it does before anything is said of it.
func catchSignals(ctx context.Context, u *user, until time.Time) signals {
	abandon, giveUp := context.WithCancel(ctx)
	stopping, stop := context.WithCancelCause(abandon)
	incoming := make(chan os.Signal, 2)
	signal.Notify(incoming, system.StopSignals()...)
	u.app.deaf = func() { signal.Stop(incoming) }
	due := timeFor(until)
	over := make(chan struct{})
	var listening sync.WaitGroup
	listening.Go(func() {
		var first os.Signal
		var at time.Time
		var hurry <-chan time.Time
		abandoning := func() {
			giving := u.inFlight()
			giveUp()
			u.sayGivenUp(giving)
		}
		for {
			select {
			case <-over:
				return
			case <-due:
				u.nothingFurther()
				stop(fmt.Errorf("%w at %s, as --until says", run.ErrStopped, until.Format("15:04:05")))
			case s := <-incoming:
				switch {
				case first == nil:
					first, at = s, time.Now()
					u.nothingFurther()
					stop(fmt.Errorf("%w by a signal (%s)", run.ErrStopped, s))
					if left := system.StopsWithin(s); left > 0 {
						hurry = time.After(left - lastWords)
					}
					u.sayStopping(s)
				case abandon.Err() == nil && (s != syscall.SIGHUP || first != s || time.Since(at) >= again):
					abandoning()
				}
			case <-hurry:
				abandoning()
			}
		}
	})
	return signals{stopping, abandon, func() {
		close(over)
		listening.Wait()
		stop(nil)
		giveUp()
	}}
}

// nothingFurther notes that the run comes to its end.
func (u *user) nothingFurther() {
	now := time.Now()
	u.stopping.CompareAndSwap(nil, &now)
}

// inFlight counts the requests that have no answer yet.
func (u *user) inFlight() int64 {
	if p := u.sending.Load(); p != nil {
		return p.Now().InFlight
	}
	return 0
}

// sayStopping says what a first signal does, and how long that can take.
func (u *user) sayStopping(s os.Signal) {
	p := u.sending.Load()
	if p == nil {
		return
	}
	now := p.Now()
	within, flying := now.Timeout, "nothing now"
	if left := system.StopsWithin(s); left > 0 {
		within = min(within, left-lastWords)
	}
	if now.InFlight > 0 {
		flying = fmt.Sprintf("%s, until %s at most", words.Plural(now.InFlight, "request"), clock(now.At.Add(within), now.At))
	}
	u.console.Warn(fmt.Sprintf("%s: what is in flight is finished (%s); once more gives it up", s, flying), "in_flight", now.InFlight)
}

// sayGivenUp says what a second signal did.
func (u *user) sayGivenUp(inFlight int64) {
	if u.sending.Load() != nil && inFlight > 0 {
		u.console.Warn(fmt.Sprintf("gave up %s: their rows are unknown", words.Plural(inFlight, "request")), "in_flight", inFlight)
	}
}
