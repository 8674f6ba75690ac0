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
func check(it *job.Item, op job.Operation, account, value string) {
	it.Account, it.Value = trim(account), trim(value)
	if checkID(it, "account", it.Account); it.Invalid != "" {
		return
	}
	switch {
	case it.Account == "." || it.Account == "..":
		it.Invalid = "account is . or .., which would change the request's path"
	case op.Column == job.SetStatus.Column:
		checkStatus(it)
	default:
		checkRoom(it)
	}
}

func checkID(it *job.Item, field, id string) {
	switch {
	case id == "":
		it.Invalid = field + " is empty"
	case len(id) > maxID && utf8.RuneCountInString(id) > maxID:
		it.Invalid = fmt.Sprintf("%s is longer than %d characters", field, maxID)
	case strings.ContainsFunc(id, unicode.IsControl):
		it.Invalid = field + " has a control character"
	case damaged.MatchString(id):
		it.Invalid = field + " was turned into a rounded number by a spreadsheet"
	}
}

func checkRoom(it *job.Item) {
	if checkID(it, "vmr_id", it.Value); it.Invalid != "" {
		return
	}
	digits, hex := true, true
	for _, c := range []byte(it.Value) {
		digit := '0' <= c && c <= '9'
		digits = digits && digit
		hex = hex && (digit || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F')
	}
	switch {
	case digits && len(it.Value) <= 15:
		// The number that people dial stands under the name vmrId in the service's answers.
		it.Invalid = "vmr_id is the number that people dial, not the room's unique id"
	case len(it.Value) != 32 && damagedRoom.MatchString(it.Value):
		it.Invalid = "vmr_id was turned into a rounded number by a spreadsheet"
	case !hex || len(it.Value) != 32:
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
