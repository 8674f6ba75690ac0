package cli

import (
	"errors"
	"fmt"
	"path/filepath"

	"meetbatch/internal/run"
	"meetbatch/job"
	"meetbatch/report"
)

// noteRefused writes down that a command left no run, in the folder where the run would have been: a night without one can
// be seen in the morning then. What would have left none anyway, a mistyped command line, and one that is
// given again while its run is under way, are no such nights.
func (a *app) noteRefused(op job.Operation, c *jobCmd, err error) {
	code := run.CodeOf(err)
	if c.DryRun || c.Sandbox || code == run.Usage || c.Continue && code == run.Locked {
		return
	}
	text := oneLine(err)
	if said := run.Code(0); errors.As(err, &said) {
		text = fmt.Sprintf("ended with %s", said.Error())
	}
	j := c.job(op)
	input := c.File
	if input != "-" {
		input = filepath.Base(input)
	}
	err = report.AddRefusal(j.Folder(), report.Refusal{
		Time: a.started, Command: op.Name, Input: input, ExitCode: int(code), Error: text, Hint: job.HintOf(err),
	})
	if err != nil {
		a.newConsole(c.consoleFlags).Warn(fmt.Sprintf("that nothing was sent could not be written down in %s: %v", filepath.Join(j.Folder(), report.RefusedFile), err))
	}
}
