package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"meetbatch/internal/system"
	"meetbatch/job"
)

// Resume makes the directory fit to go on with the run, and returns it ready for use. Records are cut off whose writing
// was interrupted, rows that were not sent lose their results, and what a killed process left lying about is removed.
// The rows of torn, whose entries have a result although some of their duplicates have none, get theirs, which Counts
// then counts. Each table goes on with the columns that it has. The lock goes over to the Dir, which the caller closes.
// After an error the Past still has it, and can only be closed.
func (p *Past) Resume(torn []job.Entry) (*Dir, error) {
	if p.lock == nil {
		return nil, fmt.Errorf("%s: %w", p.Path, os.ErrClosed)
	}
	if err := sweep(p.Path); err != nil {
		return nil, err
	}
	if len(p.notSent) > 0 {
		if err := p.dropNotSent(); err != nil {
			return nil, err
		}
	}
	d := newDir(p.Path, p.op, p.lock)
	d.done = p.done
	if err := d.openTables(p.requests, p.results); err != nil {
		return nil, err
	}
	for _, e := range torn {
		if err := p.complete(d, e); err != nil {
			return nil, errors.Join(err, d.closeTables())
		}
	}
	p.lock = nil
	return d, nil
}

// dropNotSent replaces results.csv by one without the rows that were not sent, and without a torn end. The other rows
// stay byte for byte.
func (p *Past) dropNotSent() error {
	path := filepath.Join(p.Path, ResultsFile)
	to, err := system.Replace(path)
	if err != nil {
		return err
	}
	defer to.Discard()
	size, err := copyBetween(to, path, p.notSent, p.results.whole)
	if err == nil {
		err = to.Commit()
	}
	if err != nil {
		return err
	}
	p.results.whole, p.notSent = size, nil
	return nil
}

// copyBetween copies a file up to an end, but for some spans of it, which stand in order. It tells how much it copied.
func copyBetween(to io.Writer, path string, spans []span, end int64) (copied int64, err error) {
	from, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer from.Close()
	out := bufio.NewWriterSize(to, 256<<10)
	var at int64
	for _, gap := range append(spans, span{from: end}) {
		n, err := io.Copy(out, io.NewSectionReader(from, at, gap.from-at))
		if err != nil {
			return 0, err
		}
		copied += n
		at = gap.to
	}
	return copied, out.Flush()
}

// complete writes the results of an entry's duplicates that have none, from that of the row that they repeat. There
// is such an entry only where the run was interrupted while it wrote the results of its last request.
func (p *Past) complete(d *Dir, e job.Entry) error {
	r, known := p.last.byLine[e.Line]
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
		for _, line := range e.Duplicates {
			d.done.set(line)
		}
	}
	p.Counts.Add(r.Status, int64(len(e.Duplicates)))
	return nil
}
