package run

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"meetbatch/internal/words"
	"meetbatch/report"
	"meetbatch/report/page"
)

// WritePage puts a page of a run, of whatever state, in a file. next is the next command; empty: nothing is left to do. noRows
// leaves accounts and rooms out.
func WritePage(s *Stored, file, next string, noRows bool, now time.Time) error {
	of := s.page(now, next)
	of.NoRows = noRows
	if err := report.WriteFile(file, page.Begins, func(to io.Writer) error { return page.Write(to, of) }); err != nil {
		return Unrecorded(fmt.Errorf("the page %s cannot be written: %w", words.Name(file), err), "")
	}
	return nil
}

// page says of which run a page is.
func (s *Stored) page(now time.Time, next string) page.Of {
	of := page.Of{Dir: s.Path, Operation: s.Operation, Run: s.Run, Life: s.Run.Life(now), Now: now, Next: next}
	of.Defaults, _ = json.Marshal(defaults())
	return of
}

// writePage writes report.html when the run has ended. That it cannot is no reason for the run to fail: the page can be
// made again.
func (r *run) writePage(e *Ending) {
	of := e.Stored().page(r.Now(), r.User.Next(e))
	if err := r.dir.WritePage(func(to io.Writer) error { return page.Write(to, of) }); err != nil {
		r.User.Warn(fmt.Sprintf("%s could not be written: %v", words.Name(r.dir.File(report.PageFile)), err))
	}
}
