package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
)

const (
	barEvery  = 200 * time.Millisecond
	lineEvery = 30 * time.Second
)

// showProgress shows how far a run has come while it is under way: a bar on a terminal, elsewhere a line
// now and then. When stop returns, nothing more is shown.
func (u *user) showProgress(p *run.Progress) (stop func()) {
	show, every, end := u.lines(p), lineEvery, func() {}
	switch {
	case u.flags.Quiet || p.Planned == 0:
		return func() {}
	case u.console.isTerminal() && u.flags.LogFormat == "text" && !u.flags.Verbose:
		show, end = u.bar(p)
		every = barEvery
	}
	var showing sync.WaitGroup
	done := make(chan struct{})
	showing.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for why := ""; ; {
			if f := p.Following(); f.Why != why {
				if why = f.Why; why != "" {
					u.console.Info("following "+f.String(), "per_second", f.PerSecond, "why", why)
				}
			}
			show()
			select {
			case <-done:
				end()
				return
			case <-tick.C:
			}
		}
	})
	return func() {
		close(done)
		showing.Wait()
	}
}

func (u *user) bar(p *run.Progress) (show, end func()) {
	b := progressbar.NewOptions64(p.ToSend,
		progressbar.OptionSetWriter(u.console.out),
		progressbar.OptionSetDescription(p.Operation.Name),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("rows"),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetWidth(20),
		progressbar.OptionSetRenderBlankState(true),
	)
	draw := func() {
		rows, bad := p.Settled()
		b.Describe(fmt.Sprintf("%s: %s, %s failed", p.Operation.Name, words.Plural(p.Requests(), "request"), words.Number(bad)))
		b.Set64(rows)
	}
	show = func() { u.console.plain.draw(draw, func() { b.Clear() }) }
	end = func() {
		u.console.plain.draw(func() {
			draw()
			b.Exit()
			fmt.Fprintln(u.console.out)
		}, nil)
	}
	return show, end
}

func (u *user) lines(p *run.Progress) func() {
	start := time.Now()
	return func() {
		rows, bad := p.Settled()
		text := fmt.Sprintf("%s of %s settled, %s failed, %s", words.Number(rows), words.Plural(p.ToSend, "row"), words.Number(bad), words.Plural(p.Requests(), "request"))
		if took := time.Since(start); rows > 0 && rows < p.ToSend {
			left := time.Duration(float64(took) * float64(p.ToSend-rows) / float64(rows))
			text += fmt.Sprintf(", about %s left", words.Roughly(left))
		}
		if f := p.Following().String(); f != "" {
			text += ", following " + f
		}
		u.console.Info(text, "settled", rows, "rows", p.ToSend, "failed", bad, "requests", p.Requests())
	}
}
