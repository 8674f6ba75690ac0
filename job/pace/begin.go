package pace

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// read gives the record and what it knows of the service, or new ones where there is none that can be used.
func (s *share) read(old []byte, at moments) (*record, *governor, error) {
	r, err := readRecord(old)
	if err != nil {
		return nil, nil, s.unusable(err, "name a budget of its own")
	}
	switch {
	case r == nil:
		r, g := s.begin(at, nil, s.joined)
		return r, g, nil
	case r.outdated(at.there):
		s.notify("the budget's clock was set; it begins anew")
		r, g := s.begin(at, r, false)
		return r, g, nil
	}
	r.forget(at.there)
	if sameLimit(r.Of, s.of) && len(s.of) > len(r.Of) {
		r.Of = s.of
	}
	if err := s.check(r); err != nil {
		return nil, nil, err
	}
	switch {
	case s.overwritten(r, at.there):
		if s.torn != 0 && at.there-s.torn < tornOnce {
			return nil, nil, s.unusable(errors.New("what this process wrote there was written over, for the second time in ten minutes"),
				"the lock of its file keeps nobody out, or its server goes back to what it had saved; a file on a disk of this machine can be locked")
		}
		s.tearing = at.there
		r, g := s.begin(at, r, true)
		return r, g, nil
	case r.Rate != s.rate: // of those who have gone
		next, hold := r.Next, r.Hold
		r, g := s.begin(at, r, false)
		r.Next, r.Hold = max(r.Next, next), hold
		return r, g, nil
	}
	for i, q := range s.quotas {
		if i >= len(r.Used) || !r.Used[i].sound() {
			return nil, nil, s.unusable(errPacked, "remove it when nobody uses it")
		}
		r.Used[i].rate = q
	}
	g := s.newGovernor(at)
	if err := r.tell(g); err != nil {
		return nil, nil, s.unusable(err, "remove it when nobody uses it")
	}
	return r, g, nil
}

func (s *share) unusable(err error, try string) error {
	return &BudgetError{Budget: s.budget.Name(), Reason: err.Error(), Try: try}
}

func (s *share) newGovernor(at moments) *governor {
	g := newGovernor(s.asked, onBudgetsClock(at.there))
	g.began = onBudgetsClock(0)
	return g
}

// begin makes a record anew, where there is none or only an old one of which nothing but the counts holds. One that was there
// and is lost had handed out moments, a last one to each of its members: the first moment comes after those. What it knew
// of the service is known here still.
func (s *share) begin(at moments, old *record, lost bool) (*record, *governor) {
	now := at.there
	r := &record{Version: recordVersion, Of: s.of, Rate: s.rate, Begun: now, Next: now, Members: map[string]member{}, Used: newWindows(s.quotas)}
	g := s.newGovernor(at)
	switch {
	case lost:
		r.Through, r.Stated, r.Found = s.last.Through, s.last.Stated, s.last.Found
		if s.last.outdated(now) || r.tell(g) != nil { // by another clock than that of now
			g = s.newGovernor(at)
		} else {
			r.Hold = s.last.Hold
		}
		r.Next = now + s.last.turns()
		r.keepUsed(s.last.Used, now)
	case old != nil:
		r.Next = now + old.turns()
		r.keepUsed(old.Used, now)
	default:
		for i := range r.Used {
			for _, t := range s.sent {
				if d := at.toBudget(t); d > 0 {
					r.Used[i].take(min(d, now))
				}
			}
		}
	}
	return r, g
}

// check refuses a record that is another's.
func (s *share) check(r *record) error {
	others := len(r.Members)
	if _, known := r.Members[s.id]; known {
		others--
	}
	switch {
	case others >= mostMembers && !s.joined:
		return s.unusable(fmt.Errorf("%d processes share it, and it has no room for more", others), "let fewer of them send at a time")
	case !sameLimit(r.Of, s.of):
		return &BudgetError{Budget: s.budget.Name(), Reason: "it is the budget of another application, or of another service: " + r.Of, Try: "each has a limit of its own, and takes a budget of its own"}
	case r.Rate != s.rate && others > 0:
		return &BudgetError{Budget: s.budget.Name(), Reason: fmt.Sprintf("its rate is %s, and that of this run %s", r.Rate, s.rate),
			Try: fmt.Sprintf("give --rate %s; or wait until the others have ended, for a minute if they were killed", r.Rate)}
	}
	return nil
}

// overwritten tells whether an update of this process is not in a record, though that was begun before: another process has
// written over it, or a server has gone back to what it had saved.
func (s *share) overwritten(r *record, now time.Duration) bool {
	me, known := r.Members[s.id]
	if known {
		return me.updates < s.updates || me.updates > s.updates+s.unsure
	}
	recent := s.wrote <= now && now-s.wrote < silence/2 // by the same clock
	return s.joined && !s.leaving && recent && r.Begun <= s.wrote
}

// sameLimit tells whether two processes may share a limit. One that does not know its application has that of the other.
func sameLimit(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+" ") || strings.HasPrefix(b, a+" ")
}
