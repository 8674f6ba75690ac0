package pace

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// pack writes down all that a governor has found out of the service, so that another one, which has the same clock, can go
// on from there: what the service states excepted, which is written for people.
func (g *governor) pack() []byte {
	var text []byte
	for _, f := range g.found() {
		switch f := f.(type) {
		case *float64:
			text = binary.LittleEndian.AppendUint64(text, math.Float64bits(*f))
		case *int:
			text = binary.AppendVarint(text, int64(*f))
		case *bool:
			text = append(text, truth[*f])
		}
	}
	return g.search.flow.pack(text)
}

var truth = map[bool]byte{true: 1}

var errPacked = errors.New("what is written there of the service is damaged")

// unpack takes over what another governor has packed. After an error it is of no use.
func (g *governor) unpack(text []byte) error {
	for _, f := range g.found() {
		n := 1
		switch f := f.(type) {
		case *float64:
			if n = 8; len(text) >= n {
				*f = math.Float64frombits(binary.LittleEndian.Uint64(text))
			}
		case *int:
			var i int64
			i, n = binary.Varint(text)
			*f = int(i)
		case *bool:
			*f = len(text) > 0 && text[0] == 1
		}
		if n <= 0 || n > len(text) {
			return errPacked
		}
		text = text[n:]
	}
	return g.search.flow.unpack(text)
}

// found are the fields that pack writes, in its order.
func (g *governor) found() []any {
	s := g.search
	st, c, t := &s.stay, &s.climb, &s.trial
	return []any{
		(*float64)(&g.states),
		&s.top, &s.rate, &s.noise, &s.doubtAt, &s.trust, (*int)(&s.phase), &s.fullAt, &s.othersAt, &s.right, &s.best, &s.floor,
		&s.row.n, &s.row.since, &s.row.last, &s.row.blockedAt,
		&st.since, &st.heard, &st.refused, &st.all, &st.shed, &st.lowered, &st.jammed,
		&st.doubt.score, &st.doubt.heard, &st.doubt.refused,
		&c.good, &c.bad, &c.failed, &c.wait, &c.rest, &c.step, &c.over, &c.window, (*int)(&c.haste), &c.eased,
		&t.home, &t.from, &t.heard, &t.refused, &t.got, &t.run, &t.few, &t.need, &t.second, &t.overfull, (*int)(&t.haste),
	}
}

// pack appends the counts, from the oldest to the newest, each as the difference to the one before, which is small.
func (f *flow) pack(text []byte) []byte {
	text = binary.AppendVarint(text, int64(f.newest))
	sent, through := 0, 0
	for i := range slots {
		c := f.counts[(f.newest+1+i)%slots]
		text = binary.AppendVarint(binary.AppendVarint(text, int64(c.sent-sent)), int64(c.through-through))
		sent, through = c.sent, c.through
	}
	return text
}

func (f *flow) unpack(text []byte) error {
	newest, n := binary.Varint(text)
	if n <= 0 || newest < 0 || newest > math.MaxInt/2 {
		return errPacked
	}
	text = text[n:]
	f.newest = int(newest)
	var last [2]int
	for i := range slots {
		c := &f.counts[(f.newest+1+i)%slots]
		for j, count := range []*int{&c.sent, &c.through} {
			v, n := binary.Varint(text)
			if v += int64(last[j]); n <= 0 || v < 0 || v > math.MaxInt32 {
				return errPacked
			}
			*count, last[j], text = int(v), int(v), text[n:]
		}
	}
	if len(text) > 0 {
		return fmt.Errorf("%w: %d bytes more", errPacked, len(text))
	}
	return nil
}

// onBudgetsClock gives a moment of a budget as a governor that shares it counts.
func onBudgetsClock(d time.Duration) time.Time { return time.Unix(0, int64(d)) }
