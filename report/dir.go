// Package report keeps the record of a run: its directory with the results, the journal of requests,
// the rows to run again, and a description of the run itself.
package report

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"

	"meetbatch/job"
)

// The files of a run directory.
const (
	RunFile      = "run.json"
	ResultsFile  = "results.csv"
	RequestsFile = "requests.csv"
	FailedFile   = "failed.csv"
	InputFile    = "input.csv" // what was read from standard input
)

// ErrExists is the error of Create for a directory that holds a run.
var ErrExists = errors.New("holds a run already")

// Dir is an open run directory, which this process alone may write to. It implements job.Recorder: its
// methods may be called at the same time, and each has written its rows when it returns; Sync brings them to
// the disk.
type Dir struct {
	Path string

	op       job.Operation
	made     []string // the folders that Create made, the innermost first
	lock     *flock.Flock
	results  *log
	requests *log

	mu   sync.Mutex
	done bitmap // the lines of the rows that need not be run again
}

// Create makes a run directory, and the folders above it. A directory that exists is taken when it holds no
// run. Nothing can be recorded before Continue. The errors are ErrExists and *LockedError, among others.
func Create(path string, op job.Operation) (*Dir, error) {
	path = filepath.Clean(path)
	made := missing(path)
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, err
	}
	d := &Dir{Path: path, op: op, made: made}
	if err := d.acquire(); err != nil {
		return nil, err
	}
	for _, name := range []string{RunFile, ResultsFile, RequestsFile, FailedFile, InputFile} {
		if _, err := os.Lstat(d.File(name)); !errors.Is(err, fs.ErrNotExist) {
			return nil, errors.Join(fmt.Errorf("%s %w: %s is there", d.Path, ErrExists, name), d.Close())
		}
	}
	return d, nil
}

// missing lists a path and the folders above it, as far as they are not there.
func missing(path string) []string {
	var dirs []string
	for {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return dirs
		}
		dirs = append(dirs, path)
		path = filepath.Dir(path)
	}
}

// File gives the path of a file of the directory.
func (d *Dir) File(name string) string { return filepath.Join(d.Path, name) }

// Sent writes the journal's row for a request that is about to go out. Where results could not be written it
// fails too, since then none may go out.
func (d *Dir) Sent(a job.Attempt) error {
	if err := d.results.failed(); err != nil {
		return err
	}
	return d.journal(sent(a, time.Now()))
}

// Answered writes the journal's row for what came of a request.
func (d *Dir) Answered(a job.Attempt, answer job.Answer) error {
	return d.journal(answered(a, answer, time.Now()))
}

func (d *Dir) journal(row event) error {
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	return write(d.requests, e, []event{row})
}

// Settle writes the results of the outcomes' rows.
func (d *Dir) Settle(outcomes ...job.Outcome) error {
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	text, err := e.outcomes(d.op, outcomes)
	if err == nil {
		err = d.results.append(text)
	}
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, o := range outcomes {
		if !o.Status.Done() {
			continue
		}
		for _, e := range o.Chunk.Entries {
			d.done.set(e.Line)
			for _, line := range e.Duplicates {
				d.done.set(line)
			}
		}
	}
	return nil
}

// Sync brings the tables to the disk, the journal first: each request of a result is in it.
func (d *Dir) Sync() error {
	return errors.Join(d.requests.file.Sync(), d.results.file.Sync())
}

// Reject writes the results of invalid rows, and brings them to the disk.
func (d *Dir) Reject(items iter.Seq2[job.Item, error]) error {
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	now := time.Now()
	e.results = e.results[:0]
	for it, err := range items {
		if err != nil {
			return err
		}
		e.results = append(e.results, rejected(it, now))
		if len(e.results) == 1000 {
			if err := write(d.results, e, e.results); err != nil {
				return err
			}
			e.results = e.results[:0]
		}
	}
	if err := write(d.results, e, e.results); err != nil {
		return err
	}
	return d.Sync()
}

// write appends rows to one of the tables.
func write[T any](table *log, e *encoder, rows []T) error {
	text, err := encode(e, rows)
	if err != nil {
		return err
	}
	return table.append(text)
}

// WriteFailed writes failed.csv: the header row, and those rows of the input that did not succeed.
func (d *Dir) WriteFailed(header []byte, rows Rows) error {
	f, err := renameio.NewPendingFile(d.File(FailedFile), renameio.WithPermissions(0o666), renameio.WithExistingPermissions())
	if err != nil {
		return err
	}
	defer f.Cleanup()
	out := bufio.NewWriterSize(f, 256<<10)
	out.Write(header)
	err = rows(func(it job.Item, raw []byte) error {
		if d.done.has(it.Line) {
			return nil
		}
		_, err := out.Write(raw)
		return err
	})
	if err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return f.CloseAtomicallyReplace()
}

// WriteRun replaces run.json.
func (d *Dir) WriteRun(run Run) error {
	text, err := json.MarshalIndent(run, "", "  ")
	if err != nil {
		return err
	}
	return renameio.WriteFile(d.File(RunFile), append(text, '\n'), 0o666)
}

// tempPrefix is how temporary files are named for the moment until their name is taken away.
const tempPrefix = ".plan-"

// TempFile makes a file that has no name, so that it is gone with the process, however that ends. It takes
// room where the directory is; "" is the system's directory for such files.
func TempFile(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, tempPrefix)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// sweep removes what a process left that was killed before a temporary file lost its name.
func (d *Dir) sweep() error {
	files, err := os.ReadDir(d.Path)
	for _, f := range files {
		if strings.HasPrefix(f.Name(), tempPrefix) {
			err = errors.Join(err, os.Remove(d.File(f.Name())))
		}
	}
	return err
}

// Kept tells whether the directory holds a copy of the input.
func (d *Dir) Kept() bool {
	_, err := os.Lstat(d.File(InputFile))
	return err == nil
}

// KeepInput returns a file of the directory that takes a copy of what is read from standard input.
func (d *Dir) KeepInput() (*os.File, error) {
	return os.OpenFile(d.File(InputFile), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o666)
}

// Check finds out whether the tables are still there, with all that was written to them.
func (d *Dir) Check() error {
	return errors.Join(d.results.check(), d.requests.check())
}

// Close closes the tables and gives up the lock; the directory stays.
func (d *Dir) Close() error {
	var errs []error
	for _, table := range []*log{d.results, d.requests} {
		if table != nil {
			errs = append(errs, table.close())
		}
	}
	d.results, d.requests = nil, nil
	return errors.Join(append(errs, d.lock.Unlock())...)
}

// Remove takes back a directory in which nothing has happened, as far as Create made it.
func (d *Dir) Remove() error {
	var errs []error
	for _, name := range []string{RunFile, ResultsFile, RequestsFile, FailedFile, InputFile, lockFile} {
		if err := os.Remove(d.File(name)); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	for _, dir := range d.made {
		errs = append(errs, os.Remove(dir))
	}
	return errors.Join(append(errs, d.Close())...) // the lock goes last
}
