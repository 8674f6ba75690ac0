package send

import "sync"

// crew counts the workers that are busy, and lets no more be so than it has. It is safe for concurrent use.
type crew struct {
	size, busy int
	mu         sync.Mutex
	changed    sync.Cond
}

func newCrew(size int) *crew {
	c := &crew{size: size}
	c.changed.L = &c.mu
	return c
}

// enter waits until a worker is free, and makes it busy.
func (c *crew) enter() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.busy >= c.size {
		c.changed.Wait()
	}
	c.busy++
}

// leave makes a worker free.
func (c *crew) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy--
	c.changed.Signal()
}

// resize changes how many workers there are. Those that are too many by then leave when they have done what they do.
func (c *crew) resize(size int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.size = size
	c.changed.Broadcast()
}
