package report

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"iter"
	"os"
	"time"

	"meetbatch/internal/system"
	"meetbatch/job"
)

// A buffer is where rows become text. One is used by one goroutine at a time, and again by the next.
type buffer struct {
	text    []byte
	request request
	result  Result
	shared  []byte // the text of a result, without that of its own cells
	own     []cell // those cells
	gaps    []int  // where in the shared text each of them has its place
}

// buffer gives an empty buffer, which whoever asked for it puts back.
func (d *Dir) buffer() *buffer {
	b := d.buffers.Get().(*buffer)
	b.text = b.text[:0]
	return b
}

// Sent writes the journal's row for a request that is about to go out. Where results could not be written it
// fails too, since then none may go out.
func (d *Dir) Sent(a job.Attempt) error {
	if err := d.results.log.failed(); err != nil {
		return err
	}
	d.mu.Lock()
	d.inFlight++
	d.mu.Unlock()
	return d.journal(sent, a, job.Answer{})
}

// Answered writes the journal's row for what came of a request.
func (d *Dir) Answered(a job.Attempt, answer job.Answer) error {
	d.mu.Lock()
	d.inFlight--
	if answer.HTTPStatus != 0 {
		d.latency.Add(answer.Duration)
	}
	d.mu.Unlock()
	return d.journal(answered, a, answer)
}

func (d *Dir) journal(event text, a job.Attempt, answer job.Answer) error {
	b := d.buffer()
	defer d.buffers.Put(b)
	answer.Code = codeOf(answer)
	b.request = request{time.Now(), event, a, len(a.Chunk.Entries), 0, answer}
	if b.request.entries > 0 { // else it is a reading, which is about no line
		b.request.firstLine = a.Chunk.Entries[0].Line
	}
	b.text = d.requests.table.append(b.text, &b.request)
	return d.requests.log.append(b.text)
}

// InFlight counts the requests that were sent and have not been answered.
func (d *Dir) InFlight() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.inFlight
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
		o := &outcomes[i]
		if o.Status.Done() {
			for _, e := range o.Chunk.Entries {
				d.done.set(e.Line)
				d.done.set(e.Duplicates...)
			}
			continue
		}
		message := o.Message()
		for _, e := range o.Chunk.Entries {
			d.failures.add(o.Status, o.Answer.HTTPStatus, codeOf(o.Answer), message, e.Line, e.Duplicates...)
		}
	}
	return nil
}

// results appends the results of an outcome's rows to the buffer's text. A duplicate follows the row that it repeats.
// There may be a hundred rows that differ in their own columns alone: what they share is turned into text once, and
// copied for each of them.
func (b *buffer) results(t table[Result], op job.Operation, o *job.Outcome) {
	r := &b.result
	*r = Result{
		Account:         o.Chunk.Target,
		Value:           o.Chunk.Target,
		RequestID:       o.RequestID,
		Status:          o.Status,
		HTTPStatus:      o.Answer.HTTPStatus,
		ErrorCode:       codeOf(o.Answer),
		ErrorMessage:    o.Message(),
		Attempts:        o.Attempts,
		FinishedAt:      o.FinishedAt,
		ServerRequestID: o.Answer.ServerRequestID,
	}
	id := &r.Account
	if op.PerAccount {
		id = &r.Value
	}
	b.share(t)
	for _, e := range o.Chunk.Entries {
		r.Line, *id, r.DuplicateOf = e.Line, e.ID, 0
		b.row()
		r.DuplicateOf = e.Line
		for _, r.Line = range e.Duplicates {
			b.row()
		}
	}
}

// share makes the text that all results of a table share with this one, but for their own cells.
func (b *buffer) share(t table[Result]) {
	b.shared, b.own, b.gaps = b.shared[:0], b.own[:0], b.gaps[:0]
	for i := range t.columns {
		c := &t.columns[i]
		if cell := c.cell(&b.result); c.own {
			b.own, b.gaps = append(b.own, cell), append(b.gaps, len(b.shared))
		} else {
			b.shared = cell.append(b.shared)
		}
		b.shared = append(b.shared, ',')
	}
	b.shared[len(b.shared)-1] = '\n'
}

// row appends the result to the buffer's text, of which only its own cells are looked at.
func (b *buffer) row() {
	from := 0
	for i, gap := range b.gaps {
		b.text = append(b.text, b.shared[from:gap]...)
		b.text = b.own[i].append(b.text)
		from = gap
	}
	b.text = append(b.text, b.shared[from:]...)
}

