package meeting

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"
)

// Room is a cloud room or a webinar's, as SearchCorpVmr tells it (meeting_21_1102).
type Room struct {
	ID      string // unique: the one that operations take
	Number  string // what people dial
	Name    string
	Mode    int    // 1 cloud room, 2 webinar: as it was asked for
	Status  int    // 0 normal, 1 disabled, 2 allocated to nobody; -1: not said
	Account string // of the user whom it is allocated to; empty: none
	Device  string // terminal that it is allocated to; empty: none
	Package string
	Expires time.Time // zero: not said
}

// RoomFilter says which rooms are listed.
type RoomFilter struct {
	Mode   int    // 1 cloud rooms, 2 webinars: the service lists one of them at a time
	Status string // 0, 1, 2; empty: all
	Search string // name, number, or who has it, as the service searches
}

// wireRoom is a room as it comes. What a free room has for member and device is not documented: absent, null and empty
// are taken alike.
type wireRoom struct {
	ID      word   `json:"id"`
	Number  word   `json:"vmrId"`
	Name    word   `json:"vmrName"`
	Package word   `json:"vmrPkgName"`
	Member  holder `json:"member"`
	Device  holder `json:"device"`
	Status  whole  `json:"status"`
	Expires whole  `json:"expireDate"`
}

func (w wireRoom) room(mode int) (r Room, key string) {
	r = Room{
		ID: string(w.ID), Number: string(w.Number), Name: string(w.Name), Mode: mode, Status: w.Status.or(-1),
		Account: string(w.Member), Device: string(w.Device), Package: string(w.Package),
	}
	if w.Expires.n > 0 {
		r.Expires = time.UnixMilli(int64(w.Expires.n)).UTC()
	}
	return r, r.ID
}

// ListRooms lists the rooms of one mode. It calls begin when a reading begins, also when it begins again and what came
// before is void, and row once for each room, never concurrently. The error is a *NotWholeError where the service's pages
// do not make a whole list; it is a *Refusal where it refuses, and else what ask, begin and row returned.
func ListRooms(ctx context.Context, ask Ask, f RoomFilter, p Paging, begin func() error, row func(Room) error) (Listing, error) {
	return roomLister(ask, f).list(ctx, p, begin, row)
}

// CountRooms asks how many rooms of one mode there are, which takes one request. Errors are those of ListRooms.
func CountRooms(ctx context.Context, ask Ask, f RoomFilter) (int, error) {
	return roomLister(ask, f).count(ctx)
}

func roomLister(ask Ask, f RoomFilter) *lister[Room] {
	filter := url.Values{"vmrMode": {strconv.Itoa(f.Mode)}}
	setUnlessEmpty(filter, "status", f.Status)
	setUnlessEmpty(filter, "searchKey", f.Search)
	return &lister[Room]{
		what: "rooms", path: pathOf("/v1/usg/dcs/corp/vmr", filter), ask: ask,
		parse: func(body []byte) (page[Room], error) {
			return parsePage(body, func(w wireRoom) (Room, string) { return w.room(f.Mode) })
		},
	}
}

// setUnlessEmpty leaves a filter out that is empty: the service documents what an absent one means only.
func setUnlessEmpty(v url.Values, name, value string) {
	if value != "" {
		v.Set(name, value)
	}
}

// pathOf returns what makes the path of a page.
func pathOf(base string, filter url.Values) func(offset, limit int) string {
	rest := filter.Encode()
	return func(offset, limit int) string {
		return fmt.Sprintf("%s?offset=%d&limit=%d&%s", base, offset, limit, rest)
	}
}
