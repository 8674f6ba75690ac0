package report

import (
	"math"
	"time"
)

// Latency is a histogram of how long answers took, in steps that grow by a twelfth of an octave: a quantile is less than 6 %
// too high. The zero value has none. It is not safe for concurrent use.
type Latency struct {
	counts  [latencySteps]uint32
	n       int64
	longest time.Duration
}

const (
	stepsPerOctave = 12
	latencySteps   = 22*stepsPerOctave + 1 // from one millisecond, which is as exact as the journal is, to more than an hour
)

// Add counts an answer.
func (l *Latency) Add(d time.Duration) {
	step := 0
	if ms := float64(d) / float64(time.Millisecond); ms > 1 {
		step = min(int(math.Ceil(math.Log2(ms)*stepsPerOctave)), latencySteps-1)
	}
	l.counts[step]++
	l.n++
	l.longest = max(l.longest, d)
}

// Merge counts the answers of another one too.
func (l *Latency) Merge(other *Latency) {
	for step, n := range other.counts {
		l.counts[step] += n
	}
	l.n += other.n
	l.longest = max(l.longest, other.longest)
}

// Quantile gives the time within which a share of the answers came, from 0 to 1; 0 where there are none.
func (l *Latency) Quantile(share float64) time.Duration {
	rank, seen := int64(math.Ceil(share*float64(l.n))), int64(0)
	for step, n := range l.counts {
		if seen += int64(n); n > 0 && seen >= rank {
			up := time.Duration(math.Exp2(float64(step)/stepsPerOctave) * float64(time.Millisecond))
			return min(up, l.longest)
		}
	}
	return 0
}

// Answers says how long answers took, in seconds.
type Answers struct {
	P50     float64 `json:"p50_seconds"`
	P99     float64 `json:"p99_seconds"`
	Longest float64 `json:"longest_seconds"`
}

// Answers gives the figures that people want; the zero value where there was no answer.
func (l *Latency) Answers() Answers {
	in := func(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }
	return Answers{in(l.Quantile(0.5)), in(l.Quantile(0.99)), in(l.longest)}
}
