package job

import (
	"container/heap"
	"fmt"
	"hash/maphash"
	"iter"
	"slices"
)

// partitions is into how many parts a plan divides the accounts. Each is grouped by itself, so that
// the maps and slices this takes are a small part of the whole.
const partitions = 64

// Planner groups the rows of a whole input into the smallest number of requests. All rows of one
// account go to one partition, in a compact form; nothing else is kept. It is not safe for
// concurrent use.
type Planner struct {
	// Settled tells of a line whether its row needs nothing more; such rows are grouped with the
	// others, and then left out. It may be nil.
	Settled func(line int64) bool

	op      Operation
	size    int
	seed    maphash.Seed
	parts   [partitions]block
	invalid rejects
	rows    int64
}

// NewPlanner plans for requests of at most size entries, 1 to MaxChunk.
func NewPlanner(op Operation, size int) *Planner {
	return &Planner{op: op, size: size, seed: maphash.MakeSeed()}
}

// Add takes the next row of the input. The lines of successive rows ascend.
func (p *Planner) Add(it Item) {
	p.rows++
	if it.Invalid != "" {
		p.invalid.add(it)
		return
	}
	part := &p.parts[maphash.String(p.seed, it.Account)%partitions]
	part.putNumber(it.Line)
	part.putString(it.Account)
	part.putString(it.Value)
}

// Plan groups what was added. The planner must not be used afterwards.
func (p *Planner) Plan() *Plan {
	plan := &Plan{op: p.op, size: p.size, Rows: p.rows}
	plan.reject(p, p.invalid.all())
	values := map[string]int64{}
	var contradicting []Item
	for i := range p.parts {
		groups := groupRows(p.parts[i])
		p.parts[i] = nil // before the groups are encoded: one form at a time
		for _, g := range groups {
			if !p.op.PerAccount && len(g.entries) > 1 {
				contradicting = append(contradicting, contradictions(p.op, g)...)
				continue
			}
			for _, e := range g.entries {
				plan.Duplicates += int64(len(e.Duplicates))
			}
			if g.entries = plan.open(p, g); len(g.entries) == 0 {
				continue
			}
			plan.Accounts++
			plan.Entries += int64(len(g.entries))
			if p.op.PerAccount {
				plan.Requests += ceilDiv(int64(len(g.entries)), int64(p.size))
			} else {
				values[g.entries[0].ID]++
			}
			plan.parts[i].putGroup(g)
		}
	}
	for _, n := range values {
		plan.Requests += ceilDiv(n, int64(p.size))
	}
	slices.SortFunc(contradicting, func(a, b Item) int { return int(a.Line - b.Line) })
	plan.reject(p, slices.Values(contradicting))
	return plan
}

// reject takes in invalid rows, as far as they are not settled.
func (plan *Plan) reject(p *Planner, items iter.Seq[Item]) {
	for it := range items {
		if p.Settled == nil || !p.Settled(it.Line) {
			plan.invalid.add(it)
		}
	}
}

// Invalid yields the rows that cannot be sent: first those that are wrong in themselves, by line, then
// those that contradict others, by line.
func (plan *Plan) Invalid() iter.Seq[Item] { return plan.invalid.all() }

// InvalidRows counts them.
func (plan *Plan) InvalidRows() int64 { return plan.invalid.count }

// open returns the entries of a group that are not settled.
func (plan *Plan) open(p *Planner, g group) []Entry {
	if p.Settled == nil {
		return g.entries
	}
	return slices.DeleteFunc(g.entries, func(e Entry) bool {
		if !p.Settled(e.Line) {
			return false
		}
		if left := slices.DeleteFunc(e.Duplicates, p.Settled); len(left) > 0 {
			plan.Torn = append(plan.Torn, Entry{ID: e.ID, Line: e.Line, Duplicates: left})
		}
		return true
	})
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }

// group is what the rows of one account ask for: values, in the order of their first rows.
type group struct {
	account string
	entries []Entry
}

