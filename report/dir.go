// Package report keeps the record of a run: its directory with the results, the journal of requests,
// the rows to run again, and a description of the run itself.
//
// Begin makes the directory of a new run; Open and Past.Resume go on with one that did not finish. Verify, Results,
// Earlier and ReadRun read a directory again.
package report

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"meetbatch/internal/system"
	"meetbatch/job"
)

// The files of a run directory.
const (
	RunFile      = "run.json"
	ResultsFile  = "results.csv"
	RequestsFile = "requests.csv"
	FailedFile   = "failed.csv"
	BeforeFile   = "before.csv"    // what was so of the rows before the run, where that was read
	InputFile    = "input.csv.zst" // the input as it was read, unpacked and packed again
	PageFile     = "report.html"   // for people, made of the others
	OldInputFile = "input.csv"     // in runs of version 0.1: what was read from standard input
)

// files are those by which a directory is known to hold a run.
var files = []string{RunFile, ResultsFile, RequestsFile, FailedFile, BeforeFile, PageFile, InputFile, OldInputFile}

// folderPerm are the permissions of a run directory, which holds personal data, and of the folders made for it.
const folderPerm fs.FileMode = 0o750

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

	op         job.Operation
	at         fs.FileInfo // the directory as it was opened, wherever Path leads by now
	made       []string    // the folders that Begin made, the innermost first
	failedPerm fs.FileMode // of failed.csv, where it is made anew
	pagePerm   fs.FileMode // of report.html, likewise
	lock       *lock       // held until Close or Remove
	requests   tableFile[request]
	results    tableFile[Result]
	buffers    sync.Pool   // of *buffer
	described  atomic.Bool // run.json was written
	reconciles bool        // what is unknown of the run is being settled

	mu       sync.Mutex
	done     bitmap // the lines of the rows that need not be run again
	failed   *Sum   // of failed.csv, when it was written
	before   *Sum   // of before.csv, likewise
	failures failures
	latency  Latency // of the answers, in all sessions
	inFlight int64   // requests that were sent and not answered
	readings int64   // requests that change nothing, in all sessions
}

var _ job.Recorder = (*Dir)(nil)

// Begin makes the directory of a new run and the folders above it, with tables that have no rows yet. A directory that
// exists is taken when it holds no run; else the error is ErrExists, or a *LockedError where another process has it
// open. Close closes what Begin returns, and Remove takes it back.
func Begin(path string, op job.Operation) (*Dir, error) { return begin(path, op, removeUnbegun) }

