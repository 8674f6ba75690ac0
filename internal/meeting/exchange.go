package meeting

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"

	"meetbatch/job"
)

// maxBody is how much of an answer is read. Error bodies are a few hundred bytes; a 200 may carry
// anything, and nothing in it counts.
const maxBody = 64 << 10

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

// newRequest builds a request with what every request carries. The path may have a query.
func (c *Client) newRequest(ctx context.Context, method, path, id string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.Endpoint+path, body)
	if err == nil {
		req.Header.Set("Accept-Language", c.Language)
		req.Header.Set("X-Request-Id", id)
	}
	return req, err
}

// call sends a request that goes out with the token of the sign-in, and reads its answer. build makes the request; call
// adds the token. Any HTTP status is an answer; so is a network error or a timeout, with HTTPStatus 0 and the reason as
// its message.
//
// What a request was to change is changed if the status says so, even if the body breaks off, so that is no error then.
// Whoever needs the body takes it from the reply, and looks at brokeOff too.
func (c *Client) call(ctx context.Context, build func(context.Context) (*http.Request, error)) (job.Answer, reply) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	token, err := c.token(ctx) // a moment ago there was a good one, but others go on meanwhile
	if err != nil {
		return job.Answer{Message: err.Error(), Unsent: true}, reply{}
	}
	var connected atomic.Bool // only then can anything have left this machine
	req, err := build(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}))
	if err != nil {
		return job.Answer{Message: err.Error(), Unsent: true}, reply{}
	}
	req.Header.Set("X-Access-Token", token)
	r, err := c.exchange(req)
	if err != nil {
		return job.Answer{Message: c.clean(c.reason(ctx, err), 500), Unsent: !connected.Load()}, reply{}
	}
	if r.brokeOff != nil && r.status >= 300 {
		return job.Answer{Message: c.clean(fmt.Sprintf("%d, and the answer broke off: %s", r.status, c.reason(ctx, r.brokeOff)), 500)}, r
	}
	answer := c.answer(r, r.body)
	answer.Stale = c.Credentials.Token == "" && c.tokens.learn(token, r.status)
	return answer, r
}

// reply is an answer as it came.
type reply struct {
	status   int
	header   http.Header
	body     []byte // no more than maxBody of it
	brokeOff error  // why there is less of the body than was to come
}

// exchange sends a request as it is and reads what is answered. An error says that there was no answer.
func (c *Client) exchange(req *http.Request) (reply, error) {
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	r := reply{status: resp.StatusCode, header: resp.Header}
	if r.status != http.StatusSwitchingProtocols { // its body is the connection, and has no end
		r.body, r.brokeOff = io.ReadAll(io.LimitReader(resp.Body, maxBody))
	}
	return r, nil
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
