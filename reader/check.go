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
	it.Account, it.Value = trim(r.format.field(account)), trim(r.format.field(value))
	if checkID(it, "account", it.Account); it.Invalid != "" {
		return
	}
	switch {
	case it.Account == "." || it.Account == "..":
		it.Invalid = "account is . or .., which would change the request's path"
	case r.op.Column == job.SetStatus.Column:
		checkStatus(it)
	default:
		checkRoom(it, r.opts.AnyID)
	}
}

func checkID(it *job.Item, field, id string) {
	switch {
	case id == "":
		it.Invalid = field + " is empty"
	case len(id) > maxID && utf8.RuneCountInString(id) > maxID:
		it.Invalid = fmt.Sprintf("%s is longer than %d characters", field, maxID)
	case hasControl(id):
		it.Invalid = field + " has a control character"
	case '+' <= id[0] && id[0] <= '9' && damaged.MatchString(id): // few others need the look
		it.Invalid = field + " was turned into a rounded number by a spreadsheet"
	}
}

// hasControl tells whether an ID has a control character, or one that formats and does not show, such as a byte
// order mark.
func hasControl(id string) bool {
	ascii := true
	for i := range len(id) {
		if id[i] < ' ' || id[i] == 0x7F {
			return true
		}
		ascii = ascii && id[i] < utf8.RuneSelf
	}
	return !ascii && strings.ContainsFunc(id, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf) })
}

// isRoom tells whether an ID is of the room IDs' shape, which nearly all are.
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

var hexDigit = func() (is [256]bool) {
	for _, c := range []byte("0123456789abcdefABCDEF") {
		is[c] = true
	}
	return is
}()

func checkRoom(it *job.Item, any bool) {
	if isRoom(it.Value) {
		return
	}
	if checkID(it, "vmr_id", it.Value); it.Invalid != "" || any {
		return
	}
	switch digits := strings.Trim(it.Value, "0123456789") == ""; {
	case digits && len(it.Value) <= 15:
		// The number that people dial stands under the name vmrId in the service's answers.
		it.Invalid = "vmr_id is the number that people dial, not the room's unique id"
	case len(it.Value) != 32 && damagedRoom.MatchString(it.Value):
		it.Invalid = "vmr_id was turned into a rounded number by a spreadsheet"
	default:
		it.Warning = "vmr_id is not 32 hex digits"
	}
}

func checkStatus(it *job.Item) {
	switch strings.ToLower(it.Value) {
	case "0", "normal", "正常":
		it.Value = "0"
	case "1", "disabled", "停用":
		it.Value = "1"
	case "":
		it.Invalid = "user_status is empty"
	default:
		it.Invalid = "user_status is not 0, 1, normal or disabled"
		it.Detail = fmt.Sprintf("%.40q", it.Value)
	}
}

// trim removes blanks from both ends, also no-break (U+00A0) and full-width (U+3000) ones.
func trim(s string) string {
	if n := len(s); n > 0 && s[0] > ' ' && s[0] < utf8.RuneSelf && s[n-1] > ' ' && s[n-1] < utf8.RuneSelf {
		return s
	}
	return strings.TrimFunc(s, unicode.IsSpace)
}
