package report

import (
	"cmp"
	"slices"
	"time"

	"meetbatch/job"
)

// Recount completes what run.json says of a run of an operation from its tables, without a lock: of one whose process is
// gone, since run.json is up to a second older than its end, and of one of version 0.1, whose run.json says nothing of
// failures and, before its end, of counts. Of one that is over the counts stay.
func (r *Run) Recount(path string, op job.Operation, life Life) error {
	var rows rowCounts
	for result, err := range Results(path, op, r.Said(ResultsFile)) {
		if err != nil {
			return err
		}
		rows.add(&result)
	}
	r.Sessions = slices.Clone(r.Sessions) // the last one changes
	since := r.Start
	if n := len(r.Sessions); n > 0 {
		since = r.Sessions[n-1].Start
	}
	asked, err := countRequests(path, since)
	if err != nil {
		return err
	}
	r.Failures, r.Requests.Answers, r.Requests.InFlight = rows.failures.list(), asked.latency.Answers(), 0
	if life == Over {
		if len(r.Sessions) == 0 {
			r.endKilled(0, &job.Counts{}) // which gives it one for all that was
			r.Sessions[0].Requests, r.Sessions[0].Settled = r.Requests.Sent, r.Counts.Rows-r.Counts.NotSent
		}
		return nil
	}
	if r.Alive == nil && !asked.last.IsZero() { // version 0.1 says nothing of it
		r.Alive = &asked.last
	}
	r.Counts.Duplicates = cmp.Or(r.Counts.Duplicates, rows.duplicates)
	of := rows.counts.Of
	r.Counts.Succeeded, r.Counts.Failed, r.Counts.Unknown = of(job.Succeeded), of(job.Failed), of(job.Unknown)
	r.Counts.NotSent, r.Counts.Invalid, r.Counts.Skipped = of(job.NotSent), of(job.Invalid), of(job.Skipped)
	r.Requests.Sent, r.Requests.Readings, r.Requests.InFlight = asked.sent, asked.readings, asked.open
	r.Rate.Throttled = max(r.Rate.Throttled, asked.throttled)
	if life == Killed && r.State == Running {
		r.endKilled(asked.sent, &rows.counts)
		if last := &r.Sessions[len(r.Sessions)-1]; last.End == nil && !asked.last.IsZero() {
			last.End = &asked.last
		}
	}
	return nil
}

// rowCounts are the rows of results.csv by what became of them.
type rowCounts struct {
	counts     job.Counts
	failures   failures
	duplicates int64
}

func (c *rowCounts) add(r *Result) {
	c.counts.Add(r.Status, 1)
	c.failures.add(r.Status, r.HTTPStatus, r.ErrorCode, r.ErrorMessage, r.Line)
	if r.DuplicateOf != 0 {
		c.duplicates++
	}
}

// asked is what the journal tells of requests.
type asked struct {
	sent, throttled int64
	readings        int64
	open            int64 // sent since a moment, of which nothing tells what came of them
	last            time.Time
	latency         Latency
}

func countRequests(path string, since time.Time) (a asked, err error) {
	for e, err := range Events(path) {
		if err != nil {
			return a, err
		}
		a.last = e.Time
		step, count := int64(1), &a.sent
		if e.Reading {
			count = &a.readings
		}
		switch {
		case !e.Answered:
			*count++
		case e.NeverLeft:
			*count--
		case e.HTTPStatus != 0 && !e.Reading:
			a.latency.Add(e.Duration)
		}
		if e.Throttled {
			a.throttled++
		}
		if e.Answered {
			step = -1
		}
		if !e.Time.Before(since) {
			a.open += step
		}
	}
	return a, nil
}
