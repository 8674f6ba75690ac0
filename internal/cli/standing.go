package cli

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
)

// standing is how far a run has come, for people.
type standing struct {
	run.Standing
	stopping time.Time // since when nothing further is sent; zero: it goes on
}

const (
	stillUnanswered = 5 * time.Second // for so long that people want to know it
	narrowestBar    = 12
)

// bar draws a standing in fewer columns than a terminal has, since many break the line at the last one: with as many of its
// words as there is room for, and a bar where room is left.
func (s standing) bar(width int) string {
	for _, text := range s.forms() {
		if columns(text) < width {
			return text + s.drawBar(width-1-columns(text))
		}
	}
	return ""
}

// forms are the words of a standing, from all of them to the fewest.
func (s standing) forms() []string {
	c := s.Counts
	share, settled, rows := percent(settledOf(c), c.Rows), words.Number(settledOf(c)), words.Number(c.Rows)
	long, middle, short := s.clauses()
	counts := fmt.Sprintf("%3s  %s of %s rows%s", share, settled, rows, s.bad(", "))
	few := fmt.Sprintf("%s %s/%s%s", share, settled, rows, s.bad(" "))
	return []string{
		joined(counts, "; ", long), joined(counts, "; ", middle), joined(few, ", ", short),
		joined(share+s.bad(" "), ", ", short), joined(share, ", ", short), share,
	}
}

// joined puts a separator between two texts that are not empty.
func joined(text, separator, clause string) string {
	if text == "" || clause == "" {
		return text + clause
	}
	return text + separator + clause
}

// bad counts what went wrong, behind a separator, where anything did.
func (s standing) bad(separator string) string {
	return strings.Replace(counted(part{s.Counts.Failed, "failed"}, part{s.Counts.Unknown, "unknown"}), ", ", separator, 1)
}

// clauses say what the run does or waits for, and until when: in full, without what matters least, and in few words.
func (s standing) clauses() (long, middle, short string) {
	at := func(t time.Time) string { return clock(t, s.At) }
	w := s.Waiting
	waits := w.Until.After(s.At)
	switch {
	case s.Settled() == s.Counts.Rows:
		return "", "", ""
	case !s.stopping.IsZero() && s.InFlight == 0:
		return "stopping", "stopping", "stopping"
	case !s.stopping.IsZero():
		most := words.Roughly(max(s.Timeout-s.At.Sub(s.stopping), 0).Round(time.Second))
		text := fmt.Sprintf("stopping, %s in flight, up to %s", words.Plural(s.InFlight, "request"), most)
		return text, text, fmt.Sprintf("stopping, %s in flight, up to %s", words.Number(s.InFlight), most)
	case w.NoBudget:
		text := fmt.Sprintf("budget out of reach since %s, until %s", minute(w.Since), minute(w.GiveUp))
		return text, text, "no budget, stops at " + minute(w.GiveUp)
	case w.Down:
		text := fmt.Sprintf("service down since %s, until %s", minute(w.Since), minute(w.GiveUp))
		return text, text, "down, stops at " + minute(w.GiveUp)
	case w.Throttled && waits:
		text := "throttled, goes on at " + at(w.Until)
		return text, text, "throttled until " + at(w.Until)
	case w.UsedUp && waits:
		text := s.Asked.String() + " used up, goes on at " + at(w.Until)
		return text, text, "used up until " + at(w.Until)
	case s.InFlight > 0 && s.Quiet >= stillUnanswered:
		text := fmt.Sprintf("%s unanswered for %s, at most %s", words.Plural(s.InFlight, "request"), words.Roughly(s.Quiet), words.Roughly(s.Timeout))
		return text, text, fmt.Sprintf("%s unanswered for %s", words.Number(s.InFlight), words.Roughly(s.Quiet))
	}
	return s.pace()
}

