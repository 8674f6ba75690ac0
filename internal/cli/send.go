package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/job/send"
	"meetbatch/report"
)

// send carries the plan out and leaves a complete run directory behind.
func (r *run) send(signals signals) error {
	stopSandbox, err := r.startSandbox()
	if err != nil {
		return refused(err, "")
	}
	defer stopSandbox()
	r.meta.State = report.Running
	if err := r.dir.WriteRun(r.meta); err != nil {
		return unrecorded(err, "nothing was sent; make room, and go on: meetbatch resume "+quoted(r.dir.Path))
	}
	pacer := pace.New(pace.Settings{
		Rate:   r.Rate.Rate,
		Ready:  r.client.Ready,
		Notify: func(text string) { r.console.Warn(text) },
	})
	r.job = &send.Runner{
		Operation:   r.op,
		Sender:      r.client,
		Recorder:    r.dir,
		Pacer:       pacer,
		Workers:     r.Workers,
		Attempts:    r.Attempts,
		MaxFailures: r.MaxFailures.Share,
		Pending:     r.past.Pending(),
	}
	if r.Verbose {
		r.job.Sender = traced{r.client, r.console}
	}
	start := time.Now()
	r.sending.Store(true)
	bar := startProgress(r)
	end := r.job.Run(signals.stopping, signals.abandon, r.plan)
	bar.stop()
	r.signOut() // before the last words, which name the next command
	return r.finish(end, time.Since(start))
}

// finish completes the run directory after the sending has come to an end, of whatever kind.
func (r *run) finish(end error, took time.Duration) error {
	var stop *send.Stop
	var many *send.TooManyFailed
	if errors.As(end, &many) {
		end = &send.Stop{Reason: fmt.Sprintf("%d of %d settled rows failed, and --max-failures is %s", many.Failed, many.Settled, many.Bound)}
	}
	early := errors.As(end, &stop) || errors.Is(end, errStopped)
	err := end
	if early {
		err = nil
	}
	r.count()
	if err == nil {
		err = errors.Join(r.checkSum(), r.dir.Check())
	}
	if err == nil {
		err = r.writeFailed()
	}
	code := exitOK
	r.meta.State = report.Finished
	switch {
	case err != nil:
		r.meta.State, code = report.Broken, exitRecorded
	case early && r.meta.Counts.NotSent+r.meta.Counts.Unknown > 0: // else it had come to its end all the same
		r.meta.Reason, code = end.Error(), exitStopped
		if stop != nil {
			code = exitService
		}
		if r.meta.Counts.NotSent > 0 {
			r.meta.State = report.Stopped
		}
	case r.meta.Counts.Left() > 0:
		code = exitRows
	}
	r.meta.ExitCode = &code
	err = errors.Join(err, r.dir.WriteRun(r.meta), r.dir.Close())
	if err != nil {
		return unrecorded(err, "every request that was sent is in the journal; make room, or mend what is wrong, and go on: meetbatch resume "+quoted(r.dir.Path))
	}
	r.summarize(took)
	if code != exitOK {
		return reported(code)
	}
	return nil
}

// checkSum finds out whether every row was settled.
func (r *run) checkSum() error {
	if settled := r.past.Counts.Total() + r.job.Counts.Total(); settled != r.plan.Rows {
		return fmt.Errorf("%s: %s of the input, but %s with a result", r.dir.File(report.ResultsFile), plural(r.plan.Rows, "row"), plural(settled, "row"))
	}
	return nil
}

// writeFailed copies the rows that did not succeed, from the input as it is now.
func (r *run) writeFailed() error {
	rows := r.rows
	if r.meta.Counts.Left() == 0 {
		rows = func(func(job.Item, []byte) error) error { return nil }
	}
	return r.dir.WriteFailed(r.header, rows)
}

