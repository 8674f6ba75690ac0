package job

// slack is how many requests more than entries the division of a chunk of n may cost.
func slack(n int) int { return max(n/10, 3) }

// division isolates the bad entries of a rejected chunk by halving. Few bad ones are found in few
// requests. When there turn out to be many, halves would cost more than they save; then the entries
// that are left go out one by one, so that the whole never costs more requests than entries and slack.
type division struct {
	*running
	debt  int // requests sent, less entries settled
	slack int
	fine  int // tasks in a row that were carried out
}

// whole tells whether a part may be sent undivided, although it may be rejected. The last three requests of
// the slack are for parts that follow some good ones: where a row of bad entries has ended, they win back
// what it cost.
func (d *division) whole() bool {
	return d.debt < d.slack-3 || d.fine >= 2 && d.debt < d.slack || d.slack <= 3 && d.debt < d.slack
}

// settle sends a task's request and, where it is rejected for one of its entries, its parts'. It tells
// whether everything was carried out. If the task surely holds a bad entry, it is divided unsent.
func (d *division) settle(t *task, surelyBad bool) (fine bool, err error) {
	n := len(t.chunk.Entries)
	if n == 1 || !surelyBad && d.whole() {
		sent := t.attempts
		v, err := d.try(t)
		if err != nil {
			return false, err
		}
		if t.attempts > sent {
			d.debt++ // attempts that failed by chance are not the division's
		}
		d.fine++
		if v != done {
			d.fine = 0
		}
		if v != divide || n == 1 {
			d.debt -= n
			return v == done, d.record(t.outcome(v))
		}
	}
	left, right := *t, *t
	left.chunk.Entries, right.chunk.Entries = t.chunk.Entries[:n/2], t.chunk.Entries[n/2:]
	fine, err = d.settle(&left, false)
	if err != nil {
		return false, err
	}
	// The rejected entry is on the right if it is not on the left. (If the chunk was only too large
	// for the service, dividing on does no harm.)
	_, err = d.settle(&right, fine)
	return false, err
}
