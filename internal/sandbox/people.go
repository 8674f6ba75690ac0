package sandbox

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// expires is when the packages of all rooms end: 2035-01-01, in milliseconds.
const expires = 2051222400000

func (h *Handler) searchRooms(a *asked) *reply {
	q := query{
		rooms: true, mode: a.whole("vmrMode", cloudRoom, cloudRoom, webinar), status: a.whole("status", all, 0, 1, 2),
		search: strings.ToLower(a.values.Get("searchKey")),
	}
	if a.refused != nil {
		return a.refused
	}
	h.changeElsewhere((*Handler).changeRooms)
	d := h.see()
	found := d.find(q, d.roomOrder, func(at int32) bool {
		r := &d.rooms[at]
		if int(r.mode) != q.mode || q.status != all && r.status() != q.status {
			return false
		}
		return q.search == "" || fuzzy(q.search, d.roomName(at), d.number(at), d.users[r.holder].name(), r.device())
	})
	return h.list(a, found, func(at int32) row { return h.roomRow(d, at) })
}

// status is that of a room in the list: 0 normal, 1 disabled, 2 unallocated.
func (r *room) status() int {
	switch {
	case r.holder == 0 && r.device() == "":
		return 2
	case r.disabled:
		return 1
	}
	return 0
}

func (h *Handler) roomRow(d *Directory, at int32) row {
	r := &d.rooms[at]
	shown := row{
		"id": r.id, "vmrId": d.number(at), "vmrName": d.roomName(at), "vmrPkgName": packages[r.mode].name, "vmrPkgParties": packages[r.mode].parties,
		"status": r.status(), "expireDate": int64(expires),
	}
	if r.mode == webinar {
		shown["maxAudienceParties"], shown["commercialMaxAudienceParties"] = 500, 500
	}
	if r.holder != 0 {
		u := &d.users[r.holder]
		id := u.account
		if h.reading.third {
			id = u.third()
		}
		shown["member"] = row{"id": id, "mark": u.name() + "(" + id + ")"}
	}
	if device := r.device(); device != "" {
		shown["device"] = row{"id": device, "mark": "Terminal " + d.number(at)}
	}
	return shown
}

// packages are what rooms of each mode are bought as.
var packages = [...]struct {
	id, name string
	parties  int
}{cloudRoom: {"vmr100", "Cloud meeting room, 100 parties", 100}, webinar: {"webinar500", "Webinar, 500 parties", 100}}

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

// roomsOf lists the rooms of a user: the personal one, and those that he holds.
func (d *Directory) roomsOf(at int32, u *user) []row {
	rows := []row{}
	if d.personalRoom(at) == 0 {
		rows = append(rows, row{"id": u.id("personal "), "vmrId": d.personalNumber(at), "vmrName": u.name(), "vmrMode": personal, "status": 0})
	}
	for at := u.first; at != 0; at = d.rooms[at].next {
		r := &d.rooms[at]
		shown := row{"id": r.id, "vmrId": d.number(at), "vmrName": d.roomName(at), "vmrMode": r.mode, "status": r.status()}
		if r.mode == cloudRoom {
			shown["vmrPkgId"], shown["vmrPkgName"], shown["vmrPkgParties"], shown["vmrPkgLength"] = packages[r.mode].id, packages[r.mode].name, packages[r.mode].parties, 0
		}
		rows = append(rows, shown)
	}
	return rows
}

// personalRoom finds the personal room of a user, where the directory has it.
func (d *Directory) personalRoom(user int32) int32 {
	at := d.users[user].first
	for at != 0 && d.rooms[at].mode != personal {
		at = d.rooms[at].next
	}
	return at
}

// personalNumber is what people dial for the personal room of a user.
func (d *Directory) personalNumber(user int32) string {
	if at := d.personalRoom(user); at != 0 {
		return d.number(at)
	}
	return fmt.Sprintf("8%08d", user)
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
			if id := d.users[at].id(""); hasKey(byID, id) {
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

func hasKey(m map[string]string, key string) bool {
	_, has := m[key]
	return has
}

// showResource tells what was bought and what is used. As many were bought as there are, and 100 at least: the documents
// do not say how a purchase that is exceeded is answered.
func (h *Handler) showResource(*asked) *reply {
	d := h.see()
	var users, normal [16]int
	for _, at := range d.userOrder {
		u := &d.users[at]
		users[u.kind]++
		if u.status == 0 {
			normal[u.kind]++
		}
	}
	count := func(kind int) row {
		return row{"sumCount": max(users[kind], 100), "trialCount": 0, "expiredCount": 0, "expiringCount": 0, "usedCount": normal[kind]}
	}
	var rooms, held [webinar + 1]int
	for _, at := range d.roomOrder {
		r := &d.rooms[at]
		rooms[r.mode]++
		if r.status() != 2 {
			held[r.mode]++
		}
	}
	bought := []row{}
	for _, mode := range []int{cloudRoom, webinar} {
		bought = append(bought, row{
			"vmrPkgId": packages[mode].id, "vmrName": packages[mode].name, "vmrPkgParties": packages[mode].parties,
			"vmrPkgCount": rooms[mode], "vmrPkgUsedCount": held[mode],
		})
	}
	return answer(row{"teSoftCount": count(2), "hwVisionCount": count(12), "ideaHubCount": count(13), "roomCount": count(14), "vmr": bought})
}
