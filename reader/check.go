package reader

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"meetbatch/job"
)

// maxID is the longest account or room ID, in characters (meeting_21_0306).
const maxID = 255

// damaged matches what a spreadsheet makes of a long number: 9.9E+15.
var damaged = regexp.MustCompile(`^[+-]?[0-9]+([.,][0-9]+)?[eE]\+[0-9]+$|^[+-]?[0-9]+[.,][0-9]+[eE][0-9]+$`)

// damagedRoom matches what might be an account, but is no room: 1E15.
var damagedRoom = regexp.MustCompile(`^[0-9]+[eE][0-9]{1,3}$`)

// check fills an item from the fields of its row: trimmed, in the API's words, and with the reason
// where the row cannot be sent.
func (r *Reader) check(it *job.Item, account, value string) {
	it.Account, it.Value = trim(r.format.text(account)), trim(r.format.text(value))
	if it.Account == "." || it.Account == ".." {
		it.Invalid = "account is . or .., which would change the request's path"
	} else {
		it.Invalid = wrongID("account", it.Account)
	}
	if it.Invalid != "" {
		return
	}
	if len(r.op.Values) == 0 {
		it.Invalid, it.Warning = r.value.check(it.Value, r.opts.AnyID)
		return
	}
	switch v, known := r.op.ValueOf(it.Value); {
	case known:
		it.Value = v.API
	case it.Value == "":
		it.Invalid = r.op.Column + " is empty"
	default:
		it.Invalid, it.Detail = r.notOneOf, fmt.Sprintf("%.40q", it.Value)
	}
}

// notOneOf says of a value that it is none of an operation's few: user_status is not 0, 1, normal or disabled.
func notOneOf(op job.Operation) string {
	if len(op.Values) == 0 {
		return ""
	}
	var words, names []string
	for _, v := range op.Values {
		words, names = append(words, v.API), append(names, v.Name)
	}
	words = append(words, names...)
	last := len(words) - 1
	return fmt.Sprintf("%s is not %s or %s", op.Column, strings.Join(words[:last], ", "), words[last])
}

func checkRoom(id string, anyID bool) (invalid, warning string) {
	if isRoom(id) {
		return "", ""
	}
	if wrong := wrongID("vmr_id", id); wrong != "" || anyID {
		return wrong, ""
	}
	switch digits := strings.Trim(id, "0123456789") == ""; {
	case strings.Contains(id, "@"):
		return "vmr_id is an address, as if the columns were swapped", ""
	case digits && len(id) <= 15:
		// The number that people dial stands under the name vmrId in the service's answers.
		return "vmr_id is the number that people dial, not the room's unique id", ""
	case len(id) != 32 && damagedRoom.MatchString(id):
		return "vmr_id was turned into a rounded number by a spreadsheet", ""
	}
	return "", "vmr_id is not 32 hex digits"
}

// wrongID tells what is wrong with an ID of any kind; nothing is "".
func wrongID(field, id string) string {
	switch {
	case id == "":
		return field + " is empty"
	case len(id) > maxID && utf8.RuneCountInString(id) > maxID:
		return fmt.Sprintf("%s is longer than %d characters", field, maxID)
	case hasControl(id):
		return field + " has a control character"
	case '+' <= id[0] && id[0] <= '9' && damaged.MatchString(id): // the comparisons are for speed only
		return field + " was turned into a rounded number by a spreadsheet"
	}
	return ""
}

// hasControl tells whether an ID has a control character, or one that formats and does not show, such as a byte
// order mark.
func hasControl(id string) bool {
	for i := range len(id) {
		if c := id[i]; c < ' ' || c >= 0x7F { // for speed only: hardly any ID has to be looked at as Unicode
			return strings.ContainsFunc(id, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf) })
		}
	}
	return false
}

// isRoom tells whether an ID is of the room IDs' shape: 32 hex digits. Nearly all are, so it comes first and is quick;
// what it takes for a room would pass the other checks.
func isRoom(id string) bool {
	if len(id) != 32 {
		return false
	}
	for i := range len(id) {
		if !hexDigit[id[i]] {
			return false
		}
	}
	return true
}

// hexDigit is a table only because that is quicker than comparisons.
var hexDigit = func() (is [256]bool) {
	for _, c := range []byte("0123456789abcdefABCDEF") {
		is[c] = true
	}
	return is
}()

// trim removes blanks from both ends, also no-break (U+00A0) and full-width (U+3000) ones.
func trim(s string) string {
	if n := len(s); n > 0 && s[0] > ' ' && s[0] < utf8.RuneSelf && s[n-1] > ' ' && s[n-1] < utf8.RuneSelf {
		return s
	}
	return strings.TrimFunc(s, unicode.IsSpace)
}
