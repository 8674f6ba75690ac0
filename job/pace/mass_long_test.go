//go:build long

package pace

// Mass is how much of what is a matter of numbers the tests do.
func Mass[N any](some, all N) N { return all }
