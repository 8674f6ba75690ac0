package send

import (
	"sync"

	"meetbatch/job"
)

// mostBarred is how many different accounts in a row the service may bar, before it is taken to bar everybody.
const mostBarred = 5

const barredHint = "may these credentials change these accounts? what was refused has failed; a resume goes on behind it"

// row finds out whether accounts are barred one after the other, in the order in which their requests went out. The
// zero value is ready for use. It is safe for concurrent use.
type row struct {
	mu     sync.Mutex
	last   int              // place of the last request that went out
	open   map[int]struct{} // places of those that are under way
	passed int              // place of the last one that the service took, or refused for another reason
	barred map[string]int   // accounts that were barred after that, by the place of the request that was for them alone
}

// sent gives a request that goes out its place.
func (r *row) sent() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open, r.barred = map[int]struct{}{}, map[string]int{}
	}
	r.last++
	r.open[r.last] = struct{}{}
	return r.last
}

// answered takes in what came of the request at a place, which was for one account alone, or, where that is empty, for
// several. It tells whether enough accounts were barred in a row. Each request under way that went out between them could
// break the row, so that for each one account more is wanted.
func (r *row) answered(place int, account string, v verdict, a job.Answer) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, place)
	switch is := barred(a); {
	case place < r.passed:
	case is && account != "":
		r.barred[account] = place
	case !is && (v == done || v == divide || v == refuse):
		r.passed = place
	}
	if len(r.barred) < mostBarred {
		return false
	}
	latest := 0
	for account, place := range r.barred {
		if latest = max(latest, place); place < r.passed {
			delete(r.barred, account)
		}
	}
	wanted := mostBarred
	for place := range r.open {
		if place > r.passed && place < latest {
			wanted++
		}
	}
	return len(r.barred) >= wanted
}

// account is that of a request which is for one account alone; of any other it is empty.
func (s *sending) account(c job.Chunk) string {
	switch {
	case s.runner.Operation.PerAccount:
		return c.Target
	case len(c.Entries) == 1:
		return c.Entries[0].ID
	}
	return ""
}
