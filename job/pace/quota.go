package pace

import (
	"fmt"
	"slices"
	"time"

	"meetbatch/job"
)

// quota is a count of requests in any time of a certain length, such as 20,000 in a day. It is arithmetic over times
// that it is given, which ascend.
type quota struct {
	rate job.Rate
	sent []time.Time // ring of the last ones, as many as the quota allows
	n    int         // of all
}

// newQuotas makes quotas for which requests of before count. A time that is yet to come was written when the clock was
// wrong, and is taken for now: it must not hold a quota until then.
func newQuotas(rates []job.Rate, before []time.Time) []*quota {
	before = slices.Clone(before)
	now := time.Now()
	for i, at := range before {
		if at.After(now) {
			before[i] = now
		}
	}
	slices.SortFunc(before, time.Time.Compare)
	all := make([]*quota, len(rates))
	for i, r := range rates {
		all[i] = &quota{rate: r}
		for _, at := range before {
			all[i].take(at)
		}
	}
	return all
}

// take counts a request.
func (q *quota) take(at time.Time) {
	if len(q.sent) < q.rate.Requests {
		q.sent = append(q.sent, at)
	} else {
		q.sent[q.n%len(q.sent)] = at
	}
	q.n++
}

// next is when another request may go out; a time that is over means now.
func (q *quota) next() time.Time {
	if q.n < q.rate.Requests {
		return time.Time{}
	}
	return q.sent[q.n%len(q.sent)].Add(q.rate.Per)
}

// usedUp says that nothing is left of a rate until a moment: 20000 requests in 24h0m0s are used up.
func usedUp(r job.Rate, until time.Time) string {
	text := fmt.Sprintf("%d requests in %s are used up", r.Requests, r.Per)
	if r.Requests == 1 {
		text = fmt.Sprintf("1 request in %s is used up", r.Per)
	}
	return text + "; the next goes out at " + until.Format("2006-01-02 15:04:05 -07:00")
}
