package report

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"meetbatch/internal/system"
)

// A Keeper makes the file of a directory that holds the input, of what is written to it. It is ended with Commit, or else
// with Discard, and not safe for concurrent use.
//
// It packs in a goroutine of its own, which may fall some way behind: whoever reads the input needs a processor most of
// the time, and whoever groups its rows, at the same time, does not.
type Keeper struct {
	to     *system.Replacement
	packed summed // to that
	packer *zstd.Encoder

	queue chan []byte   // what is to be packed; nil when that is all
	free  chan []byte   // what was packed, to be written over
	done  chan struct{} // closed when nothing more is packed
	err   error         // why; of use as soon as done is closed
}

// keptBehind is how many pieces may wait to be packed. The reader makes them of 256 KiB at most.
const keptBehind = 32

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
	k := &Keeper{
		to:     to,
		packed: summed{to: to, hash: sha256.New()},
		queue:  make(chan []byte, keptBehind),
		free:   make(chan []byte, keptBehind+2), // one more is packed, and one is written to
		done:   make(chan struct{}),
	}
	k.packer, err = zstd.NewWriter(&k.packed, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, errors.Join(err, to.Discard())
	}
	go k.pack(k.queue)
	return k, nil
}

// pack packs what comes, until all of it came or it cannot be written.
func (k *Keeper) pack(queue <-chan []byte) {
	defer close(k.done)
	for text := range queue {
		if _, k.err = k.packer.Write(text); k.err != nil {
			return
		}
		k.free <- text[:0]
	}
	k.err = k.packer.Close()
}

// Write keeps what was read of the input.
func (k *Keeper) Write(text []byte) (int, error) {
	var piece []byte
	select {
	case piece = <-k.free:
	default:
	}
	select {
	case k.queue <- append(piece, text...):
		return len(text), nil
	case <-k.done:
		return 0, k.err
	}
}

// Err is why the input could not be kept so far.
func (k *Keeper) Err() error {
	select {
	case <-k.done:
		return k.err
	default:
		return nil
	}
}

// end waits until all is packed that was written.
func (k *Keeper) end() error {
	if k.queue != nil {
		close(k.queue)
		k.queue = nil
	}
	<-k.done
	return k.err
}

// Commit ends the file, which is on the disk then. After an error Discard is still to be called.
func (k *Keeper) Commit() (*Sum, error) {
	if err := k.end(); err != nil {
		return nil, err
	}
	if err := k.to.Commit(); err != nil {
		return nil, err
	}
	return k.packed.sum(), nil
}

// Discard takes away what was kept so far. After Commit, and when it is called once more, it does nothing.
func (k *Keeper) Discard() error {
	k.end() // whatever came of it
	return k.to.Discard()
}

// OpenInput opens the file that a directory holds the input in, which is InputFile or OldInputFile. The error is
// fs.ErrNotExist where there is none.
func OpenInput(dir, name string) (*os.File, error) {
	return system.Open(filepath.Join(dir, name), os.O_RDONLY, 0)
}

// Kept tells whether a directory holds a copy of its run's input.
func Kept(path string) bool {
	return !absent(filepath.Join(path, InputFile)) || !absent(filepath.Join(path, OldInputFile))
}
