//go:build unix

package program

import (
	"os"
	"os/exec"
)

// hearInterrupts does nothing: a process hears of them.
func hearInterrupts() {}

// interruptible prepares a program that is about to start for interrupt.
func interruptible(*exec.Cmd) {}

// interrupt does to a process what Ctrl-C on its terminal does.
func interrupt(p *os.Process) error { return p.Signal(os.Interrupt) }
