package pace

import "math"

const (
	slotsASecond = 4
	slots        = 128 * slotsASecond // two minutes and a little
)

// flow counts what went out and what got through, in slots of time over the last two minutes. The zero value has seen
// nothing.
type flow struct {
	counts [slots]struct{ sent, through int }
	newest int
}

// slot moves on to now, and gives the counts' place.
func (f *flow) slot(now float64) int {
	at := max(f.newest, int(now*slotsASecond))
	for i := max(f.newest+1, at-slots+1); i <= at; i++ {
		f.counts[i%slots].sent, f.counts[i%slots].through = 0, 0
	}
	f.newest = at
	return at % slots
}

func (f *flow) sent(now float64)    { f.counts[f.slot(now)].sent++ }
func (f *flow) through(now float64) { f.counts[f.slot(now)].through++ }

// over sums up the last d seconds.
func (f *flow) over(now, d float64) (sent, through float64) {
	f.slot(now)
	oldest := max(0, f.newest-slots+1, int(math.Floor((now-d)*slotsASecond)))
	for i := f.newest; i >= oldest; i-- {
		sent += float64(f.counts[i%slots].sent)
		through += float64(f.counts[i%slots].through)
	}
	return sent, through
}
