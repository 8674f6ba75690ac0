// Package report keeps the record of a run: its directory with the results, the journal of requests,
// the rows to run again, and a description of the run itself.
//
// Begin makes the directory of a new run; Open and Past.Resume go on with one that did not finish. Verify, Results,
// Earlier and ReadRun read a directory again.
package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	made     []string     // the folders that Begin made, the innermost first
	lock     *flock.Flock // held until Close or Remove
	requests tableFile[request]
	results  tableFile[Result]
	buffers  sync.Pool // of *buffer
	failed   *Sum      // of failed.csv, when it was written

	mu   sync.Mutex
	done bitmap // the lines of the rows that need not be run again
}

var _ job.Recorder = (*Dir)(nil)

// Begin makes the directory of a new run and the folders above it, with tables that have no rows yet. A directory that
// exists is taken when it holds no run; else the error is ErrExists, or a *LockedError where another process has it
// open. Close closes what Begin returns, and Remove takes it back.
func Begin(path string, op job.Operation) (*Dir, error) {
	path = filepath.Clean(path)
	var made []string
	for dir := path; absent(dir); dir = filepath.Dir(dir) {
		made = append(made, dir)
	}
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, err
	}
	lock, err := acquire(path)
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		if !absent(filepath.Join(path, name)) {
			return nil, errors.Join(fmt.Errorf("%s %w: %s is there", path, ErrExists, name), lock.Unlock())
		}
	}
	d, err := openDir(path, op, lock, tableFile[request]{table: requests}, tableFile[Result]{table: results(op)})
	d.made = made
	if err == nil { // without the names of what was made, what Sync brings to the disk might not be found there
		err = system.SyncDir(path)
		for _, dir := range made {
			err = errors.Join(err, system.SyncDir(filepath.Dir(dir)))
		}
	}
	if err != nil {
		return nil, errors.Join(err, d.Remove())
	}
	return d, nil
}

// openDir opens the tables of a directory. After an error there is a Dir all the same, which may have one of them open.
func openDir(path string, op job.Operation, lock *flock.Flock, req tableFile[request], res tableFile[Result]) (*Dir, error) {
	d := &Dir{Path: path, op: op, lock: lock, requests: req, results: res, buffers: sync.Pool{New: func() any { return new(buffer) }}}
	err := d.requests.open(path)
	if err == nil {
		err = d.results.open(path)
	}
	return d, err
}

func absent(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// File gives the path of a file of the directory.
func (d *Dir) File(name string) string { return filepath.Join(d.Path, name) }

// Check finds out whether the tables are still there, with all that was written to them.
func (d *Dir) Check() error { return errors.Join(d.results.log.check(), d.requests.log.check()) }

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
	if !d.lock.Locked() {
		return nil
	}
	return errors.Join(d.closeTables(), d.lock.Unlock())
}

// closeTables closes the tables, where they are open.
func (d *Dir) closeTables() error { return errors.Join(d.results.log.close(), d.requests.log.close()) }

// Remove takes back a directory in which nothing has happened: its files, and the folders that Begin made. It takes the
// place of Close, and after Close it is an error.
func (d *Dir) Remove() error {
	if !d.lock.Locked() {
		return fmt.Errorf("%s: %w", d.Path, os.ErrClosed)
	}
	errs := []error{d.closeTables()}
	for _, name := range files {
		if err := os.Remove(d.File(name)); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	errs = append(errs, system.RemoveLock(d.lock))
	for i, dir := range d.made {
		if err := os.Remove(dir); i == 0 {
			errs = append(errs, err)
		} // another run may have its directory in a folder above by now
	}
	return errors.Join(errs...)
}

// LockedError says that another process writes to a run directory.
type LockedError struct {
	Path string // of the directory
	PID  string // of that process; empty where it is not known
}

func (e *LockedError) Error() string {
	if e.PID == "" {
		return e.Path + " is in use by another process"
	}
	return fmt.Sprintf("%s is in use by process %s", e.Path, e.PID)
}

// acquire takes the lock of a directory for this process. The error is a *LockedError where another one has it, or this
// one by another handle. The file that is locked holds the ID of the process. The lock goes with the process, however
// that ends; the file stays, and means nothing by itself.
func acquire(dir string) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(dir, ".lock"))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !locked {
		pid, _ := os.ReadFile(lock.Path()) // a process that has only just begun may not stand there yet
		return nil, &LockedError{dir, strings.TrimSpace(string(pid))}
	}
	if err := system.SignLock(lock); err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return lock, nil
}

// tempPrefix is how temporary files are named while they have a name.
const tempPrefix = ".plan-"

// TempFile makes a file that is gone with the process, however that ends. It takes room where the directory is; "" is
// the system's directory for such files. The caller closes it.
func TempFile(dir string) (*os.File, error) { return system.TempFile(dir, tempPrefix) }

// sweep removes what a process left in a directory that was killed before a temporary file lost its name, or before the
// new state of a file took the place of the old one.
func sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		replaces := func(name string) bool { return strings.HasPrefix(e.Name(), system.ReplacementPrefix(name)) }
		if strings.HasPrefix(e.Name(), tempPrefix) || slices.ContainsFunc(files, replaces) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}
