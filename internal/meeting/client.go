// Package meeting speaks to the Huawei Cloud Meeting service over HTTP; nothing else of the program
// does. Page ids in comments (meeting_21_xxxx) are those of the "Meeting server API reference".
package meeting

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"meetbatch/job"
)

// Client sends the requests of a job, and sees to the sign-in that they need. It implements job.Sender and is safe
// for concurrent use.
type Client struct {
	Endpoint    string // scheme and host, as CheckEndpoint returns it
	Credentials Credentials
	AccountType int    // 0 Meeting account, 1 third-party user ID
	Language    string // of the service's messages: en-US or zh-CN
	Timeout     time.Duration
	HTTP        *http.Client // from NewHTTP
	Notify      func(string) // gets a sentence when a sign-in takes its time; may be nil

	// Abandon ends when a sign-in under way is to be given up at once; it may be nil. It must be set before SignIn.
	// It is no parameter because every call may have to renew the sign-in, Ready and Send too, and the contexts of
	// those end when nothing further is wanted: a sign-in under way then goes on for a moment, lest its token be lost.
	Abandon context.Context

	tokens            tokenState
	masks             masks
	credentialsMasked sync.Once // masks has the credentials' secrets
}

// Send sends one request and reads its answer. Any HTTP status is an answer; so is a network error
// or a timeout, with HTTPStatus 0 and the reason as its message.
func (c *Client) Send(ctx context.Context, op job.Operation, a job.Attempt) job.Answer {
	start := time.Now()
	answer, _ := c.call(ctx, func(ctx context.Context) (*http.Request, error) { return c.jobRequest(ctx, op, a) })
	answer.Duration = time.Since(start)
	return answer
}

// jobRequest builds the request of DisassociateVmr (meeting_21_1105) or BatchUpdateUserStatus
// (meeting_21_0072).
func (c *Client) jobRequest(ctx context.Context, op job.Operation, a job.Attempt) (*http.Request, error) {
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
	path := fmt.Sprintf("%s%s?accountType=%d", op.Path, url.PathEscape(a.Chunk.Target), c.AccountType)
	req, err := c.newRequest(ctx, op.Method, path, a.RequestID, &body)
	if err == nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, err
}
