//go:build long

package pace_test

import (
	"fmt"
	"testing"
	"testing/synctest"
)

// TestLongFollow holds the worst of twenty runs of each service nearly to what one is held to.
func TestLongFollow(t *testing.T) {
	for _, f := range follows {
		f.least, f.most, f.steady = 0.8*f.least, 1.5*f.most+0.01, false
		for f.seed = range uint64(20) {
			t.Run(fmt.Sprint(f.name, " ", f.seed), func(t *testing.T) { synctest.Test(t, f.test) })
		}
	}
}