// begin is Begin, which calls clear when nobody else can write to the directory and before it is looked at what is there.
func begin(path string, op job.Operation, clear func(path string) error) (*Dir, error) {
	path = filepath.Clean(path)
	if err := system.CheckName(path); err != nil {
		return nil, err
	}
	var made []string
	for dir := path; absent(dir); dir = filepath.Dir(dir) {
		made = append(made, dir)
	}
	if err := os.MkdirAll(path, folderPerm); err != nil {
		return nil, err
	}
	lock, err := acquire(path)
	if err != nil {
		return nil, err
	}
	if err := clear(path); err != nil {
		return nil, errors.Join(err, lock.release())
	}
	for _, name := range files {
		if !absent(filepath.Join(path, name)) {
			return nil, errors.Join(fmt.Errorf("%s %w: %s is there", path, ErrExists, name), lock.release())
		}
	}
	d, err := openDir(path, op, lock, tableFile[request]{table: requests}, tableFile[Result]{table: results(op)})
	d.made = made
	if err == nil {
		err = sweep(path)
	}
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

// removeUnbegun removes the tables of a run that was killed before it had a run.json, and so before anything was planned:
// they hold a header at most.
func removeUnbegun(path string) error {
	if !absent(filepath.Join(path, RunFile)) {
		return nil
	}
	headers := map[string][][]byte{RequestsFile: {requests.header()}}
	for _, op := range job.Operations() {
		headers[ResultsFile] = append(headers[ResultsFile], results(op).header())
	}
	for name, known := range headers {
		file := filepath.Join(path, name)
		info, err := os.Lstat(file)
		if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<10 {
			continue // whoever looks next says so
		}
		text, err := os.ReadFile(file)
		if err == nil && slices.ContainsFunc(known, func(header []byte) bool { return bytes.HasPrefix(header, text) }) {
			err = system.Remove(file)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// openDir opens the tables of a directory. After an error there is a Dir all the same, which may have one of them open.
func openDir(path string, op job.Operation, lock *lock, req tableFile[request], res tableFile[Result]) (*Dir, error) {
	d := &Dir{Path: path, op: op, lock: lock, failedPerm: system.Perm, pagePerm: system.Perm, requests: req, results: res, buffers: sync.Pool{New: func() any { return new(buffer) }}}
	var err error
	if d.at, err = os.Stat(path); err == nil {
		err = d.requests.open(path)
	}
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

// A LostError says that a directory, or a table in it, is no longer what the run writes to.
type LostError struct {
	Path string
	Is   string // what became of it
	Dir  bool   // it is the directory itself
	Lock bool   // it is the file that says whose the directory is
}

func (e *LostError) Error() string { return e.Path + " " + e.Is }

// Check finds out whether the directory, run.json, the lock and the tables still stand under their names, these with all
// that was written to them. Where they do not the error is a *LostError.
func (d *Dir) Check() error {
	err := cmp.Or(d.here(), d.checkFiles())
	if lost, is := errors.AsType[*LostError](err); is && !lost.Dir {
		time.Sleep(removalTime)
		err = cmp.Or(d.here(), err)
	}
	return err
}

// removalTime is how long it may take until a directory that is being removed has gone after its files.
const removalTime = 100 * time.Millisecond

func (d *Dir) checkFiles() error {
	if d.described.Load() && absent(d.File(RunFile)) {
		return &LostError{Path: d.File(RunFile), Is: "was moved or removed while the run was on"}
	}
	return errors.Join(d.lock.check(), d.results.log.check(), d.requests.log.check())
}

// here finds out whether the directory still stands under its name. Nothing may be made there when it does not: it would
// be lost with another directory, or spoil that one.
func (d *Dir) here() error {
	now, err := os.Stat(d.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &LostError{Path: d.Path, Is: "was moved or removed while the run was on", Dir: true}
	case err == nil && !os.SameFile(d.at, now):
		return &LostError{Path: d.Path, Is: "is another directory by now than the one in which the run began", Dir: true}
	}
	return err
}

// Close closes the tables and gives up the lock; the directory stays. When it is called once more it does nothing.
func (d *Dir) Close() error {
	if !d.lock.held() {
		return nil
	}
	return errors.Join(d.closeTables(), d.lock.release())
}

// closeTables closes the tables, where they are open.
func (d *Dir) closeTables() error { return errors.Join(d.results.log.close(), d.requests.log.close()) }

// Remove takes back a directory in which nothing has happened: its files, and the folders that Begin made. It takes the
// place of Close, and after Close it is an error.
func (d *Dir) Remove() error {
	if !d.lock.held() {
		return fmt.Errorf("%s: %w", d.Path, os.ErrClosed)
	}
	errs := []error{d.closeTables()}
	if d.here() != nil { // whatever stands there is not to be taken back
		return errors.Join(append(errs, d.lock.release())...)
	}
	errs = append(errs, removeFiles(d.Path), d.lock.remove())
	for i, dir := range d.made {
		if err := os.Remove(dir); i == 0 {
			errs = append(errs, err)
		} // another run may have its directory in a folder above by now
	}
	return errors.Join(errs...)
}

// removeFiles removes the files of a run. run.json goes last: whoever is killed meanwhile leaves a run that has sent nothing,
// and not files of which nobody knows whose they are.
func removeFiles(dir string) (err error) {
	for _, name := range slices.Backward(files) {
		err = errors.Join(err, ignoreAbsent(system.Remove(filepath.Join(dir, name))))
	}
	return err
}

// tempPrefix is how temporary files are named while they have a name.
const tempPrefix = ".plan-"

// TempFile makes a file that is gone with the process, however that ends. It takes room where the directory is; "" is
// the system's directory for such files. The caller closes it.
func TempFile(dir string) (*os.File, error) { return system.TempFile(dir, tempPrefix) }

// leftover is how the files are named that a killed process leaves: a temporary one that had not lost its name yet, and
// the new state of a file that had not taken the place of the old one, also as version 0.1 named it.
var leftover = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\.(plan-[0-9a-z]+|((run|control)\.json|report\.html|(results|requests|failed|before|input)\.csv(\.zst)?)(-[0-9a-z]+|[0-9]+))$`)
})

// sweep removes what killed processes left in a directory.
func sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if e.Type().IsRegular() && leftover().MatchString(e.Name()) {
			remove := system.Remove
			if strings.HasPrefix(e.Name(), tempPrefix) {
				remove = system.RemoveTemp
			}
			err = errors.Join(err, remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// onlyFiles finds out whether nothing else than a file stands where a directory has, or will have, its files.
func onlyFiles(dir string) error {
	for _, name := range files {
		if err := system.Regular(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// HasFailed tells whether a directory has a failed.csv; it may have been taken away, and can be made again.
func HasFailed(dir string) bool { return !absent(filepath.Join(dir, FailedFile)) }

// removeStale takes a file away for good that tells how the run ended before it went on, where there is one, and gives the
// permissions that the next one is to have.
func removeStale(dir, name string) (fs.FileMode, error) {
	path := filepath.Join(dir, name)
	info, err := os.Lstat(path)
	if err != nil {
		return system.Perm, ignoreAbsent(err)
	}
	return system.Perm & info.Mode(), errors.Join(system.Remove(path), system.SyncDir(dir))
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
