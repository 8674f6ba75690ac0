package run

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

// TestInterruptible: everything that a stream gives comes through, in pieces of any size, up to its end.
func TestInterruptible(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("account,vmr_id\n", 500)
	for name, stream := range map[string]io.Reader{
		"all at once":          strings.NewReader(text),
		"byte for byte":        iotest.OneByteReader(strings.NewReader(text)),
		"the end with text":    iotest.DataErrReader(strings.NewReader(text)),
		"broken in the middle": io.MultiReader(strings.NewReader(text), iotest.ErrReader(errors.New("broken"))),
	} {
		got, err := io.ReadAll(Interruptible(t.Context(), stream))
		if string(got) != text || (err != nil) != strings.HasPrefix(name, "broken") {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

// TestInterrupted: whoever waits for a stream is let go when the context ends, and what comes then is not lost to
// whoever reads on.
func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream, feed := io.Pipe()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		in := Interruptible(ctx, stream)
		start := time.Now()
		if n, err := in.Read(make([]byte, 10)); n != 0 || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("Read = %d, %v after %s", n, err, time.Since(start))
		}
		feed.Close() // ends the read that is still under way
	})
}
