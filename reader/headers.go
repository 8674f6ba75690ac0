package reader

import "cmp"

// field is what is known of a thing that a row says, such as its account.
type field struct {
	headers []string // it stands under one of these, case and blanks aside
	byType  []string // or under the one of the account type, 0 or 1
	noun    string   // what one of its values is, for people, where there are few
	check   idCheck  // nil: nothing more is known than of any ID
}

// idCheck tells what is wrong with an ID, and what is strange about one that is not wrong.
type idCheck func(id string, anyID bool) (invalid, warning string)

// fields are those of the operations, by the name that an operation has for its column. The headers are those of the
// service's queries (SearchCorpVmr, SearchUsers) and of its management pages.
var fields = map[string]field{
	"account": {
		headers: []string{"account", "账号", "member.id"},
		byType:  []string{"userAccount", "thirdAccount"},
		check:   checkAccount,
	},
	"vmr_id": {
		headers: []string{"vmr_id", "id", "vmrId", "云会议室ID"},
		check:   checkRoom,
	},
	"user_status": {
		headers: []string{"user_status"},
		noun:    "status",
	},
}

// fieldOf finds a field by its name. One that is not in the table stands under its own name.
func fieldOf(name string) field {
	f, known := fields[name]
	if !known {
		f.headers = []string{name}
	}
	f.noun = cmp.Or(f.noun, "value")
	if f.check == nil {
		f.check = func(id string, _ bool) (invalid, warning string) { return wrongID(name, id), "" }
	}
	return f
}

// headersFor lists the headers under which the field is looked for with an account type.
func (f field) headersFor(accountType int) []string {
	if f.byType == nil {
		return f.headers
	}
	return append(f.headers[:len(f.headers):len(f.headers)], f.byType[accountType])
}
