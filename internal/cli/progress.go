package cli

import (
	"time"

	"meetbatch/internal/run"
)

const (
	barEvery  = 200 * time.Millisecond
	lineEvery = 30 * time.Second
)

// showProgress shows how far a run has come while it is under way: a bar on a terminal, elsewhere a line
// now and then. When stop returns, nothing more is shown.
func (u *user) showProgress(p *run.Progress) (stop func()) {
	show, every, end := func() { u.line(p) }, lineEvery, func() {}
	switch {
	case u.flags.Quiet || p.Planned == 0:
		return func() {}
	case u.console.isTerminal() && u.flags.LogFormat == "text" && !u.flags.Verbose:
		out := u.console.out
		bar := func(width int) string { return u.stand(p).bar(width) }
		show = func() { out.draw(bar) }
		end = func() {
			out.draw(nil)
			out.say(bar(columnsOf(out.to))+"\n", true)
		}
		every = barEvery
	}
	why := ""
	tell := func() {
		if f := p.Now().Following; f.Why != why {
			if why = f.Why; why != "" {
				u.console.Info("following "+f.String(), eventKey, "throttled", "per_second", f.PerSecond, "why", why)
			}
		}
		show()
	}
	return run.Repeat(every, tell, tell, end)
}

// stand tells how far a run has come.
func (u *user) stand(p *run.Progress) standing {
	s := standing{Standing: p.Now()}
	if at := u.stopping.Load(); at != nil {
		s.stopping = *at
	}
	return s
}

func (u *user) line(p *run.Progress) {
	s := u.stand(p)
	u.console.Info(s.logText(), progressAttrs(s.Standing)...)
}
