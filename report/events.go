package report

import (
	"errors"
	"io/fs"
	"iter"
	"time"

	"meetbatch/job"
)

// Event is a row of requests.csv: a request that went out, or what came of one.
type Event struct {
	Time       time.Time
	Answered   bool // it is what came of a request
	Attempt    int  // which try of the same entries it was, from 1
	HTTPStatus int  // of the answer; 0 where there was none
	Duration   time.Duration
	Throttled  bool // the answer said that the rate was too high
	NeverLeft  bool // the request was none after all
	Reading    bool // the request changes nothing
}

// Events reads the journal of a run from its directory, as far as it is whole. It takes no lock, so it can be used while
// the run is under way. A run without a journal yields none. An error is the last thing that it yields.
func Events(path string) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		_, err := requests.scan(path, nil, func(rec *record[request]) error {
			if rec.bad == nil && !yield(rec.row.as(), nil) {
				return fs.SkipAll
			}
			return rec.bad
		})
		if whole := untorn(err); whole != nil && !errors.Is(err, fs.SkipAll) {
			yield(Event{}, whole)
		}
	}
}

func (r *request) as() Event {
	e := Event{Time: r.time, Answered: r.event == answered, Attempt: r.attempt.Number, Reading: r.entries == 0}
	if e.Answered {
		e.HTTPStatus, e.Duration, e.NeverLeft = r.answer.HTTPStatus, r.answer.Duration, r.neverLeft()
		e.Throttled = r.answer.Kind() == job.Throttled
	}
	return e
}
