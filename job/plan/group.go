package plan

import (
	"fmt"
	"slices"

	"meetbatch/job"
)

// group is what the rows of one account ask for: values, in the order of their first rows.
type group struct {
	account   string
	entries   []job.Entry
	index     map[string]int // of entries by ID, as soon as there are many
	requestID string         // that carried the entries out in an earlier run; empty for what is to be sent
	at        int64          // when it did, Unix time in milliseconds
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

// grouped are the rows of one partition, brought together.
type grouped struct {
	groups  []group // in the order of the accounts' first rows
	earlier map[earlierKey]job.Earlier
}

// earlierKey is what of an account can be carried out without undoing something else: any of its rooms,
// or its one status.
type earlierKey struct{ account, value string }

func keyOf(op job.Operation, account, value string) earlierKey {
	if op.PerAccount {
		return earlierKey{account, value}
	}
	return earlierKey{account, ""}
}

// groupRows brings the rows of each account together.
func groupRows(op job.Operation, rows string) (grouped, error) {
	var g grouped
	byAccount := map[string]int{}
	all := fields{rest: rows}
	for all.rest != "" {
		row := fields{rest: all.text()}
		line, account, value := row.number(), row.text(), row.text()
		if line == 0 {
			g.remember(keyOf(op, account, value), job.Earlier{Account: account, Value: value, RequestID: row.text(), At: int64(row.varint())})
			if err := row.err(); err != nil {
				return g, err
			}
			continue
		}
		if err := row.err(); err != nil {
			return g, err
		}
		at, known := byAccount[account]
		if !known {
			at = len(g.groups)
			byAccount[account] = at
			g.groups = append(g.groups, group{account: account})
		}
		g.groups[at].add(value, line)
	}
	return g, all.err()
}

// remember keeps what was carried out last.
func (g *grouped) remember(key earlierKey, e job.Earlier) {
	if g.earlier == nil {
		g.earlier = map[earlierKey]job.Earlier{}
	}
	if before, known := g.earlier[key]; !known || before.At <= e.At {
		g.earlier[key] = e
	}
}

// carriedOut tells whether an entry of an account is as an earlier run left it, and which request did.
func (g *grouped) carriedOut(op job.Operation, account, value string) (e job.Earlier, is bool) {
	e = g.earlier[keyOf(op, account, value)]
	return e, e.Value == value && e.RequestID != ""
}

// contradicts is why rows are invalid that give an account several values.
func contradicts(op job.Operation) string {
	return fmt.Sprintf("contradicts another row with the same account and another %s", op.Column)
}

// clash is a row that contradicts another.
type clash struct {
	line  int64
	group *group
	entry int
}

// clashes are all rows of an account that is given several values: which of them is meant cannot be known, so none is
// sent.
func (g *group) clashes() []clash {
	var all []clash
	for i, e := range g.entries {
		all = append(all, clash{e.Line, g, i})
		for _, line := range e.Duplicates {
			all = append(all, clash{line, g, i})
		}
	}
	return all
}

// item words a clash.
func (c clash) item(op job.Operation) job.Item {
	other := c.group.entries[0]
	if c.entry == 0 {
		other = c.group.entries[1]
	}
	return job.Item{
		Line:    c.line,
		Account: c.group.account,
		Value:   c.group.entries[c.entry].ID,
		Invalid: contradicts(op),
		Detail:  fmt.Sprintf("%s on line %d", other.ID, other.Line),
	}
}
