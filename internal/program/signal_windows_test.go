package program

import (
	"os"
	"os/exec"
	"syscall"
)

var (
	kernel32                 = syscall.NewLazyDLL("kernel32.dll")
	generateConsoleCtrlEvent = kernel32.NewProc("GenerateConsoleCtrlEvent")
	setConsoleCtrlHandler    = kernel32.NewProc("SetConsoleCtrlHandler")
)

// interruptible prepares a program that is about to start for interrupt: it gets a process group of its own, since
// Windows interrupts whole groups.
func interruptible(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// hearInterrupts lets a program that interrupt is meant for hear Ctrl-C, which a group of its own does not by itself.
func hearInterrupts() { setConsoleCtrlHandler.Call(0, 0) }

// interrupt does to a process what Ctrl-Break on its terminal does; to a program in Go both that and Ctrl-C are
// os.Interrupt. Wine 8 knows no Ctrl-Break, but Ctrl-C for a group, which Windows does not. It needs a console.
func interrupt(p *os.Process) error {
	send := func(event uintptr) error {
		if done, _, err := generateConsoleCtrlEvent.Call(event, uintptr(p.Pid)); done == 0 {
			return err
		}
		return nil
	}
	if send(syscall.CTRL_BREAK_EVENT) == nil {
		return nil
	}
	return send(syscall.CTRL_C_EVENT)
}
