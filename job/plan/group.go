package plan

import (
	"slices"

	"meetbatch/job"
)

// group is what the rows of one account ask for: its entries, in the order of their first rows. Whatever the
// operation, their IDs are values.
type group struct {
	account string
	entries []job.Entry
	index   map[string]int // of entries by ID, as soon as there are many
}

// fewEntries is up to how many entries are looked through one by one; most accounts have no more.
const fewEntries = 16

// add takes a row; one that repeats another joins that one's entry.
func (g *group) add(value string, line int64) {
	if at := g.find(value); at >= 0 {
		g.entries[at].Duplicates = append(g.entries[at].Duplicates, line)
		return
	}
	if g.index != nil {
		g.index[value] = len(g.entries)
	}
	g.entries = append(g.entries, job.Entry{ID: value, Line: line})
}

func (g *group) find(value string) int {
	if len(g.entries) <= fewEntries {
		return slices.IndexFunc(g.entries, func(e job.Entry) bool { return e.ID == value })
	}
	if g.index == nil {
		g.index = make(map[string]int, 2*len(g.entries))
		for i, e := range g.entries {
			g.index[e.ID] = i
		}
	}
	if at, known := g.index[value]; known {
		return at
	}
	return -1
}

// groupRows brings rows together by account, in the order of the accounts' first rows. The rows are packed
// records, each behind its length, by line.
func groupRows(records string) ([]group, error) {
	var groups []group
	byAccount := map[string]int{}
	all := fields{rest: records}
	for all.rest != "" {
		r, err := unpackRow(all.text())
		if err != nil {
			return nil, err
		}
		at, known := byAccount[r.account]
		if !known {
			at = len(groups)
			byAccount[r.account] = at
			groups = append(groups, group{account: r.account})
		}
		groups[at].add(r.value, r.line)
	}
	return groups, all.err()
}
