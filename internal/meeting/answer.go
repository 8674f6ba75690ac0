package meeting

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"meetbatch/job"
)

// answer says what a reply means, of whose body nothing but body may show. The documented form of an error is {"error_code","error_msg"}; the Go SDK
// also knows code and message. What is neither is kept as the message, cut short.
func (c *Client) answer(r reply, body []byte) job.Answer {
	answer := job.Answer{
		HTTPStatus:      r.status,
		ServerRequestID: c.clean(r.header.Get("X-Request-Id"), 128),
		RetryAfter:      retryAfter(r.header.Get("Retry-After"), time.Now()),
	}
	if r.status >= 200 && r.status < 300 {
		answer.Limits = limits(r.header, answer)
		return answer // a body here means nothing (meeting_21_0072: "None", with a length of 143)
	}
	var e struct {
		ErrorCode string `json:"error_code"`
		ErrorMsg  string `json:"error_msg"`
		Code      string `json:"code"`
		Message   string `json:"message"`
		RequestID string `json:"request_id"` // from the gateway
	}
	if json.Unmarshal(body, &e) != nil || e.ErrorCode == "" && e.Code == "" && e.ErrorMsg == "" && e.Message == "" {
		e.ErrorMsg = string(body)
		if e.ErrorMsg == "" || r.status < 400 { // a redirect is not the service's, and neither is what it holds
			e.ErrorMsg = http.StatusText(r.status)
		}
	}
	answer.Code = c.clean(cmp.Or(e.ErrorCode, e.Code), 64)
	answer.Message = c.clean(cmp.Or(e.ErrorMsg, e.Message), 500)
	answer.Limits = limits(r.header, answer)
	answer.ServerRequestID = cmp.Or(answer.ServerRequestID, c.clean(e.RequestID, 128))
	return answer
}

// retryAfter reads a Retry-After header, seconds or a date (RFC 9110, section 10.2.3). Nothing says that
// the service sends one. What cannot be read, and what is over, is 0.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseInt(header, 10, 32); err == nil {
		return max(time.Duration(seconds)*time.Second, 0)
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// clean makes foreign text fit for a record. A service that repeats a secret must not bring it there.
func (c *Client) clean(s string, limit int) string {
	return oneLine(c.Mask(s), limit)
}

// oneLine makes foreign text fit for a cell and a terminal: nothing that does not show, blanks folded,
// at most limit characters.
func oneLine(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, s)
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return string(runes)
}
