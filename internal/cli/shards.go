package cli

import (
	"fmt"
	"io"
	"strings"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
	"meetbatch/report"
)

// shownMissing is how many missing shards are named.
const shownMissing = 10

// verifyTogether holds runs that were verified one by one, with worst as the code, against one another where there are shards
// among them: these have to be all of one run.
func verifyTogether(console *console, runs []*run.Stored, worst run.Code) run.Code {
	a := run.Assemble(runs)
	for _, wrong := range a.Wrong {
		console.Error(wrong)
	}
	missing := len(a.Missing)
	if missing > 0 {
		text := words.Plural(int64(missing), "shard") + " missing: " + strings.Join(a.Missing[:min(missing, shownMissing)], ", ")
		if missing > shownMissing {
			text += " and more"
		}
		console.Warn(text)
	}
	switch {
	case a.Of == nil:
	case len(a.Wrong) > 0:
		return run.Recorded
	case missing > 0 || !a.Finished:
		return run.Stopped
	case worst == run.OK:
		console.Info(fmt.Sprintf("all %d shards: every row of the input has exactly one result: %s", a.Of.Settings.Shard.N, countsText(a.Counts)))
	}
	return run.OK
}

// showSeveral shows runs in a line each, and what they come to together. One that cannot be read does not hide the others.
func (c *showCmd) showSeveral(a *app) error {
	console, worst := a.newConsole(c.consoleFlags), run.OK
	sum := shown{Stored: &run.Stored{}, life: report.Over}
	var text strings.Builder
	for _, name := range c.RunDir {
		v := shown{at: a.now()}
		dir, err := runDir(name, console)
		if err == nil {
			v.Stored, v.life, err = run.Look(dir)
		}
		if err != nil {
			console.fail(err)
			worst = max(worst, run.CodeOf(err))
			continue
		}
		line := words.Shown(v.heading()+": "+v.settledText()+", "+v.fatesText()) + "\n"
		if c.JSON {
			line = jsonText(a.document(v), "")
		}
		text.WriteString(line)
		sum.Run.Counts.Add(v.Run.Counts)
		sum.Run.Requests.Sent += v.Run.Requests.Sent
	}
	if !c.JSON {
		fmt.Fprintf(&text, "together: %s, %s, %s\n", sum.settledText(), sum.fatesText(), words.Plural(sum.Run.Requests.Sent, "request"))
	}
	if _, err := io.WriteString(a.stdout, text.String()); err != nil {
		return run.Unrecorded(err, "")
	}
	return worst.Err()
}
