package meeting

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"meetbatch/job"
)

// limitHeader is how the headers begin that tell the service's limits; api, user, app, ip and others follow. The
// examples write X-APIG-Ratelimit-Api, the gateway's guide X-Apig-RateLimit-api.
const limitHeader = "x-apig-ratelimit-"

// limits reads what an answer says of limits: in headers such as remain:99,limit:100,time:1 minute (examples of
// StartMeeting; apig-ug-180830102), and in the message of a 429, over ratelimit,limit:100,time:1 minute
// (apig_03_0048). What cannot be read is left out.
func limits(header http.Header, a job.Answer) []job.Limit {
	var all []job.Limit
	for name, values := range header {
		kind, found := strings.CutPrefix(strings.ToLower(name), limitHeader)
		if !found {
			continue
		}
		for _, value := range values {
			if l, ok := parseLimit(value); ok {
				l.Name = kind
				all = append(all, l)
			}
		}
	}
	if len(all) == 0 && a.HTTPStatus == http.StatusTooManyRequests {
		if l, ok := parseLimit(a.Message); ok {
			l.Name = "message"
			all = append(all, l)
		}
	}
	return all
}

var (
	limitPart  = regexp.MustCompile(`(?i)\b(remain|limit)\s*:\s*([0-9]+)`)
	windowPart = regexp.MustCompile(`(?i)\btime\s*:\s*([0-9]*)\s*(second|minute|hour|day)s?\b`)
)

var units = map[string]time.Duration{"second": time.Second, "minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

// parseLimit reads one limit. Remain is 0 where nothing is said of it.
func parseLimit(text string) (l job.Limit, ok bool) {
	for _, m := range limitPart.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			return l, false
		}
		if strings.EqualFold(m[1], "limit") {
			l.Limit = n
		} else {
			l.Remain = n
		}
	}
	m := windowPart.FindStringSubmatch(text)
	if m == nil || l.Limit < 1 {
		return l, false
	}
	n := 1
	if m[1] != "" {
		var err error
		if n, err = strconv.Atoi(m[1]); err != nil {
			return l, false
		}
	}
	l.Window = time.Duration(n) * units[strings.ToLower(m[2])]
	return l, n >= 1 && n <= 366 && l.Limit <= 1e9
}
