package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

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
	Input     string // its name, for messages
	Encoding  string // of the input, as it was found: one of the reader's
	Delimiter rune
	Settled   int64 // rows that an interrupted run has settled already
	Findings  Findings

	fileRows int64 // rows of the input, also those beyond the limit where they are counted
	lastLine int64 // on which the last row begins, up to the limit
	header   []byte
}

// makePlan reads and plans the whole input, until the context ends. When it has no error the input is kept on the disk,
// where it is to be.
func (r *run) makePlan(ctx context.Context) error {
	var err error
	r.planned, err = r.readPlan(ctx)
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

// readPlan reads the input and plans it at the same time.
func (r *run) readPlan(ctx context.Context) (_ *Planned, err error) {
	p := &Planned{Operation: r.op, Settings: r.settings, Input: r.input.name, Settled: r.settledBefore()}
	rows, err := r.newReader(r.input, r.keep())
	if err != nil {
		return nil, err
	}
	planner := plan.New(plan.Settings{Operation: r.op, Size: r.settings.Chunk, Settled: r.isSettled(), Stop: ctx.Err, Temp: r.tempFile})
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
	pool.Go(func() error {
		for batch := range batches {
			for _, it := range batch {
				p.Findings.warn(it)
				p.lastLine = it.Line
				if r.past != nil {
					r.past.Row(it)
				}
				if err := planner.Add(it); err != nil {
					return unplanned(err)
				}
			}
		}
		return nil
	})
	if err := pool.Wait(); err != nil {
		return nil, err
	}
	if p.Plan, err = planner.Plan(); err != nil {
		if many, is := errors.AsType[*plan.TooManyRows](err); is {
			return nil, r.tooMany(many)
		}
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
	return p, nil
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
func (r *run) tempFile() (plan.Temp, error) { return report.TempFile(r.path) }

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
		value = " " + value
	}
	return "--" + setting + value
}

// rows calls row with every row of the input up to the limit once more, as it is read and byte for byte.
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

// Guard refuses a plan that is not what the user can have meant.
func (p *Planned) Guard() error {
	s := p.Settings
	if !s.ExpectRows.contains(p.fileRows) {
		return Refuse(fmt.Errorf("%s: %s, and --expect-rows is %s", p.Input, words.Plural(p.fileRows, "row"), s.ExpectRows),
			"is this the right file, and whole?")
	}
	if s.MaxInvalid.Exceeded(p.InvalidRows, p.Rows) {
		return Refuse(fmt.Errorf("%s: %s of %s are invalid, and --max-invalid is %s", p.Input, words.Number(p.InvalidRows), words.Plural(p.Rows, "row"), s.MaxInvalid),
			"mend the rows, or send the others all the same with --max-invalid 100%")
	}
	return nil
}

// Findings collects what is wrong with rows, by reason, so that a plan can tell it in a few lines.
type Findings struct {
	Kinds []*Finding
	byWhy map[string]*Finding
}

// Finding is what is wrong with some rows.
type Finding struct {
	Why   string
	Count int64   // of the rows
	Lines []int64 // of the first of them
}

// keptLines is how many rows of each kind are named; all are counted.
const keptLines = 10

func (f *Findings) warn(it job.Item) {
	if it.Warning != "" {
		f.add(it.Warning+", sent all the same", it.Line)
	}
}

func (f *Findings) invalid(it job.Item) { f.add("invalid: "+it.Invalid, it.Line) }

func (f *Findings) add(why string, line int64) {
	kind := f.byWhy[why]
	if kind == nil {
		kind = &Finding{Why: why}
		if f.byWhy == nil {
			f.byWhy = map[string]*Finding{}
		}
		f.byWhy[why] = kind
		f.Kinds = append(f.Kinds, kind)
	}
	kind.Count++
	if len(kind.Lines) < keptLines {
		kind.Lines = append(kind.Lines, line)
	}
}
