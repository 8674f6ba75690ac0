package run

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"

	"meetbatch/internal/words"
	"meetbatch/report"
)

// begin opens what a new run needs, and refuses what can be refused before the input is read.
func begin(w World, j Job) (r *run, err error) {
	r = &run{World: w, op: j.Operation, settings: j.Settings}
	if dir := &r.settings.Directory; *dir != "" {
		if *dir, err = filepath.Abs(*dir); err != nil {
			return nil, Refuse(err, "")
		}
	}
	if err := r.newClient(); err != nil {
		return nil, err
	}
	if r.input, err = openInput(w.Stopping, j.File, w.Stdin); err != nil {
		return nil, Refuse(err, "")
	}
	if err := r.refuseUnkept(); err != nil {
		return nil, err
	}
	if err := r.identify(j); err != nil {
		return nil, err
	}
	if err := r.nameEarlier([]string{DefaultFolder, j.Folder()}); err != nil {
		r.input.close()
		return nil, err
	}
	r.warnShard()
	if r.settings.Column == nil {
		r.settings.Column = []string{} // as run.json has it
	}
	r.meta.Settings, err = json.Marshal(r.settings)
	return r, err
}

// identify says for run.json what the run is, and which other one it takes back, or has the failed rows of.
func (r *run) identify(j Job) (err error) {
	r.meta = report.Run{
		Command:     r.op.Name,
		Arguments:   j.Arguments,
		Version:     j.Version,
		Application: r.Credentials.Application(),
		Input:       r.input.meta,
		Start:       r.Now().UTC(),
		Directory:   r.directory,
		State:       report.Planning,
		Rate:        report.Pace{Asked: r.settings.Rate.String()},
	}
	if j.Undoes != nil {
		if r.meta.UndoOf, err = filepath.Abs(j.Undoes.Path); err != nil {
			return Refuse(err, "")
		}
		r.input.name = undoName(r.meta.UndoOf)
	}
	if dir, name := filepath.Split(r.input.meta.Path); strings.EqualFold(name, report.FailedFile) { // Windows does not tell case
		if _, err := report.ReadRun(dir); err == nil {
			r.meta.Parent = filepath.Clean(dir)
		}
	}
	return nil
}

// newClient makes the client that requests are sent with.
func (r *run) newClient() error {
	if err := r.settings.CheckEndpoint(); err != nil {
		return err
	}
	if err := r.boundWorkers(); err != nil {
		return err
	}
	if err := r.rehearse(); err != nil { // before anything is read
		return err
	}
	access := r.settings.Access()
	r.client = r.World.newClient(&access, r.workers)
	return nil
}

// undoName is what the input of a run is called that takes another one back.
func undoName(of string) string { return "undo of " + words.Name(filepath.Base(of)) }

// DefaultFolder is where runs go whose directory is not named.
const DefaultFolder = "runs"

// Folder is where the directory of the run is to be.
func (j *Job) Folder() string {
	if j.Out == "" {
		return DefaultFolder
	}
	return filepath.Dir(filepath.Clean(j.Out))
}

func (r *run) createDir(j Job) (err error) {
	var locked *report.LockedError
	if r.path = j.Out; j.Anew != nil {
		r.dir, err = report.BeginAnew(r.path, r.op, j.Anew.Run)
	} else if r.path != "" {
		r.dir, err = report.Begin(r.path, r.op)
	} else {
		name := r.op.Name
		if j.Undoes != nil {
			name = "undo"
		}
		r.path = filepath.Join(DefaultFolder, name+"-"+r.Now().UTC().Format("20060102T150405Z"))
		if r.dir, err = report.BeginFree(r.path, r.op); err == nil {
			r.path = r.dir.Path
		}
	}
	switch {
	case errors.As(err, &locked):
		return err
	case err != nil && j.Anew != nil:
		return misfit(r.path, err)
	case errors.Is(err, report.ErrExists) && j.Again:
		return begunMeanwhile(r.path, err)
	case errors.Is(err, report.ErrExists):
		return Refuse(err, "name another directory with --out, or go on with that run: "+NextResume(r.path))
	case err != nil:
		return Unrecorded(err, "name a directory that can be written with --out")
	}
	return nil
}
