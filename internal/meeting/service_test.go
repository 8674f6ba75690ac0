package meeting_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"sync"

	"meetbatch/internal/meeting"
	"meetbatch/job"
)

// lists is a service that knows lists only, each of whose unknowns is a setting. Its Ask is a meeting.Ask.
type lists struct {
	ids     []string
	offset  string // what it counts: rows, pages, rounded (rows, down to a whole page), ignored
	largest int    // rows of a page; 0: any number
	refuse  bool   // refuses larger pages, instead of cutting them
	silent  bool   // says the limit that was asked for, whatever it grants
	past    string // what stands past the end: the last page, or empty, or refused
	shuffle bool   // its order is another one each time
	changes bool   // a row goes after each fifth request, and another one comes after each seventh
	lie     int    // by which its count is wrong

	mu               sync.Mutex
	random           *rand.Rand
	requests         int
	refused          int
	flying, together int // requests under way, and the most at a time
}

func refusal(code string) error {
	return &meeting.Refusal{Answer: job.Answer{HTTPStatus: 400, Code: code}}
}

func (s *lists) Ask(_ context.Context, q meeting.Query) ([]byte, error) {
	s.fly(1)
	defer s.fly(-1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	at, err := url.Parse(q.Path)
	if err != nil {
		return nil, err
	}
	offset, limit := atoi(at.Query().Get("offset")), atoi(at.Query().Get("limit"))
	said := limit
	if s.largest > 0 && limit > s.largest {
		if s.refuse {
			s.refused++
			return nil, refusal("USG.000000003")
		}
		if limit = s.largest; !s.silent {
			said = limit
		}
	}
	start := s.start(offset, limit)
	if start >= len(s.ids) && offset > 0 && s.past == "refused" {
		return nil, refusal("USG.000000003")
	}
	body := s.page(start, limit, said)
	s.change()
	return body, nil
}

func (s *lists) fly(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flying += n
	s.together = max(s.together, s.flying)
}

// start is the row at which a page begins.
func (s *lists) start(offset, limit int) int {
	start := offset
	switch s.offset {
	case "pages":
		start = offset * limit
	case "rounded":
		start = offset / limit * limit
	case "ignored":
		start = 0
	}
	if start >= len(s.ids) && s.past == "last" {
		start = max(len(s.ids)-1, 0) / limit * limit
	}
	return start
}

func (s *lists) page(start, limit, said int) []byte {
	ids := s.ids
	if s.shuffle {
		ids = make([]string, len(s.ids))
		for i, j := range s.random.Perm(len(ids)) {
			ids[i] = s.ids[j]
		}
	}
	start = min(start, len(ids))
	body := fmt.Appendf(nil, `{"count":%d,"limit":%d,"offset":%d,"data":[`, max(len(ids)+s.lie, 0), said, start)
	for i, id := range ids[start:min(start+limit, len(ids))] {
		if i > 0 {
			body = append(body, ',')
		}
		body = fmt.Appendf(body, `{"id":%q,"status":2}`, id)
	}
	return append(body, "]}"...)
}

func (s *lists) change() {
	if s.changes && s.requests%5 == 0 && len(s.ids) > 0 {
		s.ids = s.ids[1:]
	}
	if s.changes && s.requests%7 == 0 {
		s.ids = append(s.ids, fmt.Sprint("new", s.requests))
	}
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func ids(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%032x", i)
	}
	return all
}

// collected is what a listing gave since it last began.
type collected struct {
	rooms  []meeting.Room
	begins int
}

func (c *collected) begin() error {
	c.rooms = nil
	c.begins++
	return nil
}

func (c *collected) row(r meeting.Room) error {
	c.rooms = append(c.rooms, r)
	return nil
}

// different is how many different ids came, -1 where one came twice.
func (c *collected) different() int {
	seen := map[string]bool{}
	for _, r := range c.rooms {
		if seen[r.ID] {
			return -1
		}
		seen[r.ID] = true
	}
	return len(seen)
}

// granted is how many rows a page has that is asked for with so many.
func (s *lists) granted(size int) int {
	if s.largest == 0 || size <= s.largest {
		return size
	}
	if !s.refuse {
		return s.largest
	}
	for _, smaller := range []int{100, 10} {
		if smaller < size && smaller <= s.largest {
			return smaller
		}
	}
	return 0
}

// fewest is how many requests a list takes of which everything is known.
func fewest(count, page int) int { return max((count+page-1)/page, 1) }

// hides tells whether no request shows that the count is one too small: the last page is full then.
func (s *lists) hides(size int) bool {
	count, page := len(s.ids)+s.lie, s.granted(size)
	cutUnseen := count == page && s.silent && size > page // it looks like a page that is not full
	return s.lie < 0 && count > 0 && count%page == 0 && (s.offset == "rounded" && page > 1 || s.offset == "ignored" || cutUnseen)
}

// check holds a listing against its service.
func (s *lists) check(t interface {
	Helper()
	Fatalf(string, ...any)
}, size, workers int) {
	t.Helper()
	var got collected
	l, err := meeting.ListRooms(context.Background(), s.Ask, noFilter, meeting.Paging{Size: size, Workers: workers}, got.begin, got.row)
	whole, is := errors.AsType[*meeting.NotWholeError](err)
	switch {
	case err != nil && !is:
		t.Fatalf("error = %v", err)
	case got.different() < 0:
		t.Fatalf("a row came twice")
	case err == nil && len(got.rooms) != l.Count:
		t.Fatalf("%d rows of %d are taken for a whole list", len(got.rooms), l.Count)
	case is && (whole.Rows != len(got.rooms) || whole.Count != l.Count || whole.Readings != l.Readings || whole.Why == ""):
		t.Fatalf("error = %+v, with %d rows and %+v", whole, len(got.rooms), l)
	case l.Requests != s.requests || l.Readings != got.begins || l.Readings > 3:
		t.Fatalf("%+v, but there were %d requests and %d readings", l, s.requests, got.begins)
	case s.together > workers:
		t.Fatalf("%d requests at a time", s.together)
	}
	if s.changes {
		return
	}
	page := s.granted(size)
	if most := l.Readings*(fewest(l.Count, min(l.Page, page))+1) + s.refused; s.requests > most {
		t.Fatalf("%d requests, want at most %d", s.requests, most)
	}
	honest := s.offset != "ignored" && !s.shuffle && s.lie == 0
	if honest && (err != nil || l.Readings != 1 || l.Page != page && (len(s.ids) > page || !s.silent)) {
		t.Fatalf("%+v, error %v; want a page of %d", l, err, page)
	}
	one := 1 + s.refused
	if full := len(s.ids) == l.Page; full {
		one++ // which looks behind it
	}
	if honest && len(s.ids) <= page && s.requests != one {
		t.Fatalf("%d requests for one page, want %d", s.requests, one)
	}
	if err == nil && len(got.rooms) != len(s.ids) && !s.hides(size) && !s.shuffle {
		t.Fatalf("%d rows of %d are taken for a whole list", len(got.rooms), len(s.ids))
	}
}
