package system

import "golang.org/x/sys/unix"

// steadyClock is one that nobody sets, and that goes on while the machine sleeps.
const steadyClock = unix.CLOCK_BOOTTIME
