//go:build long && unix

package program

import "testing"

// TestLongContinueKills is TestContinueKills with fifty kills or more of each: of runs on a file, and of runs on standard input.
func TestLongContinueKills(t *testing.T) {
	t.Parallel()
	for name, stream := range map[string]bool{"file": false, "stream": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kills := 0
			for seed := uint64(100); kills < 50; seed++ {
				kills += killAndContinue(t, seed, 600, min(10, 50-kills), stream) // several runs, since each begins but once
			}
			t.Logf("%d kills", kills)
		})
	}
}
