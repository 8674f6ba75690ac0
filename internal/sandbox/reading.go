package sandbox

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Reading is something that the documents leave open of the calls that read: offset=pages.
type Reading struct{ Key, Value string }

// readings are what the service does when it is read. The zero value, but for page, is what it does unless told otherwise.
type readings struct {
	pages     bool          // offset counts pages, not rows
	page      int           // the most rows of a page
	refuse    bool          // a page that is to have more is refused; otherwise it gets as many
	unstable  bool          // rows come in another order each time
	changes   float64       // of the pages, before which somebody else changes the list
	delay     time.Duration // by which a change is read later
	count     int           // by which count is wrong
	shown     bool          // the default administrator is in the list
	terminals float64       // of the rooms, which are bound to a terminal
	third     bool          // a room's member is a third-party ID
}

const defaultPage = 100

// readingKeys has what each key of a reading sets, and what its values are, for people.
var readingKeys = map[string]struct {
	values string
	set    func(r *readings, value string) bool
}{
	"offset":        {"rows or pages", either(func(r *readings) *bool { return &r.pages }, "rows", "pages")},
	"over":          {"cut or refuse", either(func(r *readings) *bool { return &r.refuse }, "cut", "refuse")},
	"order":         {"stable or unstable", either(func(r *readings) *bool { return &r.unstable }, "stable", "unstable")},
	"administrator": {"hidden or shown", either(func(r *readings) *bool { return &r.shown }, "hidden", "shown")},
	"member":        {"meeting or third", either(func(r *readings) *bool { return &r.third }, "meeting", "third")},
	"changes":       {"a share such as 2%, 2pct or 0.02", share(func(r *readings) *float64 { return &r.changes })},
	"terminals":     {"a share such as 2%, 2pct or 0.02", share(func(r *readings) *float64 { return &r.terminals })},
	"page": {"a number of rows from 1 on", func(r *readings, value string) (ok bool) {
		n, err := strconv.ParseInt(value, 10, 32)
		r.page = int(n)
		return err == nil && n > 0
	}},
	"delay": {"a time such as 5s", func(r *readings, value string) bool {
		var err error
		r.delay, err = time.ParseDuration(value)
		return err == nil && r.delay >= 0
	}},
	"count": {"a number with its sign, such as +2 or -1", func(r *readings, value string) bool {
		n, err := strconv.ParseInt(value, 10, 32)
		r.count = int(n)
		return err == nil && (value[0] == '+' || value[0] == '-')
	}},
}

// either sets what is false with one value and true with another.
func either(field func(*readings) *bool, no, yes string) func(*readings, string) bool {
	return func(r *readings, value string) bool {
		*field(r) = value == yes
		return value == no || value == yes
	}
}

func share(field func(*readings) *float64) func(*readings, string) bool {
	return func(r *readings, value string) (ok bool) {
		*field(r), ok = parseShare(value)
		return ok
	}
}

// UnmarshalText reads a reading as it stands on the command line: offset=pages.
func (r *Reading) UnmarshalText(text []byte) error {
	name, value, _ := strings.Cut(string(text), "=")
	key, known := readingKeys[name]
	if !known {
		return fmt.Errorf("reading %q is none of %s", name, strings.Join(slices.Sorted(maps.Keys(readingKeys)), ", "))
	}
	if !key.set(&readings{}, value) {
		return fmt.Errorf("reading %q: %s is %s", text, name, key.values)
	}
	*r = Reading{name, value}
	return nil
}

// MarshalText gives the reading as UnmarshalText reads it.
func (r Reading) MarshalText() ([]byte, error) { return []byte(r.Key + "=" + r.Value), nil }

// resolve puts together what was said. What UnmarshalText would refuse says nothing.
func resolve(said []Reading) (r readings) {
	for _, s := range said {
		if key, known := readingKeys[s.Key]; known {
			key.set(&r, s.Value)
		}
	}
	r.page = cmp.Or(r.page, defaultPage)
	return r
}
