// Package budget holds the two places where processes that share a budget of requests can keep its record: a file, for
// those of one machine, and a key of a Redis or Valkey server, for those of several. Of the record itself it knows
// nothing; job/pace does.
package budget

import (
	"context"
	"errors"
	"fmt"
	"time"

	"meetbatch/job/pace"
)

// A Budget is one of the two. It is safe for concurrent use.
type Budget struct {
	name    string
	secrets []string
	turn    chan struct{} // holds one token while an update of this process is under way
	store   store
}

var _ pace.Budget = (*Budget)(nil)

// A store does what pace.Budget promises, but for one caller at a time. An error is a refusal where waiting does not
// help.
type store interface {
	update(ctx context.Context, change change) error
	close() error
}

// A change is that of Update, but that its own error is errOwn.
type change = func(old []byte, now time.Duration) ([]byte, error)

var errOwn = errors.New("the change of the record failed")

// patience bounds an update. One takes less than a millisecond in a file, and two round trips to a server.
const patience = 5 * time.Second

// Update does what pace.Budget says, in five seconds or not at all.
func (b *Budget) Update(ctx context.Context, change func(old []byte, now time.Duration) ([]byte, error)) error {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-within.Done():
		return b.named(&waited{"another update of this process is not over", within.Err()})
	}
	if err := ctx.Err(); err != nil {
		return b.named(err)
	}
	var own error // of change
	err := b.store.update(within, func(old []byte, now time.Duration) (record []byte, err error) {
		if record, own = change(old, now); own != nil {
			return nil, errOwn
		}
		return record, nil
	})
	if own != nil {
		return own
	}
	return b.named(err)
}

// named says whose error it is, and makes a refusal what the callers know.
func (b *Budget) named(err error) error {
	if refused, is := errors.AsType[*refusal](err); is {
		return &pace.BudgetError{Budget: b.name, Reason: refused.reason, Try: refused.hint}
	}
	if err != nil {
		return fmt.Errorf("--budget %s: %w", b.name, err)
	}
	return nil
}

// Name is how the budget is named where people read it: the path of a file, of a URL the scheme and the host.
func (b *Budget) Name() string { return b.name }

// Secrets are to be masked wherever they would be shown: a password, and the user whom it belongs to.
func (b *Budget) Secrets() []string { return b.secrets }

// Close gives up what Update has opened. It waits for one that is under way.
func (b *Budget) Close() error {
	b.turn <- struct{}{}
	defer func() { <-b.turn }()
	return b.store.close()
}

// A refusal is why a budget cannot be used, also if one waits.
type refusal struct{ reason, hint string }

func (r *refusal) Error() string { return r.reason }

// waited says what an update waited for in vain.
type waited struct {
	what string
	why  error // of the context
}

func (w *waited) Error() string { return w.what }
func (w *waited) Unwrap() error { return w.why }
