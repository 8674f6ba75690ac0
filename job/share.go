package job

import (
	"fmt"
	"regexp"
	"strconv"
	"sync"
)

// Share is a bound on a number of rows: the number itself, or a percentage. The zero value is none.
type Share struct {
	Rows    int64
	Percent float64
}

// percentFrom is from how many rows on a percentage counts: the first few prove nothing.
const percentFrom = 1000

// shareForm is a number of rows, a percentage, or a part of 1. Cron and systemd have a use of their own for the per cent
// sign, so there are two forms without it.
var shareForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:([0-9]+)|([0-9]+(?:\.[0-9]+)?)(?:%|pct)|0?(\.[0-9]+))$`)
})

// ParseShare reads a share as it stands on the command line: 20 rows, or 5%, which is 5pct and 0.05 as well.
func ParseShare(s string) (Share, error) {
	form := shareForm().FindStringSubmatch(s)
	if form == nil {
		return Share{}, fmt.Errorf("%q is neither a number of rows such as 20 nor a share of them such as 5%%, 5pct or 0.05", s)
	}
	if rows := form[1]; rows != "" {
		n, err := strconv.ParseInt(rows, 10, 64)
		if err != nil || n < 1 {
			return Share{}, fmt.Errorf("%q is no number of rows from 1 on", s)
		}
		return Share{Rows: n}, nil
	}
	number := form[2]
	if part := form[3]; part != "" {
		number = part + "e2" // and not multiplied, which would not give exactly what is written
	}
	if p, err := strconv.ParseFloat(number, 64); err == nil && p > 0 && p <= 100 {
		return Share{Percent: p}, nil
	}
	return Share{}, fmt.Errorf("%q is not a share above 0%% and up to 100%%", s)
}

// String gives the share as ParseShare reads it.
func (s Share) String() string {
	if s.Percent > 0 {
		return strconv.FormatFloat(s.Percent, 'f', -1, 64) + "%"
	}
	return strconv.FormatInt(s.Rows, 10)
}

// MarshalText gives the share as String does.
func (s Share) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a share as ParseShare does.
func (s *Share) UnmarshalText(text []byte) (err error) {
	*s, err = ParseShare(string(text))
	return err
}

// Exceeded tells whether some of all rows are more than the share; the zero value is exceeded by one.
func (s Share) Exceeded(some, all int64) bool {
	if s.Percent > 0 {
		return float64(some)*100 > s.Percent*float64(all)
	}
	return some > s.Rows
}

// Reached tells whether some of all rows are as many as the share. The zero value is never reached, and a percentage
// not before there are a thousand rows.
func (s Share) Reached(some, all int64) bool {
	if s.Percent > 0 {
		return all >= percentFrom && float64(some)*100 >= s.Percent*float64(all)
	}
	return s.Rows > 0 && some >= s.Rows
}
