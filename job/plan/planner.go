package plan

import (
	"cmp"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"meetbatch/job"
)

// DefaultMemory is Settings.Memory where that is 0.
const DefaultMemory = 16 << 20

// Settings say what is planned, and with what. Operation and Size are needed; the others may be zero.
type Settings struct {
	Operation job.Operation
	Size      int // entries per request at most, 1 to job.MaxChunk

	// Shard is the part of the accounts whose rows are planned. The others are looked at all the same: whether there is
	// something wrong with the input does not depend on the part of it that is to be sent.
	Shard job.Shard

	// Settled tells of a line whether its row has a result already. Such rows are left out of the plan, but are
	// grouped with the others, as they can have duplicates. It may be nil. It must be safe for concurrent use.
	Settled func(line int64) bool

	// Stop is asked now and then whether to go on; its error ends the planning. It may be nil.
	Stop func() error

	// Temp makes a temporary file, which the planner or its plan closes. It is called twice at most, and only
	// when there are more than Memory bytes of rows. Where it is nil, everything stays in memory.
	Temp func() (Temp, error)

	// Memory is how many bytes of rows are held in memory before they go to a temporary file; 0 means
	// DefaultMemory. A row takes little more than the bytes of its account and its value. The rows of one
	// account are in memory together in any case, and more than 100,000 of them are an error.
	Memory int64
}

// Planner groups the rows of a whole input into the smallest number of requests. It is made by New, and is not
// safe for concurrent use.
type Planner struct {
	settings   Settings
	seed       maphash.Seed
	partitions [partitionCount]partition
	invalid    list       // rows that are invalid by themselves
	held       int64      // bytes of packed records in memory
	scratch    packed     // the record that is added
	spilling   bool       // memory was full once, so that everything goes to the files
	rowFile    *spillFile // of the partitions

	mu   sync.Mutex // of the plan, while partitions are grouped
	plan *Plan      // as far as it is made
}

// ofGroup is the number of the reason of rows that cannot be sent because of others of their account.
const ofGroup = 0

// reasonOfGroup says why that is: an account can have one value only, or so many entries.
func reasonOfGroup(op job.Operation) string {
	if op.PerAccount {
		return fmt.Sprintf("beyond the %d %ss that an account can hold at most", op.MostPerAccount, op.Noun)
	}
	return "contradicts another row with the same account and another " + op.Column
}

// New makes a planner. It has to be closed, unless it gives a plan.
func New(settings Settings) *Planner {
	settings.Memory = cmp.Or(settings.Memory, DefaultMemory)
	if settings.Settled == nil {
		settings.Settled = func(int64) bool { return false }
	}
	return &Planner{
		settings: settings,
		seed:     maphash.MakeSeed(),
		rowFile:  &spillFile{create: settings.Temp},
		plan: &Plan{
			Tally:     Tally{Values: map[string]int64{}},
			operation: settings.Operation,
			size:      settings.Size,
			file:      &spillFile{create: settings.Temp},
			reasons:   []string{ofGroup: reasonOfGroup(settings.Operation)},
		},
	}
}

// Add takes the next row of the input, whose line is behind that of the row before. An error is that of a
// temporary file; after it, the planner can only be closed.
func (p *Planner) Add(it job.Item) error {
	tally := &p.plan.Tally
	own := p.settings.Shard.Has(it.Account)
	if !own {
		tally = &p.plan.Elsewhere
	}
	tally.Rows++
	if it.Invalid == "" {
		return p.put(&p.partitions[p.hash(it.Account)%partitionCount].rows, packRow(p.scratch[:0], it))
	}
	if p.settings.Settled(it.Line) {
		return nil
	}
	tally.InvalidRows++
	if !own {
		return nil
	}
	reason := slices.Index(p.plan.reasons, it.Invalid)
	if reason < 0 {
		reason = len(p.plan.reasons)
		p.plan.reasons = append(p.plan.reasons, it.Invalid)
	}
	return p.put(&p.invalid, packInvalid(p.scratch[:0], it, reason))
}

// AddEarlier takes what an earlier run did, so that rows that ask for the same are skipped. It may be called
// before and after rows were added. Of what was done to one room (or one account, for operations that are not
// per account) only the latest counts; of several at the same time, what was added last. An error is that of a
// temporary file; after it, the planner can only be closed.
func (p *Planner) AddEarlier(e job.Earlier) error {
	return p.put(&p.partitions[p.hash(e.Account)%partitionCount].earlier, packEarlier(p.scratch[:0], e))
}

// hash is the same for all spellings of an account, so that they come to lie in one partition.
func (p *Planner) hash(account string) uint64 {
	if isFolded(account) {
		return p.exactHash(account)
	}
	return p.exactHash(fold(account))
}

func (p *Planner) exactHash(account string) uint64 { return maphash.String(p.seed, account) }

// put adds a record to a list, and spills everything when there is too much in memory.
func (p *Planner) put(l *list, record packed) error {
	p.scratch = record
	l.add(record)
	p.held += int64(len(record))
	if p.settings.Temp == nil || p.held < p.settings.Memory {
		return nil
	}
	p.spilling = true
	return p.spill()
}

// spill moves everything to the files.
func (p *Planner) spill() error {
	p.held = 0
	return cmp.Or(p.rowFile.writePartitions(p.partitions[:]), p.plan.file.write(&p.invalid))
}

// Plan groups what was added. The plan has to be closed; the planner can only be closed afterwards. An error is
// that of a temporary file, io.ErrUnexpectedEOF where less comes back than was written, or a *TooManyRows.
func (p *Planner) Plan() (*Plan, error) {
	if err := errors.Join(p.group(), p.rowFile.close()); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	plan := p.plan
	p.plan = &Plan{file: &spillFile{}} // the file is the plan's to close from here on
	plan.invalid = append(plan.invalid, p.invalid)
	for _, n := range plan.Values {
		plan.Requests += requests(n, plan.size)
	}
	return plan, nil
}

// group adds what becomes of all partitions to the plan. Some are grouped at a time.
func (p *Planner) group() error {
	if p.spilling {
		if err := p.spill(); err != nil {
			return err
		}
		for i := range p.partitions { // whose buffers were kept to be filled again
			p.partitions[i].rows.memory, p.partitions[i].earlier.memory = nil, nil
		}
	}
	var pool errgroup.Group
	pool.SetLimit(grouping)
	for i := range p.partitions {
		if p.settings.Stop != nil && p.settings.Stop() != nil {
			return errors.Join(pool.Wait(), p.settings.Stop())
		}
		if p.partitions[i].size() > 0 {
			pool.Go(func() error { return p.groupPartition(&p.partitions[i]) })
		}
	}
	return pool.Wait()
}

// Close gives up the temporary files. It may be called more than once, and does nothing where Plan returned a
// plan: that closes its own file. So it can be deferred as soon as there is a planner.
func (p *Planner) Close() error { return errors.Join(p.rowFile.close(), p.plan.file.close()) }
