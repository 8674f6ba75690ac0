//go:build long

package page

// mass is how much of what is a matter of numbers the tests do.
func mass[N any](some, all N) N { return all }
