package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/job"
)

// readFlags belong to a command that calls the service and begins no run of its own.
type readFlags struct {
	Until *string `placeholder:"TIME" help:"Stop at a time of day (06:00), after a duration from the start (8h), or at an RFC 3339 instant."`
	Yes   bool    `help:"Do not ask."`
	sharedFlags
	consoleFlags
}

// process gives the flags as a run's command has them.
func (f readFlags) process() processFlags {
	return processFlags{Until: f.Until, Yes: f.Yes, sharedFlags: f.sharedFlags, consoleFlags: f.consoleFlags}
}

type exportCmd struct {
	What       string   `arg:"" enum:"rooms,users" help:"rooms or users."`
	Out        string   `takes:"file" placeholder:"FILE" help:"The CSV (rooms.csv, users.csv); - is standard output. It is written when all was read."`
	Status     string   `offers:"normal,disabled,unallocated" placeholder:"STATUS" help:"Only those that are normal or disabled, or of rooms unallocated."`
	Search     string   `placeholder:"TEXT" help:"Only those that the service finds: by name, number or account."`
	Department string   `placeholder:"CODE" help:"Only the users of a department and those below it, by its code."`
	With       []string `offers:"phone,email,free" placeholder:"WHAT,…" help:"What is left out otherwise: phone, email; free, the rooms that are allocated to no user."`
	PageSize   int      `default:"100" placeholder:"N" help:"Rows a request asks for, 1 to 1000; the service may grant fewer."`
	NoMark     bool     `help:"No byte order mark: for programs that take it for a part of the header. Spreadsheets need it."`
	run.Access
	readFlags
}

// Validate is called by kong.
func (c *exportCmd) Validate() error {
	switch {
	case c.PageSize < 1 || c.PageSize > 1000:
		return fmt.Errorf("--page-size %d: not between 1 and 1000", c.PageSize)
	case c.Department != "" && c.What != run.Users:
		return errors.New("--department: is of users")
	}
	for _, with := range c.With {
		known := []string{"phone", "email"}
		if c.What == run.Rooms {
			known = []string{"free"}
		}
		if !slices.Contains(known, with) {
			return fmt.Errorf("--with %s: not %s, for %s", words.Quoted(with), strings.Join(known, " or "), c.What)
		}
	}
	if _, err := c.status(); err != nil {
		return err
	}
	return cmp.Or(c.Access.Check(), c.consoleFlags.Validate())
}

// status is what the service calls the status that is asked for; empty: any.
func (c *exportCmd) status() (string, error) {
	if v, known := job.SetStatus.ValueOf(c.Status); known || c.Status == "" {
		return v.API, nil
	}
	names := "normal or disabled"
	if c.What == run.Rooms {
		if c.Status == "2" || strings.EqualFold(c.Status, "unallocated") {
			return "2", nil
		}
		names = "normal, disabled or unallocated"
	}
	return "", fmt.Errorf("--status %s: not %s", words.Quoted(c.Status), names)
}

// Run reads the service.
func (c *exportCmd) Run(ctx context.Context, a *app) error {
	if a.env.refused != nil {
		return a.env.refused
	}
	if c.AccountType == "" {
		c.AccountType = a.env.defaultAccountType()
	}
	if c.AccountType == "1" { // whose all accounts are is held, for rooms
		holdMuch()
	}
	status, err := c.status()
	if err != nil {
		return err
	}
	e := run.Export{
		What: c.What, Access: c.Access, Out: cmp.Or(c.Out, c.What+".csv"), Stdout: a.stdout, Status: status, Search: c.Search, Department: c.Department,
		Phone: slices.Contains(c.With, "phone"), Email: slices.Contains(c.With, "email"), Free: slices.Contains(c.With, "free"), PageSize: c.PageSize, Mark: !c.NoMark,
	}
	flags := c.process()
	flags.Yes = true // nothing is changed
	w, err := a.world(ctx, "export", flags, run.Settings{Pacing: c.Pacing, Site: c.Site, Rehearsing: c.Rehearsing}, "-")
	if err != nil {
		return err
	}
	defer w.release()
	console := a.newConsole(c.consoleFlags)
	done, err := run.RunExport(w.World, e, func(rows func() int64) func() {
		return showRead(console, flags, func() string { return words.Number(rows()) + " " + c.What + " read" })
	})
	if err != nil {
		return err
	}
	console.Info(exportText(e, done), "rows", done.Rows, "requests", done.Requests, "page", done.Page, "left_out", done.Left)
	return nil
}

// exportText words what came of an export.
func exportText(e run.Export, done run.Exported) string {
	where := e.Out + ": "
	if e.Out == "-" {
		where = ""
	}
	text := fmt.Sprintf("%s%s with %s, %s a page", where, words.Plural(done.Rows, strings.TrimSuffix(e.What, "s")), words.Plural(done.Requests, "request"), words.Plural(int64(done.Page), "row"))
	switch {
	case done.Left > 0 && e.What == run.Rooms:
		text += fmt.Sprintf("; left out, since no user holds them: %s (--with free has them)", words.Number(done.Left))
	case done.Left > 0 && e.What == run.Users:
		text += fmt.Sprintf("; left out, since they have no third-party user ID: %s", words.Number(done.Left))
	}
	if done.Strange > 0 {
		text += fmt.Sprintf("; left out, since it is not known by which third-party user ID their holders go: %s", words.Number(done.Strange))
	}
	return text
}

// showRead shows how far reading the service has come: on a terminal in place, elsewhere a line now and then.
func showRead(c *console, flags processFlags, text func() string) (stop func()) {
	show, every, end := func() { c.Info(text()) }, lineEvery, func() {}
	switch {
	case flags.Quiet:
		return func() {}
	case c.isTerminal() && flags.LogFormat == "text" && !flags.Verbose:
		show, every, end = func() { c.out.draw(func(int) string { return text() }) }, barEvery, func() { c.out.draw(nil) }
	}
	return run.Repeat(every, func() {}, show, end)
}
