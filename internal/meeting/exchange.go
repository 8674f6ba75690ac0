package meeting

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/google/uuid"

	"meetbatch/internal/system"
	"meetbatch/job"
)

// maxBody is how much of an answer is read, but for the blanks before it. Error bodies are a few hundred bytes, and what a
// 200 was once documented to carry has 143.
const maxBody = 64 << 10

// maxReading is how much of the answer to a query is read: a page of 1,000 users has less than 1 MiB.
const maxReading = 16 << 20

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
	transport.OnProxyConnectResponse = lookAtProxy
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// request is what a request says.
type request struct {
	method, path string            // the path may have a query
	id           string            // one is made up where there is none
	token        string            // empty: there is none
	headers      map[string]string // beside those that every request carries
	body         string
	reading      bool // it asks for something, and its answer is what matters
}

// most is how much of the answer's body is read.
func (q request) most() int {
	if q.reading {
		return maxReading
	}
	return maxBody
}

// call sends a request with the token of the sign-in, which it adds, and reads its answer. Any HTTP status is an answer;
// so is a network error or a timeout, with HTTPStatus 0 and the reason as its message.
//
// What a request was to change is changed if the status says so, even if the body breaks off, so that is no error then,
// unless it has begun to say something: an error could have followed.
// Whoever needs the body takes it from the reply, and looks at brokeOff too.
func (c *Client) call(ctx context.Context, q request) (answer job.Answer, r reply) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	var err error
	if q.token, err = c.token(ctx); err != nil { // a moment ago there was a good one, but others go on meanwhile
		return job.Answer{Message: err.Error(), Unsent: true}, r
	}
	var connected atomic.Bool // only then can anything have left this machine
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	r, err = c.exchange(httptrace.WithClientTrace(ctx, trace), q)
	if err != nil {
		return c.noAnswer(ctx, err, connected.Load()), r
	}
	answer = c.answer(&r)
	if r.brokeOff != nil && (r.status >= 300 || r.cut) && answer.Foreign == "" {
		return job.Answer{Message: c.clean(fmt.Sprintf("%d, and the answer broke off: %s", r.status, c.reason(ctx, r.brokeOff)), 500)}, r
	}
	answer.Stale = answer.Foreign == "" && c.Credentials.Token == "" && c.tokens.learn(q.token, r.status, answer.Means() == job.TokenOver)
	return answer, r
}

// reply is an answer as it came.
type reply struct {
	status   int
	header   http.Header
	body     []byte // in UTF-8, without the blanks before it, and no more than is read and one byte of it
	brokeOff error  // why there is less of the body than was to come
	page     bool   // it is one for a browser
	cut      bool   // it is a part of what was to say what came of the request
	reading  bool   // it answers a query
}

// exchange sends a request as it is, with what every request carries, and reads what is answered. An error says that
// there was no answer.
func (c *Client) exchange(ctx context.Context, q request) (r reply, err error) {
	req, err := http.NewRequestWithContext(ctx, q.method, c.Endpoint+q.path, strings.NewReader(q.body))
	if err != nil {
		return r, err
	}
	req.Header.Set("Accept-Language", c.Language)
	if q.id == "" {
		q.id = uuid.NewString()
	}
	req.Header.Set("X-Request-Id", q.id)
	if q.token != "" {
		req.Header.Set("X-Access-Token", q.token)
	}
	for name, value := range q.headers {
		req.Header.Set(name, value)
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return r, err
	}
	defer resp.Body.Close()
	r = reply{status: resp.StatusCode, header: resp.Header, reading: q.reading}
	if r.status != http.StatusSwitchingProtocols && resp.Body != http.NoBody { // its body is the connection, and has no end
		r.body, r.brokeOff = readBody(resp.Body, q.most())
	}
	r.page = r.isPage()
	return r, nil
}

// noAnswer is the answer where there was none. What never got a connection cannot have been carried out.
func (c *Client) noAnswer(ctx context.Context, err error, connected bool) job.Answer {
	answer := job.Answer{Message: c.reason(ctx, err), Unsent: !connected, NoFile: !connected && system.TooManyFiles(err)}
	if ctx.Err() == nil {
		answer.Foreign = noTLS(err, connected)
	}
	if _, is := errors.AsType[*proxyError](err); is {
		answer.Foreign = proxyHint
	}
	return answer
}

// reason says in words why there was no answer, fit for a record. The URL that net/http puts in front names what the
// record of the attempt names already.
func (c *Client) reason(ctx context.Context, err error) string {
	switch ctx.Err() {
	case context.DeadlineExceeded:
		return fmt.Sprintf("no answer within %s", c.Timeout)
	case context.Canceled:
		return "given up before an answer came"
	}
	if u, is := errors.AsType[*url.Error](err); is {
		err = u.Err
	}
	return c.clean(err.Error(), 500)
}
