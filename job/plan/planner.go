// Package plan groups the rows of a whole input into the fewest chunks.
package plan

import (
	"cmp"
	"errors"
	"hash/maphash"
	"io"

	"golang.org/x/sync/errgroup"

	"meetbatch/job"
)

const (
	// partitions is into how many parts a planner divides the accounts. Each is grouped by itself, so that
	// what this takes is a small part of the whole.
	partitions = 512

	// grouping is how many parts are grouped at a time.
	grouping = 2

	// DefaultMemory is how many bytes of rows a planner holds before it uses its temporary files.
	DefaultMemory = 16 << 20
)

// Settings say what is planned, and with what.
type Settings struct {
	Operation job.Operation
	Size      int // entries per request at most, 1 to job.MaxChunk

	// Settled tells of a line whether its row has a result already. Such rows are grouped with the others, and
	// then left out. It may be nil. It must be safe for concurrent use.
	Settled func(line int64) bool

	// Temp makes a temporary file. It is called twice at most, when there are more than Memory bytes of rows. Where
	// it is nil, everything stays in memory.
	Temp func() (Temp, error)

	// Memory is how many bytes of rows are held before they go to a temporary file; 0 means DefaultMemory.
	Memory int64
}

// Planner groups the rows of a whole input into the smallest number of requests. It is not safe for concurrent use.
// Whoever has no use for it any more closes it, unless Plan has returned a plan.
type Planner struct {
	settings Settings
	seed     maphash.Seed
	rows     spillFile
	parts    [partitions]list
	held     int64 // bytes of rows in memory
	scratch  packed
	plan     *Plan
}

// New makes a planner.
func New(settings Settings) *Planner {
	settings.Memory = cmp.Or(settings.Memory, DefaultMemory)
	if settings.Settled == nil {
		settings.Settled = func(int64) bool { return false }
	}
	op := settings.Operation
	return &Planner{
		settings: settings,
		seed:     maphash.MakeSeed(),
		plan:     &Plan{op: op, size: settings.Size, Values: map[string]int64{}, kinds: []string{contradicts(op)}},
	}
}

// Add takes the next row of the input. The lines of successive rows ascend. An error is that of a temporary
// file.
func (p *Planner) Add(it job.Item) error {
	p.plan.Rows++
	if it.Invalid == "" {
		p.scratch = packRow(p.scratch[:0], it)
		return p.put(&p.parts[p.hash(it.Account)%partitions])
	}
	if p.settings.Settled(it.Line) {
		return nil
	}
	p.plan.InvalidRows++
	p.scratch = packItem(p.scratch[:0], it, p.plan.kind(it.Invalid))
	return p.put(&p.plan.wrong)
}

// AddEarlier takes an entry that need not be carried out again. All of them come before the first row.
func (p *Planner) AddEarlier(e job.Earlier) error {
	p.scratch = packEarlier(p.scratch[:0], e)
	return p.put(&p.parts[p.hash(e.Account)%partitions])
}

func (p *Planner) hash(account string) uint64 { return maphash.String(p.seed, account) }

// put appends what was written to scratch to a list, and clears the memory when there is too much in it.
func (p *Planner) put(sh *list) error {
	sh.memory = appendText(sh.memory, p.scratch)
	p.held += int64(len(p.scratch))
	if p.settings.Temp == nil || p.held < p.settings.Memory {
		return nil
	}
	p.rows.create, p.plan.kept.create = p.settings.Temp, p.settings.Temp
	return p.clear()
}

// clear moves everything to the files.
func (p *Planner) clear() error {
	p.held = 0
	for i := range p.parts {
		if err := p.rows.write(&p.parts[i]); err != nil {
			return err
		}
	}
	return p.plan.kept.write(&p.plan.wrong)
}

// Plan groups what was added. The planner must not be used afterwards, but for Close, and the plan must be closed. An error
// is that of a temporary file.
func (p *Planner) Plan() (*Plan, error) {
	if p.rows.create != nil {
		if err := p.clear(); err != nil {
			return nil, errors.Join(err, p.Close())
		}
		for i := range p.parts {
			p.parts[i].memory = nil
		}
	}
	var pool errgroup.Group
	pool.SetLimit(grouping)
	for i := range p.parts {
		pool.Go(func() error { return p.group(&p.parts[i], true) })
	}
	if err := errors.Join(pool.Wait(), p.rows.close()); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	p.plan.complete()
	plan := p.plan
	p.plan = &Plan{} // its file is the plan's to close from here on
	return plan, nil
}

// Close gives up the temporary files. After a Plan without error it does nothing: the plan closes its own. It may be
// called more than once.
func (p *Planner) Close() error { return errors.Join(p.rows.close(), p.plan.Close()) }

// largePart is the size in bytes beyond which a part is divided before it is grouped.
func (p *Planner) largePart() int64 { return 1 + p.settings.Memory/2 }

// group brings the rows of a part together, and adds them to the plan. A part that is too large is
// divided first, as far as its accounts allow.
func (p *Planner) group(part *list, divisible bool) error {
	if divisible && part.size() > p.largePart() {
		return p.divide(part)
	}
	rows, err := p.rows.load(*part)
	*part = list{}
	if err != nil || len(rows) == 0 {
		return err
	}
	g, err := groupRows(p.settings.Operation, rows)
	if err != nil {
		return err
	}
	return p.plan.add(g, len(rows), p.settings.Settled)
}

// divide spreads the rows of a part over smaller ones, and groups those.
func (p *Planner) divide(part *list) error {
	parts := make([]list, 1+part.size()/p.largePart())
	from, held := p.rows.records(*part), int64(0)
	for {
		r, err := from.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		sub := &parts[p.hash(accountOf(r))/partitions%uint64(len(parts))]
		sub.memory = appendText(sub.memory, r)
		if held += int64(len(r)); held < p.largePart() || p.rows.create == nil {
			continue
		}
		held = 0
		for i := range parts {
			if err := p.rows.write(&parts[i]); err != nil {
				return err
			}
		}
	}
	*part = list{}
	for i := range parts {
		if err := p.group(&parts[i], false); err != nil {
			return err
		}
	}
	return nil
}
