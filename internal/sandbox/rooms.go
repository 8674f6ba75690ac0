package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

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

// roomsOf lists the rooms of the user at a place: the personal one, and those that the user holds.
func (d *Directory) roomsOf(at int32, u *user) []row {
	rows := []row{}
	for place := u.first; place != 0; place = d.rooms[place].next {
		r := &d.rooms[place]
		shown := row{"id": r.id, "vmrId": d.number(place), "vmrName": d.roomName(place), "vmrMode": r.mode, "status": r.status()}
		if r.mode == cloudRoom {
			shown["vmrPkgId"], shown["vmrPkgName"], shown["vmrPkgParties"], shown["vmrPkgLength"] = packages[r.mode].id, packages[r.mode].name, packages[r.mode].parties, 0
		}
		rows = append(rows, shown)
	}
	if d.personalRoom(at) == 0 { // everybody has one
		rows = append(rows, row{"id": u.id("personal "), "vmrId": d.personalNumber(at), "vmrName": u.name(), "vmrMode": personal, "status": 0})
	}
	slices.Reverse(rows) // the last that was given stands first in the chain
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
