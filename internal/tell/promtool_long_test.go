//go:build long

package tell

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"meetbatch/report"
)

// TestLongPromtool: promtool, where there is one, has nothing to say of the metrics of any state.
func TestLongPromtool(t *testing.T) {
	t.Parallel()
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("no promtool, which is in Debian's package prometheus")
	}
	m := Metrics{filepath.Join(t.TempDir(), "m.prom")}
	for _, news := range []News{
		{Command: "reclaim", State: report.Planning, Start: time.Now()},
		{Command: "reclaim", State: report.Running, Start: time.Now(), Counts: report.Counts{Rows: 9, Failed: 1}, Held: time.Minute},
		at(100, "reclaim", 0), at(200, "status", 3),
	} {
		if err := m.Write(news, time.Now()); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(m.Path)
		if err != nil {
			t.Fatal(err)
		}
		check := exec.Command(promtool, "check", "metrics")
		check.Stdin = file
		if said, err := check.CombinedOutput(); err != nil || len(said) > 0 {
			t.Errorf("%s: %v: %s", news.State, err, said)
		}
		file.Close()
	}
}
