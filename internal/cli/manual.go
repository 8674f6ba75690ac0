package cli

import (
	"errors"
	"io"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"meetbatch/internal/manual"
	"meetbatch/internal/run"
	"meetbatch/job"
)

// completionCmd prints what a shell wants to know of this command line.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish,powershell" help:"bash, zsh, fish or powershell."`
}

// Run is called by kong.
func (c *completionCmd) Run(a *app, parsed *kong.Context) error {
	script, err := manual.Completion(c.Shell, parsed.Model)
	if err != nil {
		return err
	}
	return a.printed(script)
}

// manCmd prints the manual page.
type manCmd struct{}

// Run is called by kong.
func (c *manCmd) Run(a *app, parsed *kong.Context) error {
	examples := "\nExamples that touch nothing real:\n"
	for _, op := range job.Operations() {
		examples += exampleOf(op.Name)
	}
	return a.printed(manual.Page(parsed.Model, manual.Texts{
		Version:     Version,
		Description: helpCircle + inputText(),
		Command:     ownText,
		Sections: []manual.Section{
			{Title: "EXIT STATUS", Text: strings.TrimPrefix(helpCodes, "\nExit codes:\n")},
			{Title: "SIGNALS", Text: strings.TrimPrefix(helpStopping, "\nStopping:\n")},
			{Title: "ENVIRONMENT", Text: helpCredentials},
			{Title: "FILES", Text: helpFiles + helpPlaces},
			{Title: "EXAMPLES", Text: examples},
		},
	}))
}

// printed writes a text to standard output. Whoever stops reading has read enough.
func (a *app) printed(text string) error {
	if _, err := io.WriteString(a.stdout, text); err != nil && !errors.Is(err, syscall.EPIPE) {
		return run.Unrecorded(err, "")
	}
	return nil
}
