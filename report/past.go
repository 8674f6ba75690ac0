package report

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"

	"meetbatch/job"
)

// Past is how far a run has come that did not finish, as its directory says. It holds the directory's lock, until
// Resume hands that on or Close gives it up. Settled and Tried may be called from many goroutines at the same time, the
// other methods by one. The zero value is the past of a run that has none: nothing is settled, and it cannot be resumed.
type Past struct {
	Path   string     // of the directory
	Counts job.Counts // of the rows that are settled

	books
	sent        int64            // requests
	readings    int64            // those that change nothing, which sent does not count
	before      *Sum             // of before.csv; nil where there is none, or none that is whole
	asIs        bool             // there are rows that were as wanted before the run
	failures    failures         // of the rows that are settled
	lock        *lock            // nil when the Past does not hold it
	settled     bitmap           // the lines of the rows that have a result
	done        bitmap           // those of the rows that need not be run again
	tried       bitmap           // those of rows that were settled as not sent, and were sent in vain before
	drop        []span           // of results.csv: rows that were not sent, and results that do not count; they are settled anew
	doubts      []doubt          // of requests for rows that have no result now
	starts      map[int64]uint32 // by line: the targets of the requests among them that begin there
	recordsLost bool             // whichever rows have no result may have been sent before
	cut         int              // so may the rows of so many chunks that come first
	wrong       error            // the first row whose result is not its own

	// The results of the request that was settled last, by line. Where the run was interrupted while it wrote them,
	// duplicates among them may have none; those are made from the results of the rows that they repeat.
	last        map[int64]Result
	lastRequest string
}

// A span is bytes of a file that follow one another.
type span struct{ from, to int64 }

// Open takes the lock of a directory and reads how far its run has come. It changes nothing; Resume does. What is damaged
// otherwise than a crash leaves it is an error that names the place. The error is a *LockedError where another process
// has the lock.
func Open(path string, c Check) (*Past, error) {
	lock, err := acquire(path)
	if err != nil {
		return nil, err
	}
	p := &Past{Path: path, lock: lock, last: map[int64]Result{}, starts: map[int64]uint32{}}
	p.books = books{Check: c, path: path, result: p.takeResult, misfit: func(_ string, err error) error { return err }}
	if err := onlyFiles(path); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	if err := p.read(); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	// In a run that was resumed before, rows may have lost results that are older than requests which are in doubt: which
	// rows these were for can be told no more.
	p.recordsLost = p.unjournaled || c.Run.RecordsLost || len(p.torn) > 0 && c.Run.Resumed > 0
	p.cut = c.Run.cut()
	if err := p.findDoubts(); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	p.sent, p.readings = p.journal.sent()
	if err := p.checkBefore(); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	p.journal.traces = nil // of which nobody asks any more
	return p, nil
}

// takeResult counts a row of results.csv.
func (p *Past) takeResult(rec *record[Result], bad error) {
	r := &rec.row
	if bad != nil || r.Status == job.NotSent {
		p.takeDropped(rec, bad)
		return
	}
	p.settled.set(r.Line)
	p.Counts.Add(r.Status, 1)
	p.failures.add(r.Status, r.HTTPStatus, r.ErrorCode, r.ErrorMessage, r.Line)
	if r.Status.Done() {
		p.done.set(r.Line)
	}
	if r.RequestID != p.lastRequest {
		p.lastRequest = r.RequestID
		clear(p.last)
	}
	switch {
	case asIs(r): // of which there may be as many as rows, and the last of them alone can lack duplicates
		p.asIs = true
		if r.DuplicateOf == 0 {
			clear(p.last)
			p.last[r.Line] = *r
		}
	case r.RequestID != "": // an invalid row has no duplicates
		p.last[r.Line] = *r
	}
}

