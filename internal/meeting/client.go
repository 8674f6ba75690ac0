// Package meeting speaks to the Huawei Cloud Meeting service over HTTP; nothing else of the program
// does. Page ids in comments (meeting_21_xxxx) are those of the "Meeting server API reference".
package meeting

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"meetbatch/job"
)

// Endpoints of the service by region (meeting_21_0202).
var Endpoints = map[string]string{
	"cn":   "https://api.meeting.huaweicloud.com",
	"intl": "https://api-intl.meeting.huaweicloud.com",
}

// maxBody is how much of an answer is read. Error bodies are a few hundred bytes; a 200 may carry
// anything, and nothing in it counts.
const maxBody = 64 << 10

// Client sends the requests of a job. It implements job.Sender and is safe for concurrent use.
type Client struct {
	Endpoint    string // scheme and host, as CheckEndpoint returns it
	Token       string // sent as X-Access-Token
	AccountType int    // 0 Meeting account, 1 third-party user ID
	Language    string // of the service's messages: en-US or zh-CN
	Timeout     time.Duration
	HTTP        *http.Client // from NewHTTP
}

// NewHTTP returns the client that requests are sent with: TLS is verified, connections are kept for
// as many workers as there are, and redirects are not followed, since the token would go with them.
func NewHTTP(workers int) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns = 0
	transport.MaxIdleConnsPerHost = workers
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// CheckEndpoint refuses an address that requests, and the token with them, must not be sent to. It
// returns the address without a trailing slash.
func CheckEndpoint(address string) (string, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "", fmt.Errorf("endpoint %q is no URL", address)
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return "", fmt.Errorf("endpoint %q does not begin with https:// and a host", address)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return "", fmt.Errorf("endpoint %q has more than a scheme and a host", u.Redacted())
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", fmt.Errorf("endpoint %q is plain http to another machine", address)
	}
	return u.Scheme + "://" + u.Host, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// Send sends one request and reads its answer. Any HTTP status is an answer; so is a network error
// or a timeout, with HTTPStatus 0 and the reason as its message.
func (c *Client) Send(ctx context.Context, op job.Operation, a job.Attempt) job.Answer {
	start := time.Now()
	answer := c.send(ctx, op, a)
	answer.Duration = time.Since(start)
	return answer
}

func (c *Client) send(ctx context.Context, op job.Operation, a job.Attempt) job.Answer {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	req, err := c.request(ctx, op, a)
	if err != nil {
		return job.Answer{Message: err.Error(), Unsent: true}
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return job.Answer{Message: c.reason(ctx, err), Unsent: unsent(err)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		// Cut in mid-answer. The status is the service's word all the same, but on an error the
		// code that would explain it may be missing.
		body = nil
	}
	return answerOf(resp, body)
}

// request builds the request of DisassociateVmr (meeting_21_1105) or BatchUpdateUserStatus
// (meeting_21_0072).
func (c *Client) request(ctx context.Context, op job.Operation, a job.Attempt) (*http.Request, error) {
	ids := make([]string, len(a.Chunk.Entries))
	for i, e := range a.Chunk.Entries {
		ids[i] = e.ID
	}
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(ids); err != nil {
		return nil, err
	}
	// Any character may occur in a third-party user ID; escaped as a segment, none can change the path.
	address := fmt.Sprintf("%s%s%s?accountType=%d", c.Endpoint, op.Path, url.PathEscape(a.Chunk.Target), c.AccountType)
	req, err := http.NewRequestWithContext(ctx, op.Method, address, &body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", c.Language)
	req.Header.Set("X-Access-Token", c.Token)
	req.Header.Set("X-Request-Id", a.RequestID)
	return req, nil
}

// reason says in words why there was no answer. The URL that net/http puts in front names what the
// record of the attempt names already.
func (c *Client) reason(ctx context.Context, err error) string {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Sprintf("no answer within %s", c.Timeout)
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return err.Error()
}

// unsent tells whether a request that failed with err never left: no connection was made for it.
func unsent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
