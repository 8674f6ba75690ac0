package meeting

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/google/uuid"

	"meetbatch/job"
)

// patience is for how long a sign-in is tried that finds no answer.
const patience = 15 * time.Minute

// SignInError says that the service refused to sign in. To try again with the same credentials is of no use, and
// could lock the account.
type SignInError struct {
	Answer job.Answer // its HTTPStatus is 200 where the answer itself is no good
	Clock  time.Duration
}

func (e *SignInError) Error() string { return "the service refuses the sign-in: " + e.Answer.String() }

// Hint names what to try.
func (e *SignInError) Hint() string {
	switch {
	case e.Clock.Abs() > time.Minute:
		return fmt.Sprintf("this machine's clock is %s off the service's; a signature holds for %s", e.Clock.Abs().Round(time.Second), signatureLife)
	case e.Answer.HTTPStatus == http.StatusPreconditionFailed:
		return "the account is disabled"
	case e.Answer.HTTPStatus == http.StatusLocked:
		return "the account is locked; wait, or have an administrator unlock it"
	}
	return "check the credentials; it was not tried again, since that could lock the account"
}

// session is the state of a client's sign-in.
type session struct {
	once sync.Once
	turn chan struct{} // of whoever renews

	mu      sync.Mutex
	access  string
	refresh string    // empty when there is none that works
	due     time.Time // when access has to be renewed; zero: when it is refused
	ends    time.Time // of refresh; zero: not known
	dead    bool      // access was refused
	proven  bool      // access was accepted
	known   []string  // all tokens so far
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

// ErrNoAdministrator says that the credentials are of a user who may do nothing that this program does.
var ErrNoAdministrator = errors.New("these credentials are not of an administrator of the enterprise (adminType 2)")

// Ready returns when there is a token that is not known to be dead and will not be in a moment. If it must be
// renewed, one caller does that, and the others wait. Errors are those of SignIn.
func (c *Client) Ready(ctx context.Context) error {
	if !c.stale() {
		return nil
	}
	turn := c.session.turns()
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-turn }()
	if !c.stale() { // somebody else has renewed it
		return nil
	}
	return c.renew(ctx)
}

// stale tells whether the token has to be renewed.
func (c *Client) stale() bool {
	s := &c.session
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dead || !s.due.IsZero() && !time.Now().Before(s.due)
}

// token gives the token that a request goes out with.
func (c *Client) token() string {
	if c.Credentials.Token != "" {
		return c.Credentials.Token
	}
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	return c.session.access
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
		s.proven = s.proven || token == s.access
		return false
	case token != s.access: // it has been renewed since
		return true
	case !s.proven:
		return false
	}
	s.dead = true
	return true
}

