package run

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"meetbatch/internal/words"
	"meetbatch/report"
	"meetbatch/report/page"
)

// WritePage puts a page of a run, of whatever state, in a file. next is the next command, where that is more than to go
// on with the run or to follow it. noRows leaves accounts and rooms out.
func WritePage(s *Stored, file, next string, noRows bool, now time.Time) error {
	of := s.page(now)
	of.Next, of.NoRows = cmp.Or(next, of.Next), noRows
	if err := report.WriteFile(file, page.Begins, func(to io.Writer) error { return page.Write(to, of) }); err != nil {
		return Unrecorded(fmt.Errorf("the page %s cannot be written: %w", words.Name(file), err), "")
	}
	return nil
}

// page says of which run a page is.
func (s *Stored) page(now time.Time) page.Of {
	of := page.Of{Dir: s.Path, Operation: s.Operation, Run: s.Run, Life: s.Run.Life(now), Now: now}
	of.Defaults, _ = json.Marshal(defaults())
	switch {
	case of.Life == report.UnderWay:
		of.Next = "meetbatch show --follow " + words.Path(s.Path)
	case s.Run.State != report.Finished:
		of.Next = NextResume(s.Path)
	}
	return of
}

// writePage writes report.html when the run has ended. That it cannot is no reason for the run to fail: the page can be
// made again.
func (r *run) writePage(e *Ending) {
	of := e.Stored().page(r.Now())
	of.Next = r.User.Next(e)
	if err := r.dir.WritePage(func(to io.Writer) error { return page.Write(to, of) }); err != nil {
		r.User.Warn(fmt.Sprintf("%s could not be written: %v", words.Name(r.dir.File(report.PageFile)), err))
	}
}
