package cli

import (
	"fmt"
	"io"
	"os"

	"meetbatch/internal/system"
)

// openLog opens the file of --log. A file takes each line before its request is answered. What may take none for long,
// such as a pipe that nobody reads, is given them by an output, so that neither an answer nor a signal waits for it.
func openLog(path string) (io.WriteCloser, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY|system.NonBlock, 0o666)
	if info, statErr := os.Stat(path); err != nil && statErr == nil && info.Mode()&os.ModeNamedPipe != 0 {
		return nil, fmt.Errorf("nobody reads from this pipe: %w", err)
	}
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || info.Mode().IsRegular() {
		return f, err
	}
	return &lateLog{newOutput(f), f}, nil
}

// A lateLog is one that takes its lines in its own time.
type lateLog struct {
	*output
	file *os.File
}

func (l *lateLog) Write(line []byte) (int, error) {
	if !l.say(string(line), true) {
		return 0, fmt.Errorf("%s: %w", l.file.Name(), errStuck)
	}
	return len(line), nil
}

// Close does not wait for what was not taken by then.
func (l *lateLog) Close() error { return l.file.Close() }
