//go:build long

package program

import (
	"fmt"
	"testing"
)

// TestLongKill is TestKill with more accounts, more kills and more seeds.
func TestLongKill(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			killAndResume(t, 100+seed, 2000, 60)
		})
	}
}
