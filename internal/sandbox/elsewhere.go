package sandbox

import (
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// change is one that is not seen yet.
type change struct {
	at   time.Time
	make func(*Directory)
}

// change changes what exists, and some time later what is seen of it.
func (h *Handler) change(do func(*Directory)) {
	if h.reading.delay > 0 {
		if h.seen == h.now {
			h.seen = h.now.clone()
		}
		h.later = append(h.later, change{time.Now().Add(h.reading.delay), do})
	}
	do(h.now)
}

// see is what is seen of what exists.
func (h *Handler) see() *Directory {
	now := time.Now()
	for len(h.later) > 0 && !now.Before(h.later[0].at) {
		h.later[0].make(h.seen)
		h.later = h.later[1:]
	}
	return h.seen
}

// Name tells a service without a directory what it is to list: a room and the account that holds it, a free room where
// the account is empty, an account alone where the room is; and the account's status, 0 unless it is said. What was named
// is named before the first request. What begins with "missing" is listed nowhere; a room is whose it was named first.
func (h *Handler) Name(account, room, status string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.now.open || !exists(account) || !exists(room) {
		return
	}
	if account != "" {
		h.now.addUser(account)
		if status != "" {
			h.now.setStatus(account, status)
		}
	}
	if room != "" && h.now.byID[room] == 0 {
		h.now.give(room, account)
		h.bindToTerminal(h.now, h.now.byID[room])
	}
}

// NameExample names an enterprise of 100 users with three rooms each, and its administrator.
func (h *Handler) NameExample() {
	for i := range 100 {
		account := fmt.Sprintf("user%03d@example.com", i+1)
		for j := range 3 {
			h.Name(account, fmt.Sprintf("ff8080816b0000000000000000%06x", i*3+j+1), "")
		}
		h.describe(account, person{name: fmt.Sprintf("User %03d", i+1), department: []string{"Sales", "Sales#North", "Support"}[i%3], email: account}, noAdmin)
	}
	const administrator = "admin@example.com"
	h.Name(administrator, "", "")
	h.describe(administrator, person{name: "Administrator", email: administrator}, defaultAdmin)
}

// describe says more of who was named.
func (h *Handler) describe(account string, p person, admin uint8) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if at := h.now.byAccount[account]; at != 0 && h.now.open {
		h.now.users[at].person, h.now.users[at].admin = &p, admin
	}
}

// bindToTerminal binds a room to a terminal instead of a user, where it belongs to the share of those that are.
func (h *Handler) bindToTerminal(d *Directory, at int32) {
	r := &d.rooms[at]
	if h.reading.terminals == 0 || at == 0 || r.mode == personal || h.lot("terminal", r.id) >= h.reading.terminals {
		return
	}
	d.release(at)
	bound := about{device: "7e" + (&user{account: r.id}).id("terminal ")[2:]}
	if r.about != nil {
		bound.name, bound.number = r.about.name, r.about.number
	}
	r.about = &bound
	d.changed()
}

// changeElsewhere lets somebody else change a list, before a share of the calls that read it.
func (h *Handler) changeElsewhere(do func(*Handler)) {
	if h.reading.changes > 0 && h.elsewhere.Float64() < h.reading.changes {
		do(h)
	}
}

// changeRooms adds a room somewhere in the list, or takes one back, disables or deletes it.
func (h *Handler) changeRooms() {
	place := h.elsewhere.IntN(len(h.now.roomOrder) + 1)
	what := h.elsewhere.IntN(4)
	if what == 0 || place == len(h.now.roomOrder) {
		id := h.draw()
		h.change(func(d *Directory) { d.roomOrder = move(d.roomOrder, d.addRoom(id), place) })
		return
	}
	id := h.now.rooms[h.now.roomOrder[place]].id
	h.change(func(d *Directory) {
		at := d.byID[id]
		r := &d.rooms[at]
		switch {
		case what == 1 && r.mode != personal && r.status() != 2:
			d.give(id, "")
		case what == 2 && r.holder != 0 && !r.disabled:
			r.disabled = true
		default:
			d.deleteRoom(at)
		}
		d.changed()
	})
}

// changeUsers adds a user somewhere in the list, or disables or deletes one.
func (h *Handler) changeUsers() {
	place := h.elsewhere.IntN(len(h.now.userOrder) + 1)
	what := h.elsewhere.IntN(3)
	if what == 0 || place == len(h.now.userOrder) {
		account := "new" + h.draw()[:8] + "@example.com"
		h.change(func(d *Directory) { d.userOrder = move(d.userOrder, d.addUser(account), place) })
		return
	}
	account := h.now.users[h.now.userOrder[place]].account
	if h.now.users[h.now.byAccount[account]].admin == defaultAdmin {
		return // nobody disables or deletes the default administrator
	}
	h.change(func(d *Directory) {
		if at := d.byAccount[account]; what == 1 && d.users[at].status == 0 {
			d.setStatus(account, "1")
		} else {
			d.deleteUser(at)
		}
	})
}

func (d *Directory) deleteRoom(at int32) {
	d.release(at)
	d.rooms[at].vanished = true
	d.roomOrder = slices.DeleteFunc(d.roomOrder, func(other int32) bool { return other == at })
	d.changed()
}

// deleteUser deletes a user, whose rooms are free then.
func (d *Directory) deleteUser(at int32) {
	for d.users[at].first != 0 {
		d.release(d.users[at].first)
	}
	d.users[at].vanished = true
	d.userOrder = slices.DeleteFunc(d.userOrder, func(other int32) bool { return other == at })
	d.changed()
}

// move puts what was added last to a place.
func move(order []int32, at int32, place int) []int32 {
	return slices.Insert(order[:len(order)-1], min(place, len(order)-1), at)
}

// draw makes up an ID of 32 hex digits.
func (h *Handler) draw() string {
	var id [16]byte
	for i := range id {
		id[i] = byte(h.elsewhere.Uint32())
	}
	return hex.EncodeToString(id[:])
}
