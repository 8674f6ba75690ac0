package run

import (
	"context"
	"errors"
	"sync"
	"time"

	"meetbatch/internal/meeting"
	"meetbatch/internal/system"
	"meetbatch/job/pace"
)

// newPacerOf makes a pacer for the requests of a client.
func (w *World) newPacerOf(client *meeting.Client, a Access, sent []time.Time) *pace.Pacer {
	pacer := pace.New(pace.Settings{
		Rate:   a.Rate.Spaced(),
		Quotas: a.Rate.Quotas(),
		Sent:   sent,
		Budget: w.Budget,
		Of:     limitOf(a, client.Credentials),
		Notify: w.User.Warn,
		Ready:  client.Ready,
	})
	if w.Budget != nil {
		client.Aside = pacer.Aside
	}
	return pacer
}

// limitOf says whose limit a budget is: the gateway counts for each application.
func limitOf(a Access, c meeting.Credentials) string {
	of := a.Service()
	if a.Sandbox {
		of = "sandbox"
	}
	if app := c.Application(); app != "" {
		of += " " + app
	}
	return of
}

// join makes sure that the budget, if there is one, can be used, before anything is sent: the sign-in counts. Where there is
// none it tells of others on this machine who use the same limit. leave gives the part in it up.
func (w *World) join(ctx context.Context, pacer *pace.Pacer, a Access, c meeting.Credentials) (leave func(), err error) {
	beside, alive := func() {}, func() {}
	if !a.Sandbox {
		beside = w.noteOthers(limitOf(a, c))
	}
	leave = func() {
		alive()
		ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
		defer cancel()
		pacer.Leave(ctx)
		beside()
	}
	if err = pacer.Join(ctx); err == nil && w.Budget != nil {
		alive = sharing(pacer)
	}
	var no *pace.BudgetError
	switch {
	case err == nil:
		return leave, nil
	case ctx.Err() != nil:
	case errors.As(err, &no):
		err = Refuse(err, no.Try)
	default:
		err = &Error{Service, err, "give the same command again when the budget is back"}
	}
	leave()
	return nil, err
}

// leaveTime is how long giving up a part in a budget may take.
const leaveTime = time.Second

// noteOthers warns where another process of this user sends under the same limit at the moment, unless a budget is shared.
// release lets others notice this one no more.
func (w *World) noteOthers(limit string) (release func()) {
	others, release := system.Mark(limit)
	if others && w.Budget == nil {
		w.User.Warn("another meetbatch on this machine sends to the same service: both together are faster than --rate says; to share it, give both the same --budget FILE")
	}
	return release
}

// sharing gives signs of life to those who share the budget, until stop is called.
func sharing(pacer *pace.Pacer) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var living sync.WaitGroup
	living.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(aliveEvery):
				pacer.Alive(ctx)
			}
		}
	})
	return func() {
		cancel()
		living.Wait()
	}
}

// aliveEvery is how often signs of life are given. Who gives none for a minute is taken to be dead.
const aliveEvery = 5 * time.Second
