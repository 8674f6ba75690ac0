package system

import (
	"time"

	"golang.org/x/sys/unix"
)

// SinceStart is how long ago the machine was started, by a clock that nobody sets and that goes on while it sleeps. It is
// the same for every process.
func SinceStart() (time.Duration, error) {
	var t unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t)
	return time.Duration(t.Nano()), err
}
