package plan

import (
	"iter"
	"slices"
	"sync"
	"time"

	"meetbatch/job"
)

// Plan is every request that a run will send, and every row that it will not.
type Plan struct {
	Rows        int64 // of the input
	InvalidRows int64 // that cannot be sent
	SkippedRows int64 // that an earlier run carried out
	Duplicates  int64 // rows that repeat another and share its fate
	Accounts    int64 // to which something is done
	Entries     int64
	Requests    int64            // the smallest number that carries all entries
	Values      map[string]int64 // entries by value, for operations that are not per account
	Torn        []job.Entry      // settled, but for these duplicates of theirs

	op    job.Operation
	size  int
	kept  spillFile
	kinds []string // of job.Item.Invalid: a few, each of which many rows may share
	wrong list     // invalid rows, as they came

	mu          sync.Mutex
	groups      []list // of what is to be sent, each by line
	skipped     []list // of what was carried out earlier, each by line
	contradicts []list // invalid rows, each by line
}

// kind gives the index of a reason for being invalid.
func (p *Plan) kind(reason string) int {
	at := slices.Index(p.kinds, reason)
	if at < 0 {
		at = len(p.kinds)
		p.kinds = append(p.kinds, reason)
	}
	return at
}

// add takes the accounts of a part of so many bytes. Lines that are settled are left out. It may be called
// concurrently.
func (p *Plan) add(part grouped, size int, settled func(int64) bool) error {
	s := sifter{Plan: Plan{op: p.op, size: p.size, Values: map[string]int64{}}, settled: settled}
	s.toSend.memory = make(packed, 0, size+size/8) // nearly always enough
	for i := range part.groups {
		s.add(&part.groups[i], part)
	}
	s.complete()
	for _, sh := range []*list{&s.toSend, &s.toSkip, &s.wrong} {
		if p.kept.create == nil {
			break // everything fits into memory
		}
		if err := p.kept.write(sh); err != nil {
			return err
		}
		sh.memory = nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.InvalidRows += s.InvalidRows
	p.SkippedRows += s.SkippedRows
	p.Duplicates += s.Duplicates
	p.Accounts += s.Accounts
	p.Entries += s.Entries
	p.Requests += s.Requests
	for value, n := range s.Values {
		p.Values[value] += n
	}
	p.Torn = append(p.Torn, s.Torn...)
	p.groups = append(p.groups, s.toSend)
	p.skipped = append(p.skipped, s.toSkip)
	p.contradicts = append(p.contradicts, s.wrong)
	return nil
}

// complete counts what can only be counted when everything is there.
func (p *Plan) complete() {
	for _, n := range p.Values {
		p.Requests += requests(n, p.size)
	}
}

// Close gives up the plan's temporary file, if it has one.
func (p *Plan) Close() error { return p.kept.close() }

// Invalid yields the rows that cannot be sent, by line. An error is the last thing that it yields.
func (p *Plan) Invalid() iter.Seq2[job.Item, error] {
	return merge(&p.kept, append([]list{p.wrong}, p.contradicts...), func(record string) (int64, job.Item, error) {
		it, err := unpackItem(record, p.kinds)
		return it.Line, it, err
	})
}

// Skipped yields outcomes for the rows that an earlier run carried out, one entry each, by line, with the time at
// which it did. An error is the last thing that it yields.
func (p *Plan) Skipped() iter.Seq2[job.Outcome, error] {
	return merge(&p.kept, p.skipped, func(record string) (int64, job.Outcome, error) {
		g, err := unpackGroup(record)
		if err != nil {
			return 0, job.Outcome{}, err
		}
		line := g.entries[0].Line
		o := job.Outcome{Chunk: job.Chunk{Target: g.account, Entries: g.entries}, Status: job.Skipped, RequestID: g.requestID, FinishedAt: time.UnixMilli(g.at)}
		if !p.op.PerAccount {
			o.Chunk.Target, g.entries[0] = turned(g.account, g.entries[0])
		}
		return line, o, nil
	})
}

// Chunks yields the chunks, as far as grouping allows in the order of the input. It can be called
// more than once. An error is the last thing that it yields.
func (p *Plan) Chunks() iter.Seq2[job.Chunk, error] {
	return chunks(p.op, p.size, merge(&p.kept, p.groups, func(record string) (int64, group, error) {
		g, err := unpackGroup(record)
		if err != nil {
			return 0, group{}, err
		}
		return g.entries[0].Line, g, nil
	}))
}
