package meeting

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"net/http"
	"sync/atomic"
)

// Paging says how a list is read.
type Paging struct {
	Size    int // rows asked for with a page; 0: 100
	Workers int // pages in flight at most; 0: one
}

// Listing is how a list was read.
type Listing struct {
	Count    int // of the rows, as the service says it
	Page     int // rows a page that the service granted
	Requests int // in all
	Readings int // 1, and one more for each time that it had to begin again
}

// maxReadings is how often a list is read before it is given up.
const maxReadings = 3

// pageSizes are those that are tried after one that the service refuses: its documents name no maximum for pages, but 100
// has been seen in use, and 10 is the default.
var pageSizes = []int{100, 10}

// NotWholeError says that the pages of a list do not make a whole one, so that nothing may be concluded from it.
type NotWholeError struct {
	What     string // rooms, users
	Rows     int    // different ones that came in the last reading
	Count    int    // that there should have been; -1: not said
	Readings int
	Why      string
}

func (e *NotWholeError) Error() string {
	count := "an unknown number of"
	if e.Count >= 0 {
		count = fmt.Sprint(e.Count)
	}
	again := ""
	if e.Readings > 1 {
		again = fmt.Sprintf(" after %d readings", e.Readings)
	}
	return fmt.Sprintf("the service's list is not whole%s: %d of %s %s: %s", again, e.Rows, count, e.What, e.Why)
}

// Hint names what to try.
func (e *NotWholeError) Hint() string {
	if e.Why == whyChanged {
		return "read it again when fewer people are at work"
	}
	return "nothing can be concluded from such a list: read it again, perhaps with another --page-size"
}

// Why a list is not whole.
const (
	whyMore    = "it gives more than it counts"
	whyFewer   = "it gives fewer than it counts"
	whyOrder   = "its order is not stable from one page to the next"
	whyChanged = "the list changes while it is read"
	whyEmpty   = "it gives a page without rows"
	whyLong    = "it gives a page that is longer than asked for"
	whyRefused = "of a page that should be there "
	whyNoCount = "it does not say how many there are"
)

// shortfall says that a reading did not come to a whole list.
type shortfall struct {
	why   string
	final bool  // a further reading would end in the same way
	cause error // mostly nil
}

func (e *shortfall) Error() string { return e.why }
func (e *shortfall) Unwrap() error { return e.cause }

// lister reads one list.
type lister[T any] struct {
	what  string
	path  func(offset, limit int) string
	ask   Ask
	parse func([]byte) (page[T], error)
	row   func(T) error

	asked    int // rows of a page, of which the service is not known to refuse so many
	size     int // rows of a page that are asked for
	workers  int
	requests atomic.Int64
}

// list reads until the list is whole, a few times at most. It calls begin and row as ListRooms says.
func (l *lister[T]) list(ctx context.Context, p Paging, begin func() error, row func(T) error) (done Listing, err error) {
	l.asked, l.workers, l.row = cmp.Or(max(p.Size, 0), 100), max(p.Workers, 1), row
	for {
		if err := begin(); err != nil {
			return done, err
		}
		r := reading[T]{lister: l, count: -1, seed: maphash.MakeSeed(), seen: map[uint64]struct{}{}, last: done.Readings == maxReadings-1}
		err := r.read(ctx)
		done = Listing{Count: r.count, Page: l.size, Requests: int(l.requests.Load()), Readings: done.Readings + 1}
		short, is := errors.AsType[*shortfall](err)
		if !is {
			return done, err
		}
		if short.final || r.last {
			return done, &NotWholeError{What: l.what, Rows: len(r.seen), Count: r.count, Readings: done.Readings, Why: short.why}
		}
	}
}

// fetch asks for a page.
func (l *lister[T]) fetch(ctx context.Context, offset int) (page[T], error) {
	l.requests.Add(1)
	body, err := l.ask(ctx, Query{Method: http.MethodGet, Path: l.path(offset, l.size)})
	if offset > 0 && isRefusal(err) { // it took all but the offset a moment ago
		return page[T]{}, &shortfall{why: whyRefused + err.Error(), cause: err}
	}
	if err != nil {
		return page[T]{}, err
	}
	p, err := l.parse(body)
	switch {
	case err != nil:
		return p, &shortfall{why: err.Error(), final: true}
	case p.count < 0:
		return p, &shortfall{why: whyNoCount, final: true}
	case len(p.rows) > l.size:
		return p, &shortfall{why: whyLong, final: true}
	}
	return p, nil
}

// first asks for the first page, with fewer rows where the service refuses so many. What it gives is what it grants: it may
// cut a page without saying so.
func (l *lister[T]) first(ctx context.Context) (page[T], error) {
	l.size = l.asked
	p, err := l.fetch(ctx, 0)
	for _, size := range pageSizes {
		if size < l.size && isRefusal(err) {
			l.asked, l.size = size, size
			p, err = l.fetch(ctx, 0)
		}
	}
	switch {
	case err != nil:
		return p, err
	case p.count > len(p.rows) && len(p.rows) == 0:
		return p, &shortfall{why: whyEmpty}
	case p.count > len(p.rows):
		l.size = len(p.rows)
	case p.limit >= len(p.rows) && p.limit > 0:
		l.size = min(l.size, p.limit)
	}
	return p, nil
}

// isRefusal tells whether the service refuses a query for what it asks for.
func isRefusal(err error) bool {
	no, is := errors.AsType[*Refusal](err)
	return is && no.Answer.HTTPStatus == http.StatusBadRequest
}

// count asks for a page of one row, which says how many there are.
func (l *lister[T]) count(ctx context.Context) (int, error) {
	body, err := l.ask(ctx, Query{Method: http.MethodGet, Path: l.path(0, 1)})
	if err != nil {
		return 0, err
	}
	p, err := l.parse(body)
	switch {
	case err != nil:
		return 0, &NotWholeError{What: l.what, Count: -1, Readings: 1, Why: err.Error()}
	case p.count < 0:
		return 0, &NotWholeError{What: l.what, Rows: len(p.rows), Count: -1, Readings: 1, Why: whyNoCount}
	}
	return p.count, nil
}
