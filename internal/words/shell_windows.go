package words

// With is a command with a variable in its environment, for both shells, as long as nothing of it is to be quoted.
func With(name, value, command string) string {
	return `cmd /c "set ` + name + "=" + value + "&& " + command + `"`
}

// Quoted makes a word safe to paste into the shells of the system.
func Quoted(word string) string { return forWindows(word) }
