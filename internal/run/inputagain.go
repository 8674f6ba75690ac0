package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"meetbatch/internal/words"
	"meetbatch/report"
)

// openAgain opens the input of a run that began earlier: the copy in its directory, or where there is none the file that
// it read.
func openAgain(dir string, was report.Input) (*input, error) {
	name, want := report.OldInputFile, &report.Sum{Size: was.Size, SHA256: was.SHA256}
	if was.Kept != nil {
		name, want = report.InputFile, was.Kept
	}
	file, err := report.OpenInput(dir, name)
	switch {
	case err == nil && was.SHA256 != "":
		in := &input{name: was.Path, meta: was, sum: sha256.New()}
		in.readFrom(file, want)
		if err := in.checkKept(); err != nil {
			in.close()
			return nil, err
		}
		return in, nil
	case err == nil:
		return nil, errors.Join(Refuse(errUnread, beginNew), file.Close())
	case !errors.Is(err, fs.ErrNotExist):
		return nil, Unrecorded(err, "")
	case was.Path == "-" && was.SHA256 != "":
		return nil, Unrecorded(fmt.Errorf("the copy of the input is gone: %w", err), "bring it back: nothing else has what came by standard input")
	case was.Path == "-":
		return nil, Refuse(errUnread, beginNew)
	}
	return openOutside(dir, was)
}

// checkKept refuses a copy that is not what was kept before anything of it is unpacked, which could come to any size.
func (in *input) checkKept() error {
	info, err := in.file.Stat()
	switch {
	case err != nil:
		return Unrecorded(err, "")
	case info.Size() != in.want.Size:
		return in.damaged(fmt.Sprintf("it has %s bytes, and %s says %s", words.Number(info.Size()), report.RunFile, words.Number(in.want.Size)))
	case filepath.Base(in.file.Name()) == report.OldInputFile: // which is not packed, and may be large
		return nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, in.file); err != nil {
		return Unrecorded(err, "")
	}
	if hex.EncodeToString(sum.Sum(nil)) != in.want.SHA256 {
		return in.damaged("its SHA-256 is not the one in " + report.RunFile)
	}
	_, err = in.file.Seek(0, io.SeekStart)
	return err
}

// damaged is the error of a copy that is not what was kept.
func (in *input) damaged(how string) error {
	return Unrecorded(fmt.Errorf("%s is damaged: %s", in.file.Name(), how),
		"bring it back from where it was saved, or take it away if the file that the run read is still what it was")
}

// openOutside opens the file that a run read, of which its directory has no copy.
func openOutside(dir string, was report.Input) (*input, error) {
	in, err := openInput(context.Background(), was.Path, nil)
	if err == nil && in.once && was.SHA256 != "" {
		err = fmt.Errorf("%s can be read only once", in.name)
	}
	switch {
	case err != nil && was.SHA256 != "":
		return nil, Refuse(fmt.Errorf("%s is not the file that it was when the run began: %w", words.Name(was.Path), err), bringBack(dir))
	case err != nil:
		return nil, Refuse(err, beginNew)
	}
	then, now := was.Modified, in.meta.Modified
	switch {
	case in.once:
		err = errUnread
	case was.SHA256 != "":
		in.want, in.meta = &report.Sum{Size: was.Size, SHA256: was.SHA256}, was
	case then != nil && (in.meta.Size != was.Size || !now.Equal(*then)):
		err = fmt.Errorf("%s has changed since the run was interrupted, which had not read it to its end; nothing was sent", was.Path)
	}
	if err != nil {
		in.close()
		return nil, Refuse(err, beginNew)
	}
	return in, nil
}

// errUnread is of a run that was killed before it had read an input that can be read only once.
var errUnread = errors.New("the run was interrupted while it read its input, which cannot be read again; nothing was sent")
