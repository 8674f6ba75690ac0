package run

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"meetbatch/internal/meeting"
	"meetbatch/job"
)

// reading is how the service is read for a run.
type reading struct {
	*holdings
	ask      meeting.Ask
	paging   meeting.Paging
	accounts iter.Seq2[string, error] // what the run is about, each once
	rows     func() iter.Seq2[job.Item, error]
}

// mostAlone is how many accounts are asked for one by one, where a list does not have them: it leaves out the default
// administrator, and what the one who signs in may not see.
const mostAlone = 100

// read reads what the run is about: all that there is, as a list, or each account alone, whichever takes fewer requests.
// n is the number of accounts.
func (r *reading) read(ctx context.Context, n int64) error {
	if n == 0 {
		return nil
	}
	alone, err := r.cheaperAlone(ctx, n)
	if err != nil {
		return err
	}
	if alone {
		return r.readAlone(ctx, r.accounts)
	}
	if err := r.readList(ctx); err != nil {
		return err
	}
	if err := r.tellApart(ctx); err != nil {
		return err
	}
	return r.readAbsent(ctx)
}

// cheaperAlone tells whether asking for each account takes fewer requests than the list. Of rooms that are to be given
// away the list alone tells whether they are free.
func (r *reading) cheaperAlone(ctx context.Context, n int64) (bool, error) {
	if r.op.Takes == job.Free {
		return false, nil
	}
	size := int64(cmp.Or(r.paging.Size, 100))
	pages := func(count int, err error) (int64, error) {
		n := (int64(count) + size - 1) / size
		if n > 1 {
			n++ // to find out what an offset counts
		}
		return max(n, 1), err
	}
	if !r.op.PerAccount {
		if n <= 1 {
			return true, nil
		}
		list, err := pages(meeting.CountUsers(ctx, r.ask, meeting.UserFilter{}))
		return n <= list, err
	}
	if n <= 2 {
		return true, nil
	}
	var list int64
	for mode := 1; mode <= 2; mode++ {
		m, err := pages(meeting.CountRooms(ctx, r.ask, meeting.RoomFilter{Mode: mode}))
		if err != nil {
			return false, err
		}
		list += m
	}
	return n <= list, nil
}

// readList reads the list of rooms, or of users.
func (r *reading) readList(ctx context.Context) error {
	r.listed = true
	if !r.op.PerAccount {
		_, err := meeting.ListUsers(ctx, r.ask, meeting.UserFilter{}, r.paging, func() error {
			r.status = map[uint64]job.State{}
			return nil
		}, r.takeUser)
		return err
	}
	for mode := 1; mode <= 2; mode++ { // what one reading of a list found stays when it is read again: it is read over
		_, err := meeting.ListRooms(ctx, r.ask, meeting.RoomFilter{Mode: mode}, r.paging, func() error { return nil }, func(room meeting.Room) error {
			holder := nobody
			switch {
			case room.Status == 2: // allocated to nobody
			case room.Account != "":
				holder = r.hash(room.Account)
			case room.Device != "":
				holder = elsewhere
			}
			r.holder[r.hash(room.ID)] = holder
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) takeUser(u meeting.User) error {
	account := u.Account
	if r.accountType == 1 {
		account = u.ThirdAccount
	}
	if account != "" && (u.Status == 0 || u.Status == 1) {
		r.status[r.hash(account)] = job.State(r.op.Values[u.Status].API)
	}
	return nil
}

// tellApart reads the list of users where rooms seem to be somebody else's: the list of rooms may only call their holders
// otherwise.
func (r *reading) tellApart(ctx context.Context) error {
	other := r.op.PerAccount && r.accountType == 1
	for it, err := range r.rows() {
		if err != nil {
			return err
		}
		if other = other || r.op.PerAccount && r.state(it.Account, it.Value) == job.Other; other {
			break
		}
	}
	if !other {
		return nil
	}
	var n int32
	_, err := meeting.ListUsers(ctx, r.ask, meeting.UserFilter{}, r.paging, func() error {
		r.users, r.third = map[uint64]int32{}, map[uint64]int32{}
		return nil
	}, func(u meeting.User) error {
		n++
		r.users[r.hash(u.Account)] = n
		if u.ThirdAccount != "" {
			r.third[r.hash(u.ThirdAccount)] = n
		}
		return nil
	})
	return err
}

// readAbsent asks for the accounts of rows of which the list says nothing, where they are few.
func (r *reading) readAbsent(ctx context.Context) error {
	absent := map[string]bool{}
	for it, err := range r.rows() {
		if err != nil {
			return err
		}
		if r.state(it.Account, it.Value) == job.Unread {
			absent[it.Account] = true
		}
		if len(absent) > mostAlone {
			return nil
		}
	}
	if err := r.leaveOutGone(ctx, absent); err != nil {
		return err
	}
	return r.readAlone(ctx, withoutErrors(maps.Keys(absent)))
}

// withoutErrors gives accounts as a reading takes them, where they need not be read from anywhere.
func withoutErrors(accounts iter.Seq[string]) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for account := range accounts {
			if !yield(account, nil) {
				return
			}
		}
	}
}

// leaveOutGone finds out with one request which of some third-party user IDs nobody has. Of Meeting accounts no call tells
// that of several at once.
func (r *reading) leaveOutGone(ctx context.Context, absent map[string]bool) error {
	if r.accountType != 1 || len(absent) < 2 {
		return nil
	}
	there, err := meeting.FindUsers(ctx, r.ask, slices.Collect(maps.Keys(absent)))
	if _, refused := errors.AsType[*meeting.Refusal](err); refused {
		return nil // they are asked for one by one, then
	}
	for account, is := range there {
		if !is {
			r.gone[r.hash(account)] = true
			delete(absent, account)
		}
	}
	return err
}

// readAlone asks for accounts one by one.
func (r *reading) readAlone(ctx context.Context, accounts iter.Seq2[string, error]) error {
	pool, ctx := errgroup.WithContext(ctx)
	pool.SetLimit(max(r.paging.Workers, 1))
	for account, err := range accounts {
		if err != nil || ctx.Err() != nil {
			return cmp.Or(err, pool.Wait(), ctx.Err())
		}
		pool.Go(func() error {
			u, found, err := meeting.ShowUser(ctx, r.ask, account, r.accountType)
			if err == nil {
				r.takeAlone(account, u, found)
			}
			return err
		})
	}
	return pool.Wait()
}

func (r *reading) takeAlone(account string, u meeting.User, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	who := r.hash(account)
	switch {
	case !found:
		r.gone[who] = true
	case !r.op.PerAccount && (u.Status == 0 || u.Status == 1):
		r.status[who] = job.State(r.op.Values[u.Status].API)
	case u.Rooms != nil:
		r.alone[who] = true
		for _, room := range u.Rooms {
			r.holder[r.hash(room)] = who
		}
	}
}
