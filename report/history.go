package report

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Entry is a directory with a run.json, among others of a folder.
type Entry struct {
	Path string // of the directory: the folder's and its name
	Run  Run    // as far as it could be read
	Err  error  // what is wrong with run.json; nil: nothing

	at time.Time // when the run began; where that cannot be read, when run.json was written
}

// At is when the run began, or the best that is known of that.
func (e *Entry) At() time.Time { return e.at }

// History reads what a folder has of runs, oldest first. It takes no lock. A run whose run.json is damaged is among
// them, with the reason; what has none is no run. The error is that of the folder.
func History(folder string) ([]Entry, error) { return Newest(folder, 0) }

// Newest is History of those runs alone whose run.json was written last, at most so many of them; 0: all.
func Newest(folder string, most int) (runs []Entry, err error) {
	names, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		path := filepath.Join(folder, name.Name())
		if info, err := os.Lstat(filepath.Join(path, RunFile)); err == nil {
			runs = append(runs, Entry{Path: path, at: info.ModTime()})
		}
	}
	if most > 0 && len(runs) > most {
		slices.SortStableFunc(runs, func(a, b Entry) int { return b.at.Compare(a.at) })
		runs = runs[:most]
	}
	kept := runs[:0]
	for _, e := range runs {
		e.Run, e.Err = ReadRun(e.Path)
		if errors.Is(e.Err, ErrNoRun) { // it was removed meanwhile
			continue
		}
		if e.Err == nil && !e.Run.State.Known() {
			e.Err = errors.New("the state is " + string(e.Run.State))
		}
		if !e.Run.Start.IsZero() {
			e.at = e.Run.Start
		}
		kept = append(kept, e)
	}
	slices.SortStableFunc(kept, func(a, b Entry) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.Path, b.Path)) })
	return kept, nil
}
