package send

import (
	"sync"
	"time"

	"meetbatch/job"
)

// syncEvery is how long results may stand in the files without being on the disk. Until they are, the run
// does not count them.
const syncEvery = 100 * time.Millisecond

// ledger records outcomes, and counts them when they are on the disk. It is safe for concurrent use.
type ledger struct {
	recorder job.Recorder
	onDisk   *job.Counts // the rows whose results are on the disk
	bound    job.Share   // of failed rows
	fail     func(error) // ends the run: records cannot be written
	recorded job.Counts  // also the rows whose results are not on the disk yet

	mu      sync.Mutex
	waiting map[job.Status]int64 // rows that are recorded, and not on the disk
	err     error                // of bringing them there
}

// record settles rows. It tells when too many of them failed.
func (l *ledger) record(outcomes ...job.Outcome) (*TooManyFailed, error) {
	if err := l.failure(); err != nil {
		return nil, err
	}
	if err := l.recorder.Settle(outcomes...); err != nil {
		return nil, err
	}
	l.mu.Lock()
	for _, o := range outcomes {
		l.waiting[o.Status] += o.Chunk.Rows()
	}
	l.mu.Unlock()
	for _, o := range outcomes {
		l.recorded.Add(o.Status, o.Chunk.Rows())
	}
	failed := l.recorded.Of(job.Failed, job.Unknown)
	if all := failed + l.recorded.Of(job.Succeeded); l.bound.Reached(failed, all) {
		return &TooManyFailed{failed, all, l.bound}, nil
	}
	return nil, nil
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
		if err := l.sync(); err != nil {
			l.fail(err)
			return
		}
	}
}

// sync brings what is recorded to the disk, and counts it. It does so also where nothing was settled: the recorder finds
// out then whether its files are still there.
func (l *ledger) sync() error {
	l.mu.Lock()
	rows := l.waiting
	l.waiting = map[job.Status]int64{}
	l.mu.Unlock()
	if err := l.recorder.Sync(); err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.err = err
		return err
	}
	for status, n := range rows {
		l.onDisk.Add(status, n)
	}
	return nil
}

// failure is why records cannot be brought to the disk any more.
func (l *ledger) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}
