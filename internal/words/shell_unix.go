//go:build !windows

package words

// With is a command with a variable in its environment.
func With(name, value, command string) string {
	return name + "=" + Quoted(value) + " " + command
}

// Quoted makes a word safe to paste into the shell of the system.
func Quoted(word string) string { return forPosix(word) }
