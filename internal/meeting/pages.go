package meeting

import (
	"context"
	"hash/maphash"
	"slices"

	"golang.org/x/sync/errgroup"
)

// reading is one reading of a list.
//
// The documents of the service contradict each other on what an offset counts, do not say how large a page may be, and
// promise neither an order nor a list that stands still; past the end they promise the last page once more. So a list is
// never read until a page is empty. What an offset counts is found out, the pages are as many as the count makes, and the
// rows are held against the count.
type reading[T any] struct {
	*lister[T]
	count int
	seed  maphash.Seed
	seen  map[uint64]struct{} // hashes of keys; that two of a million are the same happens once in 40 million readings
	last  bool                // there will be no further one

	repeats int // rows that came again
	idle    int // of them in pages at the end that brought nothing new
}

// read reads the list once.
func (r *reading[T]) read(ctx context.Context) error {
	p, err := r.first(ctx)
	if p.count >= 0 {
		r.count = p.count
	}
	if err != nil {
		return err
	}
	if err := r.take(p, r.pages(r.count)-1); err != nil {
		return err
	}
	switch {
	case r.count > len(p.rows):
		err = r.others(ctx, p)
	case r.count > 0 && len(p.rows) >= r.size:
		err = r.beyond(ctx, p)
	}
	if err != nil {
		return err
	}
	return r.verdict()
}

// beyond looks behind a full page that is to be the only one: a count that is too small would make it a whole list. Whatever
// an offset counts, the page at 1 holds a row that is not in the first one where there is any; past the end the service may
// refuse.
func (r *reading[T]) beyond(ctx context.Context, first page[T]) error {
	second, err := r.fetch(ctx, 1)
	switch {
	case isRefusal(err):
		return nil
	case err != nil:
		return err
	case second.count != r.count:
		return &shortfall{why: whyChanged}
	case slices.ContainsFunc(second.keys, func(key string) bool { return !slices.Contains(first.keys, key) }):
		return &shortfall{why: whyMore}
	}
	return nil
}

// pages is how many pages so many rows make.
func (r *reading[T]) pages(rows int) int { return (rows + r.size - 1) / r.size }

// others reads what the first page does not hold. Where it costs no request beyond the one that finds out what an offset
// counts, the last page has room for one row more than there should be: a count that is too small shows there. It does not
// where offsets are rounded down and the last page is full.
func (r *reading[T]) others(ctx context.Context, first page[T]) error {
	second, err := r.fetch(ctx, 1)
	if err != nil {
		return err
	}
	if second.count != r.count {
		return &shortfall{why: whyChanged}
	}
	switch step(first.keys, second.keys) {
	case byRows:
		return r.byRows(ctx, second)
	case byPages:
		return r.byPages(ctx, second)
	case roundedDown:
		return r.rest(ctx, r.pages(r.count)-1, func(ctx context.Context, i int) (page[T], error) { return r.fetch(ctx, (i+1)*r.size) })
	}
	return &shortfall{why: whyOrder}
}

// byRows reads what the first page does not hold; of the second all rows but one are those of the first.
func (r *reading[T]) byRows(ctx context.Context, second page[T]) error {
	start, known := r.size, r.size
	if r.count%r.size == 0 {
		start, known = r.size+1, r.size-1
	}
	left := r.pages(r.count - start)
	if err := r.take(second.from(known), left); err != nil {
		return err
	}
	return r.rest(ctx, left, func(ctx context.Context, i int) (page[T], error) { return r.fetch(ctx, start+i*r.size) })
}

// byPages reads what the first two pages do not hold, and the page after a last one that should be full. That is past the
// end, where the service may refuse.
func (r *reading[T]) byPages(ctx context.Context, second page[T]) error {
	left := r.count/r.size - 1
	if err := r.take(second, left); err != nil {
		return err
	}
	return r.rest(ctx, left, func(ctx context.Context, i int) (page[T], error) {
		p, err := r.fetch(ctx, i+2)
		if i+2 >= r.pages(r.count) && isRefusal(err) {
			return page[T]{count: r.count}, nil
		}
		return p, err
	})
}

// from is the page without its first rows.
func (p page[T]) from(i int) page[T] {
	i = min(i, len(p.rows))
	p.rows, p.keys = p.rows[i:], p.keys[i:]
	return p
}

// counting is what an offset counts.
type counting int

const (
	unclear     counting = iota // the order of the rows differs from one request to the next
	byRows                      // rows
	byPages                     // pages
	roundedDown                 // rows, but the page begins at a multiple of its size; or nothing, which comes out at the end
)

// step finds out what an offset counts, from the keys of the page at 0 and of the one at 1.
func step(first, second []string) counting {
	n := len(first)
	switch {
	case slices.Equal(first, second):
		return roundedDown
	case len(second) > 0 && n > 1 && second[0] == first[1]:
		overlap := min(n-1, len(second))
		if slices.Equal(second[:overlap], first[1:overlap+1]) {
			return byRows
		}
	default:
		known := make(map[string]bool, n)
		for _, key := range first {
			known[key] = true
		}
		if !slices.ContainsFunc(second, func(key string) bool { return known[key] }) {
			return byPages
		}
	}
	return unclear
}

// rest gets so many pages, several at a time, and takes them in their order.
func (r *reading[T]) rest(ctx context.Context, pages int, get func(context.Context, int) (page[T], error)) error {
	group, ctx := errgroup.WithContext(ctx)
	coming := make(chan chan page[T], r.workers-1) // with the one that is waited for, as many as there are workers
	group.Go(func() error {
		for i := range pages {
			slot := make(chan page[T], 1)
			select {
			case coming <- slot:
			case <-ctx.Done():
				return ctx.Err()
			}
			group.Go(func() error {
				p, err := get(ctx, i)
				if err == nil {
					slot <- p
				}
				return err
			})
		}
		return nil
	})
	group.Go(func() error {
		for left := pages - 1; left >= 0; left-- {
			p, err := next(ctx, coming)
			if err == nil {
				err = r.take(p, left)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return group.Wait()
}

// next waits for the page that is the next in the order.
func next[T any](ctx context.Context, coming <-chan chan page[T]) (p page[T], err error) {
	select {
	case slot := <-coming:
		select {
		case p = <-slot:
			return p, nil
		case <-ctx.Done():
		}
	case <-ctx.Done():
	}
	return p, ctx.Err()
}

// take hands those rows of a page on that did not come before. Left is how many pages are to come: where they cannot hold
// what is missing, a reading ends that is not the last one; that goes on as long as anything new comes, to tell how much
// there is.
func (r *reading[T]) take(p page[T], left int) error {
	if p.count != r.count {
		return &shortfall{why: whyChanged}
	}
	before := len(r.seen)
	for i, row := range p.rows {
		hash := maphash.String(r.seed, p.keys[i])
		if _, again := r.seen[hash]; again {
			r.repeats++
			continue
		}
		r.seen[hash] = struct{}{}
		if err := r.row(row); err != nil {
			return err
		}
	}
	fresh := len(r.seen) - before
	if r.idle += len(p.rows); fresh > 0 {
		r.idle = 0
	}
	if len(r.seen)+left*r.size < r.count && (fresh == 0 || !r.last) {
		return r.verdict()
	}
	return nil
}

// verdict holds the rows that came against the count.
func (r *reading[T]) verdict() error {
	switch {
	case len(r.seen) > r.count:
		return &shortfall{why: whyMore}
	case len(r.seen) == r.count:
		return nil
	case r.repeats > r.idle:
		return &shortfall{why: whyOrder}
	}
	return &shortfall{why: whyFewer}
}