// pace says how fast the run goes, and when it will be over.
func (s standing) pace() (long, middle, short string) {
	end := ""
	switch {
	case s.End.IsZero():
	case s.AsPlanned:
		end = "done at about " + clock(s.End, s.At) + " as planned"
	default:
		end = "done " + onDay(s.End, s.At)
	}
	rate := s.rate()
	if s.Session > 1 && !s.isFollowing() {
		rate = joined(fmt.Sprintf("session %d", s.Session), ", ", rate)
	}
	long, middle, short = rate, "", ""
	if end != "" {
		long, middle, short = strings.TrimPrefix(rate+", "+end, ", "), end, "end "+clock(s.End, s.At)
		if spaced := s.Asked.Spaced(); s.isFollowing() && spaced.Requests > 0 && !spaced.Auto {
			short = fmt.Sprintf("%s/%s a min, %s", perMinute(s.Following.PerSecond), perMinute(float64(spaced.Requests)/spaced.Per.Seconds()), clock(s.End, s.At))
		}
	}
	return long, middle, short
}

// onDay is a moment as it stands in a sentence: at a time of today, or on another day.
func onDay(at, now time.Time) string {
	text := clock(at, now)
	if text == at.Local().Format(time.TimeOnly) {
		return "at " + text
	}
	return text
}

func (s standing) isFollowing() bool { return s.Following.Why != "" && s.Following.PerSecond > 0 }

// rate tells the requests a minute: those that are followed, or that went out of late, or that were asked for; empty where
// nothing is known.
func (s standing) rate() string {
	spaced := s.Asked.Spaced()
	most := 0.0
	if spaced.Requests > 0 && spaced.Per > 0 {
		most = float64(spaced.Requests) / spaced.Per.Seconds()
	}
	switch {
	case s.isFollowing() && most > 0 && !spaced.Auto:
		return fmt.Sprintf("%s/min of the %s asked", perMinute(s.Following.PerSecond), perMinute(most))
	case s.isFollowing():
		return perMinute(s.Following.PerSecond) + "/min"
	case s.PerSecond > 0 && (most == 0 || spaced.Auto):
		return perMinute(s.PerSecond) + "/min"
	case s.PerSecond > 0: // a few seconds may hold one more than their share
		return perMinute(min(s.PerSecond, most)) + "/min"
	case most > 0:
		return perMinute(most) + "/min"
	}
	return ""
}

func perMinute(perSecond float64) string {
	if aMinute := perSecond * 60; aMinute >= 10 {
		return words.Number(int64(math.Round(aMinute)))
	}
	return words.Rounded(math.Round(perSecond*600) / 10)
}

func minute(t time.Time) string { return t.Local().Format("15:04") }

// logText is a standing where there is no terminal, in a line of its own.
func (s standing) logText() string {
	long, _, _ := s.clauses()
	text := fmt.Sprintf("%s of %s settled, %s failed", words.Number(settledOf(s.Counts)), words.Plural(s.Counts.Rows, "row"), words.Number(s.Counts.Failed))
	return joined(text+counted(part{s.Counts.Unknown, "unknown"})+", "+words.Plural(s.Requests, "request"), "; ", long)
}

// drawBar draws a bar that takes so many columns with the blanks before it, if they are enough for one. Nothing is written: the output does that, when the
// terminal takes it.
func (s standing) drawBar(width int) string {
	if width-2 < narrowestBar || s.Counts.Rows == 0 {
		return ""
	}
	b := progressbar.NewOptions64(s.Counts.Rows,
		progressbar.OptionSetWriter(io.Discard),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetWidth(width-4),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}), // as wide everywhere
		progressbar.OptionSetRenderBlankState(true),
	)
	b.Set64(settledOf(s.Counts))
	text := b.String()
	from, to := strings.IndexByte(text, '['), strings.LastIndexByte(text, ']')
	if from < 0 || to < from {
		return ""
	}
	return "  " + text[from:to+1]
}
