package run

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"meetbatch/job"
	"meetbatch/reader"
)

// Duration is a time.Duration that is written as 30s.
type Duration struct{ time.Duration }

func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d *Duration) UnmarshalText(text []byte) (err error) {
	if d.Duration, err = time.ParseDuration(string(text)); err != nil {
		return fmt.Errorf("%q is no time such as 30s or 1m30s", text)
	}
	return nil
}

// noShare is 0 in any form that a share can have.
var noShare = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^0+(\.0+)?(%|pct)?$`) })

// Allowed is a job.Share that may be 0.
type Allowed struct{ job.Share }

func (a *Allowed) UnmarshalText(text []byte) (err error) {
	if noShare().Match(text) {
		a.Share = job.Share{}
		return nil
	}
	a.Share, err = job.ParseShare(string(text))
	return err
}

// Limit is a number of rows, or of a line, 1 or more; 0 is none.
type Limit int64

func (l Limit) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(l), 10), nil }

func (l *Limit) UnmarshalText(text []byte) error {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || n < 1 {
		return fmt.Errorf("%q is no number from 1 on", text)
	}
	*l = Limit(n)
	return nil
}

// reached tells whether n rows are all that the limit allows.
func (l Limit) reached(n int64) bool { return l > 0 && n >= int64(l) }

// Range is how many rows there may be, both ends included: 100..200, 100.., ..200. The zero value is any
// number.
type Range struct {
	text     string
	min, max int64
}

func (r Range) String() string               { return r.text }
func (r Range) MarshalText() ([]byte, error) { return []byte(r.text), nil }

func (r *Range) UnmarshalText(text []byte) error {
	least, most, isRange := strings.Cut(string(text), "..")
	number := func(s string, otherwise int64) (n int64, err error) {
		if s == "" && isRange {
			return otherwise, nil
		}
		if n, err = strconv.ParseInt(s, 10, 64); err == nil && n < 0 {
			err = strconv.ErrRange
		}
		return n, err
	}
	min, errMin := number(least, 0)
	max, errMax := min, error(nil)
	if isRange {
		max, errMax = number(most, 1<<62)
	}
	if errMin != nil || errMax != nil || min > max || string(text) == ".." {
		return fmt.Errorf("%q is no range such as 1000..2000, 1000.. or ..2000", text)
	}
	*r = Range{string(text), min, max}
	return nil
}

// isAny tells whether any number will do.
func (r Range) isAny() bool { return r.text == "" }

func (r Range) contains(n int64) bool { return r.isAny() || r.min <= n && n <= r.max }

// Delimiter is what stands between fields; 0 is found from the file.
type Delimiter rune

func (d Delimiter) String() string {
	switch d {
	case 0:
		return "auto"
	case '\t':
		return "tab"
	}
	return string(d)
}

func (d Delimiter) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d *Delimiter) UnmarshalText(text []byte) error {
	delimiter, known := map[string]rune{"auto": 0, ",": ',', ";": ';', "tab": '\t', "\t": '\t', `\t`: '\t', "|": '|', "pipe": '|'}[string(text)]
	if !known {
		return fmt.Errorf("%q is not auto, a comma, a semicolon, tab or pipe", text)
	}
	*d = Delimiter(delimiter)
	return nil
}

// Encoding is one of the reader's.
type Encoding string

func (e Encoding) String() string               { return string(e) }
func (e Encoding) MarshalText() ([]byte, error) { return []byte(e), nil }

func (e *Encoding) UnmarshalText(text []byte) error {
	encoding, known := reader.EncodingOf(string(text))
	if !known {
		return fmt.Errorf("%q is no encoding that is known here: %s, or another name of one of these", text, strings.Join(reader.Encodings, ", "))
	}
	*e = Encoding(encoding)
	return nil
}
