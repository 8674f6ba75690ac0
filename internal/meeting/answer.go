package meeting

import (
	"cmp"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"meetbatch/job"
)

// upgradePause is how long to leave a service alone that is being upgraded: that takes minutes (api-facts, correction 4).
const upgradePause = 2 * time.Minute

// answer says what a reply means. Nothing but the reply's body may show in it.
func (c *Client) answer(r *reply) job.Answer {
	answer := job.Answer{
		HTTPStatus:      r.status,
		ServerRequestID: c.clean(r.header.Get("X-Request-Id"), 128),
		RetryAfter:      retryAfter(r.header.Get("Retry-After"), time.Now()),
	}
	switch {
	case r.status < 200 || r.status >= 300:
		c.explain(&answer, r.body)
	case r.reading:
		c.takeReading(&answer, r)
	default:
		c.takeError(&answer, r)
	}
	answer.Foreign = strangerHint(r, answer)
	switch {
	case answer.Foreign != "" && r.page:
		answer.Message = c.clean(http.StatusText(r.status)+", and "+pageWords(r.body), 500)
	case answer.Foreign != "":
		answer.Message = cmp.Or(answer.Message, http.StatusText(r.status))
	}
	if answer.Means() == job.Upgrading {
		answer.RetryAfter = max(answer.RetryAfter, upgradePause)
	}
	answer.Limits = limits(r.header, answer)
	return answer
}

// explain takes from the body of a reply why the service refuses. The documented form of an error is
// {"error_code","error_msg"}; the Go SDK also knows code and message. What is neither is kept as the message, cut short.
func (c *Client) explain(answer *job.Answer, body []byte) {
	var e struct {
		ErrorCode string `json:"error_code"`
		ErrorMsg  string `json:"error_msg"`
		Code      string `json:"code"`
		Message   string `json:"message"`
		RequestID string `json:"request_id"` // from the gateway
	}
	if json.Unmarshal(body, &e) != nil || e.ErrorCode == "" && e.Code == "" && e.ErrorMsg == "" && e.Message == "" {
		e.ErrorMsg = string(body)
		if e.ErrorMsg == "" || answer.HTTPStatus < 400 { // a redirect is not the service's, and neither is what it holds
			e.ErrorMsg = http.StatusText(answer.HTTPStatus)
		}
	}
	answer.Code = c.clean(cmp.Or(e.ErrorCode, e.Code), 64)
	answer.Message = c.clean(cmp.Or(e.ErrorMsg, e.Message), 500)
	answer.ServerRequestID = cmp.Or(answer.ServerRequestID, c.clean(e.RequestID, 128))
}

// retryAfter reads a Retry-After header, seconds or a date (RFC 9110, section 10.2.3). Nothing says that
// the service sends one. What cannot be read, and what is over, is 0.
func retryAfter(header string, now time.Time) time.Duration {
	if header == "" {
		return 0
	}
	if seconds, err := strconv.ParseInt(header, 10, 32); err == nil {
		return max(time.Duration(seconds)*time.Second, 0)
	}
	at, _ := http.ParseTime(header) // the zero time, which is long over, where it is none
	return max(at.Sub(now).Round(time.Second), 0)
}

// clean makes foreign text fit for a record, a cell and a terminal: nothing that does not show, blanks folded, at most
// limit characters. A service that repeats a secret must not bring it there.
func (c *Client) clean(s string, limit int) string {
	if s = c.Mask(s); len(s) <= limit && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return s // for speed only: so is the ID of every answer
	}
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

// limitHeader is how the headers begin that tell the service's limits; api, user, app, ip and others follow. The
// examples write X-APIG-Ratelimit-Api, the gateway's guide X-Apig-RateLimit-api.
const limitHeader = "x-apig-ratelimit-"

// limits reads what an answer says of limits: in headers such as remain:99,limit:100,time:1 minute (examples of
// StartMeeting; apig-ug-180830102), and in the message of a 429, over ratelimit,limit:100,time:1 minute
// (apig_03_0048). What cannot be read is left out.
func limits(header http.Header, a job.Answer) []job.Limit {
	var all []job.Limit
	for name, values := range header {
		if len(name) < len(limitHeader) || !strings.EqualFold(name[:len(limitHeader)], limitHeader) {
			continue
		}
		kind := strings.ToLower(name[len(limitHeader):])
		for i, l := range parseLimits(strings.Join(values, ",")) { // as proxies join them
			l.Name = kind
			if i > 0 {
				l.Name += " " + strconv.Itoa(i+1)
			}
			all = append(all, l)
		}
	}
	if len(all) == 0 && a.HTTPStatus == http.StatusTooManyRequests {
		for _, l := range parseLimits(a.Message) {
			l.Name = "message"
			all = append(all, l)
		}
	}
	return all
}

// limitPart is one part of a limit; the time is the last of them.
var limitPart = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:(remain|limit)\s*:\s*([0-9]+)|time\s*:\s*([0-9]*)\s*(second|minute|hour|day)s?\b)`)
})

var units = map[string]time.Duration{"second": time.Second, "minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

// parseLimits reads limits, as far as they can be read.
func parseLimits(text string) []job.Limit {
	var all []job.Limit
	l := job.Limit{Remain: -1}
	for _, m := range limitPart().FindAllStringSubmatch(text, -1) {
		switch strings.ToLower(m[1]) {
		case "limit":
			l.Limit = small(m[2])
		case "remain":
			l.Remain = small(m[2])
		default:
			n := small(cmp.Or(m[3], "1"))
			l.Window = time.Duration(n) * units[strings.ToLower(m[4])]
			if l.Limit > 0 && n > 0 && n <= 1000 {
				all = append(all, l)
			}
			l = job.Limit{Remain: -1}
		}
	}
	return all
}

// small reads a number that a limit can have; -1 is any other.
func small(digits string) int {
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return -1
	}
	return int(n)
}