// count completes what run.json says.
func (r *run) count() {
	end := r.now().UTC()
	r.meta.End = &end
	of := func(s job.Status) int64 { return r.past.Counts.Of(s) + r.job.Counts.Of(s) }
	r.meta.Counts = report.Counts{
		Rows:       r.plan.Rows,
		Succeeded:  of(job.Succeeded),
		Failed:     of(job.Failed),
		Unknown:    of(job.Unknown),
		NotSent:    of(job.NotSent),
		Invalid:    of(job.Invalid),
		Skipped:    of(job.Skipped),
		Duplicates: r.plan.Duplicates,
	}
	sent := r.job.Requests.Load()
	r.meta.Requests.Sent = r.past.Sent + sent
	r.meta.Rate.Asked = r.Rate.String()
	p := r.job.Pacer.Report()
	r.meta.Rate.Add(p.PerSecond, p.MostPerSecond, p.Throttled, p.Held)
}

// counts words how many rows had which fate.
func (r *run) counts() string {
	c := r.meta.Counts
	text := fmt.Sprintf("%s: %s succeeded", plural(c.Rows, "row"), grouped(c.Succeeded))
	for _, part := range []struct {
		n    int64
		what string
	}{
		{c.Failed, "failed"}, {c.Unknown, "unknown"}, {c.NotSent, "not sent"}, {c.Invalid, "invalid"}, {c.Skipped, "skipped"},
	} {
		if part.n > 0 {
			text += fmt.Sprintf(", %s %s", grouped(part.n), part.what)
		}
	}
	return text
}

// paceText words how fast it went: what was asked for, what became of it, and why.
func (r *run) paceText() string {
	p := r.job.Pacer.Report()
	text := "rate " + r.Rate.String()
	if r.job.Requests.Load() > 1 {
		text += fmt.Sprintf(", %s/s reached, at most %s in a second", rounded(p.PerSecond), grouped(int64(p.MostPerSecond)))
	}
	if p.Throttled > 0 {
		text += fmt.Sprintf(", throttled %s", plural(p.Throttled, "time"))
	}
	if p.Held > 0 {
		text += ", held for " + roughly(p.Held)
	}
	return text
}

// summarize ends the run in words; the last line names the next command, where there is one.
func (r *run) summarize(took time.Duration) {
	c := r.meta.Counts
	if r.meta.Reason != "" {
		r.console.Error(r.meta.Reason)
	}
	sent := r.job.Requests.Load()
	r.console.Info(fmt.Sprintf("%s, with %s in %s (%s)", r.counts(), plural(sent, "request"), roughly(took), r.paceText()),
		"rows", c.Rows, "succeeded", c.Succeeded, "failed", c.Failed, "unknown", c.Unknown,
		"not_sent", c.NotSent, "invalid", c.Invalid, "skipped", c.Skipped, "requests", sent, "seconds", took.Seconds(),
		"rate", r.Rate, "achieved_per_second", r.meta.Rate.AchievedPerSecond, "most_per_second", r.job.Pacer.Report().MostPerSecond,
		"throttled", r.job.Pacer.Report().Throttled, "held_seconds", r.job.Pacer.Report().Held.Seconds())
	r.console.Info("results: "+r.dir.File(report.ResultsFile), "dir", r.dir.Path)
	left := c.Left()
	switch {
	case r.meta.State == report.Stopped:
		next := "meetbatch resume " + quoted(r.dir.Path)
		r.console.Warn(fmt.Sprintf("%s not sent; to go on: %s", plural(c.NotSent, "row"), next), "rows", c.NotSent, "next", next)
	case left > 0:
		next := r.nextCommand()
		r.console.Warn(fmt.Sprintf("%s did not succeed; to run them again: %s", plural(left, "row"), next), "rows", left, "next", next)
	}
}

// traced shows every request, for --verbose.
type traced struct {
	job.Sender
	console *console
}

func (t traced) Send(ctx context.Context, op job.Operation, a job.Attempt) job.Answer {
	answer := t.Sender.Send(ctx, op, a)
	t.console.Debug("request", "method", op.Method, "target", a.Chunk.Target, "entries", len(a.Chunk.Entries), "request_id", a.RequestID,
		"http_status", answer.HTTPStatus, "error_code", answer.Code, "message", answer.Message, "duration", answer.Duration)
	return answer
}