// Reject writes the results of invalid rows, and brings them to the disk. An error of the sequence ends it, and is
// returned as it is.
func (d *Dir) Reject(items iter.Seq2[job.Item, error]) error {
	const piece = 64 << 10 // how much text is written at a time
	b := d.buffer()
	defer d.buffers.Put(b)
	now := time.Now()
	for it, err := range items {
		if err != nil {
			return err
		}
		b.result = Result{Line: it.Line, Account: it.Account, Value: it.Value, Status: job.Invalid, ErrorMessage: it.Reason(), FinishedAt: now}
		b.text = d.results.table.append(b.text, &b.result)
		d.mu.Lock()
		d.failures.add(job.Invalid, 0, "", it.Reason(), it.Line)
		d.mu.Unlock()
		if len(b.text) < piece {
			continue
		}
		if err := d.results.log.append(b.text); err != nil {
			return err
		}
		b.text = b.text[:0]
	}
	return cmp.Or(d.results.log.append(b.text), d.Sync())
}

// Sync brings the tables to the disk, the journal first: each request of a result is in it. Where the directory or a
// table has gone from under its name, or is not as it was written, the error is a *LostError.
func (d *Dir) Sync() error {
	return errors.Join(d.requests.log.sync(), d.results.log.sync(), d.Check())
}

// Rows calls row with every row of an input, in order: as it was read and byte for byte, of which row keeps neither. It
// returns the first error, its own or that of row.
type Rows func(row func(it job.Item, raw []byte) error) error

// WriteFailed writes failed.csv: the header row, and those rows of the input that did not succeed. It is on the disk
// when WriteFailed returns. After an error no part of it is there, and one of before stands as it did.
func (d *Dir) WriteFailed(header []byte, rows Rows) error {
	return d.replaceSummed(FailedFile, d.failedPerm, &d.failed, func(to io.Writer) error {
		to.Write(header) // an error comes back with the next one
		return rows(func(it job.Item, raw []byte) error {
			if d.done.has(it.Line) {
				return nil
			}
			_, err := to.Write(raw)
			return err
		})
	})
}

// WritePage makes report.html, of what write writes to it. After an error no part of it is there.
func (d *Dir) WritePage(write func(to io.Writer) error) error {
	if err := d.here(); err != nil {
		return err
	}
	return replace(d.File(PageFile), d.pagePerm, write)
}

// WriteFile puts a file in the place of another one, if there is one, as a run does with its own: in one step, and for
// its owner and group alone.
func WriteFile(path, begins string, write func(to io.Writer) error) error {
	if err := holdsOther(path, begins); err != nil {
		return err
	}
	return replace(path, system.Perm, write)
}

// holdsOther refuses a file that is there and does not begin as one that may be replaced.
func holdsOther(path, begins string) error {
	f, err := system.Open(path, os.O_RDONLY, 0)
	if err != nil {
		return ignoreAbsent(err)
	}
	defer f.Close()
	head := make([]byte, len(begins))
	if n, _ := io.ReadFull(f, head); n > 0 && string(head[:n]) != begins {
		return fmt.Errorf("%s holds something else, which is not replaced", path)
	}
	return nil
}

// replaceSummed is replace for a file of the directory, and notes the sum of what was written.
func (d *Dir) replaceSummed(name string, perm fs.FileMode, sum **Sum, write func(to io.Writer) error) error {
	if err := d.here(); err != nil {
		return err
	}
	to := summed{hash: sha256.New()}
	err := replace(d.File(name), perm, func(out io.Writer) error {
		to.to = out
		return write(&to)
	})
	if err == nil {
		d.mu.Lock()
		*sum = to.sum()
		d.mu.Unlock()
	}
	return err
}

// summed writes on what is written to it, and sums it.
type summed struct {
	to   io.Writer
	hash hash.Hash
	size int64
}

func (s *summed) Write(text []byte) (int, error) {
	n, err := s.to.Write(text)
	s.hash.Write(text[:n])
	s.size += int64(n)
	return n, err
}

func (s *summed) sum() *Sum { return &Sum{s.size, hexSum(s.hash)} }

// replace puts a file in the place of another one, with what write writes to it. It is on the disk when replace
// returns. After an error the old file stands as it did.
func replace(path string, perm fs.FileMode, write func(to io.Writer) error) error {
	to, err := system.Replace(path, perm)
	if err != nil {
		return err
	}
	defer to.Discard()
	out := bufio.NewWriterSize(to, 256<<10)
	if err := cmp.Or(write(out), out.Flush()); err != nil {
		return err
	}
	return to.Commit()
}
