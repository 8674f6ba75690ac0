package plan

import (
	"iter"

	"meetbatch/job"
)

// chunker cuts the entries of a plan's groups into chunks. There are as few as there can be, since of those for
// one target all but the last are full.
type chunker struct {
	size  int // entries per chunk at most
	yield func(job.Chunk, error) bool
}

// chunks yields the chunks of an operation's groups. An error is the last thing that it yields.
func chunks(op job.Operation, size int, groups iter.Seq2[group, error]) iter.Seq2[job.Chunk, error] {
	return func(yield func(job.Chunk, error) bool) {
		c := chunker{size, yield}
		if op.PerAccount {
			c.byAccount(groups)
		} else {
			c.byValue(groups)
		}
	}
}

// requests counts the chunks that so many entries for one target are cut into.
func requests(entries int64, size int) int64 { return (entries + int64(size) - 1) / int64(size) }

// full yields chunks of as many entries as one may have, and returns the entries that are left. It tells
// whether more is wanted.
func (c chunker) full(target string, entries []job.Entry) (left []job.Entry, more bool) {
	// The next line decides the size of a request: it has as many entries as it may have.
	for len(entries) >= c.size {
		if !c.yield(job.Chunk{Target: target, Entries: entries[:c.size:c.size]}, nil) {
			return nil, false
		}
		entries = entries[c.size:]
	}
	return entries, true
}

// last yields a chunk of the entries that are left, if there are any. It tells whether more is wanted.
func (c chunker) last(target string, left []job.Entry) (more bool) {
	return len(left) == 0 || c.yield(job.Chunk{Target: target, Entries: left}, nil)
}

// byAccount makes each account a target. All of its entries are in its group.
func (c chunker) byAccount(groups iter.Seq2[group, error]) {
	for g, err := range groups {
		if err != nil {
			c.yield(job.Chunk{}, err)
			return
		}
		left, more := c.full(g.account, g.entries)
		if !more || !c.last(g.account, left) {
			return
		}
	}
}

// byValue makes each value a target. Its entries are accounts, which are gathered until there are enough of
// them.
func (c chunker) byValue(groups iter.Seq2[group, error]) {
	gathered := map[string][]job.Entry{}
	var values []string // in the order of their first rows, so that the same plan always gives the same chunks
	for g, err := range groups {
		if err != nil {
			c.yield(job.Chunk{}, err)
			return
		}
		value, account := swapped(g.account, g.entries[0])
		entries, known := gathered[value]
		if !known {
			values = append(values, value)
		}
		if cap(entries) == 0 {
			entries = make([]job.Entry, 0, c.size)
		}
		left, more := c.full(value, append(entries, account))
		if !more {
			return
		}
		gathered[value] = left
	}
	for _, value := range values {
		if !c.last(value, gathered[value]) {
			return
		}
	}
}

// swapped makes the value the target and the account the entry, as it is in requests that are not per account.
// In groups it is the other way round for all operations.
func swapped(account string, e job.Entry) (value string, entry job.Entry) {
	value, e.ID = e.ID, account
	return value, e
}
