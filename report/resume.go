package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"meetbatch/internal/system"
	"meetbatch/job"
)

// Resume makes the directory fit to go on with the run, and returns it ready for use. Records are cut off whose writing
// was interrupted, rows that were not sent lose their results, and what a killed process left lying about is removed, as
// are failed.csv and report.html, which will not hold any more.
// The rows of torn, whose entries have a result although some of their duplicates have none, get theirs, which Counts
// then counts. Each table goes on with the columns that it has. The lock goes over to the Dir, which the caller closes.
// After an error the Past still has it, and can only be closed. Of the files run.json, which gets what it is to say now,
// says nothing until WriteRun is called, since they may become shorter; but for before.csv, which stays as it was.
func (p *Past) Resume(now Run, torn []job.Entry) (*Dir, error) {
	if p.lock == nil || !p.lock.held() {
		return nil, fmt.Errorf("%s: %w", p.Path, os.ErrClosed)
	}
	err := sweep(p.Path)
	if err == nil { // first, so that whoever reads the directory meanwhile knows that the run goes on
		now.Reconciling, now.Files, now.Failures, now.Requests.Answers = false, nil, p.failures.list(), p.journal.latency.Answers()
		if p.before != nil {
			now.Files = map[string]Sum{BeforeFile: *p.before}
		}
		err = writeRun(p.Path, now)
	}
	failed, page := system.Perm, system.Perm
	if err == nil {
		failed, err = removeStale(p.Path, FailedFile)
	}
	if err == nil {
		page, err = removeStale(p.Path, PageFile)
	}
	if err == nil && len(p.drop) > 0 {
		err = p.dropSpans()
	}
	if err != nil {
		return nil, err
	}
	d, err := openDir(p.Path, p.Operation, p.lock, p.journal.table, p.results)
	d.done, d.failedPerm, d.pagePerm, d.failures, d.latency = p.done, failed, page, p.failures, p.journal.latency
	d.before, d.readings = p.before, p.readings
	for _, e := range torn {
		if err == nil {
			err = p.complete(d, e)
		}
	}
	if err == nil {
		err = d.Sync()
	}
	if err != nil {
		return nil, errors.Join(err, d.closeTables())
	}
	p.lock = nil
	return d, nil
}

// dropSpans replaces results.csv by one without the rows that are to be settled anew, and without a torn end. The other
// rows stay byte for byte.
func (p *Past) dropSpans() error {
	path := filepath.Join(p.Path, ResultsFile)
	var at, size int64
	err := replace(path, system.Perm, func(to io.Writer) error {
		from, err := system.Open(path, os.O_RDONLY, 0)
		if err != nil {
			return err
		}
		defer from.Close() // Windows does not replace a file that is open
		for _, gap := range append(p.drop, span{from: p.results.whole}) {
			n, err := io.Copy(to, io.NewSectionReader(from, at, gap.from-at))
			if err != nil {
				return err
			}
			at, size = gap.to, size+n
		}
		return nil
	})
	if err == nil {
		p.results.whole, p.results.sum, p.drop = size, nil, nil
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
		d.failures.add(r.Status, r.HTTPStatus, r.ErrorCode, r.ErrorMessage, r.Line)
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
