package plan

const (
	// partitionCount is into how many partitions a planner divides the accounts. What is done partition by
	// partition takes a small part of what it would take for the whole.
	partitionCount = 512

	// grouping is how many partitions are grouped at a time.
	grouping = 2
)

// partition has the rows of those accounts whose hashes are the same modulo partitionCount, and what earlier
// runs did to these accounts.
type partition struct{ rows, earlier list }

func (p *partition) lists() [2]*list { return [2]*list{&p.rows, &p.earlier} }

func (p *partition) size() int64 { return p.rows.size() + p.earlier.size() }

// drop gives up the buffers of lists that are in the file. While rows are added, they are kept to be filled
// again.
func (p *partition) drop() {
	for _, l := range p.lists() {
		l.memory = nil
	}
}

// largePart is the size in bytes beyond which a partition is divided before it is grouped: those that are
// grouped at a time take no more together than the planner may hold. The 1 is there because sizes are divided
// by it.
func (p *Planner) largePart() int64 { return 1 + p.settings.Memory/grouping }

// groupPartition makes the sections of a partition. One that is too large is divided first, as far as its
// accounts allow. Nothing is left in the partition.
func (p *Planner) groupPartition(part *partition) ([]section, error) {
	parts := []partition{*part}
	*part = partition{}
	if parts[0].size() > p.largePart() {
		var err error
		if parts, err = p.divide(parts[0]); err != nil {
			return nil, err
		}
	}
	var all []section
	for i := range parts {
		s, err := p.sectionOf(&parts[i])
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// divide spreads a partition over smaller ones. The hashes of its accounts are the same modulo partitionCount,
// so that only what is left of them after the division tells the accounts apart.
func (p *Planner) divide(whole partition) ([]partition, error) {
	parts := make([]partition, 1+whole.size()/p.largePart())
	held := int64(0)
	for i, l := range whole.lists() {
		for record, err := range p.rowFile.all(*l) {
			if err != nil {
				return nil, err
			}
			account, err := accountOf(record)
			if err != nil {
				return nil, err
			}
			part := &parts[p.hash(account)/partitionCount%uint64(len(parts))]
			to := part.lists()[i]
			to.memory = appendText(to.memory, record)
			if held += int64(len(record)); !p.spilling || held < p.largePart() {
				continue
			}
			held = 0
			if err := p.rowFile.writePartitions(parts); err != nil {
				return nil, err
			}
		}
	}
	return parts, nil
}

func (f *spillFile) writePartitions(parts []partition) error {
	for i := range parts {
		for _, l := range parts[i].lists() {
			if err := f.write(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// sectionOf groups the rows of a partition, which are taken out of it.
func (p *Planner) sectionOf(part *partition) (section, error) {
	size := int(part.rows.size())
	groups, past, err := p.load(part)
	if err != nil {
		return section{}, err
	}
	by := sifter{settings: &p.settings, history: past, contradicting: p.contradicting}
	s := by.sift(groups, size)
	if !p.spilling {
		return s, nil
	}
	for _, l := range s.lists() {
		if err := p.planFile.write(l); err != nil {
			return section{}, err
		}
		l.memory = nil
	}
	return s, nil
}

func (p *Planner) load(part *partition) ([]group, *history, error) {
	rows, err := p.rowFile.load(part.rows)
	if err != nil {
		return nil, nil, err
	}
	did, err := p.rowFile.load(part.earlier)
	if err != nil {
		return nil, nil, err
	}
	*part = partition{}
	past := &history{operation: p.settings.Operation}
	if err := past.add(did); err != nil {
		return nil, nil, err
	}
	groups, err := groupRows(rows)
	return groups, past, err
}
