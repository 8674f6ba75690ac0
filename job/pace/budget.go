package pace

import (
	"context"
	"time"
)

// A Budget is where processes that share a limit keep the record of what they share, with a clock that is the same for
// all of them. It knows nothing of what the record says.
type Budget interface {
	// Name is how the budget is named where people read it, without secrets.
	Name() string

	// Update replaces the record by what change makes of it; no other process's update comes between. change may be
	// called more than once, with a newer record where another process was faster; what counts is what it did the last
	// time. old is empty where there is no record, or only one whose moments say nothing on the clock of now, such as
	// that of another start of the machine. now is the budget's clock, read while nobody else's update was possible or
	// just before. Where change returns nil the record stays as it was.
	//
	// After an error it is not known whether the record was replaced, unless the error is change's own, which is returned
	// as it is. Errors that do not pass by themselves are *BudgetError. It takes some seconds at most, and no longer than ctx.
	// It is safe for concurrent use.
	Update(ctx context.Context, change func(old []byte, now time.Duration) ([]byte, error)) error
}

// BudgetError says why a budget cannot be used, also if one waits.
type BudgetError struct {
	Budget string // Budget.Name
	Reason string
	Try    string // what to do about it
}

func (e *BudgetError) Error() string { return "--budget " + e.Budget + ": " + e.Reason }

// Hint says what to do about it.
func (e *BudgetError) Hint() string { return e.Try }
