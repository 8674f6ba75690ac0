package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"meetbatch/report"
)

type verifyCmd struct {
	RunDir string `arg:"" help:"The directory of the run."`
	consoleFlags
}

// Run recounts a run from its files and its input.
func (c *verifyCmd) Run(ctx context.Context, a *app) error {
	meta, err := report.ReadRun(c.RunDir)
	if err != nil {
		return refused(err, "name the directory of a run, such as runs/reclaim-20260301T013000Z")
	}
	r, err := a.runOf(ctx, meta, c.consoleFlags)
	if err != nil {
		return unrecorded(fmt.Errorf("%s: %w", filepath.Join(c.RunDir, report.RunFile), err), "")
	}
	r.dir = &report.Dir{Path: c.RunDir}
	return r.verify()
}

func (r *run) verify() error {
	next := "meetbatch resume " + quoted(r.dir.Path)
	var err error
	if r.input, err = r.openAgain(); err != nil {
		return unrecorded(fmt.Errorf("input: %w", err), "")
	}
	defer r.input.close()
	rows, err := r.newReader(r.input)
	if err != nil {
		return unrecorded(err, "")
	}
	started := time.Now()
	problems, err := report.Verify(r.dir.Path, r.op, r.meta, rows.Header(), r.rows)
	if errors.Is(err, report.ErrUnfinished) {
		return unrecorded(err, next)
	}
	if err != nil {
		return unrecordedUnlessLocked(err)
	}
	for _, p := range problems {
		r.console.Error(fmt.Sprintf("%s: %s", r.dir.Path, p))
	}
	if len(problems) > 0 {
		return reported(exitRecorded)
	}
	r.console.Info(fmt.Sprintf("%s: every row has exactly one result: %s (checked in %s)", r.dir.Path, r.counts(), roughly(time.Since(started))))
	if left := r.meta.Counts.NotSent; left > 0 {
		r.console.Info(fmt.Sprintf("%s not sent yet; to go on: %s", plural(left, "row"), next), "next", next)
	}
	return nil
}
