//go:build !windows && !linux

package system

import "golang.org/x/sys/unix"

// steadyClock is one that nobody sets.
const steadyClock = unix.CLOCK_MONOTONIC
