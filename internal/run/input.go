package run

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"meetbatch/internal/words"
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

// openInput opens FILE; - is stdin. What can be read only once is read until the context ends.
func openInput(ctx context.Context, path string, stdin io.Reader) (*input, error) {
	if path == "-" {
		return &input{name: "standard input", path: path, from: Interruptible(ctx, stdin), sum: sha256.New(), once: true}, nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.Unwrap(err)}
	case info.IsDir():
		return nil, fmt.Errorf("%s is a directory", words.Name(path))
	}
	in := &input{name: words.Name(path), path: path, sum: sha256.New(), once: !info.Mode().IsRegular()}
	if absolute, err := filepath.Abs(path); err == nil {
		in.path = absolute
	}
	if in.once { // to open a pipe may take as long as to read from one
		in.from = Interruptible(ctx, &lateFile{path: path})
		return in, nil
	}
	in.file, err = os.Open(path)
	in.from = in.file
	return in, err
}

// lateFile is a file that is opened when it is first read. It is not closed before the process ends.
type lateFile struct {
	path string
	file *os.File
}

func (l *lateFile) Read(p []byte) (n int, err error) {
	if l.file == nil {
		if l.file, err = os.Open(l.path); err != nil {
			return 0, err
		}
	}
	return l.file.Read(p)
}

// openAgain opens the input of a run that began earlier, or the copy of what came by standard input.
func openAgain(dir string, was report.Input) (*input, error) {
	if !report.Kept(dir) && was.Path == "-" {
		return nil, fmt.Errorf("the run's input came by standard input, and %s is not there", filepath.Join(dir, report.InputFile))
	}
	if !report.Kept(dir) {
		return openInput(context.Background(), was.Path, nil)
	}
	if was.SHA256 == "" {
		return nil, errors.New("the run was interrupted while it read its input, which cannot be read again; begin a new one")
	}
	in, err := openInput(context.Background(), filepath.Join(dir, report.InputFile), nil)
	if err == nil && was.Path == "-" {
		in.name = "standard input"
	}
	return in, err
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

// rest reads what is left of a file, for its sum, until the context ends. What can be read only once is as much as was
// read of it.
func (in *input) rest(ctx context.Context) error {
	for !in.once {
		if _, err := io.CopyN(io.Discard, in, 16<<20); err == io.EOF {
			break
		} else if err != nil || ctx.Err() != nil {
			return cmp.Or(err, ctx.Err())
		}
	}
	return nil
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
	if !sameBytes(in.describe(), was) {
		return fmt.Errorf("%s has changed since the run began: its SHA-256 is not the same", in.name)
	}
	return err
}

func (in *input) close() {
	if in.file != nil {
		in.file.Close() // it was only read, or synced by what reads it again
	}
}

// Interruptible reads from a stream whose Read may never return, such as a terminal, until the context ends; then the
// error is the context's. A read from the stream that is under way at that moment goes on by itself: nothing can be
// done about it. It touches nothing that anybody else uses, and ends with the stream or the process. What Interruptible
// returns is not safe for concurrent use.
func Interruptible(ctx context.Context, stream io.Reader) io.Reader {
	return &interruptible{ctx: ctx, stream: stream, ready: make(chan chunkRead, 1)}
}

type interruptible struct {
	ctx     context.Context
	stream  io.Reader
	ready   chan chunkRead
	reading bool
	left    chunkRead // what came, and was not taken yet
}

type chunkRead struct {
	text []byte
	err  error
}

func (i *interruptible) Read(p []byte) (int, error) {
	if len(i.left.text) == 0 && i.left.err == nil {
		if err := i.next(len(p)); err != nil {
			return 0, err
		}
	}
	n := copy(p, i.left.text)
	i.left.text = i.left.text[n:]
	if len(i.left.text) > 0 {
		return n, nil
	}
	return n, i.left.err
}

// next waits for the stream. A read that is still under way since the context ended is not begun once more.
func (i *interruptible) next(size int) error {
	if !i.reading {
		i.reading = true
		go func() {
			text := make([]byte, size)
			n, err := i.stream.Read(text)
			i.ready <- chunkRead{text[:n], err}
		}()
	}
	select {
	case i.left = <-i.ready:
		i.reading = false
		return nil
	case <-i.ctx.Done():
		return i.ctx.Err()
	}
}

// sameBytes tells whether two descriptions are of the same content.
func sameBytes(a, b report.Input) bool { return a.SHA256 == b.SHA256 && a.Size == b.Size }
