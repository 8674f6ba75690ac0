package report

import (
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"meetbatch/job"
)

// An openTable is a table that rows are appended to, under the columns that its file has.
type openTable[R any] struct {
	table table[R]
	log   *log
}

// open opens a table to append to it behind its last whole record; what follows that is cut off. A file that is not
// there is made, and one without a whole header gets one.
func (f found[R]) open(dir string) (openTable[R], error) {
	path := filepath.Join(dir, f.table.name)
	if err := os.Truncate(path, f.whole); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return openTable[R]{}, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return openTable[R]{}, err
	}
	if f.whole == 0 {
		_, err = file.Write(f.table.header())
	}
	var size int64
	if err == nil {
		size, err = file.Seek(0, io.SeekEnd)
	}
	if err != nil {
		return openTable[R]{}, errors.Join(err, file.Close())
	}
	return openTable[R]{f.table, newLog(file, size)}, nil
}

// Sent writes the journal's row for a request that is about to go out. Where results could not be written it
// fails too, since then none may go out.
func (d *Dir) Sent(a job.Attempt) error {
	if err := d.results.log.failed(); err != nil {
		return err
	}
	return d.journal(sentRow(a, time.Now()))
}

// Answered writes the journal's row for what came of a request.
func (d *Dir) Answered(a job.Attempt, answer job.Answer) error {
	return d.journal(answeredRow(a, answer, time.Now()))
}

func (d *Dir) journal(r Request) error {
	b := d.buffer()
	defer d.buffers.Put(b)
	b.request = r
	b.text = d.requests.table.append(b.text, &b.request)
	return d.requests.log.append(b.text)
}

// Settle writes the results of the outcomes' rows, all of them in one piece.
func (d *Dir) Settle(outcomes ...job.Outcome) error {
	b := d.buffer()
	defer d.buffers.Put(b)
	for i := range outcomes {
		b.results(d.results.table, d.op, &outcomes[i])
	}
	if err := d.results.log.append(b.text); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range outcomes {
		d.done.mark(&outcomes[i])
	}
	return nil
}

// mark takes in the lines of an outcome's rows, where they need not be run again.
func (b *bitmap) mark(o *job.Outcome) {
	if !o.Status.Done() {
		return
	}
	for _, e := range o.Chunk.Entries {
		b.set(e.Line)
		for _, line := range e.Duplicates {
			b.set(line)
		}
	}
}

// piece is how much text of rejected rows is written at a time.
const piece = 64 << 10

// Reject writes the results of invalid rows, and brings them to the disk. An error of the sequence ends it, and is
// returned as it is.
func (d *Dir) Reject(items iter.Seq2[job.Item, error]) error {
	b := d.buffer()
	defer d.buffers.Put(b)
	now := time.Now()
	for it, err := range items {
		if err != nil {
			return err
		}
		b.result = rejected(it, now)
		b.text = d.results.table.append(b.text, &b.result)
		if len(b.text) < piece {
			continue
		}
		if err := d.results.log.append(b.text); err != nil {
			return err
		}
		b.text = b.text[:0]
	}
	if err := d.results.log.append(b.text); err != nil {
		return err
	}
	return d.Sync()
}

// buffer gives an empty buffer, which whoever asked for it puts back.
func (d *Dir) buffer() *buffer {
	b := d.buffers.Get().(*buffer)
	b.text = b.text[:0]
	return b
}

// Sync brings the tables to the disk, the journal first: each request of a result is in it.
func (d *Dir) Sync() error {
	return errors.Join(d.requests.log.sync(), d.results.log.sync())
}
