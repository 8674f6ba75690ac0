//go:build unix

package program

import (
	"os"
	"os/exec"
)

// interruptible prepares a program that is about to start for interrupt.
func interruptible(*exec.Cmd) {}

// interrupt does to a process what Ctrl-C on its terminal does.
func interrupt(p *os.Process) error { return p.Signal(os.Interrupt) }
