package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/sync/errgroup"

	"meetbatch/job"
	"meetbatch/job/plan"
	"meetbatch/reader"
	"meetbatch/report"
)

// planning is what reading a whole input gives.
type planning struct {
	plan     *plan.Plan
	header   []byte // of the input
	encoding string // of the input, as it was found
	written  string // how the input is written, where it is not plain UTF-8 with commas
	fileRows int64  // rows of the input, also those beyond --limit where they are counted
	notes    *findings
}

// makePlan reads and plans the whole input, or returns the context's error as soon as that ends: whoever
// feeds standard input may take his time.
func (r *run) makePlan(ctx context.Context) error {
	var p planning
	ready := make(chan error, 1)
	go func() {
		var err error
		p, err = r.readPlan(ctx)
		ready <- err
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-ready:
		r.planning = p
		var e *exit
		if err != nil && !errors.As(err, &e) {
			err = refused(err, "")
		}
		return err
	}
}

// batchRows is how many rows are read before they are handed on to be planned.
const batchRows = 256

// readPlan reads the input and plans it at the same time.
func (r *run) readPlan(ctx context.Context) (planning, error) {
	p := planning{notes: newFindings(r.input.name)}
	rows, err := r.newReader(r.input)
	if err != nil {
		return p, err
	}
	planner := plan.New(plan.Settings{Operation: r.op, Size: r.Chunk, Settled: r.past.Settled, Temp: r.tempFile})
	defer planner.Close()
	if err := r.addEarlier(planner); err != nil {
		return p, err
	}
	batches, used := make(chan []job.Item, 4), make(chan []job.Item, 8)
	pool, ctx := errgroup.WithContext(ctx)
	pool.Go(func() (err error) {
		defer close(batches)
		p.fileRows, err = r.readRows(ctx, rows, batches, used)
		return err
	})
	pool.Go(func() error {
		for batch := range batches {
			for _, it := range batch {
				p.notes.warn(it)
				if err := planner.Add(it); err != nil {
					return unplanned(err)
				}
			}
			used <- batch[:0]
		}
		return nil
	})
	if err := pool.Wait(); err != nil {
		return p, err
	}
	if p.plan, err = planner.Plan(); err != nil {
		return p, unplanned(err)
	}
	for it, err := range p.plan.Invalid() {
		if err != nil {
			return p, unplanned(err)
		}
		p.notes.invalid(it)
	}
	p.header = rows.Header()
	encoding, delimiter := rows.Format()
	p.encoding, p.written = encoding, written(encoding, delimiter)
	if rows.Doubtful() {
		p.notes.doubt = "a few characters were taken for UTF-8, and could be Chinese: if they are, say --encoding gb18030"
	}
	return p, nil
}

// readRows hands the rows of the input on, up to --limit, and counts those of the file. Batches that were
// used are used again.
func (r *run) readRows(ctx context.Context, rows *reader.Reader, batches chan<- []job.Item, used <-chan []job.Item) (n int64, err error) {
	batch := make([]job.Item, 0, batchRows)
	hand := func() error {
		select {
		case batches <- batch:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case batch = <-used:
		default:
			batch = make([]job.Item, 0, batchRows)
		}
		return nil
	}
	for {
		if r.Limit > 0 && n >= int64(r.Limit) && r.ExpectRows.text == "" {
			break
		}
		it, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return n, err
		}
		if n++; r.Limit > 0 && n > int64(r.Limit) {
			continue
		}
		if batch = append(batch, it); len(batch) == batchRows {
			if err := hand(); err != nil {
				return n, err
			}
		}
	}
	if err := hand(); err != nil {
		return n, err
	}
	return n, r.input.rest()
}

// unplanned is the error of a temporary file.
func unplanned(err error) error {
	return unrecorded(fmt.Errorf("the plan cannot be written to a temporary file: %w", err), "make room where the run directory is, or for a dry run in TMPDIR")
}

// tempFile makes a file for rows beyond what memory may hold: in the run directory, so that the disk that
// has room for the results has it for the plan, and for a dry run where temporary files belong.
func (r *run) tempFile() (plan.Temp, error) {
	if r.dir == nil {
		return report.TempFile("")
	}
	return report.TempFile(r.dir.Path)
}

// newReader reads the input from its first row.
func (r *run) newReader(from io.Reader) (*reader.Reader, error) {
	return reader.New(from, r.input.name, r.op, reader.Options{
		Columns:     r.Column,
		AccountType: r.accountType(),
		Value:       r.value,
		AnyID:       r.AnyID,
		Encoding:    r.Encoding,
		Delimiter:   r.Delimiter.rune,
		Say:         asFlag,
	})
}

// asFlag words a setting of the reader as the flag that it is here.
func asFlag(setting, value string) string {
	if setting == "value" {
		setting = "to"
	}
	return strings.TrimSuffix("--"+setting+" "+value, " ")
}

// rows calls row with every row of the input up to --limit once more, as it is read and byte for byte.
func (r *run) rows(row func(it job.Item, raw []byte) error) error {
	return r.input.again(r.meta.Input, func(from io.Reader) error {
		rows, err := r.newReader(from)
		if err != nil {
			return err
		}
		for n := int64(0); r.Limit == 0 || n < int64(r.Limit); n++ {
			it, err := rows.Read()
			if err == io.EOF {
				return nil
			}
			if err == nil {
				err = row(it, rows.Raw())
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
