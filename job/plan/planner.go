package plan

import (
	"cmp"
	"errors"
	"hash/maphash"
	"slices"

	"golang.org/x/sync/errgroup"

	"meetbatch/job"
)

// DefaultMemory is Settings.Memory where that is 0.
const DefaultMemory = 16 << 20

// Settings say what is planned, and with what. Operation and Size are needed; the others may be zero.
type Settings struct {
	Operation job.Operation
	Size      int // entries per request at most, 1 to job.MaxChunk

	// Settled tells of a line whether its row has a result already. Such rows are left out of the plan, but are
	// grouped with the others, as they can have duplicates. It may be nil. It must be safe for concurrent use.
	Settled func(line int64) bool

	// Temp makes a temporary file, which the planner or its plan closes. It is called twice at most, and only
	// when there are more than Memory bytes of rows. Where it is nil, everything stays in memory.
	Temp func() (Temp, error)

	// Memory is how many bytes of rows are held in memory before they go to a temporary file; 0 means
	// DefaultMemory. A row takes little more than the bytes of its account and its value. The rows of one
	// account are in memory together in any case.
	Memory int64
}

// Planner groups the rows of a whole input into the smallest number of requests. It is made by New, and is not
// safe for concurrent use.
type Planner struct {
	settings   Settings
	seed       maphash.Seed
	partitions [partitionCount]partition
	held       int64  // bytes of packed records in memory
	scratch    packed // the record that is added

	tally         Tally // of the rows alone
	invalid       list  // rows that are invalid by themselves
	reasons       reasons
	contradicting int // the number of the reason of rows that contradict one another

	spilling bool       // memory was full once, so that everything goes to the files
	rowFile  *spillFile // of the partitions
	planFile *spillFile // of what will be the plan's
}

// New makes a planner. It has to be closed, unless it gives a plan.
func New(settings Settings) *Planner {
	settings.Memory = cmp.Or(settings.Memory, DefaultMemory)
	if settings.Settled == nil {
		settings.Settled = func(int64) bool { return false }
	}
	p := &Planner{
		settings: settings,
		seed:     maphash.MakeSeed(),
		rowFile:  &spillFile{create: settings.Temp},
		planFile: &spillFile{create: settings.Temp},
	}
	p.contradicting = p.reasons.number(contradicts(settings.Operation))
	return p
}

// Add takes the next row of the input, whose line is behind that of the row before. An error is that of a
// temporary file; after it, the planner can only be closed.
func (p *Planner) Add(it job.Item) error {
	p.tally.Rows++
	r := row{it.Line, it.Account, it.Value}
	if it.Invalid == "" {
		p.scratch = packRow(p.scratch[:0], r)
		return p.put(&p.partition(it.Account).rows)
	}
	if p.settings.Settled(it.Line) {
		return nil
	}
	p.tally.InvalidRows++
	p.scratch = packInvalid(p.scratch[:0], r, p.reasons.number(it.Invalid), it.Detail)
	return p.put(&p.invalid)
}

// AddEarlier takes what an earlier run did, so that rows that ask for the same are skipped. It may be called
// before and after rows were added. Of what was done to one room (or one account, for operations that are not
// per account) only the latest counts; of several at the same time, what was added last. An error is that of a
// temporary file; after it, the planner can only be closed.
func (p *Planner) AddEarlier(e job.Earlier) error {
	p.scratch = packEarlier(p.scratch[:0], e)
	return p.put(&p.partition(e.Account).earlier)
}

func (p *Planner) hash(account string) uint64 { return maphash.String(p.seed, account) }

func (p *Planner) partition(account string) *partition {
	return &p.partitions[p.hash(account)%partitionCount]
}

// put adds the record in scratch to a list, and spills everything when there is too much in memory.
func (p *Planner) put(l *list) error {
	l.add(p.scratch)
	p.held += int64(len(p.scratch))
	if p.settings.Temp == nil || p.held < p.settings.Memory {
		return nil
	}
	p.spilling = true
	return p.spill()
}

// spill moves everything to the files.
func (p *Planner) spill() error {
	p.held = 0
	if err := p.rowFile.writePartitions(p.partitions[:]); err != nil {
		return err
	}
	return p.planFile.write(&p.invalid)
}

// Plan groups what was added. The plan has to be closed; the planner can only be closed afterwards. An error is
// that of a temporary file, io.ErrUnexpectedEOF where less comes back than was written.
func (p *Planner) Plan() (*Plan, error) {
	sections, err := p.groupPartitions()
	if err := errors.Join(err, p.rowFile.close()); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	plan := &Plan{
		Tally:     p.tally,
		operation: p.settings.Operation,
		size:      p.settings.Size,
		file:      p.planFile,
		reasons:   p.reasons,
		invalid:   []list{p.invalid},
	}
	p.planFile = &spillFile{} // the file is the plan's to close from here on
	for _, s := range sections {
		plan.add(s)
	}
	for _, n := range plan.Values {
		plan.Requests += requests(n, plan.size)
	}
	return plan, nil
}

// groupPartitions makes the sections of all partitions, of some at a time.
func (p *Planner) groupPartitions() ([]section, error) {
	if p.spilling {
		if err := p.spill(); err != nil {
			return nil, err
		}
		for i := range p.partitions {
			p.partitions[i].drop()
		}
	}
	var all [partitionCount][]section
	var pool errgroup.Group
	pool.SetLimit(grouping)
	for i := range p.partitions {
		if p.partitions[i].size() == 0 {
			continue
		}
		pool.Go(func() (err error) {
			all[i], err = p.groupPartition(&p.partitions[i])
			return err
		})
	}
	err := pool.Wait()
	return slices.Concat(all[:]...), err
}

// Close gives up the temporary files. It may be called more than once, and does nothing where Plan returned a
// plan: that closes its own file. So it can be deferred as soon as there is a planner.
func (p *Planner) Close() error { return errors.Join(p.rowFile.close(), p.planFile.close()) }
