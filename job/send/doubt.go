package send

import (
	"slices"

	"meetbatch/job"
)

// assign gives each earlier request that is in doubt to those entries alone that it carried.
func (s *sending) assign(entries []task) {
	if s.runner.Pending == nil {
		return
	}
	for i := range entries {
		entries[i].earlier = s.runner.Pending(entries[i].chunk)
	}
}

// resolve finds out what a refusal means that came after a request without an answer: that an entry is bad, or that all
// were carried out and are refused for it. One of the entries goes out alone. If it is carried out, the request without
// an answer was not, and the refusal counts. If not, it may be the bad one, and a second goes out. If that is refused
// too, all of them stay in doubt. An entry that went out alone is settled by that.
func (d *division) resolve() error {
	for {
		var doubtful []int
		for i := range d.rest {
			if t := &d.rest[i]; t.inDoubt() && (len(doubtful) == 0 || t.sharesDoubt(&d.rest[doubtful[0]])) {
				doubtful = append(doubtful, i)
			}
		}
		if len(doubtful) == 0 {
			return nil
		}
		if err := d.sound(doubtful); err != nil {
			return err
		}
	}
}

// sharesDoubt tells whether two tasks were in the same request that is in doubt: the one of an earlier process, where
// there was one.
func (t *task) sharesDoubt(other *task) bool {
	if other.earlier.Kind != job.NoDoubt {
		return t.earlier == other.earlier
	}
	return t.unanswered == other.unanswered
}

// sound sends one or two of the doubtful entries alone, and settles these, and all of them where that leaves the doubt.
func (d *division) sound(doubtful []int) error {
	earlier, unanswered := d.rest[doubtful[0]].earlier, ""
	var tried []int
	carriedOut := false
	for _, i := range doubtful[:min(2, len(doubtful))] {
		unanswered = d.rest[i].unanswered
		part, err := d.try(i, 1)
		if err != nil {
			return err
		}
		tried = append(tried, i)
		if carriedOut = part.verdict == done; carriedOut || part.verdict != divide && part.verdict != refuse {
			break
		}
	}
	if !carriedOut {
		d.debt += len(tried)
		d.known = 0 // the doubtful ones may be what was refused
		return d.drop(doubtful)
	}
	for i := range d.rest {
		t := &d.rest[i]
		// Where records are lost it is not sure which request carried which entry, so that one says nothing of the others.
		if t.earlier == earlier && earlier.Kind == job.UnansweredBefore {
			t.earlier = job.Doubt{}
		}
		if t.unanswered == unanswered { // which carried the one that was taken, too
			t.unanswered = ""
		}
	}
	for _, i := range tried {
		if t := &d.rest[i]; !t.inDoubt() { // by a try of its own without an answer
			d.sending.seen.take(0, 1, t.verdict, t.answer)
		}
		d.take(1, d.rest[i].verdict)
	}
	d.settled(-len(tried)) // drop settles them
	return d.drop(tried)
}

// drop settles entries, wherever they stand.
func (d *division) drop(places []int) error {
	from := len(d.chunk.Entries) - d.left
	d.chunk.Entries = slices.Clone(d.chunk.Entries) // requests that went out hold the old ones
	var fresh []task
	for _, i := range slices.Backward(places) {
		fresh = append(fresh, d.rest[i])
		d.rest = slices.Delete(d.rest, i, i+1)
		d.chunk.Entries = slices.Delete(d.chunk.Entries, from+i, from+i+1)
	}
	d.settled(len(places))
	slices.Reverse(fresh)
	return d.sending.settle(outcomes(fresh)...)
}
