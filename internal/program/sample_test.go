//go:build !long

package program

// long tells whether every case of every test is to be run. Otherwise it is a sample of them, so that all tests take less
// than a minute.
const long = false
