package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"meetbatch/internal/meeting"
	"meetbatch/internal/system"
	"meetbatch/internal/words"
	"meetbatch/report"
)

// What can be exported.
const (
	Rooms = "rooms"
	Users = "users"
)

// Export is what is to be read of the service, and where it goes.
type Export struct {
	What               string // Rooms or Users
	Access             Access
	Out                string // the file; - is Stdout
	Stdout             io.Writer
	Status             string // in the service's number; empty: all
	Search, Department string // as the service filters
	Phone, Email       bool   // columns of personal data, which are left out otherwise
	Free               bool   // also the rooms that are allocated to no user
	PageSize           int
	Mark               bool // the file begins with a byte order mark
}

// Exported is what came of an export.
type Exported struct {
	Rows     int64
	Left     int64 // rooms that are allocated to no user, or users without a third-party ID, which were left out
	Strange  int64 // rooms whose holder is not known by a third-party user ID, which were left out too
	Requests int64
	Page     int // rows a page, as the service granted them
}

// roomRow is a row of an export of rooms (api-reading, section 9.1).
type roomRow struct {
	Account string `csv:"account"`
	ID      string `csv:"vmr_id"`
	Number  string `csv:"vmr_number"`
	Name    string `csv:"vmr_name"`
	Mode    int    `csv:"vmr_mode"`
	Status  int    `csv:"status"`
	Device  string `csv:"device"`
	Package string `csv:"package"`
	Expires string `csv:"expire_date"`
}

// userRow is a row of an export of users.
type userRow struct {
	Account      string `csv:"account"`
	ThirdAccount string `csv:"third_account"`
	Name         string `csv:"name"`
	Type         int    `csv:"user_type"`
	AdminType    int    `csv:"admin_type"`
	Status       int    `csv:"status"`
	Department   string `csv:"department"`
	Phone        string `csv:"phone"`
	Email        string `csv:"email"`
}

// exporter is an export under way.
type exporter struct {
	Export
	ask    meeting.Ask
	paging meeting.Paging
	third  map[string]string // third-party IDs by account, where rooms are wanted by these
	thirds map[string]bool   // all of these
	seen   atomic.Int64      // rows so far, for who watches
	done   Exported
	left   int64 // of the list that is read now

	strange int64 // rooms of it whose holder has no third-party user ID that anybody knows
}

// RunExport reads the service and writes what it holds, when all of it is whole. watch is called before anything is read,
// with what gives the number of rows so far, and what it returns when all is read.
func RunExport(w World, e Export, watch func(rows func() int64) (stop func())) (Exported, error) {
	x := &exporter{Export: e, paging: meeting.Paging{Size: e.PageSize, Workers: e.Access.Workers}}
	file, commit, discard, err := x.open()
	if _, held := errors.AsType[*system.HeldError](err); held {
		return x.done, Refuse(err, "") // it has its own
	}
	if err != nil {
		if path, is := errors.AsType[*fs.PathError](err); is { // of a file beside it, which nobody named
			err = fmt.Errorf("--out %s: %w", words.Name(x.Out), path.Err)
		}
		return x.done, Refuse(err, "name a file that can be written with --out, or - for standard output")
	}
	defer discard()
	k, closeAsker, err := w.newAsker(&e.Access)
	if err != nil {
		if w.Stopping.Err() != nil {
			err = context.Cause(w.Stopping)
		}
		return x.done, stoppedReading(err)
	}
	defer closeAsker()
	x.ask = k.ask
	stop := watch(x.seen.Load)
	if e.What == Users {
		err = x.users(w.Stopping, file)
	} else {
		err = x.rooms(w.Stopping, file)
	}
	stop()
	x.done.Requests = k.requests.Load()
	var short *meeting.NotWholeError
	var known *Error
	var refusal *meeting.Refusal
	switch {
	case err != nil && w.Stopping.Err() != nil:
		return x.done, stoppedReading(context.Cause(w.Stopping))
	case err != nil && !errors.As(err, &short) && !errors.As(err, &known) && !errors.As(err, &refusal):
		return x.done, Unrecorded(err, "nothing was written; make room for the file")
	case errors.As(err, &short):
		return x.done, &Error{Service, err, "nothing was written; give the same command again when nobody changes what is listed, or with another --page-size"}
	case err != nil:
		return x.done, stoppedReading(err)
	}
	if err := commit(); err != nil {
		return x.done, Unrecorded(err, "nothing was written")
	}
	return x.done, nil
}

// open makes the file that is written, which nobody sees before it is committed.
func (x *exporter) open() (file *os.File, commit, discard func() error, err error) {
	if x.Out != "-" {
		sweepExports(x.Out)
		if err := system.MayReplace(x.Out); err != nil {
			return nil, nil, nil, err
		}
		to, err := system.Replace(x.Out, system.Perm)
		if err != nil {
			return nil, nil, nil, err
		}
		return to.File, to.Commit, to.Discard, nil
	}
	file, err = report.TempFile("")
	return file, func() error {
		_, err := file.Seek(0, io.SeekStart)
		if err == nil {
			_, err = io.Copy(x.Stdout, file)
		}
		return err
	}, func() error { return file.Close() }, err
}

