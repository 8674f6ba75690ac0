package words

// With is a command with a variable in its environment.
func With(name, value, command string) string { return withOnWindows(name, value, command) }

// Quoted makes a word safe to paste into the shells of the system.
func Quoted(word string) string { return forWindows(word) }
