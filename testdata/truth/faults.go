package main

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// faultKinds are the ways in which a change can go wrong, in the order in which one is drawn. A 202, a 504, a cut and
// a hang come after the change was made, the others instead of it: the gateway gives up waiting for its backend
// (apig_03_0048, "backend timeout"), and nobody tells the backend.
var faultKinds = []string{"500", "502", "503", "504", "429", "retry-after", "cut", "reset", "hang", "401", "html",
	"202", "redirect", "no-api", "error-in-200", "old-error"}

// draw draws the fault of a request, or none.
func (s *service) draw() string {
	x := s.chance.Float64()
	for _, kind := range faultKinds {
		if x -= s.faults[kind]; x < 0 {
			return kind
		}
	}
	return ""
}

// tokenInvalid is the service's own word for a token that does not hold.
var tokenInvalid = gatewayError(401, "USG.000000004", "Token is invalid.")

// gatewayErrors are documented codes and statuses (apig_03_0048).
var gatewayErrors = map[int]answer{
	400: gatewayError(400, "USG.201040006", "The account is not a common enterprise user."),
	401: tokenInvalid,
	403: gatewayError(403, "APIG.0302", "The caller is not authorized to access the API"),
	404: gatewayError(404, "APIG.0101", "The API does not exist or has not been published in the environment"),
	405: gatewayError(405, "APIG.0501", "The app quota is used up"),
	413: gatewayError(413, "APIG.0201", "Request entity too large"),
	414: gatewayError(414, "APIG.0201", "Request URI too large"),
	429: gatewayError(429, "APIG.0308", "The throttling threshold has been reached"),
	500: gatewayError(500, "APIG.0601", "Internal server error"),
	502: gatewayError(502, "APIG.0201", "Backend unavailable"),
	503: gatewayError(503, "APIG.0613", "The login service is unavailable"),
	504: gatewayError(504, "APIG.0201", "Backend timeout"),
}

// faultAnswer is the answer to a request that a fault keeps from the service.
func faultAnswer(kind string) (a answer, instead bool) {
	switch kind {
	case "", "202", "504", "cut", "hang":
		return a, false
	case "redirect": // to where somebody signs in
		a = answer{status: http.StatusFound, header: http.Header{"Location": {"/portal"}}}
	case "no-api": // of a web server that knows nothing of the API
		a = answer{status: http.StatusNotFound, page: "<html>\n<head><title>404 Not Found</title></head>\n</html>\n"}
	case "error-in-200": // the documents have errors in 400 only
		a = answer{status: http.StatusOK, code: noRoom, message: messages[noRoom]}
	case "old-error": // the answer to each change of the edition of 2019, with a returnCode that is not 000000000
		a = answer{status: http.StatusOK, fields: map[string]string{
			"returnCode": "201080000", "returnMessage": messages[noRoom], "achievementTime": "2019-11-20 08:00:00.000", "requestId": "0123456789abcdef0123456789abcdef",
		}}
	case "reset":
	case "html": // of a proxy on the way, which knows nothing of the API
		a = answer{status: http.StatusOK, page: "<!DOCTYPE html>\n<title>Sign in to this network</title>\n<h1>Welcome</h1>\n"}
	case "retry-after": // documented nowhere; a proxy may send it
		a = gatewayErrors[429].with(http.Header{"Retry-After": {"1"}})
	default:
		for status, e := range gatewayErrors {
			if fmt.Sprint(status) == kind {
				a = e
			}
		}
	}
	a.fault = kind
	return a, true
}

// poisoned returns the answer that is set for an account of the request; a status of 0 is none.
func (s *service) poisoned(q *request) answer {
	for account, p := range s.poison {
		if q.target == account || slices.Contains(q.entries, account) {
			return p.answer()
		}
	}
	return answer{}
}

func (p poison) answer() answer {
	a, documented := gatewayErrors[p.status]
	if !documented {
		a = gatewayError(p.status, "APIG.0601", http.StatusText(p.status))
	}
	if p.code != "" {
		a = gatewayError(p.status, p.code, "Not this account.")
	}
	a.fault = "poison"
	return a
}

// window is one of a throttle: it begins with the first request after the one before.
type window struct {
	begin time.Time
	used  int
}

// take counts a request of an API. Limits are per API and window, and know nothing of what is in flight
// (apig-faq 2005026). It returns what the answer says of the limit: the documents' only example (StartMeeting)
// names two, of the API and of all environments; here the second is twice the first and never met.
func (s *service) take(api string, now time.Time) (rates http.Header, over bool) {
	if s.throttle.n == 0 {
		return nil, false
	}
	w := s.counts[api]
	if w == nil || now.Sub(w.begin) >= s.throttle.window {
		w = &window{begin: now}
		s.counts[api] = w
	}
	if over = w.used >= s.throttle.n; !over {
		w.used++
	}
	if !s.stated {
		return nil, over
	}
	rates = http.Header{}
	for name, n := range map[string]int{"X-Apig-Ratelimit-Api": s.throttle.n, "X-Apig-Ratelimit-Api-Allenv": 2 * s.throttle.n} {
		rates.Set(name, fmt.Sprintf("remain:%d,limit:%d,time:%s", n-w.used, n, s.throttle.words()))
	}
	return rates, over
}

// throttled is the answer to a request over the limit, with the gateway's example of a message where the
// limit is stated.
func (s *service) throttled(rates http.Header) answer {
	a := gatewayErrors[429].with(rates)
	if s.stated {
		a.message += fmt.Sprintf(": policy api over ratelimit,limit:%d,time:%s", s.throttle.n, s.throttle.words())
	}
	return a
}

// words writes the window as the examples do: "1 minute", "10 second".
func (l limit) words() string {
	switch {
	case l.window%time.Hour == 0:
		return fmt.Sprintf("%d hour", l.window/time.Hour)
	case l.window%time.Minute == 0:
		return fmt.Sprintf("%d minute", l.window/time.Minute)
	}
	return fmt.Sprintf("%d second", l.window/time.Second)
}
