//go:build !long

package pace

// Mass is how much of what is a matter of numbers the tests do: a fair sample, and by the build tag long all.
func Mass[N any](some, all N) N { return some }
