package meeting

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"meetbatch/job"
)

// SignInError says that the service refused to sign in. To try again with the same credentials is of no use, and
// could lock the account.
type SignInError struct {
	Answer job.Answer // its HTTPStatus is 200 where the answer itself is no good

	behind time.Duration // by which this machine's clock is behind the service's
}

func (e *SignInError) Error() string {
	if e.Answer.Foreign != "" {
		return "cannot sign in, since this is not the service: " + e.Answer.String()
	}
	return "the service refuses the sign-in: " + e.Answer.String()
}

// locked tells whether the account itself is locked or disabled.
func (e *SignInError) locked() bool {
	status := e.Answer.HTTPStatus
	return status == http.StatusLocked || status == http.StatusPreconditionFailed || e.Answer.Means() == job.LockedOut
}

// Hint names what to try.
func (e *SignInError) Hint() string {
	switch status := e.Answer.HTTPStatus; {
	case e.Answer.Foreign != "":
		return e.Answer.Foreign
	case status == http.StatusPreconditionFailed:
		return "the account is disabled"
	case e.Answer.Means() == job.OtherSite:
		return "the enterprise is one of the other site: --region intl, or cn"
	case status == http.StatusLocked, e.Answer.Means() == job.LockedOut:
		return "the account is locked; wait, or have an administrator unlock it"
	case e.behind > signatureLife:
		return fmt.Sprintf("this machine's clock is %s behind the service's, and a signature holds for %s", e.behind.Round(time.Minute), signatureLife)
	case status == http.StatusUnauthorized:
		return "check the credentials; it was not tried again, since that could lock the account"
	case status == http.StatusTooManyRequests:
		return "wait, and give the same command again"
	case status < 300:
		return "is this the service?"
	case status < 400, status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return "is the address the service's? see --region and --endpoint"
	}
	return "it was not tried again, since that could lock the account"
}

// ErrNoAdministrator says that the credentials are of a user who may do nothing that this program does.
var ErrNoAdministrator = errors.New("these credentials are not of an administrator of the enterprise (adminType 2)")

// tokenAnswer is the answer to a sign-in and to a renewal (meeting_21_0311).
type tokenAnswer struct {
	AccessToken        string `json:"accessToken"`
	CreateTime         number `json:"createTime"`  // ms
	ExpireTime         number `json:"expireTime"`  // s
	ValidPeriod        number `json:"validPeriod"` // s
	RefreshToken       string `json:"refreshToken"`
	RefreshValidPeriod number `json:"refreshValidPeriod"` // s
	User               struct {
		AdminType *number `json:"adminType"` // 0 default administrator, 1 administrator, 2 none (meeting_21_0071)
	} `json:"user"`
}

// number is a number, also one that is written as a text. What is neither is 0.
type number float64

func (n *number) UnmarshalJSON(text []byte) error {
	f, _ := strconv.ParseFloat(strings.Trim(string(text), `"`), 64)
	*n = number(f)
	return nil
}

// seconds is a number of seconds as a duration: none that is less than nothing, or that nobody will see the end of.
func seconds(n number) time.Duration {
	const most = 10 * 365 * 24 * 3600
	return time.Duration(min(max(float64(n), 0), most) * float64(time.Second))
}

// life is for how long the token holds; 0 where nothing is said. Both times are the service's, so that this
// machine's clock does not matter.
func (t tokenAnswer) life() time.Duration {
	if t.ValidPeriod > 0 {
		return seconds(t.ValidPeriod)
	}
	if t.CreateTime > 0 {
		return seconds(t.ExpireTime - t.CreateTime/1000)
	}
	return 0
}

// getToken sends a request whose answer is a token. It tells whether an error may pass by itself. When the context ends
// it waits for the answer a little longer, unless that is to be abandoned: a token that nobody knows of could not be
// given back.
func (c *Client) getToken(ctx context.Context, q request) (mayPass bool, err error) {
	if c.Aside != nil {
		if err := c.Aside(ctx); err != nil {
			return false, err
		}
	}
	start := time.Now()
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.Timeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(graceTime, cancel) })()
	if c.Abandon != nil {
		defer context.AfterFunc(c.Abandon, cancel)()
	}
	answer, r := c.signInExchange(own, q)
	if kind := answer.Kind(); answer.Foreign == "" && (answer.HTTPStatus >= 500 || kind == job.Away || kind == job.Broken) {
		return true, errors.New(answer.String())
	}
	refused := &SignInError{Answer: answer}
	if clock, err := http.ParseTime(r.header.Get("Date")); err == nil && c.Credentials.AppID != "" {
		refused.behind = time.Until(clock)
	}
	if answer.HTTPStatus >= 300 || answer.Foreign != "" {
		return false, refused
	}
	var t tokenAnswer
	if err := json.Unmarshal(r.body, &t); err != nil || t.AccessToken == "" {
		refused.Answer.Message = "the answer holds no accessToken"
		return false, refused
	}
	if !HeaderSafe(t.AccessToken) {
		refused.Answer.Message = "the answer holds an accessToken that cannot stand in a header"
		return false, refused
	}
	c.masks.add(t.AccessToken, t.RefreshToken) // before anybody can use them
	c.tokens.set(t, start)
	if t.User.AdminType != nil && *t.User.AdminType == 2 {
		return false, ErrNoAdministrator
	}
	return false, nil
}

// signInExchange sends a request of the sign-in and reads its answer. Of an answer that is no error in the documented
// form nothing is shown, since anything could be in it.
func (c *Client) signInExchange(ctx context.Context, q request) (job.Answer, reply) {
	start := time.Now()
	gone := func(err error) string {
		if ctx.Err() != nil {
			return fmt.Sprintf("no answer within %s", time.Since(start).Round(time.Second))
		}
		return c.reason(ctx, err)
	}
	r, err := c.exchange(ctx, q)
	switch {
	case err != nil:
		answer := c.noAnswer(ctx, err, false)
		answer.Message = gone(err)
		return answer, r
	case r.brokeOff != nil:
		return job.Answer{Message: fmt.Sprintf("%d, and the answer broke off: %s", r.status, gone(r.brokeOff))}, r
	}
	var documented struct {
		Code string `json:"error_code"`
	}
	shown := r
	if json.Unmarshal(r.body, &documented) != nil || documented.Code == "" {
		shown.body = nil
	}
	answer := c.answer(&shown)
	if answer.Foreign == oddHint { // which is of a change; here it counts whether there is a token
		answer.Foreign = ""
	}
	return answer, r
}

// HeaderSafe tells whether a text can stand in a header as it is.
func HeaderSafe(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7F })
}
