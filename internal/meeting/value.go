package meeting

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// word is a member of an answer that is a text. The service's editions disagree on what is a number and what a text, so
// that a number is taken as it stands; what is neither is empty.
type word string

func (w *word) UnmarshalJSON(raw []byte) error {
	*w = ""
	switch raw[0] {
	case '"':
		if bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) { // nearly always, and a list has millions of them
			*w = word(strings.TrimSpace(string(raw[1 : len(raw)-1])))
			return nil
		}
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		*w = word(strings.TrimSpace(s))
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		*w = word(raw)
	}
	return nil
}

// whole is a member of an answer that is a whole number, also in quotes. What is none, or beyond what can be meant, is
// not said.
type whole struct {
	n    int
	said bool
}

func (n *whole) UnmarshalJSON(raw []byte) error {
	*n = whole{}
	f, err := strconv.ParseFloat(strings.TrimSpace(strings.Trim(string(raw), `"`)), 64)
	if err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		*n = whole{n: int(f), said: true}
	}
	return nil
}

// or is the number, or another where none was said.
func (n whole) or(other int) int {
	if n.said {
		return n.n
	}
	return other
}

// holder is the member or device of a room, by its id. An object without one is nobody, as is null, and a text is the id
// itself.
type holder string

func (h *holder) UnmarshalJSON(raw []byte) error {
	*h = ""
	if raw[0] == '"' {
		return (*word)(h).UnmarshalJSON(raw)
	}
	var object struct {
		ID word `json:"id"`
	}
	if raw[0] == '{' {
		if err := json.Unmarshal(raw, &object); err != nil {
			return err
		}
	}
	*h = holder(object.ID)
	return nil
}
