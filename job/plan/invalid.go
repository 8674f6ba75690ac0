package plan

import (
	"fmt"
	"slices"

	"meetbatch/job"
)

// reasons are those for which rows are invalid. There are a few, each of which many rows share, so that a row's
// record has the number of its reason only.
type reasons []string

// number gives the number of a reason, a new one where it is new.
func (rs *reasons) number(reason string) int {
	n := slices.Index(*rs, reason)
	if n < 0 {
		n = len(*rs)
		*rs = append(*rs, reason)
	}
	return n
}

// contradicts is why rows are invalid that give an account several values.
func contradicts(op job.Operation) string {
	return fmt.Sprintf("contradicts another row with the same account and another %s", op.Column)
}

// contradiction is a row that contradicts another.
type contradiction struct {
	row   row
	other job.Entry // the first that it contradicts
}

// contradictions are all rows of an account that is given several values: which of them is meant cannot be
// known, so none is sent.
func (g *group) contradictions() []contradiction {
	var all []contradiction
	for i, e := range g.entries {
		other := g.entries[0]
		if i == 0 {
			other = g.entries[1]
		}
		for _, line := range append([]int64{e.Line}, e.Duplicates...) {
			all = append(all, contradiction{row{line, g.account, e.ID}, other})
		}
	}
	return all
}

func (c contradiction) detail() string { return fmt.Sprintf("%s on line %d", c.other.ID, c.other.Line) }
