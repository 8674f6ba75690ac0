package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"meetbatch/internal/system"
	"meetbatch/job"
)

// Past is how far a run has come that did not finish, as its directory says. It holds the directory's lock, until
// Resume hands that on or Close gives it up. Settled and Pending may be called from many goroutines at the same time, the
// other methods by one. The zero value is the past of a run that has none: nothing is settled, and it cannot be resumed.
type Past struct {
	Path   string     // of the directory
	Counts job.Counts // of the rows that are settled
	Sent   int64      // requests

	op       job.Operation
	lock     *flock.Flock // nil when the Past does not hold it
	requests tableFile[request]
	results  tableFile[Result]
	settled  bitmap           // the lines of the rows that have a result
	done     bitmap           // those of the rows that need not be run again
	tried    bitmap           // those of rows that were settled as not sent, and were sent in vain before
	pending  map[string]int64 // first lines by request ID, of requests without an answer
	notSent  []span           // of results.csv: rows that were settled as not sent, which are to be sent now and settled anew

	// The results of the request that was settled last, by line. Where the run was interrupted while it wrote them,
	// duplicates among them may have none; those are made from the results of the rows that they repeat.
	last        map[int64]Result
	lastRequest string
}

// A span is bytes of a file that follow one another.
type span struct{ from, to int64 }

// Open takes the lock of a directory and reads how far its run, which is one of op, has come. It changes nothing; Resume
// does. The error is a *LockedError where another process has the lock.
func Open(path string, op job.Operation) (*Past, error) {
	lock, err := acquire(path)
	if err != nil {
		return nil, err
	}
	p := &Past{Path: path, op: op, lock: lock, pending: map[string]int64{}, last: map[int64]Result{}}
	if err := onlyFiles(path); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	var errRequests, errResults error
	p.requests, errRequests = requests.scan(path, func(rec *record[request]) error {
		if rec.row.event == sent {
			p.Sent++
			p.pending[rec.row.attempt.RequestID] = rec.row.firstLine
		} else {
			delete(p.pending, rec.row.attempt.RequestID)
		}
		return rec.bad
	})
	p.results, errResults = results(op).scan(path, p.takeResult)
	if err := errors.Join(untorn(errRequests), untorn(errResults)); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// takeResult counts a row of results.csv.
func (p *Past) takeResult(rec *record[Result]) error {
	r := &rec.row
	switch {
	case rec.bad != nil:
		return rec.bad
	case r.Status == job.NotSent:
		if r.Attempts > 0 {
			p.tried.set(r.Line)
		}
		if n := len(p.notSent); n > 0 && p.notSent[n-1].to == rec.from { // they are many, but they stand together
			p.notSent[n-1].to = rec.to
		} else {
			p.notSent = append(p.notSent, span{rec.from, rec.to})
		}
		return nil
	case p.settled.has(r.Line):
		return fmt.Errorf("line %d has a result already", r.Line)
	}
	p.settled.set(r.Line)
	p.Counts.Add(r.Status, 1)
	if r.Status.Done() {
		p.done.set(r.Line)
	}
	if r.RequestID != p.lastRequest {
		p.lastRequest = r.RequestID
		clear(p.last)
	}
	if r.RequestID != "" { // an invalid row has no duplicates
		p.last[r.Line] = *r
	}
	return nil
}

// Settled tells whether the row of a line needs nothing more.
func (p *Past) Settled(line int64) bool { return p.settled.has(line) }

// Tried tells whether the row of a line has no result, although it was sent.
func (p *Past) Tried(line int64) bool { return p.tried.has(line) }

// Pending gives the request IDs of what was sent and has no answer in the journal, by the first line of each.
func (p *Past) Pending() map[int64]string {
	byLine := make(map[int64]string, len(p.pending))
	for id, line := range p.pending {
		byLine[line] = id
	}
	return byLine
}

// Close gives up the lock. It does nothing when Resume has handed the lock on, and when it is called once more.
func (p *Past) Close() error {
	if p.lock == nil {
		return nil
	}
	return p.lock.Unlock()
}

// Resume makes the directory fit to go on with the run, and returns it ready for use. Records are cut off whose writing
// was interrupted, rows that were not sent lose their results, and what a killed process left lying about is removed, as
// is failed.csv, which will not hold any more.
// The rows of torn, whose entries have a result although some of their duplicates have none, get theirs, which Counts
// then counts. Each table goes on with the columns that it has. The lock goes over to the Dir, which the caller closes.
// After an error the Past still has it, and can only be closed.
func (p *Past) Resume(torn []job.Entry) (*Dir, error) {
	if p.lock == nil || !p.lock.Locked() {
		return nil, fmt.Errorf("%s: %w", p.Path, os.ErrClosed)
	}
	err := sweep(p.Path)
	failed := system.Perm
	if err == nil {
		failed, err = removeFailed(p.Path)
	}
	if err == nil && len(p.notSent) > 0 {
		err = p.dropNotSent()
	}
	if err != nil {
		return nil, err
	}
	d, err := openDir(p.Path, p.op, p.lock, p.requests, p.results)
	d.done, d.failed = p.done, failed
	for _, e := range torn {
		if err == nil {
			err = p.complete(d, e)
		}
	}
	if err != nil {
		return nil, errors.Join(err, d.closeTables())
	}
	p.lock = nil
	return d, nil
}

// dropNotSent replaces results.csv by one without the rows that were not sent, and without a torn end. The other rows
// stay byte for byte.
func (p *Past) dropNotSent() error {
	path := filepath.Join(p.Path, ResultsFile)
	var at, size int64
	err := replace(path, system.Perm, func(to *bufio.Writer) error {
		from, err := system.Open(path, os.O_RDONLY, 0)
		if err != nil {
			return err
		}
		defer from.Close() // Windows does not replace a file that is open
		for _, gap := range append(p.notSent, span{from: p.results.whole}) {
			n, err := io.Copy(to, io.NewSectionReader(from, at, gap.from-at))
			if err != nil {
				return err
			}
			at, size = gap.to, size+n
		}
		return nil
	})
	if err == nil {
		p.results.whole, p.notSent = size, nil
	}
	return err
}

// complete writes the results of an entry's duplicates that have none, from that of the row that they repeat. There
// is such an entry only where the run was interrupted while it wrote the results of its last request.
func (p *Past) complete(d *Dir, e job.Entry) error {
	r, known := p.last[e.Line]
	if !known {
		return fmt.Errorf("%s: line %d has a result, but line %d, which repeats it, has none", d.File(ResultsFile), e.Line, e.Duplicates[0])
	}
	r.DuplicateOf = e.Line
	var text []byte
	for _, r.Line = range e.Duplicates {
		text = d.results.table.append(text, &r)
	}
	if err := d.results.log.append(text); err != nil {
		return err
	}
	if r.Status.Done() {
		d.done.set(e.Duplicates...)
	}
	p.Counts.Add(r.Status, int64(len(e.Duplicates)))
	return nil
}

// bitmap is a set of line numbers, one bit each: ten million lines take 1.2 MiB.
type bitmap []uint64

func (b *bitmap) set(lines ...int64) {
	for _, line := range lines {
		word := int(line / 64)
		if word >= len(*b) {
			*b = append(*b, make([]uint64, word+1-len(*b))...)
		}
		(*b)[word] |= 1 << (line % 64)
	}
}

func (b bitmap) has(line int64) bool {
	word := int(line / 64)
	return word < len(b) && b[word]&(1<<(line%64)) != 0
}
