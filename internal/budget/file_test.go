package budget

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"meetbatch/job/pace"
)

// counted is a child process: it counts in the budget of its arguments until it is killed, or has counted so often, and
// writes a line for each.
func TestMain(m *testing.M) {
	if os.Getenv("BUDGET_TEST_COUNT") == "" {
		os.Exit(m.Run())
	}
	times, _ := strconv.Atoi(os.Getenv("BUDGET_TEST_COUNT"))
	b, err := Open(os.Getenv("BUDGET_TEST_ADDRESS"))
	for i := 0; i < times && err == nil; i++ {
		if err = count(b); err == nil {
			fmt.Println("counted")
		}
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func count(b pace.Budget) error {
	return b.Update(context.Background(), func(old []byte, _ time.Duration) ([]byte, error) { return plusOne(old) })
}

// plusOne counts in a record whose length changes all the time, so that a part of an old one would be seen.
func plusOne(old []byte) ([]byte, error) {
	var c counter
	if len(old) > 0 {
		if err := json.Unmarshal(old, &c); err != nil || len(c.Pad) != c.N%700 {
			return nil, fmt.Errorf("a torn record: %s", old)
		}
	}
	c.N++
	c.Pad = strings.Repeat("x", c.N%700)
	return json.Marshal(c)
}

type counter struct {
	N   int
	Pad string
}

func counted(t *testing.T, b pace.Budget) int {
	t.Helper()
	var c counter
	if record := look(t, b); len(record) > 0 {
		if err := json.Unmarshal(record, &c); err != nil {
			t.Fatalf("%v: %s", err, record)
		}
	}
	return c.N
}

// look reads the record.
func look(t *testing.T, b pace.Budget) []byte {
	t.Helper()
	var record []byte
	err := b.Update(t.Context(), func(old []byte, _ time.Duration) ([]byte, error) {
		record = old
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return record
}

func write(t *testing.T, b pace.Budget, record string) {
	t.Helper()
	err := b.Update(t.Context(), func([]byte, time.Duration) ([]byte, error) { return []byte(record), nil })
	if err != nil {
		t.Fatal(err)
	}
}

func mustOpen(t *testing.T, address string) *Budget {
	t.Helper()
	b, err := Open(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// count lets four processes count at once, the last of which is killed again and again. What is there at the end is what
// they have told, and at most one more for each kill, after which nobody was left to tell.
func countTogether(t *testing.T, address string, times, kills int) {
	t.Helper()
	b := mustOpen(t, address)
	before := counted(t, b)
	var told, killed int
	var mu sync.Mutex
	var wg sync.WaitGroup
	child := func(kill time.Duration) {
		ctx := t.Context()
		n := times
		if kill > 0 {
			n = 1 << 30
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, kill)
			defer cancel()
		}
		cmd := exec.CommandContext(ctx, os.Args[0])
		cmd.Env = append(os.Environ(), "BUDGET_TEST_ADDRESS="+address, "BUDGET_TEST_COUNT="+strconv.Itoa(n))
		out, err := cmd.Output()
		mu.Lock()
		defer mu.Unlock()
		told += strings.Count(string(out), "counted\n")
		if rest := strings.ReplaceAll(string(out), "counted\n", ""); rest != "" && !strings.HasPrefix("counted", rest) || kill == 0 && err != nil {
			t.Errorf("%v: %s", err, rest)
		}
		if kill > 0 {
			killed++
		}
	}
	for range 3 {
		wg.Go(func() { child(0) })
	}
	wg.Go(func() {
		for i := range kills {
			child(20*time.Millisecond + time.Duration(i*7919%13)*time.Millisecond)
		}
	})
	wg.Wait()
	if n := counted(t, b) - before; n < told || n > told+killed || told < 3*times {
		t.Errorf("%d counted, %d told, %d killed", n, told, killed)
	}
}

func TestProcessesCountInAFile(t *testing.T) {
	t.Parallel()
	countTogether(t, filepath.Join(t.TempDir(), "budget"), times(mass(500, 2000)), mass(10, 25))
}

// times is how often something is done: less often on Windows, where a file is opened slowly, under wine a hundred times so.
func times(n int) int {
	if runtime.GOOS == "windows" {
		return n / 20
	}
	return n
}

// TestGoroutinesCount: those of one process, of one budget or of several of one file, keep out of one another's way.
func TestGoroutinesCount(t *testing.T) {
	t.Parallel()
	path, each := filepath.Join(t.TempDir(), "budget"), times(mass(60, 200))
	one, other := mustOpen(t, path), mustOpen(t, path)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range each {
				if err := count([]*Budget{one, other}[i%2]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := counted(t, one); n != 8*each {
		t.Errorf("%d counted", n)
	}
}

// TestRemovedUnderWay: whoever takes the lock or the record away while others use them makes no error. Without the lock
// nothing that was there is forgotten but what was just being written; without the record all begins anew.
func TestRemovedUnderWay(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "budget")
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			b := mustOpen(t, path)
			for j := range times(mass(150, 500)) {
				if err := count(b); err != nil {
					t.Error(err)
				}
				if i == 0 && j%10 == 0 {
					os.Remove(path + []string{"", ".lock"}[j/10%2])
				}
			}
		})
	}
	wg.Wait()
	if n := counted(t, mustOpen(t, path)); n < 1 || n > 2000 {
		t.Errorf("%d counted", n)
	}
}

// TestTakenAwayWhileHeld: who holds a lock that nobody finds any more writes nothing, and begins again with what the
// others have written; and so does whoever has read a record that is gone.
func TestTakenAwayWhileHeld(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("nobody removes there what another has open")
	}
	for suffix, want := range map[string]string{".lock": `["after","other"]`, "": `["after",]`} {
		path := filepath.Join(t.TempDir(), "budget")
		b, other := mustOpen(t, path), mustOpen(t, path)
		write(t, b, `"first"`)
		calls := 0
		err := b.Update(t.Context(), func(old []byte, _ time.Duration) ([]byte, error) {
			if calls++; calls == 1 {
				os.Remove(path + suffix)
				if suffix != "" {
					write(t, other, `"other"`)
				}
			}
			return []byte(`["after",` + string(old) + `]`), nil
		})
		if got := string(look(t, b)); err != nil || calls != 2 || got != want {
			t.Errorf("%q: %v, %d calls, %s", suffix, err, calls, got)
		}
	}
}

// TestLockKept: a process that was stopped while it had the lock keeps the others waiting for half a second, and finds out
// before it writes. Whoever cannot wait so long says what he waits for, and it is no lasting trouble.
func TestLockKept(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("nobody takes a lock away there: the others wait")
	}
	path := filepath.Join(t.TempDir(), "budget")
	b, stopped := mustOpen(t, path), mustOpen(t, path)
	write(t, b, `1`)
	goesOn, calls := make(chan struct{}), 0
	ends := make(chan error)
	begun := make(chan struct{})
	go func() {
		ends <- stopped.Update(t.Context(), func(old []byte, _ time.Duration) ([]byte, error) {
			if calls++; calls == 1 {
				close(begun)
				<-goesOn
			}
			return []byte(`[` + string(old) + `]`), nil
		})
	}()
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := b.Update(ctx, func([]byte, time.Duration) ([]byte, error) { return nil, errors.New("was called") })
	if err == nil || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "another process keeps "+path+".lock locked") || errors.As(err, new(*pace.BudgetError)) {
		t.Error(err)
	}
	start := time.Now()
	write(t, b, `2`)
	if took := time.Since(start); took < stuck || took > 2*stuck {
		t.Errorf("it took %v", took)
	}
	close(goesOn)
	if err := <-ends; err != nil || calls != 2 || string(look(t, b)) != "[2]" {
		t.Errorf("%v, %d calls, %s", err, calls, look(t, b))
	}
}

