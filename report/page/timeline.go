package page

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"meetbatch/job"
	"meetbatch/report"
)

const (
	mostBuckets   = 600
	mostSpans     = 100 // each of which has a bucket at least
	fewestBuckets = 8
	fullBucket    = 8 // requests in the median one: with fewer, a step more or less says nothing
)

// widths are those that a bucket may have, in seconds. Where it has to be more than the last it is doubled.
var widths = []int64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600}

// A timeline is what the journal says, by time, in memory that does not depend on how many requests there were. A bucket
// is cut where a session begins or ends.
type timeline struct {
	spans   []span
	width   int64 // of a bucket, in seconds
	buckets map[slot]*bucket
	recent  slot    // whose bucket was asked for last
	bucket  *bucket // that one

	total   bucket
	answers map[int]int64 // by HTTP status; 0: none
	again   int64         // requests that were not the first of their entries
	most    int64         // requests in one second of the clock
	second  int64         // the second that is counted
	inIt    int64
	held    time.Time // since when nothing went out after a bad answer; zero: something did
}

// A span is a session, or several where there are too many.
type span struct {
	from, to time.Time
	first    int // the number of the session with which it begins
	asked    []asking
	usual    time.Duration // from one request to the next
	label    string
}

// An asking is a rate that was asked for, from a moment on; perMinute is 0 where it is no ceiling.
type asking struct {
	from      time.Time
	perMinute float64
}

// askings are the rates of a session, which the command set may have changed.
func askings(s *report.Session) (all []asking) {
	add := func(from time.Time, text string) {
		one := asking{from: from}
		if rates, err := job.ParseRates(text); err == nil {
			if r := rates.Spaced(); r.Requests > 0 && !r.Auto {
				one.perMinute = float64(r.Requests) / r.Per.Minutes()
			}
		}
		all = append(all, one)
	}
	add(s.Start, s.Rate)
	for _, c := range s.Changes {
		if c.Rate != "" {
			add(c.At, c.Rate)
		}
	}
	return all
}

// A slot says which bucket it is: the span, and the time as a multiple of the width.
type slot struct {
	span int
	at   int64
}

// A bucket counts the requests that went out in a time, and what came of others then.
type bucket struct {
	sent, throttled, errors, unanswered int64
	held                                time.Duration
	latency                             report.Latency
}

func newTimeline(sessions []report.Session, over time.Time) *timeline {
	t := &timeline{buckets: map[slot]*bucket{}, answers: map[int]int64{}, width: 1}
	each := max(1, (len(sessions)+mostSpans-1)/mostSpans)
	for i := 0; i < len(sessions); i += each {
		t.spans = append(t.spans, spanOf(i+1, sessions[i:min(i+each, len(sessions))], over))
	}
	for _, w := range widths {
		n := int64(0)
		for _, s := range t.spans {
			n += int64(s.to.Sub(s.from).Seconds())/w + 2
		}
		if t.width = w; n <= mostBuckets {
			break
		}
	}
	return t
}

func spanOf(number int, sessions []report.Session, over time.Time) span {
	last := sessions[len(sessions)-1]
	s := span{from: sessions[0].Start, first: number, asked: askings(&last), label: last.Rate}
	s.to = later(*cmp.Or(last.End, &over), s.from)
	var requests int64
	for _, one := range sessions {
		requests += one.Requests
	}
	if requests > 0 {
		s.usual = s.to.Sub(s.from) / time.Duration(requests)
	}
	return s
}

// take counts a row of the journal.
func (t *timeline) take(e *report.Event) {
	if len(t.spans) == 0 {
		t.spans = []span{{from: e.Time, to: e.Time, first: 1}}
	}
	at := max(0, sort.Search(len(t.spans), func(i int) bool { return t.spans[i].from.After(e.Time) })-1)
	s := &t.spans[at]
	s.from, s.to = earlier(s.from, e.Time), later(s.to, e.Time)
	b := t.of(at, e.Time)
	if !e.Answered {
		t.sent(e, at, b)
		return
	}
	if e.NeverLeft {
		b.sent, t.total.sent = b.sent-1, t.total.sent-1
		return
	}
	t.answers[e.HTTPStatus]++
	b.answered(e)
	t.total.answered(e)
	if t.held.IsZero() && (e.Throttled || e.HTTPStatus == 0 || e.HTTPStatus >= 500) {
		t.held = e.Time
	}
}

