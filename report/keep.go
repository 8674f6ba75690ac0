package report

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"meetbatch/internal/system"
)

// A Keeper makes the file of a directory that holds the input, of what is written to it. What it packs goes to the disk
// in a goroutine of its own, so that whoever reads the input hardly waits for it. It is ended with Commit, or else with
// Discard, and not safe for concurrent use.
type Keeper struct {
	to     *system.Replacement
	packer *zstd.Encoder
	sum    hash.Hash // of the file
	size   int64
	err    error // of a write
}

// KeepInput begins to keep the input of a run that has none in its directory. It is there when Commit returns.
func (d *Dir) KeepInput() (*Keeper, error) { return keepInput(d.Path) }

// KeepInput is that of a run which was killed before it had kept its input.
func (p *Past) KeepInput() (*Keeper, error) {
	if err := sweep(p.Path); err != nil { // what it had kept may need the room
		return nil, err
	}
	return keepInput(p.Path)
}

func keepInput(dir string) (*Keeper, error) {
	to, err := system.Replace(filepath.Join(dir, InputFile), system.Perm)
	if err != nil {
		return nil, err
	}
	k := &Keeper{to: to, sum: sha256.New()}
	// Two at a time: one fills a block while the other packs the one before.
	k.packer, err = zstd.NewWriter(packed{k}, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(1<<20))
	if err != nil {
		return nil, errors.Join(err, to.Discard())
	}
	return k, nil
}

// packed takes what the packer has made of the input.
type packed struct{ *Keeper }

func (p packed) Write(text []byte) (int, error) {
	n, err := p.to.Write(text)
	p.sum.Write(text[:n])
	p.size += int64(n)
	return n, err
}

// Write keeps what was read of the input.
func (k *Keeper) Write(text []byte) (int, error) {
	n, err := k.packer.Write(text)
	k.err = errors.Join(k.err, err)
	return n, err
}

// Err is why the input could not be kept so far.
func (k *Keeper) Err() error { return k.err }

// Commit ends the file, which is on the disk then. After an error Discard is still to be called.
func (k *Keeper) Commit() (*Sum, error) {
	if err := k.packer.Close(); err != nil {
		return nil, err
	}
	if err := k.to.Commit(); err != nil {
		return nil, err
	}
	return &Sum{k.size, hex.EncodeToString(k.sum.Sum(nil))}, nil
}

// Discard takes away what was kept so far. After Commit, and when it is called once more, it does nothing.
func (k *Keeper) Discard() error {
	k.packer.Close() // which is of no use any more, whatever it says
	return k.to.Discard()
}

// OpenInput opens the file that a directory holds the input in, which is InputFile or OldInputFile. The error is
// fs.ErrNotExist where there is none.
func OpenInput(dir, name string) (*os.File, error) {
	return system.Open(filepath.Join(dir, name), os.O_RDONLY, 0)
}
