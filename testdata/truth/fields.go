package main

import (
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// object is a JSON object as a body, whose fields are taken one by one. Names are exact, which the decoding
// into a Go struct does not demand.
type object struct {
	q     *request
	raw   map[string]json.RawMessage
	taken []string
}

func (q *request) object(charset bool) *object {
	o := &object{q: q}
	q.json(charset, &o.raw)
	return o
}

func (o *object) has(name string) bool { return o.raw[name] != nil }

// take decodes a field, and says whether it was there and of the right type.
func (o *object) take(name string, mandatory bool, into any) bool {
	o.taken = append(o.taken, name)
	switch raw := o.raw[name]; {
	case raw == nil:
		if mandatory {
			o.q.wrong("%s is missing", name)
		}
		return false
	case string(raw) == "null" || json.Unmarshal(raw, into) != nil:
		o.q.wrong("%s is not of its type", name)
		return false
	}
	return true
}

// text takes a string of so many characters.
func (o *object) text(name string, mandatory bool, least, most int) (value string) {
	if o.take(name, mandatory, &value) {
		if n := utf8.RuneCountInString(value); n < least || n > most {
			o.q.wrong("%s has %d characters, not %d to %d", name, n, least, most)
		}
	}
	return value
}

// number takes an integer, one of those allowed if any are named.
func (o *object) number(name string, mandatory bool, allowed ...int64) (value int64) {
	if o.take(name, mandatory, &value) && len(allowed) > 0 && !slices.Contains(allowed, value) {
		o.q.wrong("%s is %d, not one of %d", name, value, allowed)
	}
	return value
}

func (o *object) boolean(name string, mandatory bool) (value bool) {
	o.take(name, mandatory, &value)
	return value
}

// end finds fields that the page does not know.
func (o *object) end() {
	for name := range o.raw {
		if !slices.Contains(o.taken, name) {
			o.q.wrong("unknown field %q", name)
		}
	}
}
