package report

import (
	"bytes"
	"crypto/sha256"
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
)

// Run is what run.json says of a run.
type Run struct {
	Schema      int             `json:"schema_version,omitempty"` // of this file: 2; 0 in those of version 0.1, which have no sums
	Command     string          `json:"command"`
	Arguments   []string        `json:"arguments"` // the command line
	Version     string          `json:"version"`
	Application string          `json:"application,omitempty"`       // which one signed in: the beginning of the SHA-256 of its App ID
	Settings    json.RawMessage `json:"settings"`                    // an object: flags by name, a string each, or a list of them
	Directory   *Sum            `json:"sandbox_directory,omitempty"` // of the simulated service, as it was read when the run began
	Input       Input           `json:"input"`
	Parent      string          `json:"parent,omitempty"`    // the directory of the run whose failed.csv is the input
	UndoOf      string          `json:"undo_of,omitempty"`   // the directory of the run that this one takes back
	UndoneBy    string          `json:"undone_by,omitempty"` // that of the run that takes this one back
	Start       time.Time       `json:"start"`
	End         *time.Time      `json:"end,omitempty"`
	Alive       *time.Time      `json:"alive,omitempty"`        // when this was written; while the run is under way, at least every two seconds
	ExpectedEnd *time.Time      `json:"expected_end,omitempty"` // while it is under way, where it can be told
	Waiting     *Waiting        `json:"waiting,omitempty"`      // while it is under way
	State       State           `json:"state"`
	Reason      string          `json:"reason,omitempty"`       // of a stop
	Reconciling bool            `json:"reconciling,omitempty"`  // the service is being read to settle what is unknown, or was when that was killed
	Resumed     int             `json:"resumed"`                // how often
	RecordsLost bool            `json:"records_lost,omitempty"` // a resume found that requests or results of before were lost
	Process     Process         `json:"process,omitzero"`       // which wrote this
	Counts      Counts          `json:"counts"`
	Requests    Requests        `json:"requests"`
	Rate        Pace            `json:"rate"`
	Failures    []Failure       `json:"failures"` // of the whole run, the most frequent first
	Sessions    []Session       `json:"sessions"`
	ExitCode    *int            `json:"exit_code,omitempty"`
	Files       map[string]Sum  `json:"files,omitempty"` // what was brought to the disk of the tables, failed.csv and before.csv, by name
}

// Said is what run.json says of a file; nil: nothing.
func (r *Run) Said(name string) *Sum {
	if sum, known := r.Files[name]; known {
		return &sum
	}
	return nil
}

// reconciled tells whether the service was read to settle rows of the run.
func (r *Run) reconciled() bool {
	return slices.ContainsFunc(r.Sessions, func(s Session) bool { return s.Command == Reconciles })
}

// State is how far a run has come.
type State string

const (
	Planning State = "planning" // nothing has been sent
	Running  State = "running"
	Finished State = "finished" // every row is settled
	Stopped  State = "stopped"  // early, every row is settled or not_sent; it can be resumed
	Broken   State = "broken"   // the files could not be written, or do not add up; it can be resumed
)

// Known tells whether it is one of these.
func (s State) Known() bool {
	return slices.Contains([]State{Planning, Running, Finished, Stopped, Broken}, s)
}

// Process is a process, on whichever host and since whichever start of that.
type Process struct {
	PID  int    `json:"pid"`
	Host string `json:"host"`
	Boot string `json:"boot"` // empty where the system does not tell
}

// thisProcess is what a run is under way in.
func thisProcess() Process {
	host, _ := os.Hostname()
	return Process{os.Getpid(), host, system.BootID()}
}

// alive tells whether the process is known to be there still.
func (p Process) alive() bool {
	this := thisProcess()
	return p.Host == this.Host && p.Boot == this.Boot && p.PID > 0 && system.Alive(p.PID)
}

