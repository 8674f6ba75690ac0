package job

import (
	"context"

	"golang.org/x/time/rate"
)

// pacer lets requests go out at a rate, evenly spaced, as long as the gate is open. It is safe for
// concurrent use.
type pacer struct {
	limiter *rate.Limiter
	gate    *gate
	turn    chan struct{}
}

func newPacer(r Rate, g *gate) *pacer {
	return &pacer{limiter: rate.NewLimiter(r.limit(), 1), gate: g, turn: make(chan struct{}, 1)}
}

// wait returns when the next request may go out, after it has called ready. The first error is the
// context's, the second is ready's.
//
// Only one caller at a time waits for the limiter. If all did, each would hold a reservation for a
// moment that is already fixed, and callers that wake late would go out closer together than the
// rate allows; as it is, a late one pushes back those behind it. So does one whose ready takes its time.
func (p *pacer) wait(ctx context.Context, ready func() error) (stopped, unready error) {
	if p.limiter.Limit() == rate.Inf {
		if err := p.gate.wait(ctx); err != nil {
			return err, nil
		}
		return nil, ready()
	}
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err(), nil
	}
	defer func() { <-p.turn }()
	for {
		if err := p.gate.wait(ctx); err != nil {
			return err, nil
		}
		if err := p.limiter.Wait(ctx); err != nil {
			return err, nil
		}
		if p.gate.open() { // it may have closed in the meantime
			return nil, ready()
		}
	}
}
