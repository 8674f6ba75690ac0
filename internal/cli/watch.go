package cli

import (
	"context"
	"fmt"
	"os/signal"
	"sync"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/system"
	"meetbatch/internal/tell"
	"meetbatch/report"
)

const (
	metricsEvery = 15 * time.Second
	startGrace   = time.Second     // for which the end of a run waits for the ping of its start
	longestPing  = 9 * time.Second // and then for that of the end
)

// watch tells others how the run of this process goes, where flags ask for it: beside the run, which it never fails. The
// zero value and nil tell nobody.
type watch struct {
	warn    func(string)
	now     func() time.Time
	metrics *tell.Metrics
	ping    *tell.Ping

	mu       sync.Mutex
	news     tell.News
	progress *run.Progress // while requests go out
	changed  chan struct{} // has room for one: there is something to write at once

	done   chan struct{} // closed when the run has ended
	giveUp func()        // ends a ping that is under way
	beside sync.WaitGroup
}

// watch begins to tell of a run.
func (a *app) watch(command string, flags processFlags) error {
	w := &watch{warn: newUser(a, flags).Warn, now: a.now, changed: make(chan struct{}, 1), news: tell.News{Command: command, State: report.Planning, Start: a.started}}
	if flags.Metrics != "" {
		w.metrics = &tell.Metrics{Path: flags.Metrics}
		if err := w.metrics.Check(); err != nil {
			return run.Refuse(fmt.Errorf("--metrics: %w", err), "name a file that is there for nothing else")
		}
	}
	if flags.Ping != "" {
		var err error
		if w.ping, err = tell.NewPing(flags.Ping); err != nil {
			return usage(fmt.Errorf("--ping: %w", err), "such as --ping https://hc-ping.com/UUID")
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.giveUp, w.done = cancel, make(chan struct{})
	if w.ping != nil {
		w.beside.Go(func() {
			if err := w.ping.Start(ctx); err != nil && ctx.Err() == nil {
				w.warn(err.Error())
			}
		})
	}
	if w.metrics != nil {
		w.beside.Go(w.keepWriting)
	}
	a.watching = w
	return nil
}

func (w *watch) keepWriting() {
	tick := time.NewTicker(metricsEvery)
	defer tick.Stop()
	for warned := false; ; {
		if err := w.write(); err != nil && !warned {
			warned = true
			w.warn("--metrics: " + err.Error())
		}
		select {
		case <-w.done:
			return
		case <-tick.C:
		case <-w.changed:
		}
	}
}

// write brings the metrics up to date. The file may be slow: nobody waits for it but the end of the run.
func (w *watch) write() error {
	w.mu.Lock()
	w.follow()
	news := w.news
	w.mu.Unlock()
	return w.metrics.Write(news, w.now())
}

// follow takes in how far the sending is. The lock is held.
func (w *watch) follow() {
	if p := w.progress; p != nil {
		now := p.Now()
		w.news.Counts, w.news.Requests = now.Counts, now.Requests
		w.news.Throttled, w.news.Held = p.Throttled()
	}
}

// sending tells that requests go out, until stop is called.
func (w *watch) sending(p *run.Progress) (stop func()) {
	if w == nil {
		return func() {}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.progress, w.news.State = p, report.Running
	w.changed <- struct{}{} // the only one: a run sends once
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.follow()
		w.progress = nil
	}
}

// ended tells how the run ended, and whether anything had to be said of that.
func (w *watch) ended(e *run.Ending) (said bool) {
	return w.end(func(n *tell.News) {
		n.State, n.Counts, n.Requests = e.Run.State, e.Run.Counts, e.Run.Requests.Sent
		n.Throttled, n.Held = e.Run.Rate.Throttled, time.Duration(e.Run.Rate.HeldSeconds*float64(time.Second))
		n.Failures = e.Dir.Failures()
		if e.Run.ExitCode != nil {
			n.ExitCode = *e.Run.ExitCode
		}
	})
}

// close tells of an end of which ended was not told: the run was refused, or its files could not be written.
func (w *watch) close(err error) {
	w.end(func(n *tell.News) {
		n.ExitCode = int(run.CodeOf(err))
		switch {
		case n.ExitCode == int(run.Recorded):
			n.State = report.Broken
		case n.State == report.Planning:
			n.State = tell.Refused
		}
	})
}

// already tells that the run had ended before.
func (w *watch) already(counts report.Counts) {
	if w != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.news.State, w.news.Counts, w.news.Again = report.Finished, counts, true
	}
}

// end completes the news and tells them, once; it tells whether anything had to be said of that. A ping of the start that
// does not come through is given up then, and the one of the end at a signal.
func (w *watch) end(complete func(*tell.News)) (said bool) {
	if w == nil || w.news.Over() {
		return false
	}
	close(w.done)
	late := time.AfterFunc(startGrace, w.giveUp)
	w.beside.Wait()
	late.Stop()
	w.giveUp()
	complete(&w.news)
	w.news.End = w.now()
	if w.metrics != nil {
		if err := w.write(); err != nil {
			w.warn("--metrics: " + err.Error())
			said = true
		}
	}
	if w.ping != nil {
		ctx, cancel := signal.NotifyContext(context.Background(), system.StopSignals()...)
		defer cancel()
		ctx, late := context.WithTimeout(ctx, longestPing)
		defer late()
		if err := w.ping.End(ctx, w.news); err != nil {
			w.warn(err.Error())
			said = true
		}
	}
	return said
}
