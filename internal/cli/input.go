package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"meetbatch/report"
)

// input is the file that rows are read from, twice: to plan, and to copy the rows that failed. What
// can be read only once, such as standard input, is kept in the run directory.
type input struct {
	name string   // for messages
	path string   // for run.json
	file *os.File // nil for a stream that was not kept
	from io.Reader
	sum  hash.Hash
	size int64
	once bool // it can be read only once
}

// openInput opens FILE; - is standard input.
func openInput(path string, stdin io.Reader) (*input, error) {
	if path == "-" {
		return &input{name: "standard input", path: path, from: stdin, sum: sha256.New(), once: true}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a directory", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	in := &input{name: path, path: path, from: f, sum: sha256.New(), once: !info.Mode().IsRegular()}
	if absolute, err := filepath.Abs(path); err == nil {
		in.path = absolute
	}
	if !in.once {
		in.file = f
	}
	return in, nil
}

// keepIn copies what can be read only once into the run directory.
func (in *input) keepIn(dir *report.Dir) error {
	if !in.once {
		return nil
	}
	kept, err := dir.KeepInput()
	if err != nil {
		return err
	}
	in.from = io.TeeReader(in.from, kept)
	in.file = kept
	return nil
}

// Read reads the input for the first time.
func (in *input) Read(p []byte) (int, error) {
	n, err := in.from.Read(p)
	in.sum.Write(p[:n])
	in.size += int64(n)
	return n, err
}

// rest reads what is left of a file, for its sum. What can be read only once is as much as was read of it.
func (in *input) rest() error {
	if in.once {
		return nil
	}
	_, err := io.Copy(io.Discard, in)
	return err
}

// describe says what was read, for run.json.
func (in *input) describe() report.Input {
	return report.Input{Path: in.path, Size: in.size, SHA256: hex.EncodeToString(in.sum.Sum(nil))}
}

// again calls read with the input from its start, and finds out whether it is what it was.
func (in *input) again(was report.Input, read func(io.Reader) error) error {
	if _, err := in.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	in.from, in.size = in.file, 0
	in.sum.Reset()
	err := read(in)
	if _, restErr := io.Copy(io.Discard, in); restErr != nil && err == nil {
		err = restErr
	}
	if now := in.describe(); now.SHA256 != was.SHA256 || now.Size != was.Size {
		return fmt.Errorf("%s has changed since the run began: its SHA-256 is not the same", in.name)
	}
	return err
}

func (in *input) close() {
	if in.file != nil {
		in.file.Close() // it was only read, or synced by what reads it again
	}
}
