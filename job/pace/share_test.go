package pace_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"meetbatch/job"
	"meetbatch/job/pace"
)

// board is a budget in memory. Its faults are those that a server or a file system may have.
type board struct {
	mu     sync.Mutex
	record []byte
	clock  time.Duration // beside the machine's
	takes  time.Duration // an update
	down   error
	deaf   bool // the lock keeps nobody out: what is read is what was there an update before
	before []byte
	began  time.Time
}

func (b *board) Name() string { return "board" }

func newBoard() *board { return &board{began: time.Now()} }

func (b *board) Update(ctx context.Context, change func([]byte, time.Duration) ([]byte, error)) error {
	time.Sleep(b.takes)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down != nil {
		return b.down
	}
	old := b.record
	if b.deaf {
		old = b.before
	}
	text, err := change(slices.Clone(old), time.Since(b.began)+b.clock)
	if err == nil && text != nil {
		b.before, b.record = b.record, text
		if len(text) > 4096 {
			return errors.New("too long")
		}
	}
	return err
}

func (b *board) set(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f()
}

// counter is a service that notes when each process's requests come.
type counter struct {
	mu   sync.Mutex
	came [][]time.Time
}

func newCounter(n int) *counter { return &counter{came: make([][]time.Time, n)} }

func (c *counter) comes(i int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.came[i] = append(c.came[i], time.Now())
}

func (c *counter) all() (all []time.Time) {
	for _, one := range c.came {
		all = append(all, one...)
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// mostInASecond is how many came in any second.
func mostInASecond(all []time.Time) (most int) {
	for i, j := 0, 0; j < len(all); j++ {
		for all[j].Sub(all[i]) >= time.Second {
			i++
		}
		most = max(most, j-i+1)
	}
	return most
}

func sharing(b pace.Budget, rate string) *pace.Pacer {
	rates, err := job.ParseRates(rate)
	if err != nil {
		panic(err)
	}
	return pace.New(pace.Settings{Rate: rates.Spaced(), Quotas: rates.Quotas(), Budget: b, Of: "x"})
}

// together sends from n processes at once for a time.
func together(t *testing.T, n, workers int, d time.Duration, b *board, rate string, answer func(i int) job.Answer) *counter {
	t.Helper()
	c := newCounter(n)
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var all errgroup.Group
	for i := range n {
		all.Go(func() error {
			_, err := drive(ctx, sharing(b, rate), workers, 1_000_000, func() job.Answer {
				c.comes(i)
				time.Sleep(30 * time.Millisecond)
				return answer(i)
			})
			return err
		})
	}
	if err := all.Wait(); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	return c
}

func ok(int) job.Answer { return fine }

func TestFourShareOneRate(t *testing.T) {
	for _, takes := range []time.Duration{0, 2 * time.Millisecond, 30 * time.Millisecond, 200 * time.Millisecond} {
		t.Run(takes.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBoard()
				b.takes = takes
				rate, want := "50/1s", 3000.0
				if takes >= 30*time.Millisecond { // each process takes a round trip or two for a moment
					rate, want = "10/1s", 600
				}
				if takes >= 200*time.Millisecond {
					rate, want = "2/1s", 120
				}
				c := together(t, 4, 8, time.Minute, b, rate, ok)
				all := c.all()
				t.Logf("%d of %g, most %d in a second", len(all), want, mostInASecond(all))
				if n := float64(len(all)); math.Abs(n-want) > max(want/1000, 4) {
					t.Errorf("%g, want %g", n, want)
				}
				if m := mostInASecond(all); float64(m) > want/60+1 {
					t.Errorf("%d in a second", m)
				}
				for i, one := range c.came {
					if n := float64(len(one)); math.Abs(n-want/4) > want/4/20 {
						t.Errorf("process %d sent %g, want %g", i, n, want/4)
					}
				}
			})
		})
	}
}

