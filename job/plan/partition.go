package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// partitionCount is into how many partitions a planner divides the accounts. What is done partition by partition
// takes a small part of what it would take for the whole.
const partitionCount = 512

// grouping is how many partitions are grouped at a time.
const grouping = 2

// maxRows is how many rows of one account are grouped at most, since they have to be in memory together. An account holds
// 32 rooms (meeting_21_1104), so that more of them are another column than was meant, or an input that has gone wrong.
const maxRows = 100_000

// TooManyRows is the error of Plan for an account that has more rows than are planned for one.
type TooManyRows struct {
	Account string
	Line    int64 // of its first row
	Most    int64 // rows that are planned for one account
}

func (e *TooManyRows) Error() string {
	return fmt.Sprintf("account %q has more than %d rows, from line %d on", e.Account, e.Most, e.Line)
}

// partition has the rows of those accounts whose hashes are the same modulo partitionCount, and what earlier
// runs did to these accounts.
type partition struct{ rows, earlier list }

func (p *partition) lists() [2]*list { return [2]*list{&p.rows, &p.earlier} }

func (p *partition) size() int64 { return p.rows.size() + p.earlier.size() }

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

// largePart is the size in bytes beyond which a partition is divided before it is grouped: those that are
// grouped at a time take no more together than the planner may hold. The 1 is there because sizes are divided
// by it.
func (p *Planner) largePart() int64 { return 1 + p.settings.Memory/grouping }

// smallPart is the size in bytes up to which the spellings of an account stay together, however little memory there is to be.
const smallPart = 64 << 10

// groupPartition adds what becomes of a partition to the plan. One that is too large is divided first, as far
// as its accounts allow. Nothing is left in the partition.
func (p *Planner) groupPartition(whole *partition) error {
	all := *whole
	*whole = partition{}
	return p.inParts(all, p.largePart(), p.hash, func(part partition) error {
		// One that is still too large has an account with very many rows, or in very many spellings; these are divided once
		// more, so that of an account some are found only, and it may count as several.
		return p.inParts(part, max(p.largePart(), smallPart), p.exactHash, p.groupPart)
	})
}

// inParts does something with a partition or, where that is too large, with each of the parts into which a hash divides it.
func (p *Planner) inParts(whole partition, most int64, hash func(account string) uint64, do func(partition) error) (err error) {
	parts := []partition{whole}
	if parts[0].size() > most {
		parts, err = p.divide(parts[0], hash)
	}
	for i := 0; i < len(parts) && err == nil; i++ {
		err = do(parts[i])
	}
	return err
}

