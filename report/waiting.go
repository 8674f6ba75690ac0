package report

import "time"

// Waiting is why a run that is under way sends nothing, or one request now and then.
type Waiting struct {
	For   WaitingFor `json:"for"`
	Since *time.Time `json:"since,omitempty"`
	Until *time.Time `json:"until,omitempty"` // when it goes on; for down, answers and stopping: when it gives up at the latest
}

// WaitingFor is what a run waits for.
type WaitingFor string

const (
	Throttled WaitingFor = "throttled" // the service asks to wait
	NoBudget  WaitingFor = "no_budget" // the budget that it shares is out of reach
	UsedUp    WaitingFor = "used_up"   // a rate of an hour or more is
	Down      WaitingFor = "down"      // the service, or the way to it, is
	Unheard   WaitingFor = "answers"   // nothing has come to what is in flight for a while
	Stopping  WaitingFor = "stopping"  // what is in flight is finished, and nothing further is sent
)
