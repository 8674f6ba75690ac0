package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"meetbatch/internal/system"
	"meetbatch/internal/words"
	"meetbatch/job"
	"meetbatch/report"
)

// Orders are what the command set changes of a run under way; nil leaves a setting as it is. control.json in the run
// directory holds them until the run has taken them.
type Orders struct {
	Rate    *job.Rates `offers:"auto,none" json:"rate,omitempty" flagonly:"" help:"Requests per time at most (100/1m, 10/1s, several with commas between), auto or none."`
	Workers *int       `json:"workers,omitempty" flagonly:"" help:"Requests in flight at most."`
}

// controlFile is where orders stand.
const controlFile = "control.json"

const (
	orderPatience = 5 * time.Second // for an answer to orders
	orderEvery    = 50 * time.Millisecond
)

// Set gives orders to a run under way and waits until it has taken them; the result is what run.json says then.
func Set(path string, o Orders) (*Stored, error) {
	s, err := Load(path)
	if err != nil {
		return nil, err
	}
	if o == (Orders{}) {
		return nil, &Error{Usage, errors.New("set: nothing to change"), "--rate R, --workers N, or both"}
	}
	next := s.Settings
	o.apply(&next)
	if err := next.Check(); err != nil {
		return nil, &Error{Usage, err, "meetbatch set --help"}
	}
	if s.Run.State != report.Running || s.Run.Life(time.Now()) != report.UnderWay {
		return nil, Refuse(fmt.Errorf("%s is not under way: nothing was changed", path), "to go on with it at another rate: meetbatch resume --rate R "+words.Path(path))
	}
	before := len(s.Run.Changes())
	file := filepath.Join(path, controlFile)
	late := time.Now().Add(orderPatience)
	wait := func() bool { // tells whether there is time left
		time.Sleep(orderEvery)
		return time.Now().Before(late)
	}
	err = o.write(file)
	for errors.Is(err, fs.ErrExist) && wait() { // somebody else's orders come first
		err = o.write(file)
	}
	if err != nil {
		return nil, Refuse(err, "how it stands: meetbatch show "+words.Path(path))
	}
	for wait() {
		if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
			return o.taken(path, before)
		}
	}
	if err = system.Remove(file); errors.Is(err, fs.ErrNotExist) { // just now
		return o.taken(path, before)
	}
	return nil, Refuse(errors.Join(fmt.Errorf("%s gave no answer within %s: nothing was changed", path, orderPatience), err), "how it stands: meetbatch show "+words.Path(path))
}

// taken finds out whether a run that had made so many changes before has made these.
func (o Orders) taken(path string, before int) (*Stored, error) {
	now, err := Load(path)
	if err != nil {
		return nil, err
	}
	all := now.Run.Changes()
	is := func(c report.Change) bool {
		return (o.Rate == nil || c.Rate == o.Rate.String()) && (o.Workers == nil || c.Workers > 0 && c.Workers <= *o.Workers)
	}
	if !slices.ContainsFunc(all[min(before, len(all)):], is) {
		return nil, Refuse(fmt.Errorf("%s did not take it: nothing was changed", path), "its own messages say why, or it has ended")
	}
	return now, nil
}

func (o Orders) apply(s *Settings) {
	set(&s.Rate, o.Rate)
	set(&s.Workers, o.Workers)
}

// write makes the file, in one piece. The error is fs.ErrExist where orders are there that the run has not taken yet.
func (o Orders) write(file string) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, system.Perm)
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	return errors.Join(err, f.Close())
}

// readOrders reads and checks what stands in control.json. The error is fs.ErrNotExist where there is none.
func readOrders(file string) (o Orders, err error) {
	f, err := system.Open(file, os.O_RDONLY, 0)
	if err != nil {
		return o, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 1<<10))
	if err != nil {
		return o, err
	}
	if info, err := f.Stat(); err == nil && !bytes.HasSuffix(text, []byte("\n")) && time.Since(info.ModTime()) < liveEvery {
		return o, fs.ErrNotExist // it is being written
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if d.Decode(&o) != nil || o == (Orders{}) {
		return o, errors.New("no orders as meetbatch set gives them")
	}
	return o, nil
}

// takeOrders takes the orders that are there: says so in the session, in run.json and to the user, and then takes the file
// away, which is the answer.
func (r *run) takeOrders(p *Progress) {
	file := filepath.Join(r.path, controlFile)
	o, err := readOrders(file)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil {
		err = r.obey(p, o)
	}
	if err == nil {
		r.dir.WriteRun(r.describe(p))
	} else if !r.misordered {
		r.User.Warn(fmt.Sprintf("%s: %v; nothing was changed", file, err))
	}
	r.misordered = system.Remove(file) != nil // it stays, and is said once
}

func (r *run) obey(p *Progress, o Orders) error {
	next := r.settings
	o.apply(&next)
	if err := next.Check(); err != nil {
		return err
	}
	change := report.Change{At: r.Now().UTC()}
	if o.Rate != nil {
		sent := func() ([]time.Time, error) { return r.sentSince(next.Rate) }
		if err := p.pacer.Change(next.Rate.Spaced(), next.Rate.Quotas(), sent); err != nil {
			return err
		}
		change.Rate = next.Rate.String()
	}
	if o.Workers != nil {
		workers, err := r.bounded(next.Workers)
		if err != nil {
			return err
		}
		p.runner.SetWorkers(workers)
		change.Workers = workers
	}
	settings, err := json.Marshal(next)
	if err != nil {
		return err
	}
	p.changed(next.Rate)
	r.settings, r.meta.Settings = next, settings
	session := &r.meta.Sessions[len(r.meta.Sessions)-1]
	session.Changes = append(session.Changes, change)
	r.User.Warn("changed by meetbatch set: " + change.String())
	return nil
}
