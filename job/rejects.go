package job

import "iter"

// rejects holds invalid rows in a compact form, in the order in which they came.
type rejects struct {
	rows  block
	count int64
	kinds []string // of Item.Invalid: a few, each of which many rows may share
}

func (r *rejects) add(it Item) {
	r.count++
	r.rows.putNumber(it.Line)
	r.rows.putString(it.Account)
	r.rows.putString(it.Value)
	r.rows.putNumber(r.kind(it.Invalid))
	r.rows.putString(it.Detail)
}

// kind gives the index of a reason.
func (r *rejects) kind(reason string) int64 {
	for i, k := range r.kinds {
		if k == reason {
			return int64(i)
		}
	}
	r.kinds = append(r.kinds, reason)
	return int64(len(r.kinds) - 1)
}

func (r *rejects) all() iter.Seq[Item] {
	return func(yield func(Item) bool) {
		for rows := r.rows; len(rows) > 0; {
			it := Item{Line: rows.number(), Account: string(rows.bytes()), Value: string(rows.bytes())}
			it.Invalid = r.kinds[rows.number()]
			it.Detail = string(rows.bytes())
			if !yield(it) {
				return
			}
		}
	}
}
