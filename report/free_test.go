package report_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"meetbatch/job"
	"meetbatch/report"
)

// TestBeginFree: of many that ask for one name at once each gets a directory of its own, also while others take theirs,
// and the folder above, back again.
func TestBeginFree(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "runs")
	path := filepath.Join(folder, "reclaim-20260301T013000Z")
	const many = 40
	dirs := make([]*report.Dir, many)
	var wait sync.WaitGroup
	for i := range many {
		wait.Go(func() {
			for range 3 {
				d, err := report.BeginFree(path, job.Reclaim)
				if err != nil {
					t.Error(err)
					return
				}
				if err := d.Remove(); err != nil {
					t.Error(err)
				}
			}
			var err error
			if dirs[i], err = report.BeginFree(path, job.Reclaim); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	paths := map[string]bool{}
	for _, d := range dirs {
		if d == nil {
			continue
		}
		paths[d.Path] = true
		if err := d.Check(); err != nil {
			t.Error(err)
		}
		if err := d.Remove(); err != nil {
			t.Error(err)
		}
	}
	if len(paths) != many {
		t.Errorf("%d directories for %d runs", len(paths), many)
	}
	if _, err := os.Lstat(folder); !os.IsNotExist(err) {
		os.Remove(folder) // where one that had not made it was the last to go
	}
}

// TestTakenNames: a name is taken whatever has it, and what has it stays as it is.
func TestTakenNames(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs", "status-1")
	for i, want := range []string{path, path + "-2", path + "-5", path + "-6"} {
		switch i {
		case 2:
			if err := os.Mkdir(path+"-3", 0o777); err != nil { // empty, but somebody may be about to use it
				t.Fatal(err)
			}
			if err := os.WriteFile(path+"-4", []byte("4"), 0o666); err != nil {
				t.Fatal(err)
			}
		case 3:
			os.Symlink("nowhere", fmt.Sprint(path, "-6")) // which not everybody may, and wine only says that it does
			if _, err := os.Lstat(fmt.Sprint(path, "-6")); err == nil {
				want = path + "-7"
			}
		}
		d, err := report.BeginFree(path, job.Reclaim)
		if err != nil {
			t.Fatal(err)
		}
		if d.Path != want {
			t.Errorf("the directory is %s, want %s", d.Path, want)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	file := filepath.Join(t.TempDir(), "runs")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if d, err := report.BeginFree(filepath.Join(file, "x"), job.Reclaim); err == nil {
		t.Errorf("%s is a directory in a file", d.Path)
	}
}