// TestBudgetInTrouble holds what is sent while a budget is away, loses its record, has its clock set, or while processes
// end and stand still: at most the rate in any second, one more, and one for each of them.
func TestBudgetInTrouble(t *testing.T) {
	troubles := []struct {
		name    string
		trouble func(b *board)
		least   float64 // of what 60 seconds allow
		more    int     // in a second, beside the rate and one
	}{
		{"restarted empty", func(b *board) { b.set(func() { b.record = nil }) }, 0.995, 0},
		{"away for ten seconds", func(b *board) {
			b.set(func() { b.down = errors.New("connection refused") })
			time.Sleep(10 * time.Second)
			b.set(func() { b.down = nil })
		}, 49.0 / 60, 0},
		{"away, and back empty", func(b *board) {
			b.set(func() { b.down = errors.New("connection refused"); b.record = nil })
			time.Sleep(10 * time.Second)
			b.set(func() { b.down = nil })
		}, 49.0 / 60, 0},
		{"clock set back an hour", func(b *board) { b.set(func() { b.clock -= time.Hour }) }, 0.995, 4},
		{"clock set forward an hour", func(b *board) { b.set(func() { b.clock += time.Hour }) }, 0.995, 4},
		{"clock set back by seconds", func(b *board) { b.set(func() { b.clock -= 5 * time.Second }) }, 54.0 / 60, 4},
	}
	for i, c := range troubles {
		if i%pace.Mass(2, 1) > 0 {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBoard()
				b.began = b.began.Add(-2 * time.Hour)
				go func() {
					time.Sleep(20 * time.Second)
					c.trouble(b)
				}()
				all := together(t, 4, 8, time.Minute, b, "50/1s", ok).all()
				t.Logf("%d, most %d in a second", len(all), mostInASecond(all))
				if float64(len(all)) < 3000*c.least {
					t.Errorf("%d sent, want %g", len(all), 3000*c.least)
				}
				if m := mostInASecond(all); m > 51+c.more {
					t.Errorf("%d in a second", m)
				}
			})
		})
	}
}

// TestOneStands lets one of four processes stand still for a while, and another one end: the others take over.
func TestOneStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := newBoard(), newCounter(4)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		ends, end := context.WithTimeout(ctx, 30*time.Second)
		defer end()
		start := time.Now()
		var all errgroup.Group
		for i := range 4 {
			all.Go(func() error {
				mine := ctx
				if i == 3 {
					mine = ends
				}
				drive(mine, sharing(b, "50/1s"), 1, 1_000_000, func() job.Answer {
					c.comes(i)
					if at := time.Since(start); i == 2 && at > 10*time.Second && at < 20*time.Second {
						time.Sleep(10 * time.Second) // its only worker
					}
					return fine
				})
				return nil
			})
		}
		all.Wait()
		sent := c.all()
		if n := len(sent); n < 2990 || mostInASecond(sent) > 52 {
			t.Errorf("%d sent, most %d in a second", n, mostInASecond(sent))
		}
		for s := range 59 { // in each second as much as the rate allows
			n := 0
			for _, at := range sent {
				if d := at.Sub(start); d >= time.Duration(s)*time.Second && d < time.Duration(s+1)*time.Second {
					n++
				}
			}
			if n < 48 {
				t.Errorf("second %d: %d", s, n)
			}
		}
	})
}

// TestAutoTogether compares what three processes use of a limit that nobody states, and how much is refused them, with
// one alone.
func TestAutoTogether(t *testing.T) {
	use := func(t *testing.T, n int, limit func() limiter) (good, refused float64) {
		synctest.Test(t, func(t *testing.T) {
			l := limit()
			var mu sync.Mutex
			together(t, n, 8, 20*time.Minute, newBoard(), "auto", func(int) job.Answer {
				mu.Lock()
				defer mu.Unlock()
				if took, _ := l(time.Now()); took {
					good++
					return fine
				}
				refused++
				return throttled
			})
		})
		return good, refused
	}
	var of1, of3 float64
	for name, limit := range map[string]func() limiter{
		"fixed":    func() limiter { return fixed(100, time.Minute, false) },
		"calendar": func() limiter { return calendar(100, false) },
		"sliding":  func() limiter { return sliding(100, time.Minute, false) },
		"bucket":   func() limiter { return leaky(100, time.Minute, 5) },
	} {
		t.Run(name, func(t *testing.T) {
			good1, refused1 := use(t, 1, limit)
			good3, refused3 := use(t, 3, limit)
			t.Logf("one: %g and %g refused; three: %g and %g", good1, refused1, good3, refused3)
			if good3 < 0.95*good1 {
				t.Errorf("three use %.1f %% of what one does", 100*good3/good1)
			}
			of1, of3 = of1+refused1, of3+refused3
		})
	}
	if of3 > 1.5*of1 { // which of two limits a search happens to try makes some difference
		t.Errorf("%g refused, and %g where there is one", of3, of1)
	}
}

