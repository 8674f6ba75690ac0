package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"meetbatch/internal/words"
	"meetbatch/report"
)

// Next is what a command comes to that is given again, with the same directory, until its run is over.
type Next int

const (
	ToBegin     Next = iota // there is no run yet
	ToBeginAnew             // there is one that has sent nothing, and cannot go on: what it was to read is not there whole
	ToGoOn                  // there is one that is not finished
	ToTell                  // there is one that is finished
)

// Continue decides what a command comes to whose directory may hold a run already, and gives that run; it writes nothing. Of
// the settings that can be changed when a run goes on, those count that are given now, and the others stay. Whatever else is
// not as the run has it is refused: to say of another command that it is finished would be a lie.
func Continue(j Job, given Changes, now time.Time) (Next, *Stored, error) {
	s, err := Load(j.Out)
	switch {
	case errors.Is(err, report.ErrNoRun):
		return ToBegin, nil, nil
	case err != nil:
		return 0, nil, err
	}
	if !s.Finished() {
		switch err := report.Free(s.Path); {
		case errors.Is(err, fs.ErrNotExist): // another process was refused, and took its directory back
			return 0, nil, &report.LockedError{Path: s.Path}
		case err != nil:
			return 0, nil, misfit(s.Path, err)
		case s.Run.Elsewhere(now):
			return 0, nil, &report.LockedError{Path: s.Path, PID: fmt.Sprintf("%d on %s", s.Run.Process.PID, words.Name(s.Run.Process.Host))}
		}
	}
	another := "name another directory with --out; " + s.instead()
	switch {
	case s.Run.UndoOf != "":
		return 0, nil, Refuse(fmt.Errorf("%s takes another run back, %s: no other command goes on with it", s.Path, s.Run.UndoOf), another)
	case s.Operation.Name != j.Operation.Name:
		return 0, nil, Refuse(fmt.Errorf("%s is a run of %s, and this is %s", s.Path, s.Operation.Name, j.Operation.Name), another)
	case s.Run.State == report.Planning && (s.Run.Input.SHA256 == "" || !report.Kept(s.Path)):
		return ToBeginAnew, s, nil
	}
	if differ := s.differences(j.Settings); len(differ) > 0 {
		return 0, nil, Refuse(fmt.Errorf("%s was begun with %s", s.Path, strings.Join(differ, "; ")), another)
	}
	if err := s.sameInput(j.File); err != nil {
		return 0, nil, err
	}
	given.Apply(&s.Settings)
	if s.Finished() {
		return ToTell, s, nil
	}
	return ToGoOn, s, nil
}

// instead says what to do about a run that is not what a command would go on with.
func (s *Stored) instead() string {
	if s.Finished() {
		return "how that run ended: meetbatch show " + words.Path(s.Path)
	}
	return "to go on with that run as it began: " + NextResume(s.Path)
}

// begunMeanwhile is the error of a directory in which there was no run when that was looked at, and now there is.
func begunMeanwhile(path string, err error) error {
	if _, readErr := report.ReadRun(path); errors.Is(readErr, report.ErrNoRun) {
		return Unrecorded(fmt.Errorf("%w, and there is no %s", err, report.RunFile), "bring the files back as the run left them, or name another directory with --out")
	}
	return &report.LockedError{Path: path} // until just now
}

// differences lists the settings that cannot be changed when a run goes on, and are others now, each with both values.
func (s *Stored) differences(now Settings) (differ []string) {
	then := s.Settings
	Changes{&then.Rate, &then.Workers, &then.Attempts, &then.Timeout, &then.MaxFailures}.Apply(&now)
	if sameEarlier(then.SkipSucceeded, now.SkipSucceeded) {
		now.SkipSucceeded = then.SkipSucceeded
	}
	if now.Directory != "" {
		now.Directory = absolutePath(now.Directory)
	}
	was, is := then.said(), now.said()
	for field := range fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if was[name] != is[name] {
			differ = append(differ, fmt.Sprintf("%s, and this command has %s", was.flag(name), is.flag(name)))
		}
	}
	return differ
}

// said are settings as a command line says them, by the names of their flags; those that it leaves out are empty.
type said map[string]string

func (s Settings) said() said {
	all := said{}
	for name, value := range s.members() {
		switch value := value.(type) {
		case string:
			all[name] = value
		case []any:
			for _, one := range value {
				all[name] = strings.TrimPrefix(fmt.Sprintf("%s, %v", all[name], one), ", ")
			}
		}
		if all[name] == "false" {
			all[name] = ""
		}
	}
	return all
}

// flag is a flag as a command line has it.
func (s said) flag(name string) string {
	switch value := s[name]; value {
	case "":
		return "no --" + name
	case "true":
		return "--" + name
	default:
		return words.Flag("--"+name, value)
	}
}

// sameEarlier tells whether --skip-succeeded names the directories that the run has. Which one last meant when the run
// began nobody knows but the run; it may have meant none.
func sameEarlier(then, now []string) bool {
	left, lasts := slices.Clone(then), 0
	for _, dir := range now {
		if dir == last {
			lasts++
			continue
		}
		at := slices.Index(left, absolutePath(dir))
		if at < 0 {
			return false
		}
		left = slices.Delete(left, at, at+1)
	}
	return len(left) <= lasts
}

// absolutePath gives a path that means the same from everywhere; where there is no such, the path.
func absolutePath(path string) string {
	if absolute, err := filepath.Abs(path); err == nil {
		return absolute
	}
	return path
}

// sameInput refuses a FILE that is not what the run read. One that is gone, and what can be read only once, cannot be looked
// at: where the run was one of just that, it goes by what it kept.
func (s *Stored) sameInput(file string) error {
	was := s.Run.Input
	name, once := words.Name(was.Path), was.Path == "-" || was.Modified == nil && s.Run.Schema > 0
	if was.Path == "-" {
		name = stdinName
	}
	hint := "for another file name another directory with --out; " + s.instead()
	in, err := openInput(context.Background(), file, nil)
	switch {
	case errors.Is(err, fs.ErrNotExist) && absolutePath(file) == was.Path:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return Refuse(fmt.Errorf("%w; %s is a run of %s", err, s.Path, name), hint)
	case err != nil:
		return Refuse(err, "")
	}
	defer in.close()
	switch {
	case in.once && once:
		return nil
	case in.once:
		return Refuse(fmt.Errorf("%s is a run of %s, and %s can be read only once, so that nobody can tell whether it is the same", s.Path, name, in.name), hint)
	case in.meta.Size != was.Size:
		return Refuse(fmt.Errorf("%s is not what %s was begun with: it has %s bytes, and that had %s", in.name, s.Path, words.Number(in.meta.Size), words.Number(was.Size)), hint)
	}
	if err := in.rest(context.Background()); err != nil {
		return Refuse(err, "")
	}
	if in.read().SHA256 != was.SHA256 {
		return Refuse(fmt.Errorf("%s is not what %s was begun with: its SHA-256 is another", in.name, s.Path), hint)
	}
	return nil
}
