package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"

	"meetbatch/internal/words"
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
	Input     string       // its name, for messages
	Table     reader.Table // how it was read
	Dir       string       // of the run; empty where none is written
	Settled   int64        // rows that an interrupted run has settled already
	InVain    int64        // those of them that did not succeed
	Findings  Findings

	Impossible int64 // invalid rows that are so since the service is as it is
	Read       int64 // requests by which that was found out
	Undo       bool  // it takes another run back: its input was made for that

	First, Last job.Item // of the rows that can be sent, as far as reading shows; without a line where there is none

	weighed  bool  // the rows were held against what the service holds
	fileRows int64 // rows of the input, also those beyond the limit where they are counted
	lastLine int64 // on which the last row begins, up to the limit
	header   []byte
	again    bool // the run began in an earlier process
	begun    bool // and was found to be what the user meant, since it began to send
}

// makePlan reads and plans the whole input, until the context ends. When it has no error the input is kept on the disk,
// where it is to be.
func (r *run) makePlan(ctx context.Context) (err error) {
	r.planned, err = r.readPlan(ctx, r.input, r.keep())
	if r.keeper != nil {
		defer r.keeper.Discard()
		err = cmp.Or(r.notKept(r.keeper.Err()), err)
	}
	var e *Error
	switch {
	case err == nil:
		return r.haveRead()
	case errors.As(err, &e):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case r.input.kept: // it could be read before
		return r.refuseChanged()
	}
	return Refuse(err, "")
}

// readPlan reads the input and plans it at the same time. What is read of it goes to keep, which may be nil.
func (r *run) readPlan(ctx context.Context, from io.Reader, keep io.Writer) (_ *Planned, err error) {
	p := &Planned{Dir: r.path, Operation: r.op, Settings: r.settings, Input: r.input.name, Settled: r.settledBefore(), InVain: r.settledBefore(job.Failed, job.Unknown)}
	p.again, p.Read, p.weighed, p.Undo = r.past != nil, r.read, r.changes != nil, r.meta.UndoOf != ""
	p.begun = p.again && r.meta.State != report.Planning
	rows, err := r.newReader(from, keep)
	if err != nil {
		return nil, err
	}
	planner := plan.New(plan.Settings{Operation: r.op, Size: r.settings.Chunk, Shard: r.settings.Shard, Settled: r.isSettled(), Stop: ctx.Err, Temp: r.tempFile})
	defer planner.Close() // which has nothing to do where there is a plan
	if err := r.addEarlier(ctx, planner); err != nil {
		return nil, err
	}
	batches := make(chan []job.Item, 4)
	pool, ctx := errgroup.WithContext(ctx)
	pool.Go(func() (err error) {
		defer close(batches)
		p.fileRows, err = r.readBatches(ctx, rows, batches)
		return err
	})
	pool.Go(func() error { return r.planBatches(batches, p, planner) })
	if err := pool.Wait(); err != nil {
		return nil, err
	}
	if p.Plan, err = planner.Plan(); err != nil {
		if many, is := errors.AsType[*plan.TooManyRows](err); is {
			return nil, r.tooMany(many)
		}
		return nil, unplanned(err)
	}
	if err := p.takeFindings(); err != nil {
		return nil, errors.Join(unplanned(err), p.Close())
	}
	p.header, p.Table = rows.Header(), rows.Table()
	p.Findings.Notes = append(p.Findings.Notes, r.notes(rows, p.fileRows)...)
	return p, nil
}

// planBatches hands rows to the planner, and takes down what is to be said of them.
func (r *run) planBatches(batches <-chan []job.Item, p *Planned, planner *plan.Planner) (err error) {
	var rooms claims
	for batch := range batches {
		p.takeEnds(batch)
		for _, it := range batch {
			own := r.settings.Shard.Has(it.Account)
			if own || it.Doubt != "" {
				p.Findings.warn(it, r.op.Column)
			}
			p.lastLine = it.Line
			if own && r.past != nil {
				r.past.Row(it)
			}
			if r.op.Takes == job.Free {
				it = rooms.take(it)
			}
			if own && r.changes != nil {
				if it, err = r.changes.take(it, planner); err != nil {
					return unplanned(err)
				}
			}
			if err := planner.Add(it); err != nil {
				return unplanned(err)
			}
		}
	}
	return nil
}

// takeFindings takes down what the plan finds of rows and accounts.
func (p *Planned) takeFindings() error {
	for it, err := range p.Invalid() {
		if err != nil {
			return err
		}
		p.Findings.invalid(it)
		if impossible(it) {
			p.Impossible++
		}
	}
	p.Findings.spelled(p.Alike, "")
	p.Findings.spelled(p.Apart, ", which ask for different values")
	return nil
}

