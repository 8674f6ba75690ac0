package system

import (
	"os"
	"syscall"
	"testing"
	"time"
)

// TestStopsWithin: Windows ends a process soon after it has closed its console, and at no other signal.
func TestStopsWithin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		system string
		signal os.Signal
		want   time.Duration
	}{
		{"windows", syscall.SIGTERM, 5 * time.Second}, {"windows", os.Interrupt, 0}, {"linux", syscall.SIGTERM, 0}, {"darwin", syscall.SIGHUP, 0},
	} {
		if got := stopsWithin(c.system, c.signal); got != c.want {
			t.Errorf("%s, %v: %v", c.system, c.signal, got)
		}
	}
}
