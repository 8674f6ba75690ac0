package pace

import (
	"time"

	"golang.org/x/time/rate"
)

// meter measures the rate of the last requests. The zero value has seen none.
type meter struct {
	times [128]time.Time
	n     int
}

func (m *meter) add(now time.Time) {
	m.times[m.n%len(m.times)] = now
	m.n++
}

// rate gives requests per second, or rate.Inf when there were too few to tell.
func (m *meter) rate(now time.Time) rate.Limit {
	const fewest = 10
	if m.n < fewest {
		return rate.Inf
	}
	oldest := m.times[0]
	count := m.n
	if m.n > len(m.times) {
		oldest, count = m.times[m.n%len(m.times)], len(m.times)
	}
	if took := now.Sub(oldest); took > 0 {
		return rate.Limit(float64(count) / took.Seconds())
	}
	return rate.Inf
}

// Report is how fast requests went out. The zero value is that of none.
type Report struct {
	PerSecond     float64       // requests, from the first to the last; 0 where there was one or none
	MostPerSecond int           // requests in any one second
	Throttled     int64         // answers that said that the rate was too high (429)
	Held          time.Duration // for which nothing could go out, because the service was throttling or down
}

// book counts what a report tells. The zero value has counted nothing.
type book struct {
	count       int64
	first, last time.Time
	lastSecond  []time.Time // when the requests of the last second went out
	most        int         // of them in any second
	throttled   int64
}

func (b *book) sent(now time.Time) {
	if b.count == 0 {
		b.first = now
	}
	b.count, b.last = b.count+1, now
	old := 0
	for old < len(b.lastSecond) && now.Sub(b.lastSecond[old]) >= time.Second {
		old++
	}
	b.lastSecond = append(b.lastSecond[old:], now)
	b.most = max(b.most, len(b.lastSecond))
}

func (b *book) report() Report {
	r := Report{MostPerSecond: b.most, Throttled: b.throttled}
	if took := b.last.Sub(b.first); took > 0 {
		r.PerSecond = float64(b.count-1) / took.Seconds()
	}
	return r
}
