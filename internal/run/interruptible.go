package run

import (
	"context"
	"io"
)

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
