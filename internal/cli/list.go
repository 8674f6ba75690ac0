package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/report"
)

type listCmd struct {
	Folder    string    `arg:"" takes:"directory" optional:"" default:"runs" help:"The folder of the runs (runs)."`
	JSON      bool      `name:"json" help:"A line of JSON for each."`
	OlderThan *age      `placeholder:"90d" help:"Only what ended longer ago than that: 90d, 12w, 36h."`
	Last      run.Limit `placeholder:"N" help:"Only the newest N."`
	Remove    bool      `help:"Remove the runs among them that are finished and that nothing needs any more, after asking."`
	Yes       bool      `help:"Do not ask before removing."`
	consoleFlags
}

// age is a time that may be given in days or weeks.
type age time.Duration

var days = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]{1,5})([dw])$`) })

func (a *age) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if m := days().FindStringSubmatch(string(text)); m != nil {
		n, _ := strconv.Atoi(m[1])
		d, err = time.Duration(n)*24*time.Hour, nil
		if m[2] == "w" {
			d *= 7
		}
	}
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no age such as 90d, 12w or 36h", text)
	}
	*a = age(d)
	return nil
}

// Validate is called by kong.
func (c *listCmd) Validate() error {
	if c.Remove && c.OlderThan == nil && c.Last == 0 {
		return errors.New("--remove: of which runs is not said; --older-than 90d or --last N selects them")
	}
	return c.consoleFlags.Validate()
}

// Run lists the runs of a folder and what was refused there, oldest first.
func (c *listCmd) Run(ctx context.Context, a *app) error {
	console := a.newConsole(c.consoleFlags)
	runs, err := history(c.Folder)
	if err != nil {
		return err
	}
	refused, bad, err := report.Refusals(c.Folder)
	switch {
	case err != nil:
		console.Warn(err.Error())
	case bad > 0:
		console.Warn(fmt.Sprintf("%s: passed over: %s that cannot be read", filepath.Join(c.Folder, report.RefusedFile), words.Plural(int64(bad), "line")))
	}
	now := a.now()
	all := c.selected(listings(runs, refused, now), now)
	if err := c.print(a, all, now); err != nil {
		return run.Unrecorded(err, "")
	}
	if !c.Remove {
		if len(all) == 0 {
			console.Info("nothing is to be listed in " + c.Folder)
		}
		return nil
	}
	return c.remove(ctx, a, console, all, runs)
}

// selected leaves out what the flags do not select.
func (c *listCmd) selected(all []*listing, now time.Time) []*listing {
	if c.OlderThan != nil {
		all = slices.DeleteFunc(all, func(l *listing) bool { return now.Sub(l.seen) < time.Duration(*c.OlderThan) })
	}
	if n := int(c.Last); n > 0 && len(all) > n {
		all = all[len(all)-n:]
	}
	return all
}

func (c *listCmd) print(a *app, all []*listing, now time.Time) error {
	out := bufio.NewWriter(a.stdout)
	if !c.JSON {
		out.WriteString(listText(all, min(max(columnsOf(a.stdout), 40), 80), now))
		return out.Flush()
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	for _, l := range all {
		if err := e.Encode(l); err != nil {
			return err
		}
	}
	return out.Flush()
}

// remove removes what may be removed of the runs that are listed, and says why others stay.
func (c *listCmd) remove(ctx context.Context, a *app, console *console, all []*listing, runs []report.Entry) error {
	var gone []*report.Entry
	for _, l := range all {
		if l.entry == nil {
			continue
		}
		if why := l.entry.Stays(runs, a.now()); why != "" {
			console.Info(fmt.Sprintf("%s stays: %s", l.Directory, why))
			continue
		}
		gone = append(gone, l.entry)
	}
	if len(gone) == 0 {
		console.Info("nothing is to be removed")
		return nil
	}
	var names []string
	for _, e := range gone {
		names = append(names, words.Quoted(e.Path))
	}
	what := words.Plural(int64(len(gone)), "run")
	console.Info(fmt.Sprintf("to be removed, %s: %s", what, strings.Join(names, " ")))
	if !c.Yes {
		if err := a.confirm(ctx, console, fmt.Sprintf("Remove %s for good? [y/N] ", what)); err != nil {
			return err
		}
	}
	removed, err := int64(0), error(nil)
	for _, e := range gone {
		left, clearErr := e.Clear()
		switch {
		case clearErr != nil:
			console.Warn(fmt.Sprintf("%s stays: %s", e.Path, oneLine(clearErr)))
			err = run.Code(run.Recorded)
			continue
		case len(left) > 0:
			console.Warn(fmt.Sprintf("%s: not this program's, and left: %s", e.Path, words.Shown(strings.Join(left, ", "))))
		}
		removed++
	}
	console.Info(words.Plural(removed, "run") + " removed")
	return err
}

// confirm asks for a y on the terminal.
func (a *app) confirm(ctx context.Context, c *console, question string) error {
	if !isTerminal(a.stdin) {
		return run.Refuse(errors.New("standard input is not a terminal, so nobody can be asked"), "look at what is listed, then add --yes")
	}
	if err := c.ask(ctx, question); err != nil {
		return run.Refuse(fmt.Errorf("nobody can see what is asked: %w", err), "look at what is listed, then add --yes")
	}
	answer, err := bufio.NewReader(a.stdin).ReadString('\n')
	if err != nil {
		c.out.say("\n", true)
	}
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer == "y" || answer == "yes" {
		return nil
	}
	if err != nil && err != io.EOF {
		return run.Refuse(err, "")
	}
	return run.Refuse(errors.New("not confirmed, nothing was removed"), "answer y, or add --yes")
}
