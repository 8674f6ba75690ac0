package job

import (
	"fmt"
	"sync"
	"time"
)

// syncEvery is how long results may stand in the files without being on the disk. Until they are, the run
// does not count them.
const syncEvery = 100 * time.Millisecond

// ledger counts outcomes when they are on the disk. It is safe for concurrent use.
type ledger struct {
	*Runner
	fail func(error) // ends the run: records cannot be written

	settled Counts // also those that are not on the disk yet

	mu      sync.Mutex
	waiting map[Status]int64 // rows
	err     error
}

// record settles rows. It tells why the run should stop, where too many of them failed.
func (l *ledger) record(outcomes ...Outcome) (enough *Stop, err error) {
	if err := l.failure(); err != nil {
		return nil, err
	}
	if err := l.Recorder.Settle(outcomes...); err != nil {
		return nil, err
	}
	l.mu.Lock()
	for _, o := range outcomes {
		l.waiting[o.Status] += o.Chunk.Rows()
	}
	l.mu.Unlock()
	for _, o := range outcomes {
		l.settled.Add(o.Status, o.Chunk.Rows())
	}
	failed := l.settled.Of(Failed, Unknown)
	if all := failed + l.settled.Of(Succeeded); l.MaxFailures.reached(failed, all) {
		enough = &Stop{Reason: fmt.Sprintf("%d of %d settled rows failed, and --max-failures is %s", failed, all, l.MaxFailures)}
	}
	return enough, nil
}

// keep brings what is recorded to the disk and counts it, now and then, until done is closed, and then
// once more.
func (l *ledger) keep(done <-chan struct{}) {
	tick := time.NewTicker(syncEvery)
	defer tick.Stop()
	for open := true; open; {
		select {
		case <-tick.C:
		case <-done:
			open = false
		}
		l.mu.Lock()
		counted := l.waiting
		l.waiting = map[Status]int64{}
		l.mu.Unlock()
		if len(counted) == 0 {
			continue
		}
		if err := l.Recorder.Sync(); err != nil {
			l.mu.Lock()
			l.err = err
			l.mu.Unlock()
			l.fail(err)
			return
		}
		for status, n := range counted {
			l.Counts.Add(status, n)
		}
	}
}

func (l *ledger) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}