// Input is the file that the rows came from.
type Input struct {
	Path     string     `json:"path"` // absolute; "-" for standard input
	Size     int64      `json:"size"` // bytes
	SHA256   string     `json:"sha256"`
	Modified *time.Time `json:"modified,omitempty"` // when it was opened; nil for what can be read only once
	Kept     *Sum       `json:"kept,omitempty"`     // of InputFile, where the directory has it
	Changed  bool       `json:"changed,omitempty"`  // while it was read
	Encoding string     `json:"encoding,omitempty"` // as it was guessed, where a few of its rows alone might not show it

	LastLine int64 `json:"last_line"` // on which the last row begins; 0 as long as it is not known, and in version 0.1
}

// Sum says what the bytes of a file are.
type Sum struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Counts are the rows of the input by their fate. Rows is the sum of the others when a run is over.
type Counts struct {
	Rows       int64 `json:"rows"`
	Succeeded  int64 `json:"succeeded"`
	Failed     int64 `json:"failed"`
	Unknown    int64 `json:"unknown"`
	NotSent    int64 `json:"not_sent"`
	Invalid    int64 `json:"invalid"`
	Skipped    int64 `json:"skipped"`
	Duplicates int64 `json:"duplicates"` // contained in the others
}

// Add counts what other counts do.
func (c *Counts) Add(other Counts) {
	c.Rows += other.Rows
	c.Succeeded += other.Succeeded
	c.Failed += other.Failed
	c.Unknown += other.Unknown
	c.NotSent += other.NotSent
	c.Invalid += other.Invalid
	c.Skipped += other.Skipped
	c.Duplicates += other.Duplicates
}

// Left counts the rows that have to be run again.
func (c Counts) Left() int64 { return c.Rows - c.Succeeded - c.Skipped }

// Requests are the planned number, the smallest possible, and what was sent.
type Requests struct {
	Planned  int64   `json:"planned"`
	Sent     int64   `json:"sent"`               // of the whole run, without those that change nothing
	Readings int64   `json:"readings,omitempty"` // those, of the whole run
	InFlight int64   `json:"in_flight"`          // sent, and not answered yet
	Answers  Answers `json:"answers"`            // of the whole run
}

// Pace is the rate that was asked for and how the sending went, also of a run that was resumed.
type Pace struct {
	Asked             string  `json:"asked"`               // as on the command line, the last time
	AchievedPerSecond float64 `json:"achieved_per_second"` // since the run began or was resumed last
	MostPerSecond     int     `json:"most_per_second"`     // requests in any one second of the whole run
	Throttled         int64   `json:"throttled"`           // answers of the whole run that said that the rate was too high
	HeldSeconds       float64 `json:"held_seconds"`        // of the whole run, while the service was throttling or down
	Followed          string  `json:"followed,omitempty"`  // the rate in force at the end and why, where it is not the one asked for
	FollowedSeconds   float64 `json:"followed_seconds"`    // of the whole run, while it was not
}

// Add takes in how the sending went from when the run began or was resumed until it ended: the requests per second, the
// most in any one second, the answers that said that the rate was too high, and the time for which nothing was sent
// because the service was throttling or down.
func (p *Pace) Add(perSecond float64, most int, throttled int64, held time.Duration) {
	p.AchievedPerSecond = perSecond
	p.MostPerSecond = max(p.MostPerSecond, most)
	p.Throttled += throttled
	p.HeldSeconds += held.Seconds()
}

// ErrNoRun is the error of ReadRun for a directory that holds no run.
var ErrNoRun = errors.New("holds no run")

// schema is the version of run.json that is written, and the highest that can be read.
const schema = 2

