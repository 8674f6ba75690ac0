package run

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"meetbatch/internal/words"
	"meetbatch/reader"
	"meetbatch/report"
)

// keeps tells whether a run is to keep its input and has not done it: one that begins, or that was killed before it had
// read its input. Runs of version 0.1 kept none, and do not say when their file was written.
func (r *run) keeps() bool {
	was := r.meta.Input
	return !r.settings.NoKeepInput && was.SHA256 == "" && (r.past == nil || was.Modified != nil)
}

// keepInput begins to keep the input, where the run is to do that.
func (r *run) keepInput() (err error) {
	switch {
	case !r.keeps():
		return nil
	case r.past != nil:
		r.keeper, err = r.past.KeepInput()
	default:
		r.keeper, err = r.dir.KeepInput()
	}
	return r.notKept(err)
}

// haveRead takes down what was read of the input, and ends the copy of it. An input that was read before has to be the
// same.
func (r *run) haveRead() error {
	switch {
	case r.input.want == nil:
		r.meta.Input = r.input.read()
		if r.planned.Table.Encoding == reader.GB18030 {
			r.meta.Input.Encoding = reader.GB18030
		}
		r.input.want = &report.Sum{Size: r.meta.Input.Size, SHA256: r.meta.Input.SHA256}
	case r.input.changed():
		return r.refuseChanged()
	}
	if r.keeper != nil {
		return r.kept()
	}
	return nil
}

// kept ends the copy of an input that was read; what is read of it from now on is the copy.
func (r *run) kept() error {
	sum, err := r.keeper.Commit()
	r.keeper = nil
	if err != nil {
		return r.notKept(err)
	}
	file, err := report.OpenInput(r.path, report.InputFile)
	if err != nil {
		return r.notKept(err)
	}
	r.meta.Input.Kept = sum
	r.input.readFrom(file, sum)
	return nil
}

func (r *run) notKept(err error) error {
	if err == nil {
		return nil
	}
	hint := "make room where the run directory is"
	if !r.input.once {
		hint += ", or do without the copy: --no-keep-input"
	}
	return Unrecorded(fmt.Errorf("the input cannot be kept in the run directory: %w", err), hint)
}

// refuseUnkept refuses an input that can be read only once and is not to be kept.
func (r *run) refuseUnkept() error {
	if !r.settings.NoKeepInput || !r.input.once {
		return nil
	}
	return &Error{Usage, fmt.Errorf("--no-keep-input: %s can be read only once, so it has to be kept", r.input.name), "leave --no-keep-input away, or name a file"}
}

// warnUnkept says at the start what it means not to keep the input.
func (r *run) warnUnkept() {
	if r.settings.NoKeepInput {
		r.User.Warn(fmt.Sprintf("%s is not kept (--no-keep-input): as long as the run is to be resumed or verified, it must stay as it is", r.input.name))
	}
}

// warnOutside tells what has become of the file that the run read, and of the copy of it.
func (r *run) warnOutside() {
	was := r.meta.Input
	if was.Kept != nil {
		if _, err := os.Lstat(r.dir.File(report.InputFile)); err != nil {
			r.User.Warn(fmt.Sprintf("the copy of the input is gone: %v; to verify the run, %s has to be as it was", err, r.input.name))
		}
	}
	if was.Modified == nil {
		return
	}
	change := changeOf(was)
	if change == "" {
		return
	}
	rest := "the run cannot be verified, nor resumed, without what it was"
	if was.Kept != nil {
		rest = "this run goes by what it read, which is kept in " + words.Quoted(r.dir.File(report.InputFile))
	}
	r.User.Warn(fmt.Sprintf("%s %s; %s", r.input.name, change, rest))
}

// changeOf words how a file differs from what it was when it was read; empty: not that one could see.
func changeOf(was report.Input) string {
	now, err := os.Stat(was.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "is gone since it was read"
	case err != nil:
		return fmt.Sprintf("cannot be looked at since it was read (%v)", err)
	case now.Mode().IsRegular() && now.Size() > was.Size:
		return fmt.Sprintf("has grown since it was read, from %s to %s bytes", words.Number(was.Size), words.Number(now.Size()))
	case !now.Mode().IsRegular() || now.Size() != was.Size || !now.ModTime().Equal(*was.Modified):
		return "has changed since it was read"
	}
	return ""
}

// keep is what gets the input as it is read; nil for nobody.
func (r *run) keep() io.Writer {
	if r.keeper == nil {
		return nil
	}
	return r.keeper
}
