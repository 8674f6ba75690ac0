package meeting_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"meetbatch/internal/meeting"
	"meetbatch/job"
)

var noFilter = meeting.RoomFilter{Mode: 1}

// TestPaging reads lists of every kind that the documents allow.
func TestPaging(t *testing.T) {
	t.Parallel()
	for _, offset := range []string{"rows", "pages", "rounded", "ignored"} {
		for _, over := range []string{"taken", "cut", "cut in silence", "refused"} {
			if offset == "ignored" && over != "taken" {
				continue
			}
			t.Run(offset+" "+over, func(t *testing.T) {
				t.Parallel()
				pagings(func(s *lists, n, size int) {
					if over != "taken" && size <= 10 {
						return
					}
					if over != "taken" {
						s.largest, s.silent, s.refuse = 10, over == "cut in silence", over == "refused"
					}
					s.ids, s.offset, s.random = ids(n), offset, rand.New(rand.NewPCG(1, 2))
					name := fmt.Sprintf("past %s, shuffled %t, changing %t, count %+d, %d rows, %d a page: ", s.past, s.shuffle, s.changes, s.lie, n, size)
					s.check(named{t, name}, size, 4)
				})
			})
		}
	}
}

// pagings calls check with lists of every kind, and with how many rows they have and are asked for a page.
func pagings(check func(s *lists, rows, size int)) {
	var kinds []lists
	for _, past := range []string{"last", "empty", "refused"} {
		for _, lie := range []int{0, 1, -1} {
			kinds = append(kinds, lists{past: past, lie: lie})
		}
		kinds = append(kinds, lists{past: past, shuffle: true}, lists{past: past, changes: true})
	}
	for i := range kinds {
		for j, size := range []int{1, 2, 10, 100} {
			for k, n := range []int{0, 1, 2, 9, 10, 11, 20, 21, 100, 101, 200} {
				if n/size <= 20 && (i+j+k)%mass(3, 1) == 0 { // each of two comes all the same
					check(&lists{past: kinds[i].past, lie: kinds[i].lie, shuffle: kinds[i].shuffle, changes: kinds[i].changes}, n, size)
				}
			}
		}
	}
}

// named says in which case a test fails.
type named struct {
	*testing.T
	name string
}

func (n named) Fatalf(format string, args ...any) {
	n.T.Helper()
	n.T.Fatalf(n.name+format, args...)
}

// TestPagingProperty reads lists of any kind.
func TestPagingProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &lists{
			ids:     ids(rapid.IntRange(0, 400).Draw(t, "rows")),
			offset:  rapid.SampledFrom([]string{"rows", "pages", "rounded", "ignored"}).Draw(t, "offset"),
			largest: rapid.SampledFrom([]int{0, 10, 17, 100}).Draw(t, "largest"),
			refuse:  rapid.Bool().Draw(t, "refuse"),
			silent:  rapid.Bool().Draw(t, "silent"),
			past:    rapid.SampledFrom([]string{"last", "empty", "refused"}).Draw(t, "past"),
			shuffle: rapid.IntRange(0, 3).Draw(t, "shuffle") == 0,
			changes: rapid.IntRange(0, 3).Draw(t, "changes") == 0,
			lie:     rapid.IntRange(-2, 2).Draw(t, "lie"),
			random:  rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)),
		}
		if s.lie == -2 { // two rows more fit into no last page's room for one
			s.lie = 0
		}
		s.check(t, rapid.IntRange(1, 150).Draw(t, "size"), rapid.IntRange(1, 9).Draw(t, "workers"))
	})
}

