//go:build !windows

package system

import "os"

// StopWords name in words what lets a run come to an end.
const StopWords = "SIGINT, SIGTERM or SIGHUP"

// Globs tells whether the programs themselves find what a pattern such as runs/* stands for, and not the shell.
const Globs = false

// SetsVariables tells whether the shell sets a variable for one command: NAME=value command.
const SetsVariables = true

// WindowsText tells whether people edit text with programs that end a line with CR and LF, and put a mark before the first.
const WindowsText = false

// Draws tells whether a terminal understands ESC [, which moves the cursor and clears lines.
func Draws(*os.File) bool { return true }

// VariableName gives the name under which a variable of the environment is known.
func VariableName(name string) string { return name }
