package job

import (
	"fmt"
	"slices"
)

// group is what the rows of one account ask for: values, in the order of their first rows.
type group struct {
	account   string
	entries   []Entry
	index     map[string]int // of entries by ID, as soon as there are many
	requestID string         // that carried the entries out in an earlier run; empty for what is to be sent
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
	g.entries = append(g.entries, Entry{ID: value, Line: line})
}

func (g *group) find(value string) int {
	if len(g.entries) <= fewEntries {
		return slices.IndexFunc(g.entries, func(e Entry) bool { return e.ID == value })
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

// Earlier is an entry that an earlier run carried out.
type Earlier struct {
	Account   string
	Value     string
	RequestID string
	At        int64 // Unix time in milliseconds
}

// grouped are the rows of one partition, brought together.
type grouped struct {
	groups  []group // in the order of the accounts' first rows
	earlier map[earlierKey]Earlier
}

// earlierKey is what of an account can be carried out without undoing something else: any of its rooms,
// or its one status.
type earlierKey struct{ account, value string }

func keyOf(op Operation, account, value string) earlierKey {
	if op.PerAccount {
		return earlierKey{account, value}
	}
	return earlierKey{account, ""}
}

// groupRows brings the rows of each account together.
func groupRows(op Operation, rows record) grouped {
	var g grouped
	byAccount := map[string]int{}
	for len(rows) > 0 {
		row := record(rows.text())
		line, account, value := row.number(), row.text(), row.text()
		if line == 0 {
			g.remember(keyOf(op, account, value), Earlier{account, value, row.text(), row.number()})
			continue
		}
		at, known := byAccount[account]
		if !known {
			at = len(g.groups)
			byAccount[account] = at
			g.groups = append(g.groups, group{account: account})
		}
		g.groups[at].add(value, line)
	}
	return g
}

// remember keeps what was carried out last.
func (g *grouped) remember(key earlierKey, e Earlier) {
	if g.earlier == nil {
		g.earlier = map[earlierKey]Earlier{}
	}
	if before, known := g.earlier[key]; !known || before.At <= e.At {
		g.earlier[key] = e
	}
}

// carriedOut gives the request that carried an entry of an account out in an earlier run, or "".
func (g *grouped) carriedOut(op Operation, account, value string) string {
	if e := g.earlier[keyOf(op, account, value)]; e.Value == value {
		return e.RequestID
	}
	return ""
}

// contradicts is why rows are invalid that give an account several values.
func contradicts(op Operation) string {
	return fmt.Sprintf("contradicts another row with the same account and another %s", op.Column)
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
			Invalid: contradicts(op),
			Detail:  fmt.Sprintf("%s on line %d", other.ID, other.Line),
		}
		for _, line := range append([]int64{e.Line}, e.Duplicates...) {
			it.Line = line
			items = append(items, it)
		}
	}
	return items
}