// TestNotWhole holds what is said of lists that are not whole.
func TestNotWhole(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		s    *lists
		want string
	}{
		{"one more is counted, with room in the last page", &lists{ids: ids(150), lie: 1}, "150 of 151 rooms: it gives fewer than it counts"},
		{"one more is counted, and the last page comes again", &lists{ids: ids(200), lie: 1, past: "last"}, "200 of 201 rooms: it gives fewer than it counts"},
		{"a thousand times too many are counted", &lists{ids: ids(200), lie: 200000, past: "last"}, "200 of 200200 rooms: it gives fewer than it counts"},
		{"one less is counted", &lists{ids: ids(251), lie: -1}, "251 of 250 rooms: it gives more than it counts"},
		{"one less is counted, and the last page should be full", &lists{ids: ids(301), lie: -1}, "301 of 300 rooms: it gives more than it counts"},
		{"one less is counted, by pages", &lists{ids: ids(301), lie: -1, offset: "pages"}, "301 of 300 rooms: it gives more than it counts"},
		{"none is counted", &lists{ids: ids(1), lie: -1}, "1 of 0 rooms: it gives more than it counts"},
		{"the order is another one each time", &lists{ids: ids(900), shuffle: true}, "100 of 900 rooms: its order is not stable from one page to the next"},
		{"rows come and go", &lists{ids: ids(900), changes: true}, "rooms: the list changes while it is read"},
		{"a page is refused that should be there", &lists{ids: ids(200), lie: 1, past: "refused"}, "200 of 201 rooms: of a page that should be there the service refuses to tell: 400 USG.000000003"},
		{"the first page comes always", &lists{ids: ids(300), offset: "ignored"}, "100 of 300 rooms: it gives fewer than it counts"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := test.s
			s.random = rand.New(rand.NewPCG(1, 2))
			var got collected
			_, err := meeting.ListRooms(t.Context(), s.Ask, noFilter, meeting.Paging{}, got.begin, got.row)
			if err == nil || !strings.HasPrefix(err.Error(), "the service's list is not whole after 3 readings: ") || !strings.HasSuffix(err.Error(), test.want) {
				t.Errorf("error = %v, want %s", err, test.want)
			}
			if s.requests > 3*(fewest(len(s.ids)+1, 100)+3) {
				t.Errorf("%d requests", s.requests)
			}
		})
	}
}

// TestSettlesAtLast reads a list that changes during its first reading only.
func TestSettlesAtLast(t *testing.T) {
	t.Parallel()
	s := &lists{ids: ids(450)}
	var got collected
	l, err := meeting.ListRooms(t.Context(), func(ctx context.Context, q meeting.Query) ([]byte, error) {
		body, err := s.Ask(ctx, q)
		if s.requests == 3 {
			s.ids = s.ids[1:]
		}
		return body, err
	}, noFilter, meeting.Paging{}, got.begin, got.row)
	if err != nil || l.Readings != 2 || len(got.rooms) != 449 || l.Count != 449 {
		t.Errorf("%+v, %v, %d rooms", l, err, len(got.rooms))
	}
}

