//go:build !windows

package run

import (
	"context"
	"errors"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestPipeWithoutAWriter: whoever waits for somebody to write to a pipe is let go when the context ends.
func TestPipeWithoutAWriter(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	in, err := openInput(ctx, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Read(make([]byte, 10)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Read = %v", err)
	}
}