// takeDropped notes a row of results.csv that is to be settled anew. The rows of one request stand together.
func (p *Past) takeDropped(rec *record[Result], bad error) {
	r := &rec.row
	if n := len(p.drop); n > 0 && p.drop[n-1].to == rec.from {
		p.drop[n-1].to = rec.to
	} else {
		p.drop = append(p.drop, span{rec.from, rec.to})
	}
	if bad == nil {
		if r.Attempts > 0 {
			p.tried.set(r.Line)
		}
		return
	}
	if r.DuplicateOf != 0 {
		return
	}
	if n := len(p.doubts); n > 0 && p.doubts[n-1].RequestID == r.RequestID {
		p.doubts[n-1].entries++
		return
	}
	lost := job.Doubt{Kind: job.ResultLost, RequestID: r.RequestID}
	p.doubts = append(p.doubts, doubt{Doubt: lost, target: textHash(p.Operation.Target(r.Account, r.Value)), line: r.Line, entries: 1})
}

// Settled tells whether the row of a line needs nothing more.
func (p *Past) Settled(line int64) bool { return p.settled.has(line) }

// Tried tells whether the row of a line has no result, although it was sent.
func (p *Past) Tried(line int64) bool { return p.tried.has(line) }

// Sent counts the requests, without those that change nothing.
func (p *Past) Sent() int64 { return p.sent }

// Readings counts the requests that change nothing.
func (p *Past) Readings() int64 { return p.readings }

// Throttled counts the answers that said that the rate was too high.
func (p *Past) Throttled() int64 { return p.journal.throttled }

// EndSessions completes what run.json says of the sessions of before, of which the last one may have been killed.
func (p *Past) EndSessions(r *Run) { r.endKilled(p.sent, &p.Counts) }

// Row holds the result of a row of the input, where it has one, against the row. Fits says what came of it.
func (p *Past) Row(it job.Item) {
	if target, is := p.starts[it.Line]; is && target != textHash(p.Operation.Target(it.Account, it.Value)) {
		p.wrong = cmp.Or(p.wrong, fmt.Errorf("%s: the request that begins with line %d is not for the account or the %s there", RequestsFile, it.Line, p.Operation.Column))
	}
	p.wrong = cmp.Or(p.wrong, p.row(it))
}

// Fits tells why the files cannot be right, when Row has had all rows of the input, and torn are the entries that Resume
// is to be given; nil: they can.
func (p *Past) Fits(torn []job.Entry) error {
	for _, e := range torn {
		if _, known := p.last[e.Line]; !known {
			p.wrong = cmp.Or(p.wrong, fmt.Errorf("line %d has a result, but line %d, which repeats it, has none", e.Line, e.Duplicates[0]))
		}
	}
	for line := range p.starts {
		if !p.begun.has(line) {
			p.wrong = cmp.Or(p.wrong, fmt.Errorf("%s: a request begins with line %d, but no row of the input does", RequestsFile, line))
		}
	}
	err := cmp.Or(p.wrong, p.rest())
	p.contents = nil // which nobody needs any more
	if err != nil {
		err = fmt.Errorf("%s: %w", p.Path, err)
	}
	return err
}

// Mends says what Resume is to mend, in words.
func (p *Past) Mends() (texts []string) {
	if p.behind != nil {
		texts = append(texts, p.behind.Error()+"; what is torn is cut off, and tells of no row")
	}
	for _, err := range p.torn {
		texts = append(texts, err.Error()+"; what is whole counts, and rows without a result are sent again")
	}
	if p.uncounted > 0 {
		texts = append(texts, fmt.Sprintf("%s: results whose requests are not in %s, or have no answer there, do not count (%d of them); their rows are sent again",
			filepath.Join(p.Path, ResultsFile), RequestsFile, p.uncounted))
	}
	if n := len(p.starts); n > 0 {
		texts = append(texts, fmt.Sprintf("%s: it is not known whether requests were carried out that have no answer or whose results are gone (%d of them); rows of theirs without a result are sent again",
			filepath.Join(p.Path, RequestsFile), n))
	}
	if p.cut > 0 {
		texts = append(texts, fmt.Sprintf("%s: the machine was started anew since, and the last requests may be missing; where one of the first %d is refused now, it may have been carried out before",
			filepath.Join(p.Path, RequestsFile), p.cut))
	}
	return texts
}

// RecordsLost tells whether requests or results of before were lost, as run.json is to say from now on.
func (p *Past) RecordsLost() bool { return p.recordsLost }

// Close gives up the lock. It does nothing when Resume has handed the lock on, and when it is called once more.
func (p *Past) Close() error {
	if p.lock == nil {
		return nil
	}
	return p.lock.release()
}
