package job

import (
	"slices"
	"strings"
)

// Operation is one thing that can be done to every row of a file: a request of the service and how
// a row becomes an entry of its body. It is data; a further operation is a further value.
type Operation struct {
	Name   string // the command: reclaim
	Column string // the column that stands beside account: vmr_id
	Method string
	Path   string // the request's path up to its target, ending in a slash
	Verb   string // what is done, for people: reclaim rooms
	Noun   string // what an entry of a request is, for people: room
	Order  string // what is asked for, for people, with a place for the entries: take %s back
	Whose  string // what stands between the entries and their accounts, where it is PerAccount: from

	// PerAccount says that the request's target is the account and its entries are the values of
	// that account's rows. Otherwise the target is the value and the entries are accounts; then an
	// account can have one value only, and rows that give it two contradict one another.
	PerAccount bool

	// MostPerAccount is how many entries an account can have at most, where the service says so; 0: any number. A file is held
	// to it for each account by itself: what an account has already only a reading of the service tells.
	MostPerAccount int

	// Values are those that the column can have, where they are few. Where there are none, it holds IDs.
	Values []Value

	// Takes is the state in which an entry has to be for the operation, and Makes the one in which it is afterwards. They
	// are Unread where the operation sets values: it takes any other value, and makes it the row's.
	Takes, Makes State

	// Undoes names the operation that this one takes back and that takes this one back. It is empty where
	// there is none, and where the operation takes itself back by another value.
	Undoes string

	// RefusesRepeats says that the service may refuse what it has carried out already, since it is so by then. After a
	// request that went unanswered, a refusal of the same entries says nothing then.
	RefusesRepeats bool
	// WholeCodes are the error codes that concern the target, and so the request as a whole; any
	// other is taken to concern some of its entries.
	WholeCodes []string
}

// Value is one of the few that an operation's column can have.
type Value struct {
	API   string   // the service's word for it: 1
	Name  string   // what it means, for people: disabled
	Forms []string // what a file may say for it besides these two, in lower case
}

// ValueOf finds the value that a text from a file or a command line stands for, case aside.
func (op Operation) ValueOf(text string) (v Value, known bool) {
	text = strings.ToLower(text)
	at := slices.IndexFunc(op.Values, func(v Value) bool { return text == v.API || text == v.Name || slices.Contains(v.Forms, text) })
	if at < 0 {
		return Value{}, false
	}
	return op.Values[at], true
}

// Target is the last segment of the path of a request for an account and a value.
func (op Operation) Target(account, value string) string {
	if op.PerAccount {
		return account
	}
	return value
}

// Reclaim takes rooms back from the account that holds them (DisassociateVmr, meeting_21_1105).
var Reclaim = Operation{
	Name:       "reclaim",
	Column:     "vmr_id",
	Method:     "POST",
	Path:       "/v1/usg/dcs/corp/vmr/recycle-from-member/",
	Verb:       "reclaim rooms",
	Noun:       "room",
	Order:      "take %s back",
	Whose:      "from",
	PerAccount: true,
	Takes:      Held,
	Makes:      Free,
	Undoes:     "assign",

	RefusesRepeats: true,                                       // that a room is free is no state to ask for (api-facts, section 8, question 2)
	WholeCodes:     []string{"USG.201040000", "USG.201040006"}, // no such user; not a user who can hold rooms
}

// Assign gives rooms to an account (AssociateVmr, meeting_21_1104). An account holds 32 cloud rooms, and 10 webinars beside
// them (guide of the portal). Which of the two a room is its ID does not tell, so that all are held to the 32.
var Assign = Operation{
	Name:       "assign",
	Column:     "vmr_id",
	Method:     "POST",
	Path:       "/v1/usg/dcs/corp/vmr/assign-to-member/",
	Verb:       "assign rooms",
	Noun:       "room",
	Order:      "give %s",
	Whose:      "to",
	PerAccount: true,
	Takes:      Free,
	Makes:      Held,
	Undoes:     "reclaim",

	MostPerAccount: 32,
	RefusesRepeats: true, // a room has to be free; what is said of one that the account holds already is not documented
	WholeCodes:     Reclaim.WholeCodes,
}

// SetStatus makes accounts normal (0) or disabled (1) (BatchUpdateUserStatus, meeting_21_0072).
var SetStatus = Operation{
	Name:   "status",
	Column: "user_status",
	Method: "PUT",
	Path:   "/v1/usg/dcs/corp/member/status/",
	Verb:   "set the status of accounts",
	Noun:   "account",
	Order:  "set %s",
	Values: []Value{{"0", "normal", []string{"正常", "启用", "enabled"}}, {"1", "disabled", []string{"停用", "禁用"}}},
}

// Operations lists all that there are.
func Operations() []Operation { return []Operation{Reclaim, Assign, SetStatus} }

// MaxChunk is the largest number of entries in one request. It is documented for rooms
// (meeting_21_1104, meeting_21_1105); for accounts it is a guess, taken from the sibling calls.
const MaxChunk = 100
