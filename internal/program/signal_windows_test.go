package program

import (
	"os"
	"os/exec"
	"syscall"
)

var generateConsoleCtrlEvent = syscall.NewLazyDLL("kernel32.dll").NewProc("GenerateConsoleCtrlEvent")

// interruptible prepares a program that is about to start for interrupt: it gets a process group of its own, since
// Windows interrupts whole groups.
func interruptible(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// interrupt does to a process what Ctrl-Break on its terminal does. A group of its own does not hear Ctrl-C; to a
// program in Go both are os.Interrupt.
func interrupt(p *os.Process) error {
	if done, _, err := generateConsoleCtrlEvent.Call(syscall.CTRL_BREAK_EVENT, uintptr(p.Pid)); done == 0 {
		return err
	}
	return nil
}
