package pace

// Search is the pure core, for tests that give it numbers.
type Search = search

var NewSearch = newSearch

func (s *search) Sent(now float64)                   { s.sent(now) }
func (s *search) Accepted(start, now float64)        { s.accepted(start, now) }
func (s *search) Refused(start, now float64)         { s.refused(start, now) }
func (s *search) Bound(now, ceiling, states float64) { s.bound(now, ceiling, states) }
func (s *search) Blocked() bool                      { return s.blocked() }
func (s *search) Rate() float64                      { return s.rate }
func (s *search) Noise() float64                     { return s.noise }
