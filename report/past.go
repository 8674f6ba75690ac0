package report

import (
	"errors"
	"fmt"

	"github.com/gofrs/flock"

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
	requests found[Request]
	results  found[Result]
	settled  bitmap           // the lines of the rows that have a result
	done     bitmap           // those of the rows that need not be run again
	pending  map[string]int64 // first lines by request ID, of requests without an answer
	last     settledLast
	notSent  []span // of results.csv: rows that were settled as not sent, which are to be sent now and settled anew
}

// A span is bytes of a file that follow one another.
type span struct{ from, to int64 }

// settledLast has the results of the request that was settled last. Where the run was interrupted while it wrote them,
// duplicates among them may have none; those are made from the results of the rows that they repeat.
type settledLast struct {
	requestID string
	byLine    map[int64]Result
}

// Open takes the lock of a directory and reads how far its run, which is one of op, has come. It changes nothing; Resume
// does. The error is a *LockedError where another process has the lock.
func Open(path string, op job.Operation) (*Past, error) {
	lock, err := acquire(path)
	if err != nil {
		return nil, err
	}
	p := &Past{Path: path, op: op, lock: lock, pending: map[string]int64{}, last: settledLast{byLine: map[int64]Result{}}}
	var errRequests, errResults error
	p.requests, errRequests = requests.scan(path, p.takeRequest)
	p.results, errResults = results(op).scan(path, p.takeResult)
	if err := errors.Join(untorn(errRequests), untorn(errResults)); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// takeRequest counts a row of requests.csv.
func (p *Past) takeRequest(rec *record[Request]) error {
	r := &rec.row
	switch {
	case rec.bad != nil:
		return rec.bad
	case r.Event == Sent:
		p.Sent++
		p.pending[r.RequestID] = r.FirstLine
	default:
		delete(p.pending, r.RequestID)
	}
	return nil
}

// takeResult counts a row of results.csv.
func (p *Past) takeResult(rec *record[Result]) error {
	r := &rec.row
	switch {
	case rec.bad != nil:
		return rec.bad
	case r.Status == job.NotSent:
		p.notSent = appendSpan(p.notSent, span{rec.from, rec.to})
		return nil
	case p.settled.has(r.Line):
		return fmt.Errorf("line %d has a result already", r.Line)
	}
	p.settled.set(r.Line)
	p.Counts.Add(r.Status, 1)
	if r.Status.Done() {
		p.done.set(r.Line)
	}
	p.last.take(*r)
	return nil
}

// appendSpan adds a span behind the others, to the last one where that ends where it begins: the rows that are not sent
// are many, but they stand together.
func appendSpan(spans []span, s span) []span {
	if n := len(spans); n > 0 && spans[n-1].to == s.from {
		spans[n-1].to = s.to
		return spans
	}
	return append(spans, s)
}

func (s *settledLast) take(r Result) {
	if r.RequestID != s.requestID {
		s.requestID = r.RequestID
		clear(s.byLine)
	}
	if r.RequestID != "" { // an invalid row has no duplicates
		s.byLine[r.Line] = r
	}
}

// Settled tells whether the row of a line needs nothing more.
func (p *Past) Settled(line int64) bool { return p.settled.has(line) }

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
	lock := p.lock
	p.lock = nil
	return lock.Unlock()
}
