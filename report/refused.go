package report

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"meetbatch/internal/system"
)

// RefusedFile stands in a folder of runs and names the commands that left no run there, so that a night without one can be
// seen: one line of JSON each, in their order.
const RefusedFile = "refused.jsonl"

// Refusal is a command of a job that was refused, or ended before it had a run directory to leave.
type Refusal struct {
	Time     time.Time `json:"time"`
	Command  string    `json:"command"`
	Input    string    `json:"input"` // the name of the file, without its folder; "-" for standard input
	ExitCode int       `json:"exit_code"`
	Error    string    `json:"error"`
	Hint     string    `json:"hint,omitempty"`
}

const (
	mostRefused = 1 << 20         // bytes of the file, from which on its older half is dropped
	mostWords   = 2000            // bytes of an error or a hint
	lockedFor   = 5 * time.Second // how long others may have the file before that is an error
)

// AddRefusal adds a line to a folder's list, and makes both where they are missing. Several processes may do so at the same
// time. When the list is too long its older half goes.
func AddRefusal(folder string, r Refusal) error {
	r.Time, r.Error, r.Hint = r.Time.UTC().Truncate(time.Millisecond), shortened(r.Error), shortened(r.Hint)
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, folderPerm); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), lockedFor)
	defer cancel()
	for {
		added, err := addLine(ctx, filepath.Join(folder, RefusedFile), line.Bytes())
		if added || err != nil {
			return err
		}
	}
}

func shortened(text string) string {
	if len(text) > mostWords {
		return string(bytes.ToValidUTF8([]byte(text[:mostWords]), nil)) + "..."
	}
	return text
}

// addLine appends a line to a file under its lock. It has not where the file was replaced before the lock was had.
func addLine(ctx context.Context, path string, line []byte) (added bool, err error) {
	guard := system.LockOf(path)
	if made, err := system.Open(guard, os.O_CREATE|os.O_RDONLY, system.Perm); err != nil {
		return false, err
	} else if err := made.Close(); err != nil {
		return false, err
	}
	lock := flock.New(guard, flock.SetFlag(os.O_RDONLY|system.NoFollow))
	if _, err := lock.TryLockContext(ctx, 5*time.Millisecond); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("%s is locked by another process: %w", path, err)
	}
	defer lock.Unlock()
	f, err := system.Open(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, system.Perm)
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	locked, lockErr := lock.Stat()
	now, nowErr := os.Lstat(path)
	guards, guardErr := os.Lstat(guard)
	if err := errors.Join(err, lockErr); err != nil {
		return false, err
	}
	if nowErr != nil || guardErr != nil || !os.SameFile(info, now) || !os.SameFile(locked, guards) {
		return false, nil
	}
	size := info.Size()
	if last := make([]byte, 1); size > 0 { // a process that was killed may have left a part of a line
		if _, err := f.ReadAt(last, size-1); err == nil && last[0] != '\n' {
			line = append([]byte("\n"), line...)
		}
	}
	if _, err := f.Write(line); err != nil {
		return true, err
	}
	if size+int64(len(line)) < mostRefused {
		return true, nil
	}
	return true, errors.Join(f.Close(), halve(path)) // Windows replaces no file that is open for writing
}

// halve drops the older half of a file's lines.
func halve(path string) error {
	text, err := readFile(path)
	if err != nil {
		return err
	}
	_, text, _ = bytes.Cut(text[len(text)/2:], []byte("\n"))
	return replace(path, system.Perm, func(to io.Writer) error {
		_, err := to.Write(text)
		return err
	})
}

// Refusals reads a folder's list. Lines that are none are counted, and passed over; where there is no list there are no
// lines.
func Refusals(folder string) (list []Refusal, bad int, err error) {
	text, err := readFile(filepath.Join(folder, RefusedFile))
	if err != nil {
		return nil, 0, ignoreAbsent(err)
	}
	for line := range bytes.Lines(text) {
		var one Refusal
		switch {
		case len(bytes.TrimSpace(line)) == 0:
		case json.Unmarshal(line, &one) != nil || one.Time.IsZero():
			bad++
		default:
			list = append(list, one)
		}
	}
	return list, bad, nil
}
