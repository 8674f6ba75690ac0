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
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"meetbatch/job"
)

// Endpoint is the address of the service in a region, cn or intl (meeting_21_0202); of any other region it is empty.
func Endpoint(region string) string {
	switch region {
	case "cn":
		return "https://api.meeting.huaweicloud.com"
	case "intl":
		return "https://api-intl.meeting.huaweicloud.com"
	}
	return ""
}

// maxBody is how much of an answer is read. Error bodies are a few hundred bytes; a 200 may carry
// anything, and nothing in it counts.
const maxBody = 64 << 10

// Client sends the requests of a job, and sees to the sign-in that they need. It implements job.Sender and is safe
// for concurrent use.
type Client struct {
	Endpoint    string // scheme and host, as CheckEndpoint returns it
	Credentials Credentials
	AccountType int    // 0 Meeting account, 1 third-party user ID
	Language    string // of the service's messages: en-US or zh-CN
	Timeout     time.Duration
	HTTP        *http.Client    // from NewHTTP
	Notify      func(string)    // gets a sentence when a sign-in takes its time; may be nil
	Abandon     context.Context // ends when a sign-in under way is to be given up at once; may be nil

	session session
	masks   masks
	knowing sync.Once // of the credentials' secrets
}

// NewHTTP returns the client that requests are sent with: TLS is verified, connections are kept for
// as many workers as there are, and redirects are not followed, since the token would go with them.
// It speaks HTTP/1.1 only: with HTTP/2 the transport would repeat a request by itself, unpaced and
// unrecorded, when the server ends the connection.
func NewHTTP(workers int) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns = 0
	transport.MaxIdleConnsPerHost = workers
	transport.Protocols = new(http.Protocols)
	transport.Protocols.SetHTTP1(true)
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// CheckEndpoint refuses an address that requests, and the token with them, must not be sent to. It
// returns the address without a trailing slash.
func CheckEndpoint(address string) (string, error) {
	shown := address
	if at := strings.LastIndex(address, "@"); at >= 0 {
		shown = "…" + address[at:] // what stands before may be a password
	}
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "", fmt.Errorf("endpoint %q is no URL", shown)
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return "", fmt.Errorf("endpoint %q does not begin with https:// and a host", shown)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return "", fmt.Errorf("endpoint %q has more than a scheme and a host", shown)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", fmt.Errorf("endpoint %q is plain http to another machine", shown)
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
	var connected atomic.Bool // only then can anything have left this machine
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	token, err := c.token(ctx) // a moment ago there was a good one, but others go on meanwhile
	if err != nil {
		return job.Answer{Message: err.Error(), Unsent: true}
	}
	req, err := c.request(ctx, op, a, token)
	if err != nil {
		return job.Answer{Message: err.Error(), Unsent: true}
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return job.Answer{Message: c.clean(c.reason(ctx, err), 500), Unsent: !connected.Load()}
	}
	defer resp.Body.Close()
	var body []byte
	if resp.StatusCode != http.StatusSwitchingProtocols { // its body is the connection, and has no end
		// That something was carried out is said by the status alone. Why it was not may be cut off.
		if body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody)); err != nil && resp.StatusCode >= 300 {
			return job.Answer{Message: c.clean(fmt.Sprintf("%d, and the answer broke off: %s", resp.StatusCode, c.reason(ctx, err)), 500)}
		}
	}
	answer := c.answer(resp, body)
	answer.Stale = c.accepted(token, answer.HTTPStatus)
	return answer
}

// request builds the request of DisassociateVmr (meeting_21_1105) or BatchUpdateUserStatus
// (meeting_21_0072).
func (c *Client) request(ctx context.Context, op job.Operation, a job.Attempt, token string) (*http.Request, error) {
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
	req.Header.Set("X-Access-Token", token)
	req.Header.Set("X-Request-Id", a.RequestID)
	return req, nil
}

// reason says in words why there was no answer. The URL that net/http puts in front names what the
// record of the attempt names already.
func (c *Client) reason(ctx context.Context, err error) string {
	switch ctx.Err() {
	case context.DeadlineExceeded:
		return fmt.Sprintf("no answer within %s", c.Timeout)
	case context.Canceled:
		return "given up before an answer came"
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return err.Error()
}
