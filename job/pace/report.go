package pace

import (
	"fmt"
	"math"
	"time"
)

// Report is how fast requests went out. The zero value is that of none.
type Report struct {
	PerSecond     float64       // requests, from the first to the last; 0 where there was one or none
	MostPerSecond int           // requests in any one second
	Throttled     int64         // answers that said that the rate was too high (429)
	Held          time.Duration // for which nothing could go out, because the service was throttling or down
	Following     Following
	Sharing       int // processes that share the budget, this one among them; 0: there is no budget
}

// Following is how the rate in force differs from the one that was asked for.
type Following struct {
	PerSecond float64       // requests, in force; 0 where it is what was asked for
	Why       string        // "stated by the service" or "after 429s"; empty where it does not differ
	For       time.Duration // for how long it differed so far, also where it no longer does
}

// Waiting is why nothing goes out at the moment, or one request at a time. The zero value: nothing keeps requests back but
// the rate.
type Waiting struct {
	Until     time.Time // nothing goes out before
	Throttled bool      // the service asks to wait
	UsedUp    bool      // a rate of an hour or more is
	NoBudget  bool      // the budget is out of reach
	Down      bool      // the service, or the way to it, is; one request now and then finds out whether it is back
	Since     time.Time // when that began: no request has got through since
	GiveUp    time.Time // when the run ends unless one does
}

const (
	statedByService = "stated by the service"
	afterRefusals   = "after 429s"
)

// String words what is followed: 96/1m, stated by the service. It is empty where the rate is what was asked for.
func (f Following) String() string {
	if f.Why == "" {
		return ""
	}
	aMinute := f.PerSecond * 60
	if aMinute < 10 {
		return fmt.Sprintf("%.1f/1m, %s", aMinute, f.Why)
	}
	return fmt.Sprintf("%.0f/1m, %s", math.Floor(aMinute), f.Why)
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

// Report tells how fast it went so far.
func (p *Pacer) Report() Report {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.book.report()
	r.Held = p.gate.heldFor()
	if p.share != nil {
		r.Sharing = max(1, p.share.members)
	}
	r.Following = p.governor.following(p.clock(time.Now()))
	return r
}

// Waiting tells why nothing goes out now.
func (p *Pacer) Waiting() Waiting {
	w := p.gate.waiting()
	if _, next := p.usedUp(); next.After(w.Until) && time.Until(next) > 0 {
		w = Waiting{Until: next, UsedUp: true}
	}
	if p.share != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		if next := p.share.usedUp; next.After(w.Until) && time.Until(next) > 0 {
			w = Waiting{Until: next, UsedUp: true}
		}
		if lost := p.share.lost; !lost.IsZero() && time.Since(lost) > toldAfter {
			w = Waiting{NoBudget: true, Since: lost, GiveUp: lost.Add(Patience)}
		}
	}
	return w
}

// Following tells which rate is followed now, where it is not the one that was asked for.
func (p *Pacer) Following() Following {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.governor.following(p.clock(time.Now()))
}