// ReadRun reads run.json from a directory. It takes no lock: the file is whole at any time. One that is not as it was
// written is an error; those of version 0.1 cannot be told.
func ReadRun(path string) (Run, error) {
	name := filepath.Join(path, RunFile)
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return Run{}, fmt.Errorf("%s %w: it is no directory", path, ErrNoRun)
	}
	text, err := readFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Run{}, fmt.Errorf("%s %w: there is no %s", path, ErrNoRun, RunFile)
	}
	if name, is := errors.AsType[*system.NameError](err); is {
		return Run{}, fmt.Errorf("%s %w: %s", path, ErrNoRun, name.Why)
	}
	if err != nil {
		return Run{}, err
	}
	run, err := parseRun(text)
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return run, err
}

// sumLine is how the line begins that is the last member of run.json: the SHA-256 of all bytes before that line.
const sumLine = "  \"sha256\": \""

func parseRun(text []byte) (run Run, err error) {
	if err := json.Unmarshal(text, &run); err != nil {
		return run, err
	}
	at := bytes.LastIndex(text, []byte("\n"+sumLine)) + 1
	switch {
	case run.Schema > schema:
		return run, fmt.Errorf("schema_version is %d: it was written by a later version of meetbatch, and this one reads up to %d", run.Schema, schema)
	case run.Schema == 0 && at == 0 && run.Files == nil:
		return run, nil
	case run.Schema != schema || at == 0 || !bytes.Equal(text, sealed(text[:at])):
		return run, errors.New("it was changed or damaged: the SHA-256 in its last line is not that of what stands before that line")
	}
	return run, nil
}

// sealed gives the text of a run.json that ends before its last member, with that.
func sealed(text []byte) []byte {
	return fmt.Appendf(bytes.Clone(text), "%s%x\"\n}\n", sumLine, sha256.Sum256(text))
}

// maxRun is how many bytes a run.json has at most; a session takes some hundred.
const maxRun = 16 << 20

func readFile(name string) ([]byte, error) {
	f, err := system.Open(name, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxRun+1))
	if err == nil && len(text) > maxRun {
		err = fmt.Errorf("%s has more than %d MiB: it is none that meetbatch wrote", name, maxRun>>20)
	}
	return text, err
}

// WriteRun replaces run.json, which names this process then; it is on the disk when WriteRun returns. After an error the
// old one stands. Of the files it says what was brought to the disk so far, and of failures and answers what was recorded.
// Where the directory is not under its name any more nothing is written. It may be called while records are made, by one
// goroutine at a time.
func (d *Dir) WriteRun(run Run) error {
	if err := d.here(); err != nil {
		return err
	}
	run = d.Described(run)
	err := writeRun(d.Path, run)
	if err == nil {
		d.described.Store(true)
	}
	return err
}

// Described gives what run.json says of a run, with what was recorded: failures, answers, and what is on the disk.
func (d *Dir) Described(run Run) Run {
	run.Reconciling = d.reconciles
	run.Files = map[string]Sum{ResultsFile: d.results.log.onDisk(), RequestsFile: d.requests.log.onDisk()}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failed != nil {
		run.Files[FailedFile] = *d.failed
	}
	if d.before != nil {
		run.Files[BeforeFile] = *d.before
	}
	run.Failures, run.Requests.InFlight, run.Requests.Answers = d.failures.list(), d.inFlight, d.latency.Answers()
	run.Requests.Readings = d.readings
	return run
}

func writeRun(dir string, run Run) error {
	run.Schema, run.Process, run.Alive = schema, thisProcess(), new(time.Now().UTC().Truncate(time.Millisecond))
	return putRun(dir, run)
}

// putRun writes run.json with just what the run says; one of version 0.1 has no sum.
func putRun(dir string, run Run) error {
	if run.Sessions == nil { // none, for whoever reads lists
		run.Sessions = []Session{}
	}
	text, err := json.MarshalIndent(run, "", "  ")
	if err != nil {
		return err
	}
	if run.Schema > 0 {
		text = sealed(append(bytes.TrimSuffix(text, []byte("\n}")), ",\n"...))
	}
	return replace(filepath.Join(dir, RunFile), system.Perm, func(to io.Writer) error {
		_, err := to.Write(text)
		return err
	})
}
