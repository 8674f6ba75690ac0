//go:build !long

package program

// long tells whether every case of every test is to be run. Otherwise it is a sample of them: all would take minutes.
const long = false