// TestOddPages holds that no page leads to a panic, or to requests without end.
func TestOddPages(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ body, want string }{
		{`{"count":0,"data":[{"id":"a"}]}`, "1 of 0 rooms: it gives more"},
		{`{"data":[{"id":"a"}]}`, "0 of an unknown number of rooms: it does not say how many there are"},
		{`{"count":null,"data":[{"id":"a"}]}`, "it does not say how many"},
		{`{"count":-1,"data":[{"id":"a"}]}`, "it does not say how many"},
		{`{"count":1.5,"data":[{"id":"a"}]}`, "it does not say how many"},
		{`{"count":1e300,"data":[{"id":"a"}]}`, "it does not say how many"},
		{`{"count":9007199254740991,"data":[{"id":"a"}]}`, "1 of 9007199254740991 rooms: it gives fewer"},
		{`{"count":9007199254740991,"limit":-1,"data":[{"id":"a"},{"id":"b"}]}`, "2 of 9007199254740991 rooms: it gives fewer"},
		{`{"count":3,"data":[]}`, "0 of 3 rooms: it gives a page without rows"},
		{`{"count":3}`, "it gives a page without rows"},
		{`{"count":3,"data":null}`, "it gives a page without rows"},
		{`{"count":3,"data":[{"id":"a"},{"id":"b"},{"id":"c"}]}`, "0 of 3 rooms: it gives a page that is longer than asked for"},
		{`{"count":2,"data":[{"id":"a"},{"id":""}]}`, "it gives a row without an id"},
		{`{"count":2,"data":[{"id":"a"},null]}`, "it gives a row without an id"},
		{`{"count":2,"data":[{"id":"a"},{"id":"a"}]}`, "1 of 2 rooms: "},
		{`{"count":2,"data":[{"id":"a"},"b"]}`, "an answer is no list"},
		{`{"count":2,"data":{}}`, "an answer is no list"},
		{`[]`, "an answer is no list"},
		{`null`, "an answer is no list"},
		{``, "an answer is no list"},
		{`{"count":"2","limit":"2","data":[{"id":1},{"id":"2","member":[],"device":5}]}`, ""},
		{`{"count":0}`, ""},
	} {
		t.Run(test.body, func(t *testing.T) {
			t.Parallel()
			requests := 0
			var got collected
			_, err := meeting.ListRooms(t.Context(), func(context.Context, meeting.Query) ([]byte, error) {
				requests++
				return []byte(test.body), nil
			}, noFilter, meeting.Paging{Size: 2}, got.begin, got.row)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error = %v, want %q", err, test.want)
			}
			if _, is := errors.AsType[*meeting.NotWholeError](err); err != nil && !is {
				t.Errorf("error is a %T", err)
			}
			if requests > 20 {
				t.Errorf("%d requests", requests)
			}
		})
	}
}

// TestListingEnds holds that whatever goes wrong elsewhere ends a listing, and comes out as it is.
func TestListingEnds(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, test := range []struct {
		name             string
		ask, begin, row  int // which call fails; 0: none
		err              error
		requests, begins int
	}{
		{name: "begin", begin: 1, err: broken, begins: 1},
		{name: "the first page", ask: 1, err: broken, begins: 1, requests: 1},
		{name: "the page that finds out", ask: 2, err: broken, begins: 1, requests: 2},
		{name: "a later page", ask: 4, err: broken, begins: 1, requests: 9},
		{name: "the first row", row: 1, err: broken, begins: 1, requests: 1},
		{name: "a later row", row: 250, err: broken, begins: 1, requests: 9},
		{name: "a refusal", ask: 1, err: refusal("USG.201040000"), begins: 1, requests: 2},
		{name: "a later refusal", ask: 5, err: &meeting.Refusal{Answer: job.Answer{HTTPStatus: 403}}, begins: 1, requests: 9},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := &lists{ids: ids(5000)}
			begins, rows := 0, 0
			call := func(n, which int) error {
				if n == which {
					return test.err
				}
				return nil
			}
			_, err := meeting.ListRooms(t.Context(), func(ctx context.Context, q meeting.Query) ([]byte, error) {
				body, err := s.Ask(ctx, q)
				s.mu.Lock()
				defer s.mu.Unlock()
				if test.ask > 0 && s.requests >= test.ask {
					return nil, test.err
				}
				return body, err
			}, noFilter, meeting.Paging{Workers: 4}, func() error {
				begins++
				return call(begins, test.begin)
			}, func(meeting.Room) error {
				rows++
				return call(rows, test.row)
			})
			if !errors.Is(err, test.err) || begins != test.begins || s.requests > test.requests {
				t.Errorf("error %v, %d begins, %d requests", err, begins, s.requests)
			}
		})
	}
}

// TestListingIsGivenUp ends a listing whose service does not answer.
func TestListingIsGivenUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := &lists{ids: ids(5000)}
	var got collected
	_, err := meeting.ListRooms(ctx, func(ctx context.Context, q meeting.Query) ([]byte, error) {
		body, err := s.Ask(ctx, q)
		if strings.Contains(q.Path, "offset=0") || strings.Contains(q.Path, "offset=1&") {
			return body, err
		}
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	}, noFilter, meeting.Paging{Workers: 4}, got.begin, got.row)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
}
