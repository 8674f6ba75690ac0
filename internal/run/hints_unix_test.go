//go:build !windows

package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"meetbatch/report"
)

// TestHintsOfFiles: files that cannot be opened or written are no damaged ones, and the hint names what keeps from it.
func TestHintsOfFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	table := filepath.Join(dir, report.ResultsFile)
	if err := os.WriteFile(table, nil, 0o400); err != nil {
		t.Fatal(err)
	}
	for cause, want := range map[error]string{
		syscall.ENOSPC: "make room where the run directory is, and go on: meetbatch resume ",
		syscall.EDQUOT: "make room where the run directory is, and go on: meetbatch resume ",
		syscall.EROFS:  "the file system is mounted read-only",
		syscall.EACCES: "results.csv (-r--------) belongs to ",
		syscall.EPERM:  "results.csv (-r--------) belongs to ",
		syscall.EIO:    "bring the files back as the run left them",
	} {
		var e *Error
		err := misfit(dir, fmt.Errorf("x: %w", &fs.PathError{Op: "open", Path: table, Err: cause}))
		if !errors.As(err, &e) || e.Code != Recorded || !strings.HasPrefix(e.Try, "nothing more was sent; ") || !strings.Contains(e.Try, want) {
			t.Errorf("%v: %+v", cause, err)
		}
	}
	if hint := ownerHint(filepath.Join(dir, "nowhere"), nil); !strings.HasPrefix(hint, "give the command as the user") {
		t.Errorf("of what is not there: %s", hint)
	}
}
