package report_test

import (
	"io"
	"os"
	"runtime"
	"testing"

	"meetbatch/report"
)

// TestTempFile: a temporary file can be written and read, and is gone when it is closed.
func TestTempFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := report.TempFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	if names, _ := os.ReadDir(dir); runtime.GOOS != "windows" && len(names) > 0 {
		t.Errorf("the file has a name: %v", names)
	}
	if _, err := f.WriteAt([]byte("rows"), 3); err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(io.NewSectionReader(f, 3, 4)); err != nil || string(text) != "rows" {
		t.Errorf("it reads %q, %v", text, err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if names, _ := os.ReadDir(dir); len(names) > 0 {
		t.Errorf("it leaves %v", names)
	}
	if _, err := report.TempFile(dir + "/nowhere"); err == nil {
		t.Error("there is a file in no directory")
	}
}
