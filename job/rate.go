package job

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Rate is how many requests may go out in a time at most. The zero value is no limit. The service may allow less, and
// is then followed.
type Rate struct {
	Requests int
	Per      time.Duration
	Auto     bool // as many as the service allows, beginning with Requests; the ceiling is none
}

// AutoRate follows the service. It begins with what is a cautious guess from examples (api-facts, section 4).
var AutoRate = Rate{Requests: 100, Per: time.Minute, Auto: true}

// ParseRate reads a rate as it stands on the command line: 100/1m, 10/1s, auto, or none.
func ParseRate(s string) (Rate, error) {
	switch s {
	case "none":
		return Rate{}, nil
	case "auto":
		return AutoRate, nil
	}
	requests, per, found := strings.Cut(s, "/")
	n, err := strconv.Atoi(requests)
	if !found || err != nil || n < 1 {
		return Rate{}, fmt.Errorf("rate %q is not REQUESTS/TIME", s)
	}
	if per != "" && (per[0] < '0' || per[0] > '9') {
		per = "1" + per // 10/s, as people write it
	}
	d, err := parseDuration(per)
	if err != nil || d <= 0 {
		return Rate{}, fmt.Errorf("rate %q has no time that can be read after the slash", s)
	}
	return Rate{Requests: n, Per: d}, nil
}

// String gives the rate as ParseRate reads it.
func (r Rate) String() string {
	switch {
	case r == (Rate{}):
		return "none"
	case r.Auto:
		return "auto"
	case r.Per%day == 0:
		return fmt.Sprintf("%d/%dd", r.Requests, r.Per/day)
	case r.Per%time.Hour == 0:
		return fmt.Sprintf("%d/%dh", r.Requests, r.Per/time.Hour)
	case r.Per%time.Minute == 0:
		return fmt.Sprintf("%d/%dm", r.Requests, r.Per/time.Minute)
	}
	return fmt.Sprintf("%d/%s", r.Requests, r.Per)
}

// Takes is how long n requests take at the rate, or at that with which it begins. The first goes out at once.
func (r Rate) Takes(n int64) time.Duration {
	if r.Requests == 0 || n < 2 {
		return 0
	}
	return time.Duration(float64(n-1) * float64(r.Per) / float64(r.Requests))
}

const day = 24 * time.Hour

// parseDuration is time.ParseDuration with days.
func parseDuration(s string) (time.Duration, error) {
	if days, found := strings.CutSuffix(s, "d"); found {
		n, err := strconv.Atoi(days)
		if err != nil || n > 366 {
			return 0, fmt.Errorf("%q is no number of days", days)
		}
		return time.Duration(n) * day, nil
	}
	return time.ParseDuration(s)
}

// Rates are rates that hold at the same time. None is no limit.
type Rates []Rate

// ParseRates reads rates with commas between: 100/1m,20000/1d. none stands alone.
func ParseRates(s string) (Rates, error) {
	if s == "none" {
		return nil, nil
	}
	var all Rates
	for part := range strings.SplitSeq(s, ",") {
		r, err := ParseRate(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		if r == (Rate{}) {
			return nil, fmt.Errorf("rate %q is none, and something else too", s)
		}
		all = append(all, r)
	}
	return all, nil
}

// String gives the rates as ParseRates reads them.
func (rs Rates) String() string {
	var parts []string
	for _, r := range rs {
		parts = append(parts, r.String())
	}
	return cmp.Or(strings.Join(parts, ","), "none")
}

// MarshalText gives the rates as String does.
func (rs Rates) MarshalText() ([]byte, error) { return []byte(rs.String()), nil }

// UnmarshalText reads rates as ParseRates does.
func (rs *Rates) UnmarshalText(text []byte) (err error) {
	if *rs, err = ParseRates(string(text)); err != nil {
		err = fmt.Errorf("%w; it reads like 100/1m, 10/1s, 100/1m,20000/1d, auto or none", err)
	}
	return err
}

// Spaced is the rate at which requests are evenly spaced: the lowest of those for less than an hour. The zero Rate is
// none. Where auto is among them, that is the rate to begin with, and no ceiling but another's.
func (rs Rates) Spaced() Rate {
	var lowest Rate
	for _, r := range rs {
		if !r.isQuota() && (lowest == (Rate{}) || lowest.Auto || !r.Auto && r.every() > lowest.every()) {
			lowest = r
		}
	}
	return lowest
}

// Quotas are the rates for an hour or more. They are counts of requests in any such time, however these are spaced.
func (rs Rates) Quotas() []Rate {
	var quotas []Rate
	for _, r := range rs {
		if r.isQuota() {
			quotas = append(quotas, r)
		}
	}
	return quotas
}

func (r Rate) isQuota() bool { return r.Per >= time.Hour }

// every is the time from one request to the next.
func (r Rate) every() time.Duration { return r.Per / time.Duration(r.Requests) }

// Takes is how long n requests take at the rates, or at those with which they begin. The first goes out at once.
func (rs Rates) Takes(n int64) time.Duration {
	spaced := rs.Spaced()
	takes := spaced.Takes(n)
	for _, q := range rs.Quotas() {
		full, rest := (n-1)/int64(q.Requests), (n-1)%int64(q.Requests)
		takes = max(takes, time.Duration(full)*q.Per+spaced.Takes(rest+1))
	}
	return takes
}
