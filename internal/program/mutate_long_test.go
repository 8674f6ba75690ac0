//go:build long

package program

import "testing"

// TestLongMutations is TestMutations with more of them.
func TestLongMutations(t *testing.T) {
	t.Parallel()
	t.Run("verify", func(t *testing.T) { verifyMutations(t, 11, 3000) })
	t.Run("resume", func(t *testing.T) { resumeMutations(t, 12, 20, 50) })
	t.Run("torn", func(t *testing.T) { tearTables(t, 13, 30) })
}
