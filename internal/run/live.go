package run

import (
	"slices"
	"sync"
	"time"

	"meetbatch/job"
	"meetbatch/job/send"
	"meetbatch/report"
)

// liveEvery is how often run.json is replaced while a run is under way. The contract promises two seconds.
const liveEvery = time.Second / 2

// keepAlive replaces run.json now and then by what describe gives, until stop is called. Where that fails nothing is said
// of it: bringing results to the disk fails too then, and ends the run.
func (r *run) keepAlive(describe func() report.Run) (stop func()) {
	nothing := func() {}
	return Repeat(liveEvery, nothing, func() { r.dir.WriteRun(describe()) }, nothing)
}

// Repeat calls first at once, do again and again, and last when stop is called, which returns when that is done. They are
// called by another goroutine, one at a time.
func Repeat(every time.Duration, first, do, last func()) (stop func()) {
	done := make(chan struct{})
	var repeating sync.WaitGroup
	repeating.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for first(); ; do() {
			select {
			case <-done:
				last()
				return
			case <-tick.C:
			}
		}
	})
	return func() {
		close(done)
		repeating.Wait()
	}
}

// frozen describes a run of which nothing but the time changes: it is planned, or somebody is asked.
func (r *run) frozen() func() report.Run {
	now := r.meta
	return func() report.Run { return now }
}

// beginSession adds this process to those that worked on the run.
func (r *run) beginSession() {
	if r.past != nil {
		r.past.EndSessions(&r.meta)
		r.meta.Rate.Throttled = max(r.meta.Rate.Throttled, r.past.Throttled()) // a process that was killed took its own count along
	}
	r.meta.Sessions = append(slices.Clone(r.meta.Sessions), report.NewSession(r.Now(), r.settings.Rate.String(), r.workers))
}

// endSession says in the session of this process how it ended.
func (r *run) endSession() {
	s := &r.meta.Sessions[len(r.meta.Sessions)-1]
	s.End, s.Ended, s.Reason = r.meta.End, report.Ended(r.meta.State), r.meta.Reason
}

// describe gives what run.json says while requests go out.
func (r *run) describe(p *Progress) report.Run {
	now, s := r.meta, p.Now()
	now.Counts = s.Counts
	now.Requests.Sent = s.Requests
	now.Waiting = p.waits(&s)
	if unsure := now.Waiting != nil && now.Waiting.For != report.Throttled && now.Waiting.For != report.UsedUp; !s.End.IsZero() && !unsure {
		end := s.End.UTC().Truncate(time.Second)
		now.ExpectedEnd = &end
	}
	r.describePace(&now, p)
	if s.PerSecond > 0 {
		now.Rate.AchievedPerSecond = s.PerSecond // of late
	}
	return now
}

// describePace completes what run.json says of the pace and of the session of this process.
func (r *run) describePace(now *report.Run, p *Progress) {
	paced := p.pacer.Report()
	now.Rate.Asked = r.settings.Rate.String()
	now.Rate.Add(paced.PerSecond, paced.MostPerSecond, paced.Throttled, paced.Held)
	now.Rate.Followed = paced.Following.String()
	now.Rate.FollowedSeconds += paced.Following.For.Seconds()
	now.Sessions = slices.Clone(now.Sessions)
	session := &now.Sessions[len(now.Sessions)-1]
	session.Requests = p.runner.Requests.Load()
	session.Settled = p.runner.Counts.Total() - p.runner.Counts.Of(job.NotSent)
	session.Throttled = paced.Throttled
}

// counts are the rows of the whole run by their fate.
func (r *run) counts(runner *send.Runner) report.Counts {
	of := func(s job.Status) int64 { return r.settledBefore(s) + runner.Counts.Of(s) }
	return report.Counts{
		Rows:       r.planned.Rows,
		Succeeded:  of(job.Succeeded),
		Failed:     of(job.Failed),
		Unknown:    of(job.Unknown),
		NotSent:    of(job.NotSent),
		Invalid:    of(job.Invalid),
		Skipped:    of(job.Skipped),
		Duplicates: r.planned.Duplicates,
	}
}

// settledRequests counts the requests of earlier processes.
func (r *run) settledRequests() int64 {
	if r.past == nil {
		return 0
	}
	return r.past.Sent()
}
