package cli

import (
	"fmt"
	"io"
	"strings"
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
	show, every, end := func() { u.line(p) }, lineEvery, func() {}
	switch {
	case u.flags.Quiet || p.Planned == 0:
		return func() {}
	case u.console.isTerminal() && u.flags.LogFormat == "text" && !u.flags.Verbose:
		out := u.console.out
		bar := func(width int) string { return barText(p.Operation.Name, stand(p), width) }
		show = func() { out.draw(bar) }
		end = func() {
			out.draw(nil)
			out.say(bar(columnsOf(out.to))+"\n", true)
		}
		every = barEvery
	}
	var showing sync.WaitGroup
	done := make(chan struct{})
	showing.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for why := ""; ; {
			if f := p.Now().Following; f.Why != why {
				if why = f.Why; why != "" {
					u.console.Info("following "+f.String(), eventKey, "throttled", "per_second", f.PerSecond, "why", why)
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

// standing is how far a run has come.
type standing struct {
	settled, bad, rows, requests int64
	left                         time.Duration // until all rows are settled; 0 where nobody knows
	following                    string        // the rate that is followed; empty where it is what was asked for
}

// stand tells how far a run has come.
func stand(p *run.Progress) standing {
	now := p.Now()
	s := standing{settled: now.Settled(), bad: now.Counts.Failed + now.Counts.Unknown, rows: now.Counts.Rows, requests: now.Requests, following: now.Following.String()}
	if !now.End.IsZero() {
		s.left = now.End.Sub(now.At)
	}
	return s
}

// parts are the words of a standing, what matters most first.
func (s standing) parts() []string {
	parts := []string{
		fmt.Sprintf("%s of %s settled", words.Number(s.settled), words.Plural(s.rows, "row")),
		words.Number(s.bad) + " failed",
	}
	if s.left > 0 {
		parts = append(parts, "about "+words.Roughly(s.left)+" left")
	}
	parts = append(parts, words.Plural(s.requests, "request"))
	if s.following != "" {
		parts = append(parts, "following "+s.following)
	}
	return parts
}

func (u *user) line(p *run.Progress) {
	s := stand(p)
	u.console.Info(strings.Join(s.parts(), ", "), progressAttrs(p.Now())...)
}

// barText draws a standing in fewer columns than a terminal has, since many break the line at the last one: with as many
// of its words as there is room for, and without room for a bar in numbers alone.
func barText(name string, s standing, width int) string {
	parts := s.parts()
	for n := len(parts); n > 0; n-- {
		if text := drawBar(name+": "+strings.Join(parts[:n], ", "), s); columns(text) < width {
			return text
		}
	}
	for _, text := range []string{parts[0], fmt.Sprintf("%d/%d", s.settled, s.rows), fmt.Sprintf("%d%%", 100*s.settled/max(s.rows, 1))} {
		if columns(text) < width {
			return text
		}
	}
	return ""
}

// drawBar draws a bar behind a text. Nothing is written: the output does that, when the terminal takes it.
func drawBar(text string, s standing) string {
	b := progressbar.NewOptions64(s.rows,
		progressbar.OptionSetWriter(io.Discard),
		progressbar.OptionSetDescription(text),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetWidth(20),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerPadding: " ", BarStart: "|", BarEnd: "|"}), // as wide everywhere
		progressbar.OptionSetRenderBlankState(true),
	)
	b.Set64(s.settled)
	return strings.TrimSpace(b.String())
}