func (g group) line() int64 { return g.entries[0].Line }

// groupRows brings the rows of each account together, in the order of the accounts' first rows, and
// joins a row that repeats another to that one.
func groupRows(rows block) []group {
	type key struct{ account, value string }
	var groups []group
	byAccount := map[string]int{}
	byRow := map[key]int{} // only for accounts with several values; the index of the entry
	for len(rows) > 0 {
		line := rows.number()
		account, value := rows.bytes(), rows.bytes()
		at, known := byAccount[string(account)]
		if !known {
			g := group{account: string(account), entries: []Entry{{ID: string(value), Line: line}}}
			byAccount[g.account] = len(groups)
			groups = append(groups, g)
			continue
		}
		g := &groups[at]
		if len(g.entries) == 1 {
			byRow[key{g.account, g.entries[0].ID}] = 0
		}
		k := key{g.account, string(value)}
		if i, repeated := byRow[k]; repeated {
			g.entries[i].Duplicates = append(g.entries[i].Duplicates, line)
			continue
		}
		byRow[k] = len(g.entries)
		g.entries = append(g.entries, Entry{ID: k.value, Line: line})
	}
	return groups
}

// contradictions makes every row of an account that is given several values invalid: which of them
// is meant cannot be known, so none is sent.
func contradictions(op Operation, g group) []Item {
	var items []Item
	for i, e := range g.entries {
		other := g.entries[0]
		if i == 0 {
			other = g.entries[1]
		}
		it := Item{
			Account: g.account,
			Value:   e.ID,
			Invalid: fmt.Sprintf("contradicts another row with the same account and another %s", op.Column),
			Detail:  fmt.Sprintf("%s on line %d", other.ID, other.Line),
		}
		for _, line := range append([]int64{e.Line}, e.Duplicates...) {
			it.Line = line
			items = append(items, it)
		}
	}
	return items
}

// Plan is every request that a run will send, and every row that it will not.
type Plan struct {
	Rows       int64 // of the input
	Duplicates int64 // rows that repeat another and share its entry
	Accounts   int64
	Entries    int64
	Requests   int64   // the smallest number that carries all entries
	Torn       []Entry // settled, but for these duplicates of theirs

	op      Operation
	size    int
	invalid rejects
	parts   [partitions]block // groups, by line
}

// Chunks yields the chunks, as far as grouping allows in the order of the input. It can be called
// more than once. An error is the last thing that it yields.
func (p *Plan) Chunks() iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		if p.op.PerAccount {
			for g := range p.groups() {
				for entries := range slices.Chunk(g.entries, p.size) {
					if !yield(Chunk{g.account, entries}, nil) {
						return
					}
				}
			}
			return
		}
		open := map[string][]Entry{}
		var order []string // of the values, so that the same plan always gives the same chunks
		for g := range p.groups() {
			value, e := g.entries[0].ID, g.entries[0]
			e.ID = g.account
			if _, seen := open[value]; !seen {
				order = append(order, value)
			}
			open[value] = append(open[value], e)
			if len(open[value]) == p.size {
				if !yield(Chunk{value, open[value]}, nil) {
					return
				}
				open[value] = make([]Entry, 0, p.size)
			}
		}
		for _, value := range order {
			if len(open[value]) > 0 && !yield(Chunk{value, open[value]}, nil) {
				return
			}
		}
	}
}

// groups merges the partitions by the line of each group's first row.
func (p *Plan) groups() iter.Seq[group] {
	return func(yield func(group) bool) {
		var h cursors
		for _, part := range p.parts {
			if c := (&cursor{rest: part}); c.next() {
				h = append(h, c)
			}
		}
		heap.Init(&h)
		for len(h) > 0 {
			if !yield(h[0].at) {
				return
			}
			if !h[0].next() {
				heap.Pop(&h)
				continue
			}
			heap.Fix(&h, 0)
		}
	}
}
