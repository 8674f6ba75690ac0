package system

import "fmt"

// A HeldError says that another program has a file open, and lets nobody write, replace or remove it meanwhile. Only
// Windows has such programs.
type HeldError struct {
	Path string
	Err  error // the system's own words
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is open in another program, which keeps it: %v", e.Path, e.Err)
}
func (e *HeldError) Unwrap() error { return e.Err }

// Hint names what to do about it.
func (e *HeldError) Hint() string {
	return "close it there (Excel keeps what it shows), and give the command again"
}

// A NameError says that nothing can have a name.
type NameError struct {
	Path string
	Why  string
}

func (e *NameError) Error() string { return fmt.Sprintf("%s: %s", e.Path, e.Why) }

// Hint names what to do about it.
func (e *NameError) Hint() string { return "take another name" }
