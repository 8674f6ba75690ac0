package job

import (
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
	d, err := time.ParseDuration(per)
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
	case r.Per%time.Hour == 0:
		return fmt.Sprintf("%d/%dh", r.Requests, r.Per/time.Hour)
	case r.Per%time.Minute == 0:
		return fmt.Sprintf("%d/%dm", r.Requests, r.Per/time.Minute)
	}
	return fmt.Sprintf("%d/%s", r.Requests, r.Per)
}

// MarshalText gives the rate as String does.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a rate as ParseRate does.
func (r *Rate) UnmarshalText(text []byte) (err error) {
	if *r, err = ParseRate(string(text)); err != nil {
		err = fmt.Errorf("%w; it reads like 100/1m, 10/1s, auto or none", err)
	}
	return err
}

// Takes is how long n requests take at the rate, or at that with which it begins. The first goes out at once.
func (r Rate) Takes(n int64) time.Duration {
	if r.Requests == 0 || n < 2 {
		return 0
	}
	return time.Duration(float64(n-1) * float64(r.Per) / float64(r.Requests))
}
