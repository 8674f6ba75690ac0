package report_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"meetbatch/report"
)

// TestAddRefusal: many at the same time lose none and tear none, also where the list is halved meanwhile; what is left is
// the newest, whole, and the list does not grow for ever.
func TestAddRefusal(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "made", "runs")
	at := time.Date(2026, 3, 1, 1, 30, 0, 0, time.FixedZone("", 3600))
	writers, each := 8, 100
	if runtime.GOOS == "windows" { // where opening a file takes its time, under wine so long that eight keep one waiting for too long
		writers, each = 2, 400
	}
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				r := report.Refusal{Time: at, Command: strconv.Itoa(w), Input: "leavers.csv", ExitCode: i, Error: strings.Repeat("<e>", 900), Hint: "h"}
				if err := report.AddRefusal(folder, r); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	info, err := os.Stat(filepath.Join(folder, report.RefusedFile))
	if err != nil || info.Size() > 1<<20 || info.Size() < 1<<19 {
		t.Fatalf("the list is %v, %v", info, err)
	}
	made, err := os.Stat(filepath.Dir(folder))
	if err != nil || runtime.GOOS != "windows" && (info.Mode().Perm()&^0o640 != 0 || made.Mode().Perm()&^0o750 != 0) {
		t.Errorf("others can read the list: %v, or its folder: %v, %v", info.Mode(), made.Mode(), err)
	}
	list, bad, err := report.Refusals(folder)
	if err != nil || bad > 0 || len(list) < 200 {
		t.Fatalf("%d refusals, %d that are none, %v", len(list), bad, err)
	}
	next := map[string]int{}
	for _, r := range list {
		if want, known := next[r.Command]; known && r.ExitCode != want {
			t.Errorf("writer %s: %d comes behind %d", r.Command, r.ExitCode, want-1)
		}
		next[r.Command] = r.ExitCode + 1
		if !r.Time.Equal(at) || r.Input != "leavers.csv" || !strings.HasSuffix(r.Error, "...") || len(r.Error) > 2100 {
			t.Errorf("%+v", r)
		}
	}
	for w := range writers {
		if n := next[strconv.Itoa(w)]; n != each && n != 0 {
			t.Errorf("writer %d: the last one is %d", w, n-1)
		}
	}
}

// TestRefusals: a line that was cut, or is none, costs itself alone, and not the one that comes behind it.
func TestRefusals(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if list, bad, err := report.Refusals(folder); len(list) > 0 || bad > 0 || err != nil {
		t.Errorf("no list: %v, %d, %v", list, bad, err)
	}
	path := filepath.Join(folder, report.RefusedFile)
	if err := os.WriteFile(path, []byte("{}\n\nnonsense\n{\"time\":\"2026-0"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := report.AddRefusal(folder, report.Refusal{Time: time.Now(), Command: "status"}); err != nil {
		t.Fatal(err)
	}
	list, bad, err := report.Refusals(folder)
	if len(list) != 1 || list[0].Command != "status" || bad != 3 || err != nil {
		t.Errorf("%v, %d that are none, %v", list, bad, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(folder, "elsewhere"), path); err != nil {
		t.Skip(err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Skip("wine says that it has made a link, and has made none")
	}
	if err := report.AddRefusal(folder, report.Refusal{Time: time.Now()}); err == nil {
		t.Error("a link was followed")
	}
	if _, _, err := report.Refusals(folder); err == nil {
		t.Error("a link was read")
	}
}
