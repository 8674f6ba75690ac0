package send

// slack is how many requests more than entries the division of a chunk of n may cost.
func slack(n int) int { return max(n/10, minSlack) }

const (
	minSlack = 3

	// reserve is the part of the slack that is kept for parts that follow some good ones: where a row of bad entries
	// has ended, whole parts win back what it cost.
	reserve = 3

	// someFine is how many tasks in a row have to be carried out for the reserve to be used.
	someFine = 2
)

// division isolates the bad entries of a rejected chunk by halving. Few bad ones are found in few
// requests. When there turn out to be many, halves would cost more than they save; then the entries
// that are left go out one by one, so that the whole never costs more requests than entries and slack.
type division struct {
	sending *sending
	slack   int
	debt    int // requests sent, less entries settled
	fine    int // tasks in a row that were carried out
}

// divide sends a chunk's request, and settles all of its rows.
func (s *sending) divide(t *task) error {
	d := &division{sending: s, slack: slack(len(t.chunk.Entries))}
	_, err := d.settle(t, false)
	return err
}

// mayFail tells whether a part may be sent undivided, although it may be rejected.
func (d *division) mayFail() bool {
	switch {
	case d.slack <= reserve, d.fine >= someFine:
		return d.debt < d.slack
	}
	return d.debt < d.slack-reserve
}

// settle sends a task's request and, where it is rejected for one of its entries, its parts'. It tells
// whether everything was carried out. If the task surely holds a bad entry, it is divided unsent.
func (d *division) settle(t *task, surelyBad bool) (fine bool, err error) {
	n := len(t.chunk.Entries)
	if n == 1 || !surelyBad && d.mayFail() {
		if err := d.try(t); err != nil {
			return false, err
		}
		if t.verdict != divide || n == 1 {
			d.debt -= n
			return t.verdict == done, d.sending.settle(t.outcome())
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

// try sends a task's request. Attempts that failed by chance are not the division's.
func (d *division) try(t *task) error {
	before := t.attempts
	if err := d.sending.try(t); err != nil {
		return err
	}
	if t.attempts > before {
		d.debt++
	}
	d.fine++
	if t.verdict != done {
		d.fine = 0
	}
	return nil
}