// notes are what is to be told of the input beside its rows, of which there are n.
func (r *run) notes(rows *reader.Reader, n int64) []reader.Note {
	notes := slices.Clone(rows.Notes())
	if n == 0 && !r.settings.NoHeader {
		notes = append(notes, reader.Note{Text: "no rows below the header"})
	}
	change := r.input.change()
	if change == "" && r.meta.Input.Changed { // as an earlier process saw
		change = "changed"
	}
	if r.input.meta.Changed = change != ""; change != "" {
		notes = append(notes, reader.Note{Doubt: reader.DoubtUnfinished, Text: "the file " + change + " while it was read: is its export finished?"})
	}
	return notes
}

// takeEnds takes down the first and the last row that can be sent.
func (p *Planned) takeEnds(batch []job.Item) {
	sendable := func(it job.Item) bool { return it.Invalid == "" && p.Settings.Shard.Has(it.Account) }
	if at := slices.IndexFunc(batch, sendable); at >= 0 && p.First.Line == 0 {
		p.First = batch[at]
	}
	for _, it := range slices.Backward(batch) {
		if sendable(it) {
			p.Last = it
			return
		}
	}
}

// readBatches hands the rows of the input on, some at a time, up to the limit, and counts those of the file.
func (r *run) readBatches(ctx context.Context, rows *reader.Reader, batches chan<- []job.Item) (n int64, err error) {
	const size = 256
	batch := make([]job.Item, 0, size)
	give := func() error {
		select {
		case batches <- batch:
			batch = make([]job.Item, 0, size)
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for limit := r.settings.Limit; !limit.reached(n) || !r.settings.ExpectRows.isAny(); n++ {
		it, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return n, err
		}
		if limit.reached(n) {
			continue
		}
		if batch = append(batch, it); len(batch) < size {
			continue
		}
		if err := give(); err != nil {
			return n, err
		}
	}
	if err := give(); err != nil {
		return n, err
	}
	return n, r.input.rest(ctx)
}

// unplanned is the error of a temporary file.
func unplanned(err error) error {
	return Unrecorded(fmt.Errorf("the plan cannot be written to a temporary file: %w", err), "make room where the run directory is, or for a dry run in TMPDIR")
}

// tooMany refuses an account that would take all memory.
func (r *run) tooMany(e *plan.TooManyRows) error {
	hint := "is the account in another column? --column account=HEADER; else leave out what is repeated"
	if r.op.PerAccount {
		hint = "an account holds 32 rooms at most; is it in another column? --column account=HEADER"
	}
	return Refuse(fmt.Errorf("%s: account %q has more than %s, which are planned together, from line %d on", r.input.name, e.Account, words.Plural(e.Most, "row"), e.Line), hint)
}

// tempFile makes a file for rows beyond what memory may hold: in the run directory, so that the disk that
// has room for the results has it for the plan, and for a dry run where temporary files belong.
func (r *run) tempFile() (plan.Temp, error) {
	if r.dry {
		return report.TempFile("")
	}
	return report.TempFile(r.path)
}

// newReader reads the input from its first row. What is read of it goes to keep, which may be nil.
func (r *run) newReader(from io.Reader, keep io.Writer) (*reader.Reader, error) {
	value, _ := r.op.ValueOf(r.settings.To)
	return reader.New(from, r.input.name, r.op, reader.Options{
		Columns:     r.settings.columns(),
		HeaderLine:  int64(r.settings.HeaderLine),
		NoHeader:    r.settings.NoHeader,
		AccountType: r.settings.accountType(),
		Value:       value.API,
		AnyID:       r.settings.AnyID,
		Encoding:    string(r.settings.Encoding),
		Delimiter:   rune(r.settings.Delimiter),
		Keep:        keep,
		Say:         sayFlag,
	})
}

// sayFlag words a setting of the reader as a flag.
func sayFlag(setting, value string) string {
	if setting == "value" {
		setting = "to"
	}
	if value != "" {
		value = " " + words.Quoted(value)
	}
	return "--" + setting + value
}

// rows calls row with every row of the input that the run is about, up to the limit or of its shard, once more, as it is read and byte for byte.
func (r *run) rows(row func(it job.Item, raw []byte) error) error {
	return r.input.again(func(from io.Reader) error {
		rows, err := r.newReader(from, nil)
		if err != nil {
			return err
		}
		for n := int64(0); !r.settings.Limit.reached(n); n++ {
			it, err := rows.Read()
			if err == io.EOF {
				return nil
			}
			if err == nil && r.settings.Shard.Has(it.Account) {
				err = row(it, rows.Raw())
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
