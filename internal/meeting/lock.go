package meeting

import (
	"context"
	"sync"
)

// lock is a mutex that one can give up waiting for. The zero value is unlocked.
type lock struct {
	once   sync.Once
	holder chan struct{} // has room for one
}

func (l *lock) lock(ctx context.Context) error {
	l.once.Do(func() { l.holder = make(chan struct{}, 1) })
	select {
	case l.holder <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *lock) unlock() { <-l.holder }
