package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"meetbatch/internal/run"
	"meetbatch/internal/system"
	"meetbatch/internal/words"
	"meetbatch/report"
)

type showCmd struct {
	RunDir []string `arg:"" takes:"directory" offers:"last" help:"The directory of the run; of several, such as the shards of one, a line for each and what they come to."`
	JSON   bool     `name:"json" help:"As a document of JSON: run.json, and what follows from it; of several runs each in a line."`
	Follow bool     `help:"Show it again and again until the run is over: on a terminal in place, else every 30 seconds."`
	HTML   string   `takes:"file" name:"html" placeholder:"FILE" help:"Put a page of the run into a file, as report.html is."`
	NoRows bool     `help:"With --html: leave accounts and rooms out of the page."`
	consoleFlags
}

// Validate is called by kong.
func (c *showCmd) Validate() error {
	if c.NoRows && c.HTML == "" {
		return errors.New("--no-rows: goes with --html only")
	}
	if c.HTML != "" && (c.JSON || c.Follow) {
		return errors.New("--html goes with neither --json nor --follow")
	}
	if len(c.RunDir) > 1 && (c.HTML != "" || c.Follow) {
		return errors.New("--html and --follow: go with one directory only")
	}
	return c.consoleFlags.Validate()
}

// Run shows a run, or several. It only reads.
func (c *showCmd) Run(ctx context.Context, a *app) error {
	if len(c.RunDir) > 1 {
		return c.showSeveral(a)
	}
	dir, err := runDir(c.RunDir[0], a.newConsole(c.consoleFlags))
	if err != nil {
		return err
	}
	if c.HTML != "" {
		return a.writePage(dir, c.HTML, c.NoRows)
	}
	w := viewer{app: a, json: c.JSON, redraws: c.Follow && !c.JSON && draws(a.stdout)}
	for {
		s, life, err := run.Look(dir)
		if err != nil {
			return err
		}
		over := !c.Follow || life == report.Over || life == report.Killed
		if _, err := io.WriteString(a.stdout, w.text(shown{s, life, time.Now(), c.Follow}, over)); err != nil {
			return run.Unrecorded(err, "")
		}
		if over {
			return nil
		}
		wait := time.Second
		if life == report.Silent { // its tables were counted, which takes a while
			wait = lineEvery
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// writePage puts a page of a run into a file, which may be in the run directory.
func (a *app) writePage(dir, file string, noRows bool) error {
	s, life, err := run.Look(dir)
	if err != nil {
		return err
	}
	v := shown{s, life, time.Now(), false}
	return run.WritePage(s, file, a.next(v), noRows, v.at)
}

// draws tells whether a stream is a terminal on which lines can be drawn over.
func draws(stream any) bool {
	f, is := stream.(*os.File)
	return is && isTerminal(f) && system.Draws(f)
}

// viewer is what somebody saw of a run so far.
type viewer struct {
	app           *app
	json, redraws bool
	drawn         int // lines of the terminal
	last          time.Time
}

// text is what there is to show of a run as it is now; mostly nothing where nothing is drawn over.
func (w *viewer) text(v shown, over bool) (text string) {
	switch {
	case w.redraws:
		text, w.drawn = redrawn(w.app.showText(v), w.drawn, over, w.app.stdout)
		return text
	case !over && v.at.Sub(w.last) < lineEvery:
		return ""
	}
	w.last = v.at
	switch {
	case w.json:
		return jsonText(w.app.document(v), "  ")
	case over:
		return w.app.showText(v)
	}
	return v.at.UTC().Format(time.RFC3339) + " " + words.Shown(v.heading()+": "+v.settledText()) + "\n"
}

// redrawn puts a text in the place of one that took some lines of the terminal; it tells how many it takes itself. Unless it
// is the last one, it is cut where it would scroll.
func redrawn(text string, drawn int, last bool, terminal any) (string, int) {
	width, height := columnsOf(terminal), 24
	if f, ok := terminal.(*os.File); ok {
		if _, h, err := term.GetSize(int(f.Fd())); err == nil {
			height = h
		}
	}
	var b strings.Builder
	if drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r", drawn)
	}
	lines := 0
	for line := range strings.Lines(text) {
		takes := max(1, (columns(strings.TrimSuffix(line, "\n"))+width-1)/width)
		if !last && lines+takes >= height {
			break
		}
		lines += takes
		b.WriteString(strings.TrimSuffix(line, "\n") + "\x1b[K\n") // clears the rest of what stood there
	}
	return b.String() + "\x1b[J", lines
}

// shown is what a run is at a moment.
type shown struct {
	*run.Stored
	life    report.Life
	at      time.Time
	follows bool // it is shown again and again
}

// next is the command that suits the run as it is; empty: nothing is left to do.
func (a *app) next(v shown) string {
	switch v.life {
	case report.UnderWay:
		return "meetbatch show --follow " + words.Path(v.Path)
	case report.Over:
		flags := processFlags{Yes: slices.Contains(v.Run.Arguments, "--yes"), consoleFlags: consoleFlags{LogFormat: "text"}}
		return a.nextCommand(v.Stored, flags)
	}
	return run.NextResume(v.Path)
}

// document is what show --json prints: run.json, but for its own sum, and what follows from it.
type document struct {
	Directory string      `json:"directory"`
	Life      report.Life `json:"life"`
	report.Run
	Next string `json:"next"`
}

func (a *app) document(v shown) document { return document{v.Path, v.life, v.Run, a.next(v)} }

// jsonText writes a document, each of its members indented by a text, or in one line.
func jsonText(d document, indent string) string {
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetIndent("", indent)
	if err := e.Encode(d); err != nil {
		panic(err) // it was read from JSON
	}
	return text.String()
}

func (a *app) showText(v shown) string {
	s := newSheet(columnsOf(a.stdout))
	s.say(v.heading())
	s.say("")
	if parent := v.Run.Parent; parent != "" {
		s.item("input", "failed.csv of "+parent+", whose lines are meant")
	}
	s.item("why", v.Run.Reason)
	s.item("settled", v.settledText(), v.fatesText())
	if v.life == report.Killed && v.Run.State == report.Running {
		s.item("in flight", v.inFlightText())
	}
	s.failures(v.Run.Failures)
	s.item("rate", v.rateText())
	s.pair("requests", v.requestsText(), joined(latencyText(v.Run.Requests.Answers), "; ", troubleText(v.Run.Rate)))
	v.sessions(s)
	s.say("")
	a.sayNext(s, v)
	return s.String()
}

// sayNext ends with what to do.
func (a *app) sayNext(s *sheet, v shown) {
	next := a.next(v)
	switch {
	case v.life == report.UnderWay:
		asOf := fmt.Sprintf("As of %s, %s ago. ", clockZone(*v.Run.Alive, v.at), words.Roughly(max(v.at.Sub(*v.Run.Alive), 0).Truncate(time.Second)))
		w := v.Run.Waiting
		mayChange := v.Run.State == report.Running && (w == nil || w.For != report.Stopping)
		switch {
		case v.follows && mayChange:
			s.say(asOf + "To change its rate:")
		case v.follows:
			s.say(asOf)
		case mayChange:
			s.say(asOf + "To follow it, or to change its rate:")
			s.command(next)
		default:
			s.say(asOf + "To follow it:")
			s.command(next)
		}
		if mayChange {
			s.command(fmt.Sprintf("meetbatch set --rate %s %s", words.Quoted(v.Run.Rate.Asked), words.Path(v.Path)))
		}
		return
	case v.life == report.Silent:
		where := ""
		if host := v.Run.Process.Host; host != "" { // which version 0.1 does not say
			where = " on " + host
		}
		s.say("It may be under way" + where + " still. If that process is gone, to go on:")
	case v.life == report.Killed, v.Run.State != report.Finished:
		s.say("To go on:")
	case next == "":
		s.say("Nothing is left to do.")
		return
	default:
		s.say(againText(v.Stored))
	}
	s.command(next)
}

// againText introduces the command that runs again what did not succeed.
func againText(s *run.Stored) string {
	left := s.Run.Counts.Left()
	if helps := againHelps(s); helps == 0 {
		return fmt.Sprintf("All %s would end the same way again. Mend them in %s, then:", words.Number(left), (&report.Dir{Path: s.Path}).File(report.FailedFile))
	} else if helps < left {
		return fmt.Sprintf("Of %s sending again may help %s; mend the others in %s, or not, then:", words.Plural(left, "row"), words.Number(helps), (&report.Dir{Path: s.Path}).File(report.FailedFile))
	}
	return fmt.Sprintf("%s did not succeed; to run them again:", words.Plural(left, "row"))
}
