// Package meeting speaks to the Huawei Cloud Meeting service over HTTP; nothing else of the program
// does. Page ids in comments (meeting_21_xxxx) are those of the "Meeting server API reference".
package meeting

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
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

	// Aside waits until a request may go out that takes no turn, such as that of a sign-in; it may be nil. It must be set
	// before SignIn.
	Aside func(context.Context) error

	// Abandon ends when a sign-in under way is to be given up at once; it may be nil. It must be set before SignIn.
	// It is no parameter because every call may have to renew the sign-in, Ready and Send too, and the contexts of
	// those end when nothing further is wanted: a sign-in under way then goes on for a moment, lest its token be lost.
	Abandon context.Context

	clockBehind atomic.Int64 // nanoseconds by which this machine's clock is behind the service's, where a signature was refused for it
	tokens      tokenState
	masks       masks
}

// Send sends one request and reads its answer. Any HTTP status is an answer; so is a network error
// or a timeout, with HTTPStatus 0 and the reason as its message.
func (c *Client) Send(ctx context.Context, op job.Operation, a job.Attempt) job.Answer {
	start := time.Now()
	answer, _ := c.call(ctx, c.jobRequest(op, a))
	answer.Duration = time.Since(start)
	return answer
}

// jobRequest is the request of DisassociateVmr (meeting_21_1105) or BatchUpdateUserStatus
// (meeting_21_0072).
func (c *Client) jobRequest(op job.Operation, a job.Attempt) request {
	return request{
		method: op.Method,
		// Any character may occur in a third-party user ID; escaped as a segment, none can change the path.
		path:    op.Path + url.PathEscape(a.Chunk.Target) + "?accountType=" + strconv.Itoa(c.AccountType),
		id:      a.RequestID,
		headers: isJSON,
		body:    idsInJSON(a.Chunk.Entries),
	}
}

// isJSON are the headers of a request whose body is JSON. They are not to be changed.
var isJSON = map[string]string{"Content-Type": "application/json"}

// idsInJSON is the IDs of entries as inJSON would write them as a list, in less time: nearly none has anything to
// escape.
func idsInJSON(entries []job.Entry) string {
	size := len("[]\n")
	for _, e := range entries {
		size += len(e.ID) + len(`"",`)
	}
	var text strings.Builder
	text.Grow(size)
	text.WriteByte('[')
	for i, e := range entries {
		if i > 0 {
			text.WriteByte(',')
		}
		if plainInJSON(e.ID) {
			text.WriteByte('"')
			text.WriteString(e.ID)
			text.WriteByte('"')
		} else {
			text.WriteString(strings.TrimSuffix(inJSON(e.ID, false), "\n"))
		}
	}
	text.WriteString("]\n")
	return text.String()
}

// plainInJSON tells whether a text stands in JSON as it is.
func plainInJSON(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// endpoints are the addresses of the service by its regions (meeting_21_0202).
var endpoints = map[string]string{
	"cn":   "https://api.meeting.huaweicloud.com",
	"intl": "https://api-intl.meeting.huaweicloud.com",
}

// Endpoint is the address of the service in a region, cn or intl; of any other region it is empty.
func Endpoint(region string) string { return endpoints[region] }

// IsEndpoint tells whether an address, as CheckEndpoint returns it, is that of a region.
func IsEndpoint(address string) bool {
	address = strings.TrimSuffix(strings.ToLower(address), ":443")
	return slices.Contains(slices.Collect(maps.Values(endpoints)), address)
}

// CheckEndpoint refuses an address that requests, and the token with them, must not be sent to. It
// returns the address without a trailing slash.
func CheckEndpoint(address string) (string, error) {
	shown := address
	if at := strings.LastIndex(address, "@"); at >= 0 {
		shown = "…" + address[at:] // what stands before may be a password
	}
	if at := strings.IndexAny(shown, "?#"); at >= 0 {
		shown = shown[:at+1] + "…" // and what stands behind, a token
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || strings.Contains(u.Host, "%"): // an escape that was undone could not be read a second time
		return "", fmt.Errorf("endpoint %q is no URL", shown)
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return "", fmt.Errorf("endpoint %q does not begin with https:// and a host", shown)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return "", fmt.Errorf("endpoint %q has more than a scheme and a host", shown)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "", fmt.Errorf("endpoint %q is plain http to another machine", shown)
	}
	return u.Scheme + "://" + u.Host, nil
}

func isLoopback(host string) bool {
	ip, _ := netip.ParseAddr(host) // no address is of no kind
	return host == "localhost" || ip.IsLoopback()
}
