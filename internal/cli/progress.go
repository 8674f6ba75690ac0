package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"meetbatch/job"
)

const (
	barEvery  = 200 * time.Millisecond
	lineEvery = 30 * time.Second
)

// progress shows how far a run has come while it is under way: a bar on a terminal, elsewhere a line
// now and then.
type progress struct {
	done chan struct{}
	all  sync.WaitGroup
}

func startProgress(r *run) *progress {
	p := &progress{done: make(chan struct{})}
	show, every, end := lines(r), lineEvery, func() {}
	switch {
	case r.Quiet || r.plan.Requests == 0:
		return p
	case isTerminal(r.stderr) && r.LogFormat == "text" && !r.Verbose:
		show, end = bar(r)
		every = barEvery
	}
	p.all.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			show()
			select {
			case <-p.done:
				end()
				return
			case <-tick.C:
			}
		}
	})
	return p
}

// stop returns when nothing more is shown.
func (p *progress) stop() {
	close(p.done)
	p.all.Wait()
}

// toSend is the number of rows that the bar counts up to.
func (r *run) toSend() int64 {
	return r.plan.Rows - r.plan.InvalidRows - r.plan.SkippedRows - r.past.Counts.Total()
}

// settled counts the rows of requests that are settled, and those of them that did not succeed.
func (r *run) settled() (rows, bad int64) {
	c := &r.job.Counts
	bad = c.Of(job.Failed, job.Unknown)
	return c.Of(job.Succeeded) + bad, bad
}

func bar(r *run) (show, end func()) {
	b := progressbar.NewOptions64(r.toSend(),
		progressbar.OptionSetWriter(r.stderr),
		progressbar.OptionSetDescription(r.op.Name),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("rows"),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetWidth(20),
		progressbar.OptionSetRenderBlankState(true),
	)
	draw := func() {
		rows, bad := r.settled()
		b.Describe(fmt.Sprintf("%s: %s, %s failed", r.op.Name, plural(r.job.Requests.Load(), "request"), grouped(bad)))
		b.Set64(rows)
	}
	show = func() { r.console.plain.draw(draw, func() { b.Clear() }) }
	end = func() {
		r.console.plain.draw(func() {
			draw()
			b.Exit()
			fmt.Fprintln(r.stderr)
		}, nil)
	}
	return show, end
}

func lines(r *run) func() {
	start := time.Now()
	return func() {
		rows, bad := r.settled()
		text := fmt.Sprintf("%s of %s settled, %s failed, %s", grouped(rows), plural(r.toSend(), "row"), grouped(bad), plural(r.job.Requests.Load(), "request"))
		if took := time.Since(start); rows > 0 && rows < r.toSend() {
			left := time.Duration(float64(took) * float64(r.toSend()-rows) / float64(rows))
			text += fmt.Sprintf(", about %s left", roughly(left))
		}
		r.console.Info(text, "settled", rows, "rows", r.toSend(), "failed", bad, "requests", r.job.Requests.Load())
	}
}
