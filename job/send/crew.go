package send

import "sync"

// crew counts the workers that are busy, and lets no more be so than it has. Whoever waits for one longest gets the next: a
// request that is to be tried again would else wait behind all that are new. It is safe for concurrent use.
type crew struct {
	mu         sync.Mutex
	size, busy int
	waiting    []chan struct{} // each is closed when a worker is its own
}

func newCrew(size int) *crew { return &crew{size: size} }

// enter waits until a worker is free, and makes it busy.
func (c *crew) enter() {
	mine := make(chan struct{})
	c.mu.Lock()
	c.waiting = append(c.waiting, mine)
	c.admit()
	c.mu.Unlock()
	<-mine
}

// leave makes a worker free.
func (c *crew) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy--
	c.admit()
}

// resize changes how many workers there are. Those that are too many by then leave when they have done what they do.
func (c *crew) resize(size int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.size = size
	c.admit()
}

// admit gives the workers that are free to those that wait. The lock is held.
func (c *crew) admit() {
	for c.busy < c.size && len(c.waiting) > 0 {
		close(c.waiting[0])
		c.waiting = c.waiting[1:]
		c.busy++
	}
}
