package run

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"meetbatch/internal/meeting"
	"meetbatch/internal/sandbox"
	"meetbatch/job"
)

// TestStateOfRooms: what is known of a room, by what was read: the list of rooms, that of users where it has to tell who is
// meant, and accounts that were asked for alone.
func TestStateOfRooms(t *testing.T) {
	t.Parallel()
	type user struct{ account, third string }
	for _, test := range []struct {
		name         string
		accountType  int
		listed       bool
		holder       string // of the room in the list; - nobody, # a terminal; empty: the list does not have the room
		users        []user // nil: not read
		alone, gone  bool   // the account was asked for
		want         job.State
		accountOther string // in place of wei
	}{
		{name: "his", listed: true, holder: "wei", want: job.Held},
		{name: "free", listed: true, holder: "-", want: job.Free},
		{name: "of a terminal", listed: true, holder: "#", want: job.Other},
		{name: "of another", listed: true, holder: "min", want: job.Other},
		{name: "in no list", listed: true, want: job.Unread},
		{name: "in no list, nor with the account", listed: true, alone: true, want: job.Gone},
		{name: "in no list, and no such account", listed: true, gone: true, want: job.Gone},
		{name: "of another, and no such account", listed: true, holder: "min", gone: true, want: job.Other},
		{name: "free, and no such account", listed: true, holder: "-", gone: true, want: job.Free},
		{name: "alone with it", alone: true, holder: "wei", want: job.Held},
		{name: "alone without it", alone: true, want: job.Free},
		{name: "alone and gone", gone: true, want: job.Gone},
		{name: "not read", want: job.Unread},
		// The list names a third-party ID.
		{name: "his by another name", listed: true, holder: "T-wei", users: []user{{"wei", "T-wei"}, {"min", "T-min"}}, want: job.Held},
		{name: "of another by another name", listed: true, holder: "T-min", users: []user{{"wei", "T-wei"}, {"min", "T-min"}}, want: job.Other},
		{name: "of nobody who is known", listed: true, holder: "T-boss", users: []user{{"wei", "T-wei"}}, want: job.Other},
		{name: "the account is in no list", listed: true, holder: "T-min", users: []user{{"min", "T-min"}}, want: job.Other},
		// Third-party IDs are wanted, and the list names accounts.
		{name: "third, his", accountType: 1, accountOther: "T-wei", listed: true, holder: "wei", users: []user{{"wei", "T-wei"}}, want: job.Held},
		{name: "third, his by the third-party ID", accountType: 1, accountOther: "T-wei", listed: true, holder: "T-wei", users: []user{{"wei", "T-wei"}}, want: job.Held},
		{name: "third, of another", accountType: 1, accountOther: "T-wei", listed: true, holder: "min", users: []user{{"wei", "T-wei"}, {"min", "T-min"}}, want: job.Other},
		{name: "third, in no list but of that name", accountType: 1, accountOther: "T-boss", listed: true, holder: "T-boss", users: []user{{"wei", "T-wei"}}, want: job.Held},
		{name: "third, in no list", accountType: 1, accountOther: "T-boss", listed: true, holder: "boss", users: []user{{"wei", "T-wei"}}, want: job.Unread},
		{name: "third, and the account of another", accountType: 1, accountOther: "min", listed: true, holder: "min", users: []user{{"wei", "min"}, {"min", "T-min"}}, want: job.Other},
		{name: "third, free", accountType: 1, accountOther: "T-wei", listed: true, holder: "-", users: []user{{"wei", "T-wei"}}, want: job.Free},
	} {
		h := newHoldings(job.Reclaim, test.accountType, time.Time{})
		account := "wei"
		if test.accountOther != "" {
			account = test.accountOther
		}
		h.listed = test.listed
		h.alone[h.hash(account)], h.gone[h.hash(account)] = test.alone, test.gone
		switch test.holder {
		case "":
		case "-":
			h.holder[h.hash("room")] = nobody
		case "#":
			h.holder[h.hash("room")] = elsewhere
		default:
			h.holder[h.hash("room")] = h.hash(test.holder)
		}
		if test.users != nil {
			h.users, h.third = map[uint64]int32{}, map[uint64]int32{}
		}
		for i, u := range test.users {
			h.users[h.hash(u.account)], h.third[h.hash(u.third)] = int32(i+1), int32(i+1)
		}
		if got := h.state(account, "room"); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// asking asks a simulated service for what a run is about, and counts the requests by what they ask for.
type asking struct {
	handler             http.Handler
	lists, counts, ones atomic.Int64
}

func (a *asking) ask(ctx context.Context, q meeting.Query) ([]byte, error) {
	switch {
	case strings.Contains(q.Path, "/member/"):
		a.ones.Add(1)
	case strings.Contains(q.Path, "limit=1&"):
		a.counts.Add(1)
	default:
		a.lists.Add(1)
	}
	r := httptest.NewRequestWithContext(ctx, q.Method, q.Path, nil)
	r.Header.Set("X-Access-Token", "sandbox")
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return nil, &meeting.Refusal{Answer: job.Answer{HTTPStatus: w.Code, Code: "USG.201040000"}}
	}
	return w.Body.Bytes(), nil
}

// TestReadCheaply: what takes fewer requests is read, the list or each account alone; of those whom a list does not have
// no more than a hundred are asked for.
func TestReadCheaply(t *testing.T) {
	t.Parallel()
	const listed = 300
	for _, test := range []struct {
		op                  job.Operation
		known, absent       int
		lists, counts, ones int64
	}{
		{job.SetStatus, 1, 0, 0, 0, 1},
		{job.SetStatus, 4, 0, 0, 1, 4},
		{job.SetStatus, 5, 0, 4, 1, 0},
		{job.SetStatus, 250, 3, 4, 1, 3},
		{job.SetStatus, 50, 100, 4, 1, 100},
		{job.SetStatus, 50, 101, 4, 1, 0},
		{job.Reclaim, 2, 0, 0, 0, 2},
		{job.Reclaim, 4, 1, 0, 2, 5},
		{job.Reclaim, 6, 0, 5, 2, 0},
		{job.Reclaim, 40, 2, 5, 2, 2},
		{job.Assign, 1, 0, 5, 0, 0},
		{job.Assign, 0, 0, 0, 0, 0},
	} {
		name := fmt.Sprintf("%s of %d and %d", test.op.Name, test.known, test.absent)
		handler := sandbox.New(sandbox.Settings{Token: "sandbox"})
		account := func(i int) string { return fmt.Sprintf("user%03d", i) }
		for i := range listed {
			handler.Name(account(i), fmt.Sprintf("room%03d", i), fmt.Sprint(i%2))
		}
		var items []job.Item
		for i := range test.known {
			items = append(items, job.Item{Account: account(i), Value: fmt.Sprintf("room%03d", i)})
		}
		for i := range test.absent {
			items = append(items, job.Item{Account: fmt.Sprintf("missing%03d", i), Value: fmt.Sprintf("missing%03d", i)})
		}
		a := asking{handler: handler}
		r := readingOf(test.op, items, a.ask)
		if err := r.read(t.Context(), int64(len(items))); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if a.lists.Load() != test.lists || a.counts.Load() != test.counts || a.ones.Load() != test.ones {
			t.Errorf("%s: %d lists, %d counts, %d accounts, want %d, %d, %d", name, a.lists.Load(), a.counts.Load(), a.ones.Load(), test.lists, test.counts, test.ones)
		}
		for i, it := range items {
			want := job.Held
			switch {
			case i >= test.known && test.ones == 0:
				want = job.Unread
			case i >= test.known:
				want = job.Gone
			case !test.op.PerAccount:
				want = job.State(fmt.Sprint(i % 2))
			}
			if got := r.state(it.Account, it.Value); got != want {
				t.Errorf("%s: %s %s is %q, want %q", name, it.Account, it.Value, got, want)
			}
		}
	}
}

// readingOf reads what some rows are about, each of an account of its own.
func readingOf(op job.Operation, items []job.Item, ask meeting.Ask) *reading {
	return &reading{
		holdings: newHoldings(op, 0, time.Now()), ask: ask, paging: meeting.Paging{Workers: 2},
		accounts: func(yield func(string, error) bool) {
			for _, it := range items {
				if !yield(it.Account, nil) {
					return
				}
			}
		},
		rows: func() iter.Seq2[job.Item, error] {
			return func(yield func(job.Item, error) bool) {
				for _, it := range items {
					if !yield(it, nil) {
						return
					}
				}
			}
		},
	}
}