// TestAnotherStart: the record of another start of the machine is none, unless that other one wrote it a moment ago while
// this one was on.
func TestAnotherStart(t *testing.T) {
	t.Parallel()
	const now = 20 * time.Second // since this start
	for name, c := range map[string]struct {
		boot    string // when it was written
		at      time.Duration
		here    string
		age     time.Duration
		old     bool
		refused bool
	}{
		"the same":                    {"a", now, "a", 0, true, false},
		"the same, long ago":          {"a", time.Second, "a", 19 * time.Second, true, false},
		"before":                      {"a", now, "b", 25 * time.Second, false, false},
		"days before":                 {"a", 50 * time.Hour, "b", 50 * time.Hour, false, false},
		"another machine":             {"a", now, "b", 5 * time.Second, false, true},
		"another clock":               {"a", time.Hour, "a", 5 * time.Second, false, true},
		"no start is known":           {"", now, "", 5 * time.Second, true, false},
		"none is known, later on it":  {"", time.Hour, "", time.Hour, false, false},
		"only that one is known":      {"a", now, "", time.Hour, false, false},
		"another machine far ahead":   {"a", now, "b", -5 * time.Second, false, true},
		"the clock was set back much": {"a", now, "b", -5 * time.Hour, false, false},
	} {
		path := filepath.Join(t.TempDir(), "budget")
		b := mustOpen(t, path)
		at := func(boot string, now time.Duration) {
			b.store.(*file).boot = boot
			b.store.(*file).clock = func() (time.Duration, error) { return now, nil }
		}
		at(c.boot, c.at)
		write(t, b, `"old"`)
		then := time.Now().Add(-c.age)
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
		at(c.here, now)
		var got []byte
		err := b.Update(t.Context(), func(old []byte, is time.Duration) ([]byte, error) {
			if is != now {
				t.Errorf("%s: it is %v", name, is)
			}
			got = old
			return []byte(`"new"`), nil
		})
		if refused := errors.As(err, new(*pace.BudgetError)); string(got) != map[bool]string{true: `"old"`}[c.old] || refused != c.refused || err != nil && !refused {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if !c.refused && string(look(t, b)) != `"new"` {
			t.Errorf("%s: %s", name, look(t, b))
		}
	}
}

// TestWhatTheFileHolds: what this program has not written is never written over; what is damaged of its own is begun anew.
func TestWhatTheFileHolds(t *testing.T) {
	t.Parallel()
	for content, refused := range map[string]bool{
		"":                                 false,
		"\x00\x00\x00\x00":                 false,
		`{"meetbatch_`:                     false,
		`{"meetbatch_budget":`:             false,
		`{"meetbatch_budget":1,"boot":"`:   false,
		`{"meetbatch_budget":1,"boot":7}`:  false,
		`{"meetbatch_budget":2,"boot":""}`: true,
		`{"meetbatch_budget":0}`:           true,
		`{"version":1,"state":"done"}`:     true,
		"\n":                               true,
		"account,name\n":                   true,
		" " + `{"meetbatch_budget":1}`:     true,
		`{"meetbatch_budget":1,"x":"` + strings.Repeat("x", maxKept) + `"}`: true,
		strings.Repeat("\x00", maxKept+1):                                   true,
	} {
		path := filepath.Join(t.TempDir(), "budget")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		err := mustOpen(t, path).Update(t.Context(), func(old []byte, _ time.Duration) ([]byte, error) {
			if len(old) > 0 {
				t.Errorf("%.40q holds %q", content, old)
			}
			return []byte(`"new"`), nil
		})
		after, _ := os.ReadFile(path)
		var why *pace.BudgetError
		switch {
		case refused && (!errors.As(err, &why) || why.Budget != path || why.Try == "" || string(after) != content):
			t.Errorf("%.40q: %v, now %.40q", content, err, after)
		case !refused && (err != nil || !json.Valid(after)):
			t.Errorf("%.40q: %v, now %.40q", content, err, after)
		}
	}
}

// TestRecordsComeBack: bytes of any kind come back as they were; what is too long is refused and changes nothing.
func TestRecordsComeBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "budget")
	b := mustOpen(t, path)
	for _, record := range []string{`{"a":[1,2,"<&>"],"é":null}`, strings.Repeat("8", 3900), "\x00\xff}", "", "7", "a\nb", `{"a": 1}`} {
		write(t, b, record)
		if got := string(look(t, b)); got != record {
			t.Errorf("%q came back as %q", record, got)
		}
		if line, err := os.ReadFile(path); err != nil || !json.Valid(line) || strings.Count(string(line), "\n") != 1 || len(line) > maxKept {
			t.Errorf("%q, %v", line, err)
		}
	}
	err := b.Update(t.Context(), func([]byte, time.Duration) ([]byte, error) { return make([]byte, maxKept), nil })
	if !errors.As(err, new(*pace.BudgetError)) || string(look(t, b)) != `{"a": 1}` {
		t.Error(err)
	}
	own := errors.New("own")
	if err := b.Update(t.Context(), func([]byte, time.Duration) ([]byte, error) { return []byte("7"), own }); err != own || string(look(t, b)) != `{"a": 1}` {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Update(ended, nil); !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "lock") {
		t.Error(err)
	}
}

func BenchmarkUpdateFile(b *testing.B) {
	benchmark(b, filepath.Join(b.TempDir(), "budget"))
}

func benchmark(b *testing.B, address string) {
	budget, err := Open(address)
	if err != nil {
		b.Fatal(err)
	}
	defer budget.Close()
	record := []byte(`{"next":1234567890123,"members":["` + strings.Repeat("m", 800) + `"]}`)
	for b.Loop() {
		if err := budget.Update(b.Context(), func([]byte, time.Duration) ([]byte, error) { return record, nil }); err != nil {
			b.Fatal(err)
		}
	}
}