func (t *timeline) sent(e *report.Event, at int, b *bucket) {
	b.sent++
	t.total.sent++
	if e.Attempt > 1 {
		t.again++
	}
	if second := e.Time.Unix(); second != t.second {
		t.second, t.inIt = second, 0
	}
	t.inIt++
	t.most = max(t.most, t.inIt)
	if t.held.IsZero() {
		return
	}
	if pause := e.Time.Sub(t.held); pause > max(time.Second, 2*t.spans[at].usual) && !t.held.Before(t.spans[at].from) {
		t.total.held += pause
		for from := t.held; from.Before(e.Time); { // each bucket gets its part
			to := earlier(time.Unix((floorDiv(from.Unix(), t.width)+1)*t.width, 0), e.Time)
			t.of(at, from).held += to.Sub(from)
			from = to
		}
	}
	t.held = time.Time{}
}

func (b *bucket) answered(e *report.Event) {
	b.latency.Add(e.Duration)
	switch {
	case e.Throttled:
		b.throttled++
	case e.HTTPStatus == 0:
		b.unanswered++
	case e.HTTPStatus >= 500:
		b.errors++
	}
}

func (b *bucket) merge(other *bucket) {
	b.sent += other.sent
	b.throttled += other.throttled
	b.errors += other.errors
	b.unanswered += other.unanswered
	b.held += other.held
	b.latency.Merge(&other.latency)
}

// of gives the bucket of a moment.
func (t *timeline) of(span int, at time.Time) *bucket {
	s := slot{span, floorDiv(at.Unix(), t.width)}
	if t.bucket != nil && s == t.recent {
		return t.bucket
	}
	b := t.buckets[s]
	if b == nil {
		for len(t.buckets) >= mostBuckets && t.coarsen(t.wider()) {
		}
		s.at = floorDiv(at.Unix(), t.width)
		if b = t.buckets[s]; b == nil {
			b = &bucket{}
			t.buckets[s] = b
		}
	}
	t.recent, t.bucket = s, b
	return b
}

// wider is the least width of which that of now is a part.
func (t *timeline) wider() int64 {
	for _, w := range widths {
		if w > t.width && w%t.width == 0 {
			return w
		}
	}
	return 2 * t.width
}

// coarsen makes the buckets wider. It tells whether they became fewer.
func (t *timeline) coarsen(width int64) bool {
	before := len(t.buckets)
	merged := map[slot]*bucket{}
	for s, b := range t.buckets {
		s.at = floorDiv(s.at*t.width, width)
		if merged[s] == nil {
			merged[s] = b
		} else {
			merged[s].merge(b)
		}
	}
	t.width, t.buckets, t.bucket = width, merged, nil
	return len(merged) < before || width < 1<<20
}

// close makes the buckets as wide as they have to be, when all of the journal was taken in.
func (t *timeline) close() {
	for t.steps() > mostBuckets {
		t.coarsen(t.wider())
	}
	for _, w := range widths {
		if w > t.width && w%t.width == 0 && t.median() < fullBucket && t.steps()*t.width/w >= fewestBuckets {
			t.coarsen(w)
		}
	}
}

// steps is how many buckets are drawn, empty ones among them.
func (t *timeline) steps() (n int64) {
	for _, s := range t.spans {
		n += floorDiv(s.to.Unix(), t.width) - floorDiv(s.from.Unix(), t.width) + 1
	}
	return n
}

func (t *timeline) median() int64 {
	var sent []int64
	for _, b := range t.buckets {
		if b.sent > 0 {
			sent = append(sent, b.sent)
		}
	}
	if len(sent) == 0 {
		return fullBucket
	}
	slices.Sort(sent)
	return sent[len(sent)/2]
}

// worked is for how long sessions were on.
func (t *timeline) worked() (d time.Duration) {
	for _, s := range t.spans {
		d += s.to.Sub(s.from)
	}
	return d
}

func earlier(a, b time.Time) time.Time { return slices.MinFunc([]time.Time{a, b}, time.Time.Compare) }
func later(a, b time.Time) time.Time   { return slices.MaxFunc([]time.Time{a, b}, time.Time.Compare) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
