package pace

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"meetbatch/job"
)

const (
	recordVersion = 3 // 1 and 2 packed what was found otherwise

	// largestRecord is how many bytes a record may have.
	largestRecord = 4000

	// mostMembers is how many processes it has room for.
	mostMembers = 40

	// silence is after how long without a sign of life a process no longer counts.
	silence = time.Minute

	// furthest is how far ahead the next moment may be, where many share a low rate. What is further ahead is damaged.
	furthest = 24 * time.Hour
)

// record is what the processes that share a budget know together. All moments are on the budget's clock.
type record struct {
	Version int    `json:"version"`
	Of      string `json:"of"`   // whose limit it is
	Rate    string `json:"rate"` // as each of them was asked to keep

	Begun time.Duration `json:"begun"` // when the record was
	Wrote time.Duration `json:"wrote"` // when something was written there last
	Next  time.Duration `json:"next"`  // the first moment that nobody has
	Every time.Duration `json:"every"` // how far it is from the one before
	Hold  time.Duration `json:"hold"`  // nothing goes out before
	Told  time.Duration `json:"told"`  // when that was said last; answers to earlier requests say nothing of it
	Pause time.Duration `json:"pause"` // the last one for everybody; 0: somebody got through since
	Used  []window      `json:"used,omitempty"`

	Through int64             `json:"through"` // answers so far that were no refusals
	Members map[string]member `json:"members"`
	Stated  []shownLimit      `json:"stated,omitempty"`
	Found   []byte            `json:"found"` // governor.pack; nothing is nothing yet
}

// member is a process that shares a budget.
type member struct {
	seen    time.Duration // to the second
	updates int64         // of the record so far, by which a process sees that one of its own was lost
}

// MarshalJSON writes a member in as few bytes as can be, since there is room for many.
func (m member) MarshalJSON() ([]byte, error) {
	return json.Marshal([2]int64{int64(m.seen / time.Second), m.updates})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (m *member) UnmarshalJSON(text []byte) error {
	var two [2]int64
	err := json.Unmarshal(text, &two)
	m.seen, m.updates = time.Duration(two[0])*time.Second, two[1]
	return err
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
	if r.Version < recordVersion { // its moments hold, and the limit is found again
		r.Version, r.Found = recordVersion, nil
	}
	if r.Members == nil {
		r.Members = map[string]member{}
	}
	return r, nil
}

// write gives the record's text. Where that would be too long, what the service states is left out: it states it again.
func (r *record) write() ([]byte, error) {
	text, err := json.Marshal(r)
	if err == nil && len(text) > largestRecord {
		r.Stated = nil
		text, err = json.Marshal(r)
	}
	return text, err
}

// outdated tells whether the record's moments are of a clock that was set back since, or cannot be of any.
func (r *record) outdated(now time.Duration) bool {
	return now < r.Wrote-time.Second || r.Hold > now+Patience+time.Minute || r.Next > now+furthest
}

// turns is a time in which each process that may have a moment has had it.
func (r *record) turns() time.Duration {
	return time.Duration(len(r.Members)+1) * min(max(r.Every, 0), time.Hour)
}

// forget leaves out those who have given no sign of life for a while, when no moment can be theirs any more, and who gave one
// that is yet to come.
func (r *record) forget(now time.Duration) {
	longest := max(silence, r.turns())
	maps.DeleteFunc(r.Members, func(_ string, m member) bool { return now-m.seen > longest || m.seen-now > silence })
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
	r.Next, r.Every = at+interval, interval
	return at, nil
}

// giveBack takes back so many moments that were handed out and not used, for what is counted over an hour or more.
func (r *record) giveBack(n int) {
	for i := range r.Used {
		if c := r.Used[i].Counts; len(c) > 0 {
			c[0] = max(0, c[0]-n)
		}
	}
}

// keepUsed takes over what was counted in another record, for the quotas that are the same. What is counted in a part that
// is yet to come, by a clock that was set, counts as of now.
func (r *record) keepUsed(old []window, now time.Duration) {
	for i := range r.Used {
		w := &r.Used[i]
		for _, was := range old {
			rate, err := job.ParseRate(was.Rate)
			if err == nil && rate.Per == w.rate.Per && was.sound() {
				w.Counts, w.Newest = was.Counts, min(was.Newest, int64(now/w.part()))
			}
		}
	}
}

// count takes in what somebody heard, and tells whether that was an answer that was no refusal.
func (r *record) count(h heard) bool {
	if h.what != accepted {
		return false
	}
	r.Through++
	if time.Duration(h.start.UnixNano()) >= r.Told {
		r.Pause = 0
	}
	return true
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
	if len(r.Found) > 0 {
		if err := g.unpack(r.Found); err != nil {
			return err
		}
	}
	for _, l := range r.Stated {
		if l.Limit < 1 || l.Window <= 0 {
			return errPacked
		}
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

// sound tells whether counts are such as take makes.
func (w *window) sound() bool {
	return w.Newest >= 0 && len(w.Counts) <= parts+1 && !slices.ContainsFunc(w.Counts, func(n int) bool { return n < 0 || n > math.MaxInt32 })
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
