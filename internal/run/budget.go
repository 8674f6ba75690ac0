package run

import (
	"context"
	"errors"
	"sync"
	"time"

	"meetbatch/internal/meeting"
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

// join makes sure that the budget, if there is one, can be used, before anything is sent: the sign-in counts.
func join(ctx context.Context, pacer *pace.Pacer) error {
	err := pacer.Join(ctx)
	var no *pace.BudgetError
	switch {
	case err == nil || ctx.Err() != nil:
		return err
	case errors.As(err, &no):
		return Refuse(err, no.Try)
	}
	return &Error{Service, err, "give the same command again when the budget is back"}
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

// leave gives up the part in a budget. It takes a moment at most.
func leave(pacer *pace.Pacer) {
	if pacer != nil {
		ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
		defer cancel()
		pacer.Leave(ctx)
	}
}

const leaveTime = time.Second
