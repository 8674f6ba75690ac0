package plan

const (
	// partitionCount is into how many partitions a planner divides the accounts. What is done partition by partition
	// takes a small part of what it would take for the whole.
	partitionCount = 512

	// grouping is how many partitions are grouped at a time.
	grouping = 2
)

// partition has the rows of those accounts whose hashes are the same modulo partitionCount, and what earlier runs did
// to these accounts.
type partition struct{ rows, earlier list }

func (p *partition) lists() [2]*list { return [2]*list{&p.rows, &p.earlier} }

func (p *partition) size() int64 { return p.rows.size() + p.earlier.size() }

// drop gives up the memory that the lists wrote to the file from.
func (p *partition) drop() {
	for _, l := range p.lists() {
		l.memory = nil
	}
}

// largePart is the size in bytes beyond which a partition is divided before it is grouped, so that those that are
// grouped at a time take together what the planner may hold. It is never 0.
func (p *Planner) largePart() int64 { return 1 + p.settings.Memory/grouping }

// sections groups the rows of a partition. One that is too large is divided first, as far as its accounts allow.
// Nothing is left in the partition.
func (p *Planner) sections(part *partition) ([]section, error) {
	parts := []partition{*part}
	*part = partition{}
	if parts[0].size() > p.largePart() {
		var err error
		if parts, err = p.divide(parts[0]); err != nil {
			return nil, err
		}
	}
	var sections []section
	for i := range parts {
		s, err := p.section(&parts[i])
		if err != nil {
			return nil, err
		}
		sections = append(sections, s)
	}
	return sections, nil
}

// divide spreads a partition over smaller ones. All of its accounts have the same hash modulo partitionCount, so what
// tells them apart is the rest of the hash.
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

// section groups the rows of a partition, and leaves nothing in it.
func (p *Planner) section(part *partition) (section, error) {
	size := int(part.rows.size())
	groups, before, err := p.load(part)
	if err != nil {
		return section{}, err
	}
	sifter := sifter{settings: &p.settings, earlier: before, contradicting: p.contradicting}
	s := sifter.sift(groups, size)
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

func (p *Planner) load(part *partition) ([]group, *earlier, error) {
	rows, err := p.rowFile.load(part.rows)
	if err != nil {
		return nil, nil, err
	}
	did, err := p.rowFile.load(part.earlier)
	if err != nil {
		return nil, nil, err
	}
	*part = partition{}
	before := &earlier{operation: p.settings.Operation}
	if err := before.add(did); err != nil {
		return nil, nil, err
	}
	groups, err := groupRows(rows)
	return groups, before, err
}
