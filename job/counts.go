package job

import "sync"

// Counts says how many rows had which fate. The zero value counts none. It is safe for concurrent use.
type Counts struct {
	mu sync.Mutex
	n  map[Status]int64
}

// Add counts n further rows.
func (c *Counts) Add(s Status, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[Status]int64{}
	}
	c.n[s] += n
}

// Of tells how many rows had one of the fates.
func (c *Counts) Of(fates ...Status) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	var n int64
	for _, s := range fates {
		n += c.n[s]
	}
	return n
}

// Total counts the settled rows.
func (c *Counts) Total() int64 {
	return c.Of(Succeeded, Failed, Unknown, NotSent, Invalid, Skipped)
}
