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
var limitPart = regexp.MustCompile(`(?i)\b(?:(remain|limit)\s*:\s*([0-9]+)|time\s*:\s*([0-9]*)\s*(second|minute|hour|day)s?\b)`)

var units = map[string]time.Duration{"second": time.Second, "minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

// parseLimits reads limits, as far as they can be read.
func parseLimits(text string) []job.Limit {
	var all []job.Limit
	l := job.Limit{Remain: -1}
	for _, m := range limitPart.FindAllStringSubmatch(text, -1) {
		switch strings.ToLower(m[1]) {
		case "limit":
			l.Limit = small(m[2])
		case "remain":
			l.Remain = small(m[2])
		default:
			n := 1
			if m[3] != "" {
				n = small(m[3])
			}
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
