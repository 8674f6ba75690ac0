package meeting

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"meetbatch/job"
	"meetbatch/job/pace"
)

const (
	// graceTime is for how long a sign-in under way may go on when it is not wanted any more: its answer holds a
	// token, which has to be given back.
	graceTime = 5 * time.Second

	// refreshTries is how often a renewal by the refresh token is tried before one by signing in anew.
	refreshTries = 2
)

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
		token, stale := c.tokens.current()
		if !stale {
			return token, nil
		}
		if err := c.renewInTurn(ctx); err != nil {
			return "", err
		}
	}
}

// renewInTurn renews the token, unless somebody else has done so while it waited for its turn.
func (c *Client) renewInTurn(ctx context.Context) error {
	c.tokens.once.Do(func() { c.tokens.renewing = make(chan struct{}, 1) })
	select {
	case c.tokens.renewing <- struct{}{}:
		defer func() { <-c.tokens.renewing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if _, stale := c.tokens.current(); !stale {
		return nil
	}
	return c.renew(ctx)
}

// renew gets a new token, by the refresh token or by signing in anew. As long as the old one is good it does not
// wait for a service that is out of reach.
func (c *Client) renew(ctx context.Context) error {
	delays := pace.Delays()
	start := time.Now()
	for tries := 0; ; tries++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		mayPass, err := c.renewOnce(ctx, tries < refreshTries)
		if err == nil || !mayPass {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if tries >= refreshTries && c.tokens.postpone() {
			c.notify("cannot renew the sign-in: " + err.Error() + "; going on with the old one for now")
			return nil
		}
		wait := delays.NextBackOff()
		if time.Since(start)+wait > pace.Patience {
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

// renewOnce tries to get a token once. It tells whether an error may pass by itself.
func (c *Client) renewOnce(ctx context.Context, mayRefresh bool) (mayPass bool, err error) {
	if refresh := c.tokens.refreshToken(); mayRefresh && refresh != "" {
		mayPass, err = c.getToken(ctx, tokenRequest(http.MethodPut, refresh))
		if no, is := errors.AsType[*SignInError](err); err == nil || mayPass || is && no.locked() {
			return mayPass, err
		}
		c.tokens.forgetRefresh() // it is not taken any more
	}
	mayPass, err = c.getToken(ctx, c.signInRequest())
	no, is := errors.AsType[*SignInError](err)
	if is && no.Answer.Means() == job.SignatureOver && no.behind > 0 && c.clockBehind.Swap(int64(no.behind)) == 0 {
		return c.getToken(ctx, c.signInRequest()) // once more, dated by the service's clock
	}
	return mayPass, err
}

// SignOut gives the tokens back that are still good: the service keeps 64 of a user, and a further one voids the
// oldest. A token that was given needs none. It takes no longer than the context allows.
func (c *Client) SignOut(ctx context.Context) (failed error) {
	for _, h := range c.tokens.takeAll() {
		if !h.good(time.Now()) {
			continue
		}
		if c.Aside != nil && c.Aside(ctx) != nil {
			return errors.New("the budget had no moment for it in time")
		}
		answer, _ := c.signInExchange(ctx, tokenRequest(http.MethodDelete, h.token))
		status := answer.HTTPStatus // 401: the token is not taken any more, and so has ended
		if ended := status >= 200 && status < 300 || status == http.StatusUnauthorized; !ended && failed == nil {
			failed = errors.New(answer.String())
		}
	}
	return failed
}

func (c *Client) notify(text string) {
	if c.Notify != nil {
		c.Notify(text)
	}
}
