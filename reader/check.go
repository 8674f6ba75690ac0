package reader

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"meetbatch/job"
)

// maxID is the longest account or room ID, in characters (meeting_21_0306).
const maxID = 255

// damagedRoom matches what might be an account, but is no room: 1E15.
var damagedRoom = matches(`^[0-9]+[eE][0-9]{1,3}$`)

// verdict is what is to be said of an ID. Nothing is said of most.
type verdict struct {
	invalid string // why it cannot be sent
	warning string // what looks wrong about one that can
	doubt   string // the kind of the warning, where it is a doubt
	signs   class  // what stands in it, as far as that says whether it is a part or several
}

// check fills an item from the fields of its row: trimmed, in the API's words, and with the reason
// where the row cannot be sent.
func (r *Reader) check(it *job.Item, account, value string) {
	it.Account, it.Value = trim(r.format.text(account)), trim(r.format.text(value))
	if r.checkAccount(it); it.Invalid != "" {
		return
	}
	switch {
	case len(r.op.Values) == 0:
		r.checkValue(it)
	case r.at.value >= 0: // otherwise it is the API's already
		r.checkWord(it)
	}
	r.roundedAccounts.add(it.Line, it.Account)
	if it.Invalid != "" {
		it.Warning, it.Doubt = "", ""
		return
	}
	if r.signs&number != 0 {
		r.doubtNumber(it)
	}
	if r.signs&betweenParts != 0 {
		r.doubtSeveral(it)
	}
}

func (r *Reader) checkAccount(it *job.Item) {
	if r.signs = 0; r.usual.is(it.Account) {
		r.signs = at
		return
	}
	if it.Account == "." || it.Account == ".." {
		it.Invalid = "account is . or .., which would change the request's path"
		return
	}
	found := wrongID("account", it.Account)
	it.Invalid, it.Warning, it.Doubt, r.signs = found.invalid, found.warning, found.doubt, found.signs
	if r.signs&at != 0 {
		r.usual.learn(it.Account)
	}
}

// checkValue looks at a value that can be anything. What is to be said of the account goes before it, but for what keeps the
// row from being sent.
func (r *Reader) checkValue(it *job.Item) {
	if !r.value.rooms || !isRoom(it.Value) { // for speed only: nearly all are
		of := r.value.check(it.Value, r.opts.AnyID)
		it.Invalid = of.invalid
		if it.Warning == "" {
			it.Warning, it.Doubt = of.warning, of.doubt
		}
	}
	r.roundedValues.add(it.Line, it.Value)
}

// checkWord puts the API's word in place of the one for a value that an operation's column can have.
func (r *Reader) checkWord(it *job.Item) {
	v, known := r.op.ValueOf(it.Value)
	switch {
	case known:
		it.Value = v.API
	case it.Value == "":
		it.Invalid = r.op.Column + " is empty"
	default:
		it.Invalid, it.Detail = r.notOneOf, fmt.Sprintf("%.40q", it.Value)
		if d, _ := damageOf(it.Value); d != nil {
			it.Invalid += "; it" + d.words
		}
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

// strangeRoom is told of a room ID that is of another shape, and sent all the same.
const strangeRoom = "vmr_id is not 32 hex digits"

func checkRoom(id string, anyID bool) verdict {
	if isRoom(id) {
		return verdict{}
	}
	found := wrongID("vmr_id", id)
	found.signs = 0
	if found.invalid != "" || anyID {
		return found
	}
	bare := strings.NewReplacer(" ", "", "-", "").Replace(id)
	switch digits := strings.Trim(bare, "0123456789") == ""; {
	case strings.Contains(id, "@"):
		return verdict{invalid: "vmr_id is an address, as if the columns were swapped"}
	case digits && 0 < len(bare) && len(bare) <= 15:
		// The number that people dial stands under the name vmrId in the service's answers.
		return verdict{invalid: "vmr_id is the number that people dial, not the room's unique id"}
	case len(id) != 32 && damagedRoom(id):
		return verdict{invalid: "vmr_id" + roundedNumber}
	case found.warning != "":
	case isRoom(bare) && strings.Contains(id, " "):
		found.warning, found.doubt = "vmr_id has blanks between its digits", DoubtPlaceholder
	case beginsWithCount(id) && isSum(id):
		found.warning, found.doubt = "vmr_id reads like a sum or an end", DoubtShape
	default:
		found.warning = strangeRoom
	}
	return found
}

// wrongID tells what is wrong with an ID of any kind, or may be.
func wrongID(field, id string) verdict {
	switch {
	case id == "":
		return verdict{invalid: field + " is empty"}
	case len(id) > maxID && utf8.RuneCountInString(id) > maxID:
		return verdict{invalid: fmt.Sprintf("%s is longer than %d characters", field, maxID)}
	}
	d, seen := damageOf(id)
	switch {
	case d == nil:
		return verdict{signs: seen & (betweenParts | digit | at | colon | number)}
	case d.doubt:
		return verdict{warning: field + d.words, doubt: cmp.Or(d.kind, DoubtPlaceholder)}
	}
	return verdict{invalid: field + d.words}
}

// isRoom tells whether an ID is of the room IDs' shape: 32 hex digits. Nearly all are, so it comes first and is quick;
// what it takes for a room would pass the other checks.
func isRoom(id string) bool {
	if len(id) != 32 {
		return false
	}
	other := uint8(0)
	for i := range len(id) {
		other |= noHexDigit[id[i]]
	}
	return other == 0
}

// noHexDigit has a 1 for all other bytes; it is a table only because that is quicker than comparisons.
var noHexDigit = func() (no [256]uint8) {
	for c := range no {
		if strings.IndexByte("0123456789abcdefABCDEF", byte(c)) < 0 {
			no[c] = 1
		}
	}
	return no
}()

// trim removes blanks from both ends, also no-break (U+00A0) and full-width (U+3000) ones.
func trim(s string) string {
	if n := len(s); n > 0 && s[0] > ' ' && s[0] < utf8.RuneSelf && s[n-1] > ' ' && s[n-1] < utf8.RuneSelf {
		return s
	}
	return strings.TrimFunc(s, unicode.IsSpace)
}
