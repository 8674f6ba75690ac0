package meeting

import (
	"net/http"
	"sync"
	"time"
)

// tokenState is what a client knows of its tokens. The zero value knows none. Its methods are safe for concurrent use.
type tokenState struct {
	once     sync.Once     // makes renewing
	renewing chan struct{} // a mutex of whoever renews the token, which one can give up waiting for

	mu       sync.Mutex
	access   held
	replaced []held    // tokens that were good when access took their place, to be given back
	due      time.Time // when access has to be renewed; zero: when it is refused
	refused  bool      // access was refused, and is dead
	proven   bool      // access was accepted
	refresh  held      // empty when there is none that works
}

// held is a token and until when it is good; zero where that is not known.
type held struct {
	token string
	until time.Time
}

func (h held) good(now time.Time) bool {
	return h.token != "" && (h.until.IsZero() || now.Before(h.until))
}

// current gives the token, and tells whether it has to be renewed.
func (s *tokenState) current() (token string, stale bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.access.token, s.refused || !s.due.IsZero() && !time.Now().Before(s.due)
}

// learn takes from the status of an answer, and from its code, which may say that a token is over, what became of the token that the request went out with. It tells whether
// the request was refused for its token's sake and can go out again with another. It cannot where a new token was
// refused before anything got through with it: then it is not the token's age.
func (s *tokenState) learn(token string, status int, over bool) (stale bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case status != http.StatusUnauthorized && !over:
		// A gateway that throttles, or that finds nobody behind it, need not have looked at the token.
		looked := status >= 200 && status < 300 || status == http.StatusBadRequest
		s.proven = s.proven || looked && token == s.access.token
		return false
	case token != s.access.token: // it has been renewed since
		return true
	case !s.proven:
		return false
	}
	s.refused = true
	return true
}

// postpone puts a renewal off, where the token is good for a while.
func (s *tokenState) postpone() bool {
	const while = 30 * time.Second
	s.mu.Lock()
	defer s.mu.Unlock()
	next := time.Now().Add(while)
	if s.refused || s.access.until.IsZero() || !s.access.good(next.Add(while)) {
		return false
	}
	s.due = next
	return true
}

// set takes a new token, which was asked for at start.
func (s *tokenState) set(t tokenAnswer, start time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if !s.refused && s.access.good(now) {
		s.replaced = append(s.replaced, s.access)
	}
	for len(s.replaced) > 0 && !s.replaced[0].good(now) {
		s.replaced = s.replaced[1:]
	}
	s.access, s.refused, s.proven, s.due = held{token: t.AccessToken}, false, false, time.Time{}
	if life := t.life(); life > 0 {
		s.access.until = start.Add(life)
		s.due = start.Add(life - min(5*time.Minute, life/10))
		if soonest := now.Add(time.Second); s.due.Before(soonest) { // whatever the service says, not for each request
			s.due = soonest
		}
	}
	if t.RefreshToken != "" && HeaderSafe(t.RefreshToken) {
		s.refresh = held{token: t.RefreshToken}
		if life := seconds(t.RefreshValidPeriod); life > 0 {
			s.refresh.until = start.Add(life)
		}
	}
}

// refreshToken gives the refresh token, where there is one that is good.
func (s *tokenState) refreshToken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.refresh.good(time.Now()) {
		return ""
	}
	return s.refresh.token
}

func (s *tokenState) forgetRefresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh = held{}
}

// takeAll gives all tokens that were not refused, and forgets them.
func (s *tokenState) takeAll() []held {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.replaced
	if !s.refused {
		all = append(all, s.access)
	}
	s.access, s.replaced = held{}, nil
	return all
}
