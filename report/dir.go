// Package report keeps the record of a run: its directory with the results, the journal of requests,
// the rows to run again, and a description of the run itself.
//
// Begin makes the directory of a new run; Open and Past.Resume go on with one that did not finish. Verify, Results,
// Journal, Earlier and ReadRun read a directory again.
package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"

	"meetbatch/internal/system"
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

// files are those by which a directory is known to hold a run.
var files = []string{RunFile, ResultsFile, RequestsFile, FailedFile, InputFile}

// ErrExists is the error of Begin for a directory that holds a run.
var ErrExists = errors.New("holds a run already")

// Dir is an open run directory, ready for use, which this process alone may write to. It implements job.Recorder: Sent,
// Answered, Settle, Reject and Sync may be called at the same time, and each has written its rows when it returns; Sync
// brings them to the disk. After an error of one of them nothing more is written to that table, and no request may go
// out. The other methods are for one goroutine at a time, and Close and Remove for when all others have returned.
//
// Dirs come from Begin and from Past.Resume, and whoever asked for one closes it.
type Dir struct {
	Path string // of the directory; not to be changed

	op       job.Operation
	made     []string // the folders that Begin made, the innermost first
	lock     *flock.Flock
	closed   bool
	requests openTable[Request]
	results  openTable[Result]
	buffers  sync.Pool // of *buffer

	mu   sync.Mutex
	done bitmap // the lines of the rows that need not be run again
}

var _ job.Recorder = (*Dir)(nil)

// A buffer is where rows become text. One is used by one goroutine at a time, and again by the next.
type buffer struct {
	text    []byte
	request Request
	result  Result
	stencil stencil[Result]
}

// Begin makes the directory of a new run and the folders above it, with tables that have no rows yet. A directory that
// exists is taken when it holds no run; else the error is ErrExists, or a *LockedError where another process has it
// open. Close closes what Begin returns, and Remove takes it back.
func Begin(path string, op job.Operation) (*Dir, error) {
	path = filepath.Clean(path)
	made := missing(path)
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, err
	}
	lock, err := acquire(path)
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		if _, err := os.Lstat(filepath.Join(path, name)); !errors.Is(err, fs.ErrNotExist) {
			return nil, errors.Join(fmt.Errorf("%s %w: %s is there", path, ErrExists, name), lock.Unlock())
		}
	}
	d := newDir(path, op, lock)
	d.made = made
	err = d.openTables(found[Request]{table: requests}, found[Result]{table: results(op)})
	if err == nil {
		err = d.syncNames()
	}
	if err != nil {
		return nil, errors.Join(err, d.Remove())
	}
	return d, nil
}

// newDir gives a directory whose tables are still to be opened.
func newDir(path string, op job.Operation, lock *flock.Flock) *Dir {
	d := &Dir{Path: path, op: op, lock: lock}
	d.buffers.New = func() any { return new(buffer) }
	return d
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

// syncNames brings the names of what Begin made to the disk. Without them what Sync brings there might not be found.
func (d *Dir) syncNames() error {
	err := system.SyncDir(d.Path)
	for _, dir := range d.made {
		err = errors.Join(err, system.SyncDir(filepath.Dir(dir)))
	}
	return err
}

// openTables opens both tables, or neither.
func (d *Dir) openTables(req found[Request], res found[Result]) (err error) {
	if d.requests, err = req.open(d.Path); err != nil {
		return err
	}
	if d.results, err = res.open(d.Path); err != nil {
		err = errors.Join(err, d.requests.log.close())
		d.requests = openTable[Request]{}
	}
	return err
}

// closeTables closes the tables, where they are open.
func (d *Dir) closeTables() error {
	var errs []error
	for _, l := range []*log{d.results.log, d.requests.log} {
		if l != nil {
			errs = append(errs, l.close())
		}
	}
	return errors.Join(errs...)
}

// Check finds out whether the tables are still there, with all that was written to them.
func (d *Dir) Check() error {
	return errors.Join(d.results.log.check(), d.requests.log.check())
}

// KeepInput makes the file of the directory that takes a copy of what is read from standard input. It can be read and
// written, and the caller closes it.
func (d *Dir) KeepInput() (*os.File, error) {
	return os.OpenFile(d.File(InputFile), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o666)
}

// Kept tells whether a directory holds a copy of its run's input, as KeepInput makes it.
func Kept(path string) bool {
	_, err := os.Lstat(filepath.Join(path, InputFile))
	return err == nil
}

// Close closes the tables and gives up the lock; the directory stays. When it is called once more it does nothing.
func (d *Dir) Close() error {
	if d.closed {
		return nil
	}
	d.closed = true
	return errors.Join(d.closeTables(), d.lock.Unlock())
}

// Remove takes back a directory in which nothing has happened: its files, and the folders that Begin made. It takes the
// place of Close, and after Close it is an error.
func (d *Dir) Remove() error {
	if d.closed {
		return fmt.Errorf("%s: %w", d.Path, os.ErrClosed)
	}
	d.closed = true
	errs := []error{d.closeTables()}
	for _, name := range files {
		if err := os.Remove(d.File(name)); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	errs = append(errs, system.RemoveLock(d.lock))
	for _, dir := range d.made {
		errs = append(errs, os.Remove(dir))
	}
	return errors.Join(errs...)
}
