package cli

import (
	"fmt"

	"meetbatch/internal/run"
	"meetbatch/internal/words"
)

type setCmd struct {
	RunDir string `arg:"" takes:"directory" offers:"last" help:"The directory of the run."`
	run.Orders
	consoleFlags
}

// Run changes a run under way, and says what is in force then.
func (c *setCmd) Run(a *app) error {
	dir, err := runDir(c.RunDir, a.newConsole(c.consoleFlags))
	if err != nil {
		return err
	}
	s, err := run.Set(dir, c.Orders)
	if err != nil {
		return err
	}
	session := s.Run.Sessions[len(s.Run.Sessions)-1]
	rate, workers := session.InForce()
	_, err = fmt.Fprintf(a.stdout, "%s: rate %s, %s\n", words.Name(s.Path), rate, words.Plural(int64(workers), "worker"))
	return err
}
