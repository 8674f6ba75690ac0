package run

import (
	"slices"
	"sync"
	"time"

	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/job/send"
	"meetbatch/report"
)

// Progress tells how far the sending is. It is safe for concurrent use.
type Progress struct {
	Operation job.Operation
	Planned   int64 // requests of this process
	ToSend    int64 // rows of this process

	run     *run
	start   time.Time
	runner  *send.Runner
	pacer   *pace.Pacer
	timeout time.Duration // of one request

	mu       sync.Mutex
	stopping time.Time // since when nothing further is sent; zero: it goes on
	asked    job.Rates
	forecast forecast
	answered int64     // requests, when that was looked at last
	quiet    time.Time // since when no answer has come to what is in flight
}

// Standing is how far a run has come at a moment, with all of its sessions.
type Standing struct {
	At        time.Time
	Counts    report.Counts // of all rows of the input
	Requests  int64         // sent
	InFlight  int64         // sent and not answered
	Session   int           // which one this is, from 1
	Asked     job.Rates
	Following pace.Following
	Waiting   pace.Waiting
	PerSecond float64       // requests that went out in the last minutes; 0 where nobody knows
	End       time.Time     // when all rows will be settled; zero where nobody knows
	AsPlanned bool          // that end is the plan's: no row was settled by a request yet
	Quiet     time.Duration // for which no answer has come to what is in flight
	Timeout   time.Duration // of one request
}

// Settled counts the rows that have their result.
func (s *Standing) Settled() int64 {
	c := s.Counts
	return c.Succeeded + c.Failed + c.Unknown + c.NotSent + c.Invalid + c.Skipped
}

// Now tells how far the run has come.
func (p *Progress) Now() Standing {
	r, now := p.run, time.Now()
	s := Standing{
		At:        now,
		Counts:    r.counts(p.runner),
		Requests:  r.settledRequests() + p.runner.Requests.Load(),
		InFlight:  r.dir.InFlight(),
		Session:   len(r.meta.Sessions),
		Following: p.pacer.Following(),
		Waiting:   p.pacer.Waiting(),
		Timeout:   p.timeout,
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s.Asked = p.asked
	if answered := s.Requests - s.InFlight; s.InFlight == 0 || answered != p.answered || p.quiet.IsZero() {
		p.answered, p.quiet = answered, now
	}
	s.Quiet = now.Sub(p.quiet)
	p.forecast.note(now, s.Settled(), s.Requests)
	s.PerSecond = p.forecast.requestsPerSecond()
	if left, known := p.left(now, s.Counts.Rows-s.Settled()); known {
		s.End, s.AsPlanned = now.Add(left), !p.forecast.moved()
	}
	return s
}

// changed takes in that another rate holds from now on.
func (p *Progress) changed(asked job.Rates) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked, p.forecast = asked, forecast{}
}

// Throttled counts the answers of the whole run that said that the rate was too high, and tells for how long nothing was
// sent because the service was throttling or down.
func (p *Progress) Throttled() (answers int64, held time.Duration) {
	before, now := p.run.meta.Rate, p.pacer.Report()
	return before.Throttled + now.Throttled, now.Held + time.Duration(before.HeldSeconds*float64(time.Second))
}

// unheardFor is for how long no answer comes until that is said.
const unheardFor = 5 * time.Second

// waits tells what the run waits for; nil: nothing but its turn.
func (p *Progress) waits(s *Standing) *report.Waiting {
	p.mu.Lock()
	if p.run.Stopping.Err() != nil && p.stopping.IsZero() {
		p.stopping = s.At
	}
	stopping := p.stopping
	p.mu.Unlock()
	moment := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.UTC().Truncate(time.Second)
		return &t
	}
	w := s.Waiting
	waits := w.Until.After(s.At)
	switch {
	case !stopping.IsZero():
		return &report.Waiting{For: report.Stopping, Since: moment(stopping), Until: moment(stopping.Add(s.Timeout))}
	case w.NoBudget:
		return &report.Waiting{For: report.NoBudget, Since: moment(w.Since), Until: moment(w.GiveUp)}
	case w.Down:
		return &report.Waiting{For: report.Down, Since: moment(w.Since), Until: moment(w.GiveUp)}
	case w.Throttled && waits:
		return &report.Waiting{For: report.Throttled, Since: moment(w.Since), Until: moment(w.Until)}
	case w.UsedUp && waits:
		return &report.Waiting{For: report.UsedUp, Until: moment(w.Until)}
	case s.InFlight > 0 && s.Quiet >= unheardFor:
		return &report.Waiting{For: report.Unheard, Since: moment(s.At.Add(-s.Quiet)), Until: moment(s.At.Add(s.Timeout - s.Quiet))}
	}
	return nil
}

// left tells for how long the run goes on that has some rows to settle still. Before the first are settled it is the time
// that was planned, and never less than what the rates allow.
func (p *Progress) left(now time.Time, rows int64) (time.Duration, bool) {
	if rows == 0 || p.ToSend == 0 {
		return 0, false
	}
	requests := int64(float64(p.Planned) * float64(rows) / float64(p.ToSend))
	planned := p.asked.Takes(requests)
	left, known := p.forecast.left(rows)
	switch {
	case known:
		return max(left, planned), true
	case p.forecast.moved() || now.Sub(p.start) > stillAfter || planned == 0:
		return 0, false
	}
	return planned, true
}

// forecast tells when a run will have settled its rows, from those that it settled in the last minutes. The zero value
// knows nothing. It is not safe for concurrent use.
type forecast struct{ samples []sample }

type sample struct {
	at                time.Time
	settled, requests int64
}

const (
	forecastWindow = 10 * time.Minute
	stillAfter     = 15 * time.Second // without a settled row there is nothing to go by
)

func (f *forecast) note(at time.Time, settled, requests int64) {
	if n := len(f.samples); n > 0 && at.Sub(f.samples[n-1].at) < time.Second {
		return
	}
	f.samples = append(f.samples, sample{at, settled, requests})
	old := 0
	for at.Sub(f.samples[old].at) > forecastWindow {
		old++
	}
	f.samples = slices.Delete(f.samples, 0, old)
}

// span gives the first and the last sample; ok is false where they are one.
func (f *forecast) span() (first, last sample, ok bool) {
	if len(f.samples) < 2 {
		return first, last, false
	}
	return f.samples[0], f.samples[len(f.samples)-1], true
}

func (f *forecast) moved() bool {
	first, last, ok := f.span()
	return ok && last.settled > first.settled
}

// left tells how long some rows take at the pace of late. It is not known where no row was settled for a while.
func (f *forecast) left(rows int64) (time.Duration, bool) {
	first, last, ok := f.span()
	if !ok || last.settled == first.settled {
		return 0, false
	}
	took := last.at.Sub(first.at)
	at, _ := slices.BinarySearchFunc(f.samples, last.settled, func(s sample, settled int64) int { return int(s.settled - settled) })
	if still := last.at.Sub(f.samples[at].at); still > stillAfter && still > took/4 {
		return 0, false
	}
	return time.Duration(float64(took) * float64(rows) / float64(last.settled-first.settled)), true
}

func (f *forecast) requestsPerSecond() float64 {
	first, last, ok := f.span()
	if !ok {
		return 0
	}
	return float64(last.requests-first.requests) / last.at.Sub(first.at).Seconds()
}
