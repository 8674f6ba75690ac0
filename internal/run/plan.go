package run

import (
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"meetbatch/job"
	"meetbatch/job/plan"
	"meetbatch/reader"
	"meetbatch/report"
)

// Planned is what reading a whole input gives: what will be sent, and what people may want to know of it before.
type Planned struct {
	*plan.Plan
	Operation job.Operation
	Settings  Settings
	Input     string // its name, for messages
	Encoding  string // of the input, as it was found: one of the reader's
	Delimiter rune
	Settled   int64 // rows that an interrupted run has settled already
	Findings  Findings

	fileRows int64 // rows of the input, also those beyond the limit where they are counted
	header   []byte
}

// batchRows is how many rows are read before they are handed on to be planned.
const batchRows = 256

// makePlan reads and plans the whole input, until the context ends.
func (r *run) makePlan(ctx context.Context) error {
	planned, err := r.readPlan(ctx)
	if err == nil {
		r.planned = planned
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var e *Error
	if !errors.As(err, &e) {
		err = refused(err, "")
	}
	return err
}

// readPlan reads the input and plans it at the same time.
func (r *run) readPlan(ctx context.Context) (_ *Planned, err error) {
	p := &Planned{Operation: r.op, Settings: r.settings, Input: r.input.name, Settled: r.settledBefore()}
	rows, err := r.newReader(r.input)
	if err != nil {
		return nil, err
	}
	planner := plan.New(plan.Settings{Operation: r.op, Size: r.settings.Chunk, Settled: r.isSettled(), Temp: r.tempFile})
	defer func() { err = errors.Join(err, planner.Close()) }()
	if err := r.addEarlier(planner); err != nil {
		return nil, err
	}
	if err := r.readRows(ctx, p, rows, planner); err != nil {
		return nil, err
	}
	if p.Plan, err = planner.Plan(); err != nil {
		return nil, unplanned(err)
	}
	for it, err := range p.Invalid() {
		if err != nil {
			return nil, errors.Join(unplanned(err), p.Close())
		}
		p.Findings.invalid(it)
	}
	p.header = rows.Header()
	p.Encoding, p.Delimiter = rows.Format()
	if rows.Doubtful() {
		p.Findings.Doubt = "a few characters were taken for UTF-8, and could be Chinese: if they are, say --encoding gb18030"
	}
	return p, nil
}

// readRows reads rows in one goroutine, and plans them in another.
func (r *run) readRows(ctx context.Context, p *Planned, rows *reader.Reader, planner *plan.Planner) error {
	pool, ctx := errgroup.WithContext(ctx)
	hand := newHandover()
	pool.Go(func() (err error) {
		defer close(hand.filled)
		p.fileRows, err = r.readBatches(ctx, rows, hand)
		return err
	})
	pool.Go(func() error {
		for batch := range hand.filled {
			for _, it := range batch {
				p.Findings.warn(it)
				if err := planner.Add(it); err != nil {
					return unplanned(err)
				}
			}
			hand.used <- batch[:0]
		}
		return nil
	})
	return pool.Wait()
}

// handover passes batches of rows from who reads to who plans, and back to be used again. No more than
// waiting + 2 of them exist at any time, so used is never full.
type handover struct {
	filled chan []job.Item
	used   chan []job.Item
}

// waiting is how many batches may wait to be planned.
const waiting = 4

func newHandover() handover {
	return handover{make(chan []job.Item, waiting), make(chan []job.Item, waiting+2)}
}

// give hands a batch on, and returns an empty one.
func (h handover) give(ctx context.Context, batch []job.Item) ([]job.Item, error) {
	select {
	case h.filled <- batch:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case batch = <-h.used:
		return batch, nil
	default:
		return make([]job.Item, 0, batchRows), nil
	}
}

// readBatches hands the rows of the input on, up to the limit, and counts those of the file.
func (r *run) readBatches(ctx context.Context, rows *reader.Reader, hand handover) (n int64, err error) {
	limit := r.settings.Limit
	batch := make([]job.Item, 0, batchRows)
	for !limit.reached(n) || !r.settings.ExpectRows.isAny() {
		it, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return n, err
		}
		beyond := limit.reached(n)
		if n++; beyond {
			continue
		}
		if batch = append(batch, it); len(batch) < batchRows {
			continue
		}
		if batch, err = hand.give(ctx, batch); err != nil {
			return n, err
		}
	}
	if _, err := hand.give(ctx, batch); err != nil {
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
func (r *run) tempFile() (plan.Temp, error) { return report.TempFile(r.path) }

// newReader reads the input from its first row.
func (r *run) newReader(from io.Reader) (*reader.Reader, error) {
	encoding := r.settings.Encoding
	if encoding == "auto" {
		encoding = reader.Auto
	}
	value, _ := r.op.ValueOf(r.settings.To)
	return reader.New(from, r.input.name, r.op, reader.Options{
		Columns:     r.settings.columns(),
		AccountType: r.settings.accountType(),
		Value:       value.API,
		AnyID:       r.settings.AnyID,
		Encoding:    encoding,
		Delimiter:   rune(r.settings.Delimiter),
		Say:         sayFlag,
	})
}

// sayFlag words a setting of the reader as a flag.
func sayFlag(setting, value string) string {
	if setting == "value" {
		setting = "to"
	}
	if value != "" {
		value = " " + value
	}
	return "--" + setting + value
}

// rows calls row with every row of the input up to the limit once more, as it is read and byte for byte.
func (r *run) rows(row func(it job.Item, raw []byte) error) error {
	return r.input.again(r.meta.Input, func(from io.Reader) error {
		rows, err := r.newReader(from)
		if err != nil {
			return err
		}
		for n := int64(0); !r.settings.Limit.reached(n); n++ {
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
