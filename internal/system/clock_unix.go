//go:build !windows && !linux

package system

import (
	"time"

	"golang.org/x/sys/unix"
)

// SinceStart is how long ago the machine was started, by a clock that nobody sets. It is the same for every process.
func SinceStart() (time.Duration, error) {
	var t unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return time.Duration(t.Nano()), err
}
