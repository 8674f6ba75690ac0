package sandbox

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// expires is when the packages of all rooms end: 2035-01-01, in milliseconds.
const expires = 2051222400000

// sortFields are those that users can be sorted by (meeting_21_0071). All users have the same sortLevel, and ldapAccount is
// taken for the account, which is a guess.
var sortFields = map[string]func(a, b *user) int{
	"":            nil,
	"userType":    func(a, b *user) int { return cmp.Compare(a.kind, b.kind) },
	"adminType":   func(a, b *user) int { return cmp.Compare(a.admin, b.admin) },
	"ldapAccount": func(a, b *user) int { return cmp.Compare(a.account, b.account) },
	"deptCode":    func(a, b *user) int { return cmp.Compare(a.department(), b.department()) },
	"status":      func(a, b *user) int { return cmp.Compare(a.status, b.status) },
	"sortLevel":   func(a, b *user) int { return 0 },
}

func (h *Handler) searchUsers(a *asked) *reply {
	q := h.usersAsked(a)
	if a.refused != nil {
		return a.refused
	}
	h.changeElsewhere((*Handler).changeUsers)
	d := h.see()
	_, kept := d.found[q]
	found := d.find(q, d.userOrder, func(at int32) bool { return d.users[at].fits(q) })
	if compare := sortFields[q.sort]; compare != nil && !kept {
		slices.SortStableFunc(found, func(a, b int32) int {
			if q.descending {
				a, b = b, a
			}
			return compare(&d.users[a], &d.users[b])
		})
	}
	return h.list(a, found, func(at int32) row {
		shown := d.users[at].row()
		shown["vmrId"] = d.personalNumber(at)
		return shown
	})
}

// usersAsked is what a call asks for of the list of users.
func (h *Handler) usersAsked(a *asked) query {
	q := query{
		status: a.whole("status", all, 0, 1), admin: a.whole("adminType", all, 1, 2), search: strings.ToLower(a.values.Get("searchKey")),
		sort: a.values.Get("sortField"), descending: !a.truth("isAsc", true),
		department: a.values.Get("deptCode"), sub: a.truth("enableSubDept", true), shown: h.reading.shown,
	}
	if _, known := sortFields[q.sort]; !known {
		a.refuse("sortField is out of range")
	}
	for _, text := range a.values["userType"] { // "absent = 2 only"
		kind, err := strconv.Atoi(text)
		if err != nil || !slices.Contains([]int{2, 12, 13, 14}, kind) {
			a.refuse("userType is out of range")
			break
		}
		q.kinds |= 1 << kind
	}
	q.kinds = cmp.Or(q.kinds, 1<<ordinary)
	return q
}

func (u *user) fits(q query) bool {
	switch {
	case u.admin == defaultAdmin && !q.shown, q.kinds&(1<<u.kind) == 0, q.status != all && int(u.status) != q.status, q.admin != all && int(u.admin) != q.admin:
		return false
	case q.department != "" && q.department != u.department():
		if !q.sub || q.department != root && !strings.HasPrefix(u.department(), q.department+"#") {
			return false
		}
	}
	return q.search == "" || fuzzy(q.search, u.name(), u.about().phone, u.about().email, u.account, u.about().third)
}

// root is the department that all others stand below (api-reading, section 2.4).
const root = "1"

// about is what is known of the user.
func (u *user) about() person {
	if u.person == nil {
		return person{}
	}
	return *u.person
}

func (u *user) name() string { return cmp.Or(u.about().name, u.account) }

// department is the code of the user's department, which is the path of its name here, its parts joined by #.
func (u *user) department() string { return cmp.Or(u.about().department, root) }

// id is the user's UUID, or another one of the user for another purpose.
func (u *user) id(purpose string) string {
	id := uuid.NewSHA1(uuid.NameSpaceOID, []byte(purpose+u.account))
	return strings.ReplaceAll(id.String(), "-", "")
}

// row is what both the list and the details say of a user.
func (u *user) row() row {
	about := u.about()
	shown := row{
		"id": u.id(""), "userAccount": u.account, "name": u.name(), "englishName": "", "phone": about.phone, "country": "chinaPR", "email": about.email,
		"deptCode": u.department(), "deptNamePath": about.department, "userType": u.kind, "adminType": u.admin, "signature": "", "title": "", "desc": "",
		"status": u.status, "sortLevel": 10000, "hidePhone": false, "license": 0,
	}
	if about.third != "" {
		shown["thirdAccount"] = about.third
	}
	return shown
}

func (h *Handler) showUser(a *asked) *reply {
	if a.whole("accountType", 0, 0, 1); a.refused != nil {
		return a.refused
	}
	d := h.see()
	account := d.meeting(a.line.Target, a.line.third)
	if refused := h.refusesAccount(d, account); refused != nil {
		return refused
	}
	at := d.byAccount[account]
	u := d.users[at]
	if at == 0 { // where everything exists
		u = user{account: account, kind: ordinary, admin: noAdmin}
	}
	shown := u.row()
	department := u.about().department
	shown["deptName"] = department[strings.LastIndex(department, "#")+1:]
	shown["sipNum"], shown["function"] = "+99"+d.personalNumber(at), row{"enableRoom": false}
	shown["vmrList"] = d.roomsOf(at, &u)
	return answer(shown)
}

// maxIDs are as many as BatchShowUserDetails takes.
const maxIDs = 200

// listUsers answers with an element for each user that is asked for. It says that they are there or are not, and who they
// are, but neither their status nor their rooms.
func (h *Handler) listUsers(a *asked) *reply {
	kind := a.values.Get("idType")
	switch {
	case kind != "" && kind != "USER_ID" && kind != "THIRD_ACCOUNT":
		return malformed("idType is not USER_ID or THIRD_ACCOUNT")
	case len(a.ids) < 1 || len(a.ids) > maxIDs:
		return malformed("the number of users is out of range")
	}
	d := h.see()
	byID := map[string]string{} // accounts
	if kind != "THIRD_ACCOUNT" {
		for _, asked := range a.ids {
			byID[asked.ID] = ""
		}
		for _, at := range d.userOrder {
			id := d.users[at].id("")
			if _, wanted := byID[id]; wanted {
				byID[id] = d.users[at].account
			}
		}
	}
	rows := []row{}
	for _, asked := range a.ids {
		account := byID[asked.ID]
		if kind == "THIRD_ACCOUNT" {
			account = d.meeting(asked.ID, true)
		}
		shown := row{"id": asked.ID, "statusCode": 2}
		if d.hasAccount(account) {
			u := user{account: account}
			if at := d.byAccount[account]; at != 0 {
				u = d.users[at]
			}
			shown = row{"id": asked.ID, "statusCode": 0, "account": account, "name": u.name(), "email": u.about().email, "phone": u.about().phone, "deptName": u.about().department}
		}
		rows = append(rows, shown)
	}
	return answer(rows)
}
