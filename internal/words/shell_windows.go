package words

// Quoted makes a word safe to paste into the shells of the system.
func Quoted(word string) string { return forWindows(word) }