// renew gets a new token, by the refresh token or by signing in anew.
func (c *Client) renew(ctx context.Context) error {
	delays := backoff.NewExponentialBackOff()
	delays.InitialInterval, delays.Multiplier = time.Second, 2
	for start := time.Now(); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		passing, err := c.renewOnce(ctx)
		if err == nil || !passing {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		wait := delays.NextBackOff()
		if time.Since(start)+wait > patience {
			return fmt.Errorf("the service was out of reach for %s while signing in: %w", time.Since(start).Round(time.Second), err)
		}
		c.notify("cannot sign in: " + err.Error() + "; trying again")
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// renewOnce tries to get a token once. It tells whether an error may pass by itself.
func (c *Client) renewOnce(ctx context.Context) (passing bool, err error) {
	s := &c.session
	s.mu.Lock()
	refresh := s.refresh
	if !s.ends.IsZero() && time.Now().After(s.ends) {
		refresh = ""
	}
	s.mu.Unlock()
	if refresh != "" {
		passing, err = c.getToken(ctx, func(ctx context.Context) (*http.Request, error) {
			return c.tokenRequest(ctx, http.MethodPut, refresh)
		})
		if err == nil || passing {
			return passing, err
		}
		s.mu.Lock()
		s.refresh = "" // it is not taken any more
		s.mu.Unlock()
	}
	return c.getToken(ctx, c.signIn)
}

// tokens is the answer to a sign-in and to a renewal (meeting_21_0311).
type tokens struct {
	AccessToken        string `json:"accessToken"`
	CreateTime         int64  `json:"createTime"`  // ms
	ExpireTime         int64  `json:"expireTime"`  // s
	ValidPeriod        int64  `json:"validPeriod"` // s
	RefreshToken       string `json:"refreshToken"`
	RefreshValidPeriod int64  `json:"refreshValidPeriod"` // s
	User               struct {
		AdminType *int `json:"adminType"` // 0 default administrator, 1 administrator, 2 none (meeting_21_0071)
	} `json:"user"`
}

// life is for how long the token holds; 0 where nothing is said. Both times are the service's, so that this
// machine's clock does not matter.
func (t tokens) life() time.Duration {
	if t.ValidPeriod > 0 {
		return time.Duration(t.ValidPeriod) * time.Second
	}
	if t.CreateTime > 0 && t.ExpireTime > t.CreateTime/1000 {
		return time.Duration(t.ExpireTime)*time.Second - time.Duration(t.CreateTime)*time.Millisecond
	}
	return 0
}

// getToken sends a request whose answer is a token.
func (c *Client) getToken(ctx context.Context, request func(context.Context) (*http.Request, error)) (passing bool, err error) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	req, err := request(ctx)
	if err != nil {
		return false, err
	}
	answer, body, date := c.exchange(req)
	switch {
	case answer.HTTPStatus == 0:
		return true, errors.New(answer.Message)
	case answer.HTTPStatus >= 500, answer.HTTPStatus == http.StatusTooManyRequests, answer.HTTPStatus == http.StatusRequestTimeout:
		return true, errors.New(answer.String())
	}
	refused := &SignInError{Answer: answer}
	if !date.IsZero() && c.Credentials.AppID != "" {
		refused.Clock = time.Since(date)
	}
	if answer.HTTPStatus >= 300 {
		return false, refused
	}
	var t tokens
	refused.Clock = 0
	if err := json.Unmarshal(body, &t); err != nil || t.AccessToken == "" {
		refused.Answer.Message = "the answer holds no accessToken"
		return false, refused
	}
	if !HeaderSafe(t.AccessToken) {
		refused.Answer.Message = "the answer holds an accessToken that cannot stand in a header"
		return false, refused
	}
	c.session.set(t, start)
	if t.User.AdminType != nil && *t.User.AdminType == 2 {
		return false, ErrNoAdministrator
	}
	return false, nil
}

// set takes a new token, which was asked for at start.
func (s *session) set(t tokens, start time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access, s.dead, s.proven, s.due = t.AccessToken, false, false, time.Time{}
	if life := t.life(); life > 0 {
		s.due = start.Add(life - min(5*time.Minute, life/10))
	}
	s.known = append(s.known, t.AccessToken)
	if t.RefreshToken != "" && HeaderSafe(t.RefreshToken) {
		s.refresh, s.ends = t.RefreshToken, time.Time{}
		s.known = append(s.known, t.RefreshToken)
		if t.RefreshValidPeriod > 0 {
			s.ends = start.Add(time.Duration(t.RefreshValidPeriod) * time.Second)
		}
	}
}

// SignOut gives the token back: the service keeps 64 of a user, and a further one voids the oldest. A token that
// was given, or was refused, needs none.
func (c *Client) SignOut(ctx context.Context) error {
	s := &c.session
	s.mu.Lock()
	token := s.access
	if s.dead {
		token = ""
	}
	s.access = ""
	s.mu.Unlock()
	if token == "" {
		return nil
	}
	req, err := c.tokenRequest(ctx, http.MethodDelete, token)
	if err != nil {
		return err
	}
	if answer, _, _ := c.exchange(req); (answer.HTTPStatus < 200 || answer.HTTPStatus >= 300) && answer.HTTPStatus != http.StatusUnauthorized {
		return errors.New(answer.String())
	}
	return nil
}

// exchange sends a request that is no job's, and reads its answer. date is the service's clock, zero where the answer
// does not say.
func (c *Client) exchange(req *http.Request) (answer job.Answer, body []byte, date time.Time) {
	req.Header.Set("Accept-Language", c.Language)
	req.Header.Set("X-Request-Id", uuid.NewString())
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return job.Answer{Message: c.clean(c.reason(req.Context(), err), 500)}, nil, date
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusSwitchingProtocols {
		if body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody)); err != nil {
			return job.Answer{Message: c.clean(fmt.Sprintf("%d, and the answer broke off: %s", resp.StatusCode, c.reason(req.Context(), err)), 500)}, nil, date
		}
	}
	date, _ = http.ParseTime(resp.Header.Get("Date"))
	return c.answer(resp, body), body, date
}

func (c *Client) notify(text string) {
	if c.Notify != nil {
		c.Notify(text)
	}
}

// HeaderSafe tells whether a text can stand in a header as it is.
func HeaderSafe(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7F })
}

// mask takes the client's secrets out of a text.
func (c *Client) mask(text string) string {
	c.session.mu.Lock()
	secrets := append(c.Credentials.secrets(), c.session.known...)
	c.session.mu.Unlock()
	for _, s := range secrets {
		if len(s) > 3 { // less would be part of any text
			text = strings.ReplaceAll(text, s, "[secret]")
		}
	}
	return text
}
