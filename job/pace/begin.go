package pace

import (
	"fmt"
	"strings"
	"time"
)

// read gives the record and what it knows of the service, or new ones where there is none that can be used.
func (s *share) read(old []byte, at moments) (*record, *governor, error) {
	r, err := readRecord(old)
	if err != nil {
		return nil, nil, &BudgetError{Budget: s.budget.Name(), Reason: err.Error(), Try: "name a budget of its own"}
	}
	g := newGovernor(s.asked, onBudgetsClock(at.there))
	g.began = onBudgetsClock(0)
	if r != nil && r.outdated(at.there, g.interval(at.there)) {
		s.notify("the budget's clock was set; it begins anew")
		return s.begin(at, g, false), g, nil
	}
	if r == nil {
		return s.begin(at, g, s.joined), g, nil
	}
	r.forget(at.there)
	if sameLimit(r.Of, s.of) && len(s.of) > len(r.Of) {
		r.Of = s.of
	}
	if err := s.check(r); err != nil {
		return nil, nil, err
	}
	if r.Rate != s.rate || len(r.Used) != len(s.quotas) { // of those who have gone
		fresh := s.begin(at, g, false)
		fresh.Next, fresh.Hold = max(fresh.Next, r.Next), r.Hold
		return fresh, g, nil
	}
	for i, q := range s.quotas {
		r.Used[i].rate = q
	}
	if err := r.tell(g); err != nil { // nobody but this program writes there, so it is damaged
		return nil, nil, &BudgetError{Budget: s.budget.Name(), Reason: err.Error(), Try: "remove it when nobody uses it"}
	}
	return r, g, nil
}

// begin makes a record where there is none. One that was there and is lost had handed out moments, a last one to each of
// its members: the first moment comes after those. What it knew of the service is known here still.
func (s *share) begin(at moments, g *governor, lost bool) *record {
	r := &record{Version: recordVersion, Of: s.of, Rate: s.rate, Next: at.there, Members: map[string]member{}, Used: newWindows(s.quotas)}
	sent := s.sent
	if lost {
		r.Hold, r.Through, r.Stated, r.Found = s.last.Hold, s.last.Through, s.last.Stated, s.last.Found
		if s.last.outdated(at.there, g.interval(at.there)) || r.tell(g) != nil {
			r.Hold = 0
			*g = *newGovernor(s.asked, onBudgetsClock(at.there))
			g.began = onBudgetsClock(0)
		}
		r.Next = at.there + time.Duration(len(s.last.Members)+1)*g.interval(at.there)
		for i := range s.last.Used {
			r.Used[i] = s.last.Used[i]
		}
		sent = nil
	}
	for i := range r.Used {
		for _, t := range sent {
			if d := at.toBudget(t); d > 0 {
				r.Used[i].take(min(d, at.there))
			}
		}
	}
	return r
}

// check refuses a record that is another's.
func (s *share) check(r *record) error {
	me, known := r.Members[s.id]
	others := len(r.Members)
	if known {
		others--
	}
	switch {
	case !sameLimit(r.Of, s.of):
		return &BudgetError{Budget: s.budget.Name(), Reason: "it is the budget of another application, or of another service: " + r.Of, Try: "each has a limit of its own, and takes a budget of its own"}
	case r.Rate != s.rate && others > 0:
		return &BudgetError{Budget: s.budget.Name(), Reason: fmt.Sprintf("its rate is %s, and that of this run %s", r.Rate, s.rate),
			Try: fmt.Sprintf("give --rate %s; or wait until the others have ended, for a minute if they were killed", r.Rate)}
	case known && (me.Updates < s.updates || me.Updates > s.updates+s.unsure):
		return &BudgetError{Budget: s.budget.Name(), Reason: "what this process wrote there was written over by another at the same time: its lock keeps nobody out",
			Try: "a file on a disk of this machine can be locked; for several machines take redis://"}
	}
	return nil
}

// sameLimit tells whether two processes may share a limit. One that does not know its application has that of the other.
func sameLimit(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+" ") || strings.HasPrefix(b, a+" ")
}