// leftoverAge is how old what an export was written to has to be, for the process that wrote it to be gone for sure.
const leftoverAge = 24 * time.Hour

// sweepExports takes away what killed exports to a file have left beside it: it may hold personal data.
func sweepExports(path string) {
	left, _ := filepath.Glob(filepath.Join(escapeGlob(filepath.Dir(path)), escapeGlob(system.ReplacementPrefix(path))+"*"))
	for _, file := range left {
		if info, err := os.Lstat(file); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > leftoverAge {
			os.Remove(file)
		}
	}
}

// escapeGlob gives the pattern that a path alone matches.
func escapeGlob(path string) string {
	return strings.NewReplacer(`*`, `[*]`, `?`, `[?]`, `[`, `[[]`).Replace(path)
}

// users writes the users.
func (x *exporter) users(ctx context.Context, file *os.File) error {
	var without []string
	if !x.Phone {
		without = append(without, "phone")
	}
	if !x.Email {
		without = append(without, "email")
	}
	s, err := newSheet[userRow](file, x.Mark, without)
	if err != nil {
		return err
	}
	filter := meeting.UserFilter{Status: x.Status, Search: x.Search, Department: x.Department}
	return list(x, s, func(begin func() error) (meeting.Listing, error) {
		return meeting.ListUsers(ctx, x.ask, filter, x.paging, begin, func(u meeting.User) error {
			if x.Access.accountType() == 1 && u.ThirdAccount == "" {
				x.left++
				return nil
			}
			x.seen.Add(1)
			return s.add(userRow{u.Account, u.ThirdAccount, report.Guarded(u.Name), u.Type, u.AdminType, u.Status, report.Guarded(u.Department), report.Guarded(u.Phone), report.Guarded(u.Email)})
		})
	})
}

// rooms writes the rooms: cloud rooms, and then webinars.
func (x *exporter) rooms(ctx context.Context, file *os.File) error {
	s, err := newSheet[roomRow](file, x.Mark, nil)
	if err == nil && x.Access.accountType() == 1 {
		err = x.readThird(ctx)
	}
	for mode := 1; mode <= 2 && err == nil; mode++ {
		filter := meeting.RoomFilter{Mode: mode, Status: x.Status, Search: x.Search}
		err = list(x, s, func(begin func() error) (meeting.Listing, error) {
			return meeting.ListRooms(ctx, x.ask, filter, x.paging, begin, func(r meeting.Room) error {
				account := x.holder(r)
				if account == "" && r.Account != "" {
					x.strange++
					return nil
				}
				if account == "" && !x.Free && x.Status != unallocated {
					x.left++
					return nil
				}
				expires := ""
				if !r.Expires.IsZero() {
					expires = r.Expires.UTC().Format(time.RFC3339)
				}
				x.seen.Add(1)
				return s.add(roomRow{account, r.ID, r.Number, report.Guarded(r.Name), r.Mode, r.Status, report.Guarded(r.Device), report.Guarded(r.Package), expires})
			})
		})
	}
	return err
}

// holder is the account that has a room, as requests take it. Where that is by third-party user ID the list of rooms may
// call the holder so or by the account, and one whom the list of users does not have would be taken for somebody else.
func (x *exporter) holder(r meeting.Room) string {
	if x.Access.accountType() == 0 || x.thirds[r.Account] && x.third[r.Account] == "" {
		return r.Account
	}
	return x.third[r.Account]
}

// unallocated is the status of a room that is allocated to nobody (meeting_21_1102).
const unallocated = "2"

// readThird finds out which third-party ID goes with each account: the list of rooms names accounts (api-reading, 2.1).
func (x *exporter) readThird(ctx context.Context) error {
	_, err := meeting.ListUsers(ctx, x.ask, meeting.UserFilter{}, x.paging, func() error {
		x.third, x.thirds = map[string]string{}, map[string]bool{}
		return nil
	}, func(u meeting.User) error {
		if u.ThirdAccount != "" {
			x.third[u.Account], x.thirds[u.ThirdAccount] = u.ThirdAccount, true
		}
		return nil
	})
	return err
}

// list writes one of the lists that make an export. Where it has to be read again, what was written of it is taken back.
func list[T any](x *exporter, s *sheet[T], read func(begin func() error) (meeting.Listing, error)) error {
	if err := s.part(); err != nil {
		return err
	}
	l, err := read(func() error {
		x.left, x.strange = 0, 0
		x.seen.Store(s.nFrom)
		return s.again()
	})
	x.done.Page, x.done.Rows, x.done.Left, x.done.Strange = max(x.done.Page, l.Page), s.n, x.done.Left+x.left, x.done.Strange+x.strange
	x.left, x.strange = 0, 0
	if err != nil {
		return err
	}
	return s.flush()
}