// divide spreads a partition over smaller ones. The hashes of its accounts are the same modulo partitionCount,
// so that only what is left of them after the division tells the accounts apart.
func (p *Planner) divide(whole partition, hash func(account string) uint64) ([]partition, error) {
	parts := make([]partition, 1+whole.size()/p.largePart())
	held := int64(0)
	for i, l := range whole.lists() {
		records := p.rowFile.records(*l)
		for records.Scan() {
			// Where the account is damaged, that is found when the record is unpacked.
			account := (&fields{rest: records.Text()}).text()
			part := &parts[hash(account)/partitionCount%uint64(len(parts))]
			part.lists()[i].add(records.Bytes())
			if held += int64(len(records.Bytes())); p.spilling && held >= p.largePart() {
				held = 0
				if err := p.rowFile.writePartitions(parts); err != nil {
					return nil, err
				}
			}
		}
		if err := records.Err(); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// groupPart adds what becomes of a partition, or of a part of one, to the plan. It is the same whichever part is
// added first, since the lists are merged by line.
func (p *Planner) groupPart(part partition) error {
	s, err := p.sectionOf(part)
	if err != nil {
		return err
	}
	buffer := make(packed, 0, part.rows.size()*9/8) // nearly always enough
	toSend := byLine(buffer, s.toSend, func(g group) int64 { return g.entries[0].Line }, packGroup)
	skipped := byLine(nil, s.skipped, func(s skip) int64 { return s.entry.Line }, packSkip)
	invalid := byLine(nil, s.invalid, func(a aside) int64 { return a.line }, packAside)
	if p.spilling {
		for _, l := range []*list{&toSend, &skipped, &invalid} {
			if err := p.plan.file.write(l); err != nil {
				return err
			}
			l.memory = nil
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan.Tally.add(s.tally)
	p.plan.Elsewhere.InvalidRows += s.elsewhere
	p.plan.Torn = append(p.plan.Torn, s.torn...)
	p.plan.Alike.add(s.alike)
	p.plan.Apart.add(s.apart)
	p.plan.toSend = append(p.plan.toSend, toSend)
	p.plan.skipped = append(p.plan.skipped, skipped)
	p.plan.invalid = append(p.plan.invalid, invalid)
	return nil
}

// sectionOf groups the rows of a part by account, and decides on the groups.
func (p *Planner) sectionOf(part partition) (section, error) {
	if part.rows.size() > p.largePart() { // that it could not be divided is due to few accounts
		if err := p.checkAccounts(part.rows); err != nil {
			return section{}, err
		}
	}
	past := history{}
	err := p.rowFile.load(part.earlier, func(record string) error {
		did, err := unpackEarlier(record)
		at := placeOf(&p.settings.Operation, did.Account, did.Value)
		if before, known := past[at]; !known || before.At <= did.At { // of those at the same time, the last counts
			past[at] = did
		}
		return err
	})
	if err != nil {
		return section{}, err
	}
	var groups []group // in the order of the accounts' first rows
	byAccount := map[string]int{}
	err = p.rowFile.load(part.rows, func(record string) error {
		it, err := unpackRow(record)
		at, known := byAccount[it.Account]
		if !known {
			at = len(groups)
			byAccount[it.Account] = at
			groups = append(groups, group{account: it.Account})
		}
		groups[at].add(it)
		if g := &groups[at]; g.rows > maxRows && err == nil {
			err = &TooManyRows{strings.Clone(g.account), g.entries[0].Line, maxRows}
		}
		return err
	})
	s := section{tally: Tally{Values: map[string]int64{}}, toSend: groups[:0]} // which never gets ahead of groups
	if err == nil {
		s.alike, s.apart = spellings(groups, byAccount, p.settings.Operation.PerAccount)
	}
	others := section{tally: Tally{Values: map[string]int64{}}}
	for _, g := range groups {
		if p.settings.Shard.Has(g.account) {
			s.add(g, &p.settings, past)
		} else {
			others.add(g, &p.settings, past)
		}
	}
	s.elsewhere = others.tally.InvalidRows
	return s, err
}

// checkAccounts finds an account that has too many rows, without having the rows in memory together.
func (p *Planner) checkAccounts(rows list) error {
	type account struct{ rows, line int64 }
	accounts := map[string]*account{}
	records := p.rowFile.records(rows)
	for records.Scan() {
		it, err := unpackRow(records.Text())
		if err != nil {
			return err
		}
		a := accounts[it.Account]
		if a == nil {
			a = &account{line: it.Line}
			accounts[strings.Clone(it.Account)] = a // and not the whole record
		}
		if a.rows++; a.rows > maxRows {
			return &TooManyRows{strings.Clone(it.Account), a.line, maxRows}
		}
	}
	return records.Err()
}

// byLine packs things by line, and gives them as a list. The buffer is empty. Groups were in the order of their
// accounts' first rows, which may not be among those that are left.
func byLine[T any](buffer packed, its []T, line func(T) int64, pack func(to packed, it T) packed) list {
	slices.SortFunc(its, func(a, b T) int { return cmp.Compare(line(a), line(b)) })
	l := list{memory: buffer}
	var record packed
	for _, it := range its {
		record = pack(record[:0], it)
		l.add(record)
	}
	return l
}
