//go:build long

package program

const long = true
