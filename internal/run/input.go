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
	"strings"

	"meetbatch/internal/words"
	"meetbatch/report"
)

// input is the file that rows are read from, twice: to plan, and to copy the rows that failed. The second time it is the
// copy in the run directory, where there is one.
type input struct {
	name string       // for messages
	meta report.Input // as it was when it was opened
	info fs.FileInfo  // of the file when it was opened; nil for what can be read only once, and for the copy
	file *os.File     // nil for what can be read only once, and was not kept
	from io.Reader
	sum  hash.Hash
	size int64
	want *report.Sum // of the file's bytes; nil as long as they were not read
	once bool        // it can be read only once
	kept bool        // file is the copy in the run directory
}

// openInput opens FILE; - is stdin. What can be read only once is read until the context ends.
func openInput(ctx context.Context, path string, stdin io.Reader) (*input, error) {
	if path == "-" {
		return &input{name: stdinName, meta: report.Input{Path: path}, sum: sha256.New(), once: true, from: Interruptible(ctx, stdin)}, nil
	}
	info, err := FindInput(path)
	if err != nil {
		return nil, err
	}
	once := !info.Mode().IsRegular() || ofProcess(path)
	in := &input{name: words.Name(path), meta: report.Input{Path: absolutePath(path)}, sum: sha256.New(), once: once}
	if in.once { // to open a pipe may take as long as to read from one
		in.from = Interruptible(ctx, &lateFile{path: path})
		return in, nil
	}
	if in.file, err = os.Open(path); err != nil {
		return nil, err
	}
	if in.info, err = in.file.Stat(); err != nil {
		return nil, errors.Join(err, in.file.Close())
	}
	modified := in.info.ModTime().UTC()
	in.from, in.meta.Size, in.meta.Modified = in.file, in.info.Size(), &modified
	return in, nil
}

// ofProcess tells whether a path leads to what this process has open: /dev/stdin, /dev/fd/3, /proc/self/fd/3, or a link to
// one of these. Whoever opens it in another process has another file, even if it is a regular one here.
func ofProcess(path string) bool {
	path, err := filepath.Abs(path)
	for range 40 { // as many links as Linux follows
		if folder, linkErr := filepath.EvalSymlinks(filepath.Dir(path)); linkErr == nil {
			path = filepath.Join(folder, filepath.Base(path))
		}
		if path == "/dev/stdin" || strings.HasPrefix(path, "/dev/fd/") || strings.HasPrefix(path, "/proc/") {
			return true
		}
		to, linkErr := os.Readlink(path)
		if err != nil || linkErr != nil {
			return false
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return false
}

// FindInput refuses a FILE that is not there, or cannot be one, before anything else is looked at.
func FindInput(path string) (fs.FileInfo, error) {
	if path == "-" {
		return nil, nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		err = &fs.PathError{Op: "open", Path: path, Err: errors.Unwrap(err)}
	case info.IsDir():
		err = fmt.Errorf("%s is a directory", words.Name(path))
	}
	if err != nil {
		return nil, Refuse(err, inputHint(path, err))
	}
	return info, nil
}

// inputHint says of a file that could not be opened where it was looked for, and of a run in its place what it is good for.
func inputHint(path string, err error) string {
	switch info, statErr := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist) && !filepath.IsAbs(path):
		if folder, err := os.Getwd(); err == nil {
			return "it was looked for in " + words.Name(folder) + ", where the command was started; cron and systemd start it elsewhere"
		}
	case statErr == nil && info.IsDir():
		if _, err := report.ReadRun(path); !errors.Is(err, report.ErrNoRun) {
			return fmt.Sprintf("it is a run: how it is: meetbatch show %s; to go on with it: meetbatch resume %s; its rows that did not succeed: %s", words.Path(path), words.Path(path), words.Path(filepath.Join(path, report.FailedFile)))
		}
		return "name the CSV in it"
	}
	return ""
}

const stdinName = "standard input"

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

// readFrom makes a file that was kept what is read, and says what its bytes have to be.
func (in *input) readFrom(file *os.File, want *report.Sum) {
	in.close()
	in.file, in.info, in.from, in.want, in.once, in.kept = file, nil, file, want, false, true
	if in.name == "-" {
		in.name = stdinName
	}
}

// Read reads the input for the first time.
func (in *input) Read(p []byte) (int, error) {
	n, err := in.from.Read(p)
	in.sum.Write(p[:n])
	in.size += int64(n)
	return n, err
}

// setAside writes what is read of an input that can be read only once into a temporary file, from which it is read again.
func (in *input) setAside() error {
	if !in.once {
		return nil
	}
	file, err := report.TempFile("")
	if err != nil {
		return unplanned(err)
	}
	in.from, in.file = io.TeeReader(in.from, file), file
	return nil
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

// change says what became of the file since it was opened: it grew, or it changed; empty: nothing that one could see.
func (in *input) change() string {
	if in.info == nil {
		return ""
	}
	now, err := in.file.Stat()
	switch {
	case err == nil && now.Size() > in.info.Size():
		return "grew"
	case err != nil || now.Size() != in.info.Size() || !now.ModTime().Equal(in.info.ModTime()):
		return "changed"
	}
	return ""
}

// read says what was read, for run.json.
func (in *input) read() report.Input {
	now := in.meta
	now.Size, now.SHA256 = in.size, hex.EncodeToString(in.sum.Sum(nil))
	return now
}

// changed tells whether the bytes that were read are not those that they have to be.
func (in *input) changed() bool {
	now := in.read()
	return *in.want != report.Sum{Size: now.Size, SHA256: now.SHA256}
}

// again calls read with the input from its start, and finds out whether it is what it was.
func (in *input) again(read func(io.Reader) error) error {
	if _, err := in.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	in.from, in.size = in.file, 0
	in.sum.Reset()
	err := read(in)
	if _, restErr := io.Copy(io.Discard, in); restErr != nil && err == nil {
		err = restErr
	}
	if in.changed() {
		return fmt.Errorf("%s %w: its SHA-256 is not the same", in.file.Name(), errChanged)
	}
	return err
}

// errChanged is of an input that cannot be copied from any more.
var errChanged = errors.New("has changed since the run began")

func (in *input) close() {
	if in.file != nil {
		in.file.Close() // it was only read, or synced by what reads it again
	}
}
