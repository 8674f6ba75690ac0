//go:build !windows

package system

import "syscall"

// LeaveNoCore keeps the system from writing the process's memory to a file when it crashes. That it cannot is no reason
// not to run.
func LeaveNoCore() { syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) }