// TestRecordRefused holds what a budget is refused for, before anything is sent.
func TestRecordRefused(t *testing.T) {
	join := func(t *testing.T, b *board, rate, of string) error {
		rates, _ := job.ParseRates(rate)
		p := pace.New(pace.Settings{Rate: rates.Spaced(), Quotas: rates.Quotas(), Budget: b, Of: of})
		return p.Join(t.Context())
	}
	for _, c := range []struct {
		name, rate, of string
		record         string
		after          time.Duration
		says           string
	}{
		{name: "the same", rate: "100/1m", of: "x"},
		{name: "another rate", rate: "50/1m", of: "x", says: "its rate is 100/1m, and that of this run 50/1m"},
		{name: "another rate, of those who have gone", rate: "50/1m", of: "x", after: 2 * time.Minute},
		{name: "a quota more", rate: "100/1m,2000/1d", of: "x", says: "its rate is 100/1m"},
		{name: "another application", rate: "100/1m", of: "y", after: time.Hour, says: "the budget of another application"},
		{name: "something else", rate: "100/1m", of: "x", record: "hello", says: "something else"},
		{name: "something else in JSON", rate: "100/1m", of: "x", record: `{"a":1}`, says: "something else"},
		{name: "a newer program's", rate: "100/1m", of: "x", record: `{"version":4}`, says: "newer meetbatch"},
		{name: "damaged", rate: "100/1m", of: "x", record: `{"version":3,"of":"x","rate":"100/1m","found":"AAAA"}`, says: "damaged"},
		{name: "an older program's", rate: "100/1m", of: "x", record: `{"version":2,"of":"x","rate":"100/1m","found":"AAAA"}`},
		{name: "a still older program's", rate: "100/1m", of: "x", record: `{"version":1,"of":"x","rate":"100/1m","found":"AAAA"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBoard()
				if err := join(t, b, "100/1m", "x"); err != nil {
					t.Fatal(err)
				}
				if c.record != "" {
					b.record = []byte(c.record)
				}
				time.Sleep(c.after)
				err := join(t, b, c.rate, c.of)
				var no *pace.BudgetError
				if c.says == "" && err != nil || c.says != "" && (!errors.As(err, &no) || !strings.Contains(err.Error(), c.says)) {
					t.Errorf("%v, want %q", err, c.says)
				}
			})
		})
	}
}

// TestLeave lets a process take another rate once the others have ended.
func TestLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		first, second := sharing(b, "100/1m"), sharing(b, "10/1s")
		if err := first.Join(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := second.Join(t.Context()); err == nil {
			t.Fatal("two rates")
		}
		first.Leave(t.Context())
		if err := second.Join(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// TestLockThatKeepsNobodyOut ends a run whose updates of the budget are written over.
func TestLockThatKeepsNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		b.deaf = true
		p, q := sharing(b, "10/1s"), sharing(b, "10/1s")
		go drive(t.Context(), q, 1, 1000, func() job.Answer { return fine })
		_, err := drive(t.Context(), p, 1, 1000, func() job.Answer { return fine })
		if err == nil || !strings.Contains(err.Error(), "written over, for the second time in ten minutes") {
			t.Error(err)
		}
	})
}

// TestBudgetStaysAway ends a run after 15 minutes without its budget, in which nothing was sent, and tells of it.
func TestBudgetStaysAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, sent := newBoard(), 0
		var told []string
		p := pace.New(pace.Settings{Rate: job.Rate{Requests: 10, Per: time.Second}, Budget: b, Of: "x", Notify: func(s string) { told = append(told, s) }})
		go func() {
			time.Sleep(10 * time.Second)
			b.set(func() { b.down = errors.New("connection refused") })
			time.Sleep(time.Minute)
			if w := p.Waiting(); !w.NoBudget {
				t.Errorf("%+v", w)
			}
		}()
		start := time.Now()
		_, err := drive(t.Context(), p, 8, 10_000, func() job.Answer { sent++; return fine })
		if took := time.Since(start); took < 15*time.Minute || took > 16*time.Minute || err == nil || !strings.Contains(err.Error(), "out of reach for 15m") {
			t.Error(took, err)
		}
		if sent > 102 || len(told) != 1 {
			t.Error(sent, told)
		}
	})
}

// TestHoldIsForAll lets nobody send while the service has asked one to wait.
func TestHoldIsForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, asked := time.Now(), false
		var mu sync.Mutex
		c := together(t, 3, 4, 2*time.Minute, newBoard(), "10/1s", func(int) job.Answer {
			mu.Lock()
			defer mu.Unlock()
			if at := time.Since(start); !asked && at > 30*time.Second {
				asked = true
				return job.Answer{HTTPStatus: 429, RetryAfter: 40 * time.Second}
			}
			return fine
		})
		n := 0
		for _, at := range c.all() {
			if d := at.Sub(start); d > 31*time.Second && d < 70*time.Second {
				n++
			}
		}
		if n > 0 || len(c.all()) < 780 {
			t.Errorf("%d of %d went out while all were to wait", n, len(c.all()))
		}
	})
}

// TestQuotaIsForAll keeps a count for an hour together, which a lost record does not make larger.
func TestQuotaIsForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		go func() {
			time.Sleep(90 * time.Minute)
			b.set(func() { b.record = nil })
		}()
		all := together(t, 3, 4, 3*time.Hour+time.Minute, b, "10/1s,300/1h", ok).all()
		for i := range all {
			if i >= 300 && all[i].Sub(all[i-300]) < time.Hour {
				t.Fatalf("request %d came %s after the one 300 before", i, all[i].Sub(all[i-300]))
			}
		}
		if len(all) < 880 {
			t.Errorf("%d in three hours", len(all))
		}
	})
}

// TestQuotaIsKept keeps a count for an hour also where the service allows so little that the next moment is minutes ahead, and
// where the spaced rate is changed meanwhile.
func TestQuotaIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		slow := together(t, 8, 4, 30*time.Minute, b, "100/1m,60/1h", func(int) job.Answer {
			return job.Answer{HTTPStatus: 200, Limits: []job.Limit{{Name: "api", Limit: 6, Remain: 1, Window: time.Minute}}}
		}).all()
		time.Sleep(2 * time.Minute)
		quick := together(t, 2, 4, 20*time.Minute, b, "10/1s,60/1h", ok).all()
		if len(slow) < 58 || len(slow)+len(quick) > 60 {
			t.Errorf("%d, and %d at another rate", len(slow), len(quick))
		}
	})
}

// TestBudgetGoesBack lets a budget go back to what it was some time ago, as a server does that is started again.
func TestBudgetGoesBack(t *testing.T) {
	ages := []time.Duration{50 * time.Second, 10 * time.Second, 70 * time.Second}
	for _, age := range ages[:pace.Mass(1, 3)] {
		synctest.Test(t, func(t *testing.T) {
			b := newBoard()
			go func() {
				time.Sleep(100 * time.Second)
				var old []byte
				b.set(func() { old = b.record })
				time.Sleep(age)
				b.set(func() { b.record = old })
			}()
			minutes := pace.Mass(3, 5)
			all := together(t, 4, 8, time.Duration(minutes)*time.Minute, b, "50/1s", ok).all()
			if m := mostInASecond(all); len(all) < 3000*minutes-10 || m > 51 {
				t.Errorf("%s ago: %d, at most %d in a second", age, len(all), m)
			}
		})
	}
}

// TestSignInWaits lets no sign-in out while all are to wait, nor closer together than the rate.
func TestSignInWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, start := newBoard(), time.Now()
		p := sharing(b, "6/1m")
		turn, err := p.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		turn.Gone()
		var all errgroup.Group
		var mu sync.Mutex
		var came []time.Time
		for range 8 {
			all.Go(func() error {
				err := sharing(b, "6/1m").Aside(t.Context())
				mu.Lock()
				defer mu.Unlock()
				came = append(came, time.Now())
				return err
			})
		}
		time.Sleep(5 * time.Second)
		turn.Answered(1, job.Answer{HTTPStatus: 429, RetryAfter: 100 * time.Second})
		if err := all.Wait(); err != nil {
			t.Fatal(err)
		}
		for i, at := range came {
			if at.Sub(start) < 105*time.Second || i > 0 && at.Sub(came[i-1]) < 9900*time.Millisecond {
				t.Errorf("sign-in %d after %s", i, at.Sub(start))
			}
		}
	})
}

// TestRoomForForty refuses the process for which a record has no room.
func TestRoomForForty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		b.began = b.began.Add(-1e9 * time.Second)
		for i := range 41 {
			if err := sharing(b, "10/1s").Join(t.Context()); (err != nil) != (i == 40) {
				t.Errorf("%d: %v", i, err)
			}
		}
	})
}
