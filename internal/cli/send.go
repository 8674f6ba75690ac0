package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"meetbatch/internal/meeting"
	"meetbatch/job"
	"meetbatch/report"
)

// send carries the plan out and leaves a complete run directory behind.
func (r *run) send(ctx context.Context, client *meeting.Client) error {
	r.meta.State = report.Running
	if err := r.dir.WriteRun(r.meta); err != nil {
		return unrecorded(err, "nothing was sent")
	}
	r.job = &job.Runner{
		Operation: r.op,
		Sender:    client,
		Recorder:  r.dir,
		Rate:      r.Rate.Rate,
		Workers:   r.Workers,
	}
	if r.Verbose {
		r.job.Sender = traced{client, r.console}
	}
	start := time.Now()
	bar := startProgress(r)
	err := r.job.Run(ctx, r.plan)
	bar.stop()
	took := time.Since(start)

	if err == nil {
		err = r.checkSum()
	}
	if err == nil {
		err = r.writeFailed()
	}
	if closeErr := r.dir.Close(); err == nil {
		err = closeErr
	}
	r.meta.State = report.Finished
	code := exitOK
	switch {
	case err != nil:
		r.meta.State, code = report.Broken, exitRecorded
	case r.job.Counts.Of(job.Succeeded) < r.plan.Rows:
		code = exitRows
	}
	r.finish(took, code)
	if runErr := r.dir.WriteRun(r.meta); err == nil {
		err = runErr
	}
	if err != nil {
		return unrecorded(err, fmt.Sprintf("what was written stands in %s; every request that was sent is in its %s", r.dir.Path, report.RequestsFile))
	}
	r.summarize(took)
	if code == exitRows {
		return errRows
	}
	return nil
}

// checkSum finds out whether every row was settled.
func (r *run) checkSum() error {
	if settled := r.job.Counts.Total(); settled != r.plan.Rows {
		return fmt.Errorf("%s: %s of the input, but %s with a result", r.dir.File(report.ResultsFile), plural(r.plan.Rows, "row"), plural(settled, "row"))
	}
	return nil
}

// writeFailed copies the rows that did not succeed, from the input as it is now.
func (r *run) writeFailed() error {
	if r.job.Counts.Of(job.Succeeded) == r.plan.Rows {
		return r.dir.WriteFailed(r.header, func(func(int64, []byte) error) error { return nil })
	}
	return r.input.again(func(from io.Reader) error {
		rows, err := r.newReader(from)
		if err != nil {
			return err
		}
		return r.dir.WriteFailed(rows.Header(), func(row func(int64, []byte) error) error {
			for {
				it, err := rows.Read()
				if err == io.EOF {
					return nil
				}
				if err == nil {
					err = row(it.Line, rows.Raw())
				}
				if err != nil {
					return err
				}
			}
		})
	})
}

// finish completes what run.json says.
func (r *run) finish(took time.Duration, code int) {
	end := r.now().UTC()
	counts := &r.job.Counts
	r.meta.End = &end
	r.meta.ExitCode = &code
	r.meta.Counts = report.Counts{
		Rows:       r.plan.Rows,
		Succeeded:  counts.Of(job.Succeeded),
		Failed:     counts.Of(job.Failed),
		Unknown:    counts.Of(job.Unknown),
		NotSent:    counts.Of(job.NotSent),
		Invalid:    counts.Of(job.Invalid),
		Duplicates: r.plan.Duplicates,
	}
	r.meta.Requests = report.Requests{Planned: r.plan.Requests, Sent: r.job.Requests.Load()}
	if took > 0 {
		r.meta.Rate.AchievedPerSecond = float64(r.meta.Requests.Sent) / took.Seconds()
	}
}

// summarize ends the run in words; the last line names the next command, where there is one.
func (r *run) summarize(took time.Duration) {
	c := r.meta.Counts
	text := plural(c.Rows, "row") + ":"
	for _, part := range []struct {
		n    int64
		what string
	}{
		{c.Succeeded, "succeeded"}, {c.Failed, "failed"}, {c.Unknown, "unknown"}, {c.NotSent, "not sent"}, {c.Invalid, "invalid"},
	} {
		if part.n > 0 || part.what == "succeeded" {
			text += fmt.Sprintf(" %s %s,", grouped(part.n), part.what)
		}
	}
	text += fmt.Sprintf(" with %s in %s (rate %s)", plural(r.meta.Requests.Sent, "request"), roughly(took), r.Rate)
	r.console.Info(text, "rows", c.Rows, "succeeded", c.Succeeded, "failed", c.Failed, "unknown", c.Unknown,
		"not_sent", c.NotSent, "invalid", c.Invalid, "requests", r.meta.Requests.Sent, "seconds", took.Seconds())
	r.console.Info("results: "+r.dir.File(report.ResultsFile), "dir", r.dir.Path)
	if left := c.Rows - c.Succeeded; left > 0 {
		next := commandLine(r.model, r.args, r.dir.File(report.FailedFile))
		r.console.Warn(fmt.Sprintf("%s did not succeed; to run them again: %s", plural(left, "row"), next), "rows", left, "next", next)
	}
}

// service names what requests go to.
func (r *run) service() string {
	if r.Endpoint != "" {
		return r.Endpoint
	}
	return meeting.Endpoints[r.Region]
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
