package page

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"meetbatch/internal/words"
	"meetbatch/report"
)

// Spent says what the requests were spent on.
func (p *page) Spent() (spent []item) {
	planned, again, sent := p.Run.Requests.Planned, p.timeline.again, p.timeline.total.sent
	if found := sent - again - planned; p.Run.State == report.Finished && found >= 0 {
		spent = append(spent, item{"as planned, the fewest that can do it", planned})
		if found > 0 {
			spent = append(spent, item{"to find bad rows among good ones", found})
		}
	} else {
		spent = append(spent, item{"for the first time", sent - again})
	}
	return append(spent, item{"tried again", again})
}

// Sent counts the requests.
func (p *page) Sent() int64 { return p.timeline.total.sent }

// Answers says what came of the requests, the most frequent first.
func (p *page) Answers() (answers []item) {
	for _, status := range slices.Sorted(maps.Keys(p.timeline.answers)) {
		name := fmt.Sprintf("HTTP %d", status)
		switch {
		case status == 0:
			name = "no answer"
		case status < 300:
			name += ": carried out"
		case status == 429:
			name += ": the service throttled"
		case status >= 500:
			name += ": trouble in the service"
		case status >= 400:
			name += ": refused"
		}
		answers = append(answers, item{name, p.timeline.answers[status]})
	}
	slices.SortStableFunc(answers, func(a, b item) int { return cmp.Compare(b.N, a.N) })
	return answers[:min(len(answers), 10)]
}

// Pace sums the timeline up.
func (p *page) Pace() string {
	total := &p.timeline.total
	p50, p99 := total.quantiles()
	text := fmt.Sprintf("%s, at most %s in a second", words.Plural(total.sent, "request"), words.Number(max(p.timeline.most, int64(p.Run.Rate.MostPerSecond))))
	if p99 > 0 {
		text += fmt.Sprintf("; p50 %s, p99 %s, longest %s", length(p50), length(p99), length(total.latency.Quantile(1)))
	}
	if held := max(total.held, time.Duration(p.Run.Rate.HeldSeconds*float64(time.Second))); held >= time.Second {
		text += "; held by the service for " + length(held)
	}
	if f := p.Run.Rate.Followed; f != "" {
		text += "; followed: " + shown(f)
	}
	return text
}

// Described says in a few sentences what the chart shows.
func (p *page) Described() string {
	c := p.Chart
	low, high := c.Steps[0].PerMinute(), 0.0
	for i := range c.Steps {
		low, high = min(low, c.Steps[i].PerMinute()), max(high, c.Steps[i].PerMinute())
	}
	text := fmt.Sprintf("From %s to %s, between %s and %s requests a minute.", p.At(c.Steps[0].at), p.At(p.till()), words.Rounded(low), words.Rounded(high))
	t := &p.timeline.total
	text += fmt.Sprintf(" The service throttled %s, failed %s, and gave no answer %s.", times(t.throttled), times(t.errors), times(t.unanswered))
	for _, gap := range c.Gaps[:min(len(c.Gaps), 3)] {
		text += fmt.Sprintf(" For %s there was no session.", gap.Label)
	}
	return text
}

func times(n int64) string {
	switch n {
	case 0:
		return "never"
	case 1:
		return "once"
	}
	return words.Number(n) + " times"
}
