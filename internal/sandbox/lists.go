package sandbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The calls that read are written down as the operations are: lists by method and path, details by method and path up to
// the target.
var (
	lists = map[string]func(*Handler, *asked) *reply{
		"GET /v1/usg/dcs/corp/vmr":      (*Handler).searchRooms,  // SearchCorpVmr, meeting_21_1102
		"GET /v1/usg/dcs/corp/member":   (*Handler).searchUsers,  // SearchUsers, meeting_21_0071
		"GET /v1/usg/dcs/corp/resource": (*Handler).showResource, // ShowCorpResource
		"POST /v1/usg/abs/users/list":   (*Handler).listUsers,    // BatchShowUserDetails
	}
	details = map[string]func(*Handler, *asked) *reply{
		"GET /v1/usg/dcs/corp/member/": (*Handler).showUser, // ShowUserDetail, meeting_21_0069
	}
)

// asked is what a call that reads asks for.
type asked struct {
	line    *Line
	values  url.Values
	ids     []struct{ ID string } // of the body, where the call has one
	refused *reply                // by what was wrong first
}

// read looks at the form of a call that reads.
func (h *Handler) read(r *http.Request, line *Line, reading func(*Handler, *asked) *reply) *call {
	a := &asked{line: line, values: r.URL.Query()}
	if r.Method == http.MethodPost {
		a.refused = decodeBody(r, &a.ids, "the body is not an array of objects with an id")
	}
	return &call{refused: a.refused, do: func() *reply { return reading(h, a) }}
}

// whole gives the number that a parameter holds, or the one for where it is absent. What is no number, or none of those
// that are named, is refused.
func (a *asked) whole(key string, absent int, among ...int) int {
	text := a.values.Get(key)
	if text == "" {
		return absent
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || len(among) > 0 && !slices.Contains(among, int(n)) {
		a.refuse(key + " is out of range")
	}
	return int(n)
}

func (a *asked) truth(key string, absent bool) bool {
	text := a.values.Get(key)
	if text == "" {
		return absent
	}
	if text != "true" && text != "false" {
		a.refuse(key + " is not true or false")
	}
	return text == "true"
}

func (a *asked) refuse(message string) {
	if a.refused == nil {
		a.refused = malformed(message)
	}
}

const all = -1 // of the values of a parameter

// query is what a list is asked for, but for the page.
type query struct {
	rooms                    bool
	mode, status, admin      int
	search, sort, department string
	descending, sub, shown   bool
	kinds                    uint32 // of users: bits
}

// maxFound are the lists that are kept; whoever reads page by page has one or two under way.
const maxFound = 4

// find gives the places of what a query asks for, in order. That is kept until something changes, since a list is asked
// for page by page.
func (d *Directory) find(q query, order []int32, is func(at int32) bool) []int32 {
	found, known := d.found[q]
	if !known {
		found = make([]int32, 0, len(order))
		for _, at := range order {
			if is(at) {
				found = append(found, at)
			}
		}
		if len(d.found) >= maxFound {
			clear(d.found)
		}
		d.found[q] = found
	}
	return found
}

// fuzzy tells whether one of some texts holds a key, in whatever case.
func fuzzy(key string, texts ...string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(strings.ToLower(text), key) })
}

// page is the part of a list that a call asks for.
type page struct {
	Count  int   `json:"count"`
	Limit  int   `json:"limit"`
	Offset int   `json:"offset"`
	Data   []row `json:"data"`
}

// row is a row of a list, as the service writes it.
type row map[string]any

// list answers a call with a page of what was found. Past the end it is the last one (api-reading, section 1.1).
func (h *Handler) list(a *asked, found []int32, show func(at int32) row) *reply {
	offset, limit := a.whole("offset", 0), a.whole("limit", 10)
	if offset < 0 {
		a.refuse("offset is out of range")
	}
	if limit < 1 || limit > h.reading.page && h.reading.refuse {
		a.refuse("limit is out of range")
	}
	if a.refused != nil {
		return a.refused
	}
	limit = min(limit, h.reading.page)
	from, last := offset, max(len(found)-1, 0)/limit
	switch {
	case h.reading.pages:
		offset = min(offset, last)
		from = offset * limit
	case offset >= len(found):
		offset = last * limit
		from = offset
	}
	p := page{Count: max(len(found)+h.reading.count, 0), Limit: limit, Offset: offset, Data: []row{}}
	place := h.order(len(found))
	for i := from; i < min(from+limit, len(found)); i++ {
		p.Data = append(p.Data, show(found[place(i)]))
	}
	return answer(p)
}

// order says which row stands at a place of a list.
func (h *Handler) order(rows int) func(int) int {
	if !h.reading.unstable || rows < 2 {
		return func(i int) int { return i }
	}
	first, step := h.elsewhere.IntN(rows), 1+h.elsewhere.IntN(rows)
	for divisor(step, rows) != 1 { // each row is to come once
		step++
	}
	return func(i int) int { return int((int64(first) + int64(i)*int64(step)) % int64(rows)) }
}

func divisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// answer is a reply with a body of JSON.
func answer(v any) *reply {
	body, _ := json.Marshal(v) // texts and numbers: it cannot fail
	return &reply{status: http.StatusOK, header: ofJSON, body: body}
}
