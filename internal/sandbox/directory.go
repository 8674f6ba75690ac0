package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Directory is what exists in a simulated enterprise: accounts, their status, and the rooms they hold. It is for one
// Handler alone. Users and rooms stand in slices and know one another by their places there, since there can be a
// million of each; place 0 is nobody, and no room, and what is written there means nothing.
type Directory struct {
	open      bool // everything exists but what begins with "missing"; what is listed is what it knows
	users     []user
	rooms     []room
	byAccount map[string]int32
	byThird   map[string]int32
	byID      map[string]int32
	userOrder []int32 // of those who exist, as they are listed
	roomOrder []int32
	found     map[query][]int32 // what was listed since the last change
}

type user struct {
	account  string
	person   *person // nil where nothing more is known of the user
	first    int32   // room
	held     int32   // cloud rooms
	status   uint8   // 0 normal, 1 disabled
	kind     uint8   // userType
	admin    uint8   // adminType
	vanished bool
}

// person is never changed: the users of two directories share it.
type person struct{ third, name, department, phone, email string }

type room struct {
	id         string
	holder     int32 // a user
	prev, next int32 // rooms of the holder
	mode       uint8 // 0 personal, 1 cloud room, 2 webinar
	disabled   bool
	vanished   bool
	about      *about // nil where nothing more is known of the room
}

// about is never changed, as a person.
type about struct{ name, number, device string }

func newDirectory() *Directory {
	return &Directory{
		users: make([]user, 1), rooms: make([]room, 1), byAccount: map[string]int32{}, byThird: map[string]int32{}, byID: map[string]int32{},
		found: map[query][]int32{},
	}
}

// clone copies a directory. Changes of one of the two do not reach the other.
func (d *Directory) clone() *Directory {
	c := *d
	c.users, c.rooms, c.userOrder, c.roomOrder = slices.Clone(d.users), slices.Clone(d.rooms), slices.Clone(d.userOrder), slices.Clone(d.roomOrder)
	c.byAccount, c.byThird, c.byID, c.found = maps.Clone(d.byAccount), maps.Clone(d.byThird), maps.Clone(d.byID), map[query][]int32{}
	return &c
}

func exists(id string) bool { return !strings.HasPrefix(id, "missing") }

// meeting is the Meeting account of who is meant by an account or a third-party ID. Who has no third-party ID of his own
// has his account for one.
func (d *Directory) meeting(name string, third bool) string {
	if !third {
		return name
	}
	if at := d.byThird[name]; at != 0 {
		return d.users[at].account
	}
	if at := d.byAccount[name]; at != 0 && d.users[at].third() != name {
		return "" // which is nobody's
	}
	return name
}

func (u *user) third() string {
	if u.person != nil && u.person.third != "" {
		return u.person.third
	}
	return u.account
}

func (d *Directory) hasAccount(account string) bool {
	if at := d.byAccount[account]; at != 0 {
		return !d.users[at].vanished
	}
	return d.open && account != "" && exists(account)
}

// hasRoom tells whether there is a room that one of the given holders has; a holder that is empty is none. Who holds a
// room is all the same where everything exists, but for terminals.
func (d *Directory) hasRoom(id string, holders ...string) bool {
	at := d.byID[id]
	if at == 0 {
		return d.open && exists(id)
	}
	r := &d.rooms[at]
	if r.vanished || r.mode == 0 || r.holder == 0 && r.device() != "" {
		return false
	}
	return d.open || slices.Contains(holders, d.users[r.holder].account)
}

// holder is the account that holds a room; empty where none does.
func (d *Directory) holder(id string) string { return d.users[d.rooms[d.byID[id]].holder].account }

// held counts the cloud rooms that an account holds.
func (d *Directory) held(account string) int { return int(d.users[d.byAccount[account]].held) }

// status is that of an account; empty where it is not known.
func (d *Directory) status(account string) string {
	at := d.byAccount[account]
	if at == 0 {
		return ""
	}
	return string('0' + rune(d.users[at].status))
}

// addUser finds an account, or adds it.
func (d *Directory) addUser(account string) int32 {
	at := d.byAccount[account]
	if at == 0 {
		at, account = int32(len(d.users)), strings.Clone(account)
		d.users = append(d.users, user{account: account, kind: ordinary, admin: noAdmin})
		d.byAccount[account] = at
		d.userOrder = append(d.userOrder, at)
		d.changed()
	}
	return at
}

// addRoom finds a room, or adds it.
func (d *Directory) addRoom(id string) int32 {
	at := d.byID[id]
	if at == 0 {
		at, id = int32(len(d.rooms)), strings.Clone(id)
		d.rooms = append(d.rooms, room{id: id, mode: cloudRoom})
		d.byID[id] = at
		d.roomOrder = append(d.roomOrder, at)
		d.changed()
	}
	return at
}

// give makes an account the holder of a room, whoever held it; an empty one makes it free. Either is added where it is
// not known.
func (d *Directory) give(id, account string) {
	at := d.addRoom(id)
	r := &d.rooms[at]
	d.changed()
	d.release(at)
	if r.device() != "" {
		r.about = &about{name: r.about.name, number: r.about.number}
	}
	if account != "" {
		d.hold(at, d.addUser(account))
	}
}

// hold puts a room that nobody holds among those of a user.
func (d *Directory) hold(at, by int32) {
	r, u := &d.rooms[at], &d.users[by]
	r.holder, r.next = by, u.first
	d.rooms[u.first].prev = at
	u.first = at
	if r.mode == cloudRoom {
		u.held++
	}
}

// release takes a room from who holds it, if anybody does.
func (d *Directory) release(at int32) {
	r := &d.rooms[at]
	if r.holder == 0 {
		return
	}
	u := &d.users[r.holder]
	if r.prev == 0 {
		u.first = r.next
	} else {
		d.rooms[r.prev].next = r.next
	}
	d.rooms[r.next].prev = r.prev
	d.rooms[0].prev = 0 // which is no room
	if r.mode == cloudRoom {
		u.held--
	}
	r.holder, r.prev, r.next, r.disabled = 0, 0, 0, false
}

// setStatus sets that of an account, which is added where it is not known.
func (d *Directory) setStatus(account, status string) {
	d.users[d.addUser(account)].status = status[0] - '0'
	d.changed()
}

// changed forgets what was found.
func (d *Directory) changed() {
	if len(d.found) > 0 {
		clear(d.found)
	}
}

func (r *room) device() string {
	if r.about == nil {
		return ""
	}
	return r.about.device
}

// number is what people dial for the room at a place.
func (d *Directory) number(at int32) string {
	if about := d.rooms[at].about; about != nil && about.number != "" {
		return about.number
	}
	return fmt.Sprintf("9%08d", at)
}

// roomName is the name of the room at a place.
func (d *Directory) roomName(at int32) string {
	if about := d.rooms[at].about; about != nil && about.name != "" {
		return about.name
	}
	return "Room " + d.number(at)
}

// The kinds of rooms, of users and of administrators that are spoken of here (meeting_21_0069, meeting_21_0071).
const (
	personal, cloudRoom, webinar = 0, 1, 2
	ordinary                     = 2
	defaultAdmin, noAdmin        = 0, 2
)
