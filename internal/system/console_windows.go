package system

import (
	"os"
	"strings"

	"golang.org/x/sys/windows"
)

// StopWords name in words what lets a run come to an end.
const StopWords = "Ctrl+C or Ctrl+Break"

// Globs tells whether the programs themselves find what a pattern such as runs\* stands for, and not the shell.
const Globs = true

// SetsVariables tells whether the shell sets a variable for one command: NAME=value command.
const SetsVariables = false

// WindowsText tells whether people edit text with programs that end a line with CR and LF, and put a mark before the first.
const WindowsText = true

// Draws tells whether a console understands ESC [, which moves the cursor and clears lines: from Windows 10 on it does, when
// it is asked to.
func Draws(f *os.File) bool {
	var mode uint32
	console := windows.Handle(f.Fd())
	return windows.GetConsoleMode(console, &mode) == nil && windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}

// VariableName gives the name under which a variable of the environment is known: Windows does not tell case.
func VariableName(name string) string { return strings.ToUpper(name) }
