package meeting

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// patience is for how long a sign-in is tried that finds no answer.
	patience = 15 * time.Minute

	// graceTime is for how long a sign-in under way may go on when it is not wanted any more: its answer holds a
	// token, which has to be given back.
	graceTime = 5 * time.Second

	// refreshTries is how often a renewal by the refresh token is tried before one by signing in anew.
	refreshTries = 2
)

// session is the state of a client's sign-in.
type session struct {
	once sync.Once
	turn chan struct{} // of whoever renews

	mu      sync.Mutex
	access  held
	old     []held    // tokens that were replaced while they were good
	due     time.Time // when access has to be renewed; zero: when it is refused
	dead    bool      // access was refused
	proven  bool      // access was accepted
	refresh held      // empty when there is none that works
}

// held is a token and until when it is good; zero where that is not known.
type held struct {
	token string
	until time.Time
}

func (h held) good(now time.Time) bool {
	return h.token != "" && (h.until.IsZero() || now.Before(h.until))
}

// turns is a lock, which somebody who gives up need not wait for.
func (s *session) turns() chan struct{} {
	s.once.Do(func() { s.turn = make(chan struct{}, 1) })
	return s.turn
}

// SignIn gets a token, unless one was given. It tries again while the service is out of reach, for up to 15
// minutes. Errors are *SignInError where the service refuses, ErrNoAdministrator, and the context's.
func (c *Client) SignIn(ctx context.Context) error {
	if c.Credentials.Token != "" {
		return nil
	}
	return c.renew(ctx)
}

// Ready returns when there is a token that is not known to be dead and will not be in a moment. If it must be
// renewed, one caller does that, and the others wait. Errors are those of SignIn.
func (c *Client) Ready(ctx context.Context) error {
	_, err := c.token(ctx)
	return err
}

// token gives the token that a request goes out with, as Ready says.
func (c *Client) token(ctx context.Context) (string, error) {
	if c.Credentials.Token != "" {
		return c.Credentials.Token, nil
	}
	for {
		token, stale := c.current()
		if !stale {
			return token, nil
		}
		if err := c.renewInTurn(ctx); err != nil {
			return "", err
		}
	}
}

// current gives the token, and tells whether it has to be renewed.
func (c *Client) current() (token string, stale bool) {
	s := &c.session
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.access.token, s.dead || !s.due.IsZero() && !time.Now().Before(s.due)
}

func (c *Client) renewInTurn(ctx context.Context) error {
	turn := c.session.turns()
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-turn }()
	if _, stale := c.current(); !stale { // somebody else has renewed it
		return nil
	}
	return c.renew(ctx)
}

// accepted takes in what the service made of a token. It tells whether the token was refused, and a new one may
// not be: a second refusal, before any request got through, is final.
func (c *Client) accepted(token string, status int) (renewable bool) {
	if c.Credentials.Token != "" {
		return false
	}
	s := &c.session
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case status != http.StatusUnauthorized:
		// A gateway that throttles, or that finds nobody behind it, need not have looked at the token.
		looked := status >= 200 && status < 300 || status == http.StatusBadRequest
		s.proven = s.proven || looked && token == s.access.token
		return false
	case token != s.access.token: // it has been renewed since
		return true
	case !s.proven:
		return false
	}
	s.dead = true
	return true
}

// renew gets a new token, by the refresh token or by signing in anew. As long as the old one is good it does not
// wait for a service that is out of reach.
func (c *Client) renew(ctx context.Context) error {
	delays := backoff.NewExponentialBackOff()
	delays.InitialInterval, delays.Multiplier = time.Second, 2
	start := time.Now()
	for tries := 0; ; tries++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		passing, err := c.renewOnce(ctx, tries < refreshTries)
		if err == nil || !passing {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if tries >= refreshTries && c.postpone() {
			c.notify("cannot renew the sign-in: " + err.Error() + "; going on with the old one for now")
			return nil
		}
		wait := delays.NextBackOff()
		if time.Since(start)+wait > patience {
			return fmt.Errorf("the service was out of reach for %s while signing in: %w", time.Since(start).Round(time.Second), err)
		}
		if tries == 0 {
			c.notify("cannot sign in: " + err.Error() + "; trying again")
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// postpone puts a renewal off, where the token is good for a while.
func (c *Client) postpone() bool {
	const while = 30 * time.Second
	s := &c.session
	s.mu.Lock()
	defer s.mu.Unlock()
	next := time.Now().Add(while)
	if s.dead || s.access.until.IsZero() || !s.access.good(next.Add(while)) {
		return false
	}
	s.due = next
	return true
}

// renewOnce tries to get a token once. It tells whether an error may pass by itself.
func (c *Client) renewOnce(ctx context.Context, mayRefresh bool) (passing bool, err error) {
	s := &c.session
	s.mu.Lock()
	refresh := s.refresh
	s.mu.Unlock()
	if mayRefresh && refresh.good(time.Now()) {
		passing, err = c.getToken(ctx, func(ctx context.Context) (*http.Request, error) {
			return c.tokenRequest(ctx, http.MethodPut, refresh.token)
		})
		var no *SignInError
		if err == nil || passing || errors.As(err, &no) && no.locked() {
			return passing, err
		}
		s.mu.Lock()
		s.refresh = held{} // it is not taken any more
		s.mu.Unlock()
	}
	return c.getToken(ctx, c.signIn)
}

// set takes a new token, which was asked for at start.
func (s *session) set(t tokens, start time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if !s.dead && s.access.good(now) {
		s.old = append(s.old, s.access)
	}
	for len(s.old) > 0 && !s.old[0].good(now) {
		s.old = s.old[1:]
	}
	s.access, s.dead, s.proven, s.due = held{token: t.AccessToken}, false, false, time.Time{}
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

// SignOut gives the tokens back that are still good: the service keeps 64 of a user, and a further one voids the
// oldest. A token that was given needs none. It takes no longer than the context allows.
func (c *Client) SignOut(ctx context.Context) error {
	s := &c.session
	s.mu.Lock()
	tokens := s.old
	if !s.dead {
		tokens = append(tokens, s.access)
	}
	s.access, s.old = held{}, nil
	s.mu.Unlock()
	var failed error
	for _, h := range tokens {
		if !h.good(time.Now()) {
			continue
		}
		req, err := c.tokenRequest(ctx, http.MethodDelete, h.token)
		if err == nil {
			answer, _, _ := c.signInExchange(req)
			if ok := answer.HTTPStatus >= 200 && answer.HTTPStatus < 300; !ok && answer.HTTPStatus != http.StatusUnauthorized {
				err = errors.New(answer.String())
			}
		}
		if failed == nil {
			failed = err
		}
	}
	return failed
}

func (c *Client) notify(text string) {
	if c.Notify != nil {
		c.Notify(text)
	}
}
