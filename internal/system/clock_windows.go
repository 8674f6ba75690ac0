package system

import (
	"time"

	"golang.org/x/sys/windows"
)

// SinceStart is how long ago the machine was started, by a clock that nobody sets and that goes on while it sleeps. It is
// the same for every process, and ticks every 10 to 16 ms.
func SinceStart() (time.Duration, error) { return windows.DurationSinceBoot(), nil }
