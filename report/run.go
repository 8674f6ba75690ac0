package report

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"meetbatch/internal/system"
)

// Run is what run.json says of a run.
type Run struct {
	Command     string          `json:"command"`
	Arguments   []string        `json:"arguments"` // the command line
	Version     string          `json:"version"`
	Application string          `json:"application,omitempty"` // which one signed in: the beginning of the SHA-256 of its App ID
	Settings    json.RawMessage `json:"settings"`              // an object: flags by name, a string each, or a list of them
	Input       Input           `json:"input"`
	Start       time.Time       `json:"start"`
	End         *time.Time      `json:"end,omitempty"`
	State       State           `json:"state"`
	Reason      string          `json:"reason,omitempty"` // of a stop
	Resumed     int             `json:"resumed"`          // how often
	Process     Process         `json:"process,omitzero"` // which wrote this
	Counts      Counts          `json:"counts"`
	Requests    Requests        `json:"requests"`
	Rate        Pace            `json:"rate"`
	ExitCode    *int            `json:"exit_code,omitempty"`
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

// Left counts the rows that have to be run again.
func (c Counts) Left() int64 { return c.Rows - c.Succeeded - c.Skipped }

// Requests are the planned number, the smallest possible, and the number sent.
type Requests struct {
	Planned int64 `json:"planned"`
	Sent    int64 `json:"sent"`
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

// ReadRun reads run.json from a directory. It takes no lock: the file is whole at any time.
func ReadRun(path string) (Run, error) {
	name := filepath.Join(path, RunFile)
	text, err := readFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Run{}, fmt.Errorf("%s %w: there is no %s", path, ErrNoRun, RunFile)
	}
	if err != nil {
		return Run{}, err
	}
	var run Run
	if err := json.Unmarshal(text, &run); err != nil {
		return Run{}, fmt.Errorf("%s: %w", name, err)
	}
	return run, nil
}

func readFile(name string) ([]byte, error) {
	f, err := system.Open(name, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// WriteRun replaces run.json, which names this process then; it is on the disk when WriteRun returns. After an error the
// old one stands. Where the directory is not under its name any more nothing is written.
func (d *Dir) WriteRun(run Run) error {
	if err := d.here(); err != nil {
		return err
	}
	run.Process = thisProcess()
	return replace(d.File(RunFile), system.Perm, func(to *bufio.Writer) error {
		enc := json.NewEncoder(to)
		enc.SetIndent("", "  ")
		return enc.Encode(run)
	})
}
