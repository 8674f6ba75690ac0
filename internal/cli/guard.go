package cli

import (
	"fmt"
	"strconv"
	"strings"

	"meetbatch/job"
)

// guard refuses a plan that is not what the user can have meant.
func (r *run) guard() error {
	p := r.plan
	if !r.ExpectRows.contains(r.fileRows) {
		return refused(fmt.Errorf("%s: %s, and --expect-rows is %s", r.input.name, plural(r.fileRows, "row"), r.ExpectRows),
			"is this the right file, and whole?")
	}
	if r.MaxInvalid.Exceeded(p.InvalidRows, p.Rows) {
		return refused(fmt.Errorf("%s: %s of %s are invalid, and --max-invalid is %s", r.input.name, grouped(p.InvalidRows), plural(p.Rows, "row"), r.MaxInvalid),
			"mend the rows, or send the others all the same with --max-invalid 100%")
	}
	return nil
}

// allowedFlag is a job.Share on the command line that may be 0.
type allowedFlag struct{ job.Share }

func (a *allowedFlag) UnmarshalText(text []byte) (err error) {
	if s := string(text); s == "0" || s == "0%" {
		a.Share = job.Share{}
		return nil
	}
	a.Share, err = job.ParseShare(string(text))
	return err
}

// limitFlag is a number of rows, 1 or more; 0 is no limit.
type limitFlag int64

func (f *limitFlag) UnmarshalText(text []byte) error {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || n < 1 {
		return fmt.Errorf("%q is no number of rows from 1 on", text)
	}
	*f = limitFlag(n)
	return nil
}

func (f limitFlag) String() string {
	if f == 0 {
		return ""
	}
	return strconv.FormatInt(int64(f), 10)
}

// rangeFlag is how many there may be, both ends included: 100..200, 100.., ..200. The zero value is any
// number.
type rangeFlag struct {
	text     string
	min, max int64
}

func (f *rangeFlag) UnmarshalText(text []byte) error {
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
	*f = rangeFlag{string(text), min, max}
	return nil
}

func (f rangeFlag) String() string { return f.text }

func (f rangeFlag) contains(n int64) bool { return f.text == "" || f.min <= n && n <= f.max }

// delimiterFlag is a delimiter on the command line; 0 is auto.
type delimiterFlag struct{ rune }

func (f *delimiterFlag) UnmarshalText(text []byte) error {
	delimiter, known := map[string]rune{"auto": 0, ",": ',', ";": ';', "tab": '\t', "\t": '\t'}[string(text)]
	if !known {
		return fmt.Errorf("%q is not auto, a comma, a semicolon or tab", text)
	}
	f.rune = delimiter
	return nil
}

func (f delimiterFlag) String() string {
	switch f.rune {
	case 0:
		return "auto"
	case '\t':
		return "tab"
	}
	return string(f.rune)
}
