package cli

import (
	"bytes"
	"os"
	"syscall"
	"testing"
)

// closed is a pipe whose reader has read enough.
type closed struct{}

func (closed) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}
}

// TestHelpIntoHead: help of which only the beginning is read is no error.
func TestHelpIntoHead(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--help"}, {"status", "--help"}, {"--version"}} {
		var said bytes.Buffer
		if code := Run(t.Context(), args, nil, nil, closed{}, &said); code != 0 || said.Len() > 0 {
			t.Errorf("%v: exit code %d: %s", args, code, said.String())
		}
	}
}
