package pace

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"meetbatch/job"
)

const (
	recordVersion = 1

	// largestRecord is how many bytes a record may have.
	largestRecord = 4000

	// silence is after how long without a sign of life a process no longer counts.
	silence = time.Minute

	// furthest is how far ahead the next moment may be, beside a turn for each process. What is further ahead was
	// written by a clock that was set since.
	furthest = time.Minute
)

// record is what the processes that share a budget know together. All moments are on the budget's clock.
type record struct {
	Version int    `json:"version"`
	Of      string `json:"of"`   // whose limit it is
	Rate    string `json:"rate"` // as each of them was asked to keep

	Next  time.Duration `json:"next"`  // the first moment that nobody has
	Hold  time.Duration `json:"hold"`  // nothing goes out before
	Told  time.Duration `json:"told"`  // when that was said last; answers to earlier requests say nothing of it
	Pause time.Duration `json:"pause"` // the last one for everybody; 0: somebody got through since
	Used  []window      `json:"used,omitempty"`

	Through int64             `json:"through"` // answers so far that were no refusals
	Members map[string]member `json:"members"`
	Stated  []shownLimit      `json:"stated,omitempty"`
	Found   []byte            `json:"found"` // governor.pack
}

// member is a process that shares a budget.
type member struct {
	Seen    time.Duration `json:"seen"`
	Updates int64         `json:"updates"` // of the record so far, by which a process sees that one of its own was lost
}

// shownLimit is a limit that the service states.
type shownLimit struct {
	Name   string        `json:"name"`
	Limit  int           `json:"limit"`
	Remain int           `json:"remain"`
	Window time.Duration `json:"window"`
	Seen   time.Duration `json:"seen"`
	Resets time.Duration `json:"resets,omitempty"`
}

// readRecord reads a record; nil where there is none.
func readRecord(text []byte) (*record, error) {
	if len(text) == 0 {
		return nil, nil
	}
	r := &record{}
	if err := json.Unmarshal(text, r); err != nil || r.Version < 1 {
		return nil, fmt.Errorf("it holds something else than a budget's record")
	}
	if r.Version > recordVersion {
		return nil, fmt.Errorf("it was written by a newer meetbatch, in version %d", r.Version)
	}
	if r.Members == nil {
		r.Members = map[string]member{}
	}
	return r, nil
}

// write gives the record's text. Where that would be too long, those are left out whose last sign of life is oldest.
func (r *record) write() ([]byte, error) {
	for {
		text, err := json.Marshal(r)
		if err != nil || len(text) <= largestRecord || len(r.Members) == 0 {
			return text, err
		}
		oldest := slices.MinFunc(slices.Collect(maps.Keys(r.Members)), func(a, b string) int {
			return cmp.Compare(r.Members[a].Seen, r.Members[b].Seen)
		})
		delete(r.Members, oldest)
	}
}

// outdated tells whether the record's moments are of a clock that was set since.
func (r *record) outdated(now, interval time.Duration) bool {
	turns := time.Duration(len(r.Members)+1) * interval
	return r.Hold > now+Patience+furthest || r.Next > max(now, r.Hold)+furthest+turns
}

// forget leaves out those who have given no sign of life for a while, or give one later than now.
func (r *record) forget(now time.Duration) {
	maps.DeleteFunc(r.Members, func(_ string, m member) bool { return now-m.Seen > silence || m.Seen-now > silence })
}

// reserve hands out the next moment, which is not before a given one. Where a window is used up it hands out none, and
// tells which and until when.
func (r *record) reserve(earliest, interval time.Duration) (at time.Duration, usedUp *window) {
	at = max(r.Next, r.Hold, earliest)
	for i := range r.Used {
		if w := &r.Used[i]; w.free(at) > at && (usedUp == nil || w.free(at) > usedUp.free(at)) {
			usedUp = w
		}
	}
	if usedUp != nil {
		return usedUp.free(at), usedUp
	}
	for i := range r.Used {
		r.Used[i].take(at)
	}
	r.Next = at + interval
	return at, nil
}

// count takes in what somebody heard.
func (r *record) count(h heard) {
	if h.what == accepted {
		r.Through++
		if time.Duration(h.start.UnixNano()) >= r.Told {
			r.Pause = 0
		}
	}
}

// tell brings to a governor what the record knows of the service.
func (r *record) tell(g *governor) error {
	g.stated = stated{}
	for _, l := range r.Stated {
		is := statedLimit{Limit: job.Limit{Name: l.Name, Limit: l.Limit, Remain: l.Remain, Window: l.Window}, seen: onBudgetsClock(l.Seen)}
		if l.Resets != 0 {
			is.resets = onBudgetsClock(l.Resets)
		}
		g.stated[l.Name] = is
	}
	if err := g.unpack(r.Found); err != nil {
		return err
	}
	if s := g.search; !(s.rate >= lowest) || !(s.top >= s.rate) || s.rate > number(g.ceiling) { // which no governor would have
		return errPacked
	}
	return nil
}

// learn takes over what a governor knows of the service.
func (r *record) learn(g *governor) {
	r.Found, r.Stated = g.pack(), nil
	for _, name := range slices.Sorted(maps.Keys(g.stated)) {
		l := g.stated[name]
		shown := shownLimit{Name: name, Limit: l.Limit.Limit, Remain: l.Remain, Window: l.Window, Seen: time.Duration(l.seen.UnixNano())}
		if !l.resets.IsZero() {
			shown.Resets = time.Duration(l.resets.UnixNano())
		}
		r.Stated = append(r.Stated, shown)
	}
}

// parts is in how many parts of its length a window is counted: a request counts for up to one of them too long.
const parts = 64

// window is how many requests went out lately, for a rate of an hour or more that processes share. A quota of one process
// knows each of its requests; here they are counted in parts of the window, lest the record be long.
type window struct {
	Rate   string `json:"rate"`
	Newest int64  `json:"newest"` // the part in which a request was counted last, from the clock's beginning
	Counts []int  `json:"counts"` // in it, in the one before, and so on

	rate job.Rate
}

// newWindows makes windows for the quotas, in which nothing has gone out.
func newWindows(quotas []job.Rate) []window {
	all := make([]window, len(quotas))
	for i, q := range quotas {
		all[i] = window{Rate: q.String(), rate: q}
	}
	return all
}

func (w *window) part() time.Duration { return w.rate.Per / parts }

// take counts a request. One that is older than the newest counts with that.
func (w *window) take(at time.Duration) {
	now := max(int64(at/w.part()), w.Newest)
	gap := min(now-w.Newest, parts+1)
	w.Counts = append(make([]int, gap), w.Counts...)
	w.Counts = w.Counts[:min(len(w.Counts), parts+1)]
	if len(w.Counts) == 0 {
		w.Counts = []int{0}
	}
	w.Newest = now
	w.Counts[0]++
}

// free is when another request may go out, if it is wanted at a moment.
func (w *window) free(at time.Duration) time.Duration {
	now, sum := int64(at/w.part()), 0
	for i, n := range w.Counts {
		if age := now - w.Newest + int64(i); age > parts {
			break
		} else if sum += n; sum >= w.rate.Requests {
			return time.Duration(now-age+parts+1) * w.part()
		}
	}
	return at
}
