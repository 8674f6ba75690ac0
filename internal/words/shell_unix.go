//go:build !windows

package words

// Quoted makes a word safe to paste into the shell of the system.
func Quoted(word string) string { return forPosix(word) }
