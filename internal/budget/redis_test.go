package budget

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"meetbatch/internal/system"
	"meetbatch/job/pace"
)

// redisServer is a real one on loopback, where there is one, with further arguments. It keeps nothing.
type redisServer struct {
	t       testing.TB
	address string
	args    []string
	cmd     *exec.Cmd
}

func startRedis(t testing.TB, args ...string) *redisServer {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if path, err = exec.LookPath("valkey-server"); err != nil {
			t.Skip("neither redis-server nor valkey-server is installed")
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	dir := t.TempDir()
	r := &redisServer{t: t, address: l.Addr().String(), args: append([]string{path, "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", dir}, args...)}
	r.start()
	t.Cleanup(r.stop)
	return r
}

func (r *redisServer) start() {
	r.t.Helper()
	r.cmd = exec.Command(r.args[0], r.args[1:]...)
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	for range 500 {
		if c, err := net.Dial("tcp", r.address); err == nil {
			c.Close()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	r.t.Fatal("the server does not listen")
}

func (r *redisServer) stop() {
	r.cmd.Process.Kill()
	r.cmd.Wait()
}

// say sends the server a command in words.
func (r *redisServer) say(command string) string {
	r.t.Helper()
	c, err := net.Dial("tcp", r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "%s\r\n", command)
	answer, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.TrimSpace(answer)
}

func TestProcessesCountInRedis(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	countTogether(t, "redis://"+r.address+"/5/meetbatch", mass(100, 300), mass(5, 10))
}

// serverTests hold for a real server and for one in memory.
func serverTests(t *testing.T, address string, now func() time.Time) {
	b := mustOpen(t, "redis://"+address+"/2/meetbatch")
	for _, record := range []string{`{"a":1}`, "\x00\xff\r\n", "", strings.Repeat("7", 3900)} {
		write(t, b, record)
		if got := string(look(t, b)); got != record {
			t.Errorf("%q came back as %q", record, got)
		}
	}
	if other := mustOpen(t, "redis://"+address+"/3/meetbatch"); len(look(t, other)) > 0 {
		t.Error("another database has the record")
	}
	var is time.Duration
	err := b.Update(t.Context(), func(_ []byte, now time.Duration) ([]byte, error) {
		is = now
		return nil, nil
	})
	if off := now().Sub(time.UnixMicro(is.Microseconds())); err != nil || off.Abs() > 5*time.Second {
		t.Errorf("it is %v: %v", is, err)
	}
	other, calls := mustOpen(t, "redis://"+address+"/2/meetbatch"), 0
	err = b.Update(t.Context(), func(old []byte, now time.Duration) ([]byte, error) {
		if calls++; calls <= 5 {
			write(t, other, fmt.Sprint(calls))
		}
		if now < is {
			t.Error("the clock goes back")
		}
		return []byte(`[` + string(old) + `]`), nil
	})
	if got := string(look(t, b)); err != nil || calls != 6 || got != `[5]` {
		t.Errorf("%v: %s after %d calls", err, got, calls)
	}
	own := errors.New("own")
	if err := b.Update(t.Context(), func([]byte, time.Duration) ([]byte, error) { return []byte("7"), own }); err != own {
		t.Error(err)
	}
	var wg sync.WaitGroup
	third := mustOpen(t, "redis://"+address+"/4/meetbatch")
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if err := count(third); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := counted(t, third); n != 200 {
		t.Errorf("%d counted", n)
	}
}

func TestRedis(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	serverTests(t, r.address, time.Now)
	if ttl := r.say("SELECT 2") + r.say("CONFIG GET save"); !strings.HasPrefix(ttl, "+OK") {
		t.Error(ttl)
	}
	b := mustOpen(t, "redis://"+r.address+"/k")
	write(t, b, "1")
	if left := r.say("PTTL k"); len(left) != len(":2592000000") {
		t.Errorf("%s milliseconds are left", left)
	}
	r.say("SCRIPT FLUSH")
	write(t, b, "2")
	r.say("CLIENT KILL TYPE normal")
	if got := string(look(t, b)); got != "2" {
		t.Error(got)
	}
	r.stop()
	if err := count(b); err == nil || errors.As(err, new(*pace.BudgetError)) {
		t.Error(err)
	}
	r.start()
	if got := look(t, b); len(got) != 0 {
		t.Errorf("%q after a restart without data", got)
	}
}

func TestMiniredis(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	serverTests(t, m.Addr(), time.Now)
}

// TestRealRefusals: what a real server refuses for good.
func TestRealRefusals(t *testing.T) {
	t.Parallel()
	r := startRedis(t, "--databases", "2")
	for _, command := range []string{
		"ACL SETUSER limited on >secret-word ~meetbatch* +get +eval +evalsha", "ACL SETUSER enough on >secret-word ~meetbatch* +eval +evalsha +getrange +set +time",
		"RPUSH list 1", "SET alien value", "SET longer " + strings.Repeat("x", 10000), `SET newer '{"meetbatch_budget":2}'`,
	} {
		if answer := r.say(command); !strings.HasPrefix(answer, "+OK") && answer != ":1" {
			t.Fatal(command, answer)
		}
	}
	at := func(user, path string) string { return "redis://" + user + r.address + "/" + path }
	check := func(address, word, hint string) {
		t.Helper()
		var why *pace.BudgetError
		if err := count(mustOpen(t, address)); !errors.As(err, &why) || !strings.Contains(why.Reason, word) || !strings.Contains(why.Try, hint) {
			t.Errorf("%s: %v", address, err)
		} else if strings.Contains(err.Error(), "secret-word") || strings.Contains(err.Error(), "limited") {
			t.Errorf("it shows: %v", err)
		}
	}
	check(at("", "list"), "WRONGTYPE", "nothing else uses")
	check(at("", "alien"), "something else", "nothing else uses")
	check(at("", "longer"), "something else", "nothing else uses")
	check(at("", "newer"), "another version", "same version")
	check(at("", "7/meetbatch"), "DB", "number")
	check(at("limited:secret-wort@", "meetbatch"), "WRONGPASS", "password")
	check(at("limited:secret-word@", "meetbatch"), "the server says", "getrange")
	check(at("enough:secret-word@", "other"), "the server says", "KEY")
	if err := count(mustOpen(t, at("enough:secret-word@", "meetbatch"))); err != nil {
		t.Error(err)
	}
	if got := r.say("STRLEN longer") + r.say("LLEN list") + r.say("STRLEN alien"); got != ":10000:1:5" {
		t.Error(got)
	}
	r.say("REPLICAOF 127.0.0.1 1")
	check(at("", "meetbatch"), "READONLY", "name that one")
	r.say("REPLICAOF NO ONE")
	r.say("CONFIG SET requirepass secret-word")
	check(at("", "meetbatch"), "NOAUTH", "PASSWORD")
	if err := count(mustOpen(t, at(":secret-word@", "1/meetbatch"))); err != nil {
		t.Error(err)
	}
}

// answering is a server that says the same to whatever it is asked.
func answering(t *testing.T, answer string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 1<<16)
				for {
					if _, err := c.Read(buf); err != nil || answer == "" {
						return
					}
					io.WriteString(c, answer)
				}
			}()
		}
	}()
	return l.Addr().String()
}

// TestAnswers: which answers end a run and which pass by themselves, from a server that has never worked and from one
// that has.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for answer, c := range map[string]struct{ fresh, worked bool }{
		"-LOADING Redis is loading the dataset in memory":                                                     {},
		"-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.":             {},
		"-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.":                   {},
		"-OOM command not allowed when used memory > 'maxmemory'.":                                            {},
		"-ERR Error running script (call to f_1): @user_script:5: -OOM command not allowed when used memory":  {},
		"-CLUSTERDOWN The cluster is down":                                                                    {},
		"-TRYAGAIN Multiple keys request during rehashing of slot":                                            {},
		"-MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.":   {},
		"-NOREPLICAS Not enough good replicas to write.":                                                      {},
		"-ERR max number of clients reached":                                                                  {},
		"-READONLY You can't write against a read only replica.":                                              {true, false},
		"-ERR Error running script (call to f_1): @user_script:4: @user_script: 4: -READONLY You can't write": {true, false},
		"-MOVED 3999 127.0.0.1:6381":                                                                          {true, false},
		"-NOAUTH Authentication required.":                                                                    {true, true},
		"-WRONGPASS invalid username-password pair or user is disabled.":                                      {true, true},
		"-ERR invalid password":                                                                               {true, true},
		"-ERR Client sent AUTH, but no password is set":                                                       {true, true},
		"-NOPERM this user has no permissions to run the 'evalsha' command":                                   {true, true},
		"-ERR Error running script (call to f_1): @user_script:2: WRONGTYPE Operation against a key":          {true, true},
		"-DENIED Redis is running in protected mode":                                                          {true, true},
		"-ERR DB index is out of range":                                                                       {true, true},
		"-ERR unknown command `EVALSHA`, with args beginning with: `some-password`, `the:key`":                {true, false},
		"-ERR The user some-user\x1b[31m may not use the:key, nor some-password":                              {true, false},
		"-ERR upstream failure":                                                                               {true, false},
		"HTTP/1.1 400 Bad Request":                                                                            {true, false},
		"SSH-2.0-OpenSSH_9.2":                                                                                 {true, false},
		"+OK":                                                                                                 {true, false},
		"*1\r\n:1":                                                                                            {true, false},
		"$-1":                                                                                                 {true, false},
		"":                                                                                                    {},
	} {
		for _, worked := range []bool{false, true} {
			send := answer
			if send != "" {
				send += "\r\n"
			}
			b := mustOpen(t, "redis://some-user:some-password@"+answering(t, send)+"/the:key")
			if !strings.HasPrefix(answer, "-") { // which answers AUTH as well
				b = mustOpen(t, "redis://"+answering(t, send)+"/the:key")
			}
			b.store.(*server).works = worked
			err := count(b)
			why, final := errors.AsType[*pace.BudgetError](err)
			if err == nil || final != map[bool]bool{false: c.fresh, true: c.worked}[worked] || final && (why.Try == "" || why.Budget != b.Name()) {
				t.Errorf("%q, worked %v: %v", answer, worked, err)
			}
			for _, secret := range []string{"some-password", "some-user", "the:key", "\x1b"} {
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("%q: %v", answer, err)
				}
			}
		}
	}
}

// TestUnreachable: a server that cannot be reached, and one that keeps silent, is no lasting trouble, and is told in time.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for _, scheme := range []string{"redis", "rediss"} {
		for address, bound := range map[string]time.Duration{
			silent.Addr().String(): 100 * time.Millisecond, closed.Addr().String(): time.Second, "no-such-host.invalid": 10 * time.Second,
		} {
			b := mustOpen(t, scheme+"://"+address+"/k")
			ctx, cancel := context.WithTimeout(t.Context(), bound)
			err := b.Update(ctx, nil)
			cancel()
			if err == nil || errors.As(err, new(*pace.BudgetError)) || !strings.HasPrefix(err.Error(), "--budget "+b.Name()+": ") {
				t.Errorf("%s: %v", b.Name(), err)
			}
			if address == silent.Addr().String() && (!errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "does not answer")) {
				t.Errorf("%s: %v", b.Name(), err)
			}
		}
	}
	if mass(true, false) {
		return // what follows takes all of patience
	}
	b := mustOpen(t, "redis://"+silent.Addr().String()+"/k")
	begun := time.Now()
	if err := b.Update(t.Context(), nil); err == nil || time.Since(begun) > patience+2*time.Second {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
}

// TestTLS: a certificate has to be that of the host, signed by an authority that the system knows or SSL_CERT_FILE names,
// which is read once for all of a process.
func TestTLS(t *testing.T) {
	t.Parallel()
	web := httptest.NewTLSServer(nil) // for its certificate
	defer web.Close()
	m := miniredis.NewMiniRedis()
	if err := m.StartTLS(&tls.Config{Certificates: web.TLS.Certificates}); err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	m.RequireAuth("some-password")
	var why *pace.BudgetError
	if err := count(mustOpen(t, "rediss://:some-password@"+m.Addr()+"/k")); !errors.As(err, &why) || !strings.Contains(why.Reason, "certificate") || !strings.Contains(why.Try, system.NewAuthority) {
		t.Error(err)
	}
	if err := count(mustOpen(t, "redis://"+m.Addr()+"/k")); err == nil || !strings.Contains(err.Error()+hintOf(err), "rediss://") {
		t.Error(err)
	}
	if runtime.GOOS == "windows" {
		t.Skip("Go asks Windows for its authorities alone, and for no file")
	}
	authority := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "BUDGET_TEST_ADDRESS=rediss://:some-password@"+m.Addr()+"/k", "BUDGET_TEST_COUNT=3", "SSL_CERT_FILE="+authority)
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "counted\ncounted\ncounted\n" {
		t.Errorf("%v: %s", err, out)
	}
}

func hintOf(err error) string {
	if why, is := errors.AsType[*pace.BudgetError](err); is {
		return why.Try
	}
	return ""
}

// TestUntilTheContextEnds: whom others outrun each time gives up when his time is over.
func TestUntilTheContextEnds(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	b, other := mustOpen(t, "redis://"+m.Addr()+"/k"), mustOpen(t, "redis://"+m.Addr()+"/k")
	ctx, cancel := context.WithTimeout(t.Context(), mass(500*time.Millisecond, 2*time.Second))
	defer cancel()
	var calls atomic.Int64
	err := b.Update(ctx, func([]byte, time.Duration) ([]byte, error) {
		write(t, other, fmt.Sprint(calls.Add(1)))
		return []byte("0"), nil
	})
	if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, new(*pace.BudgetError)) || !strings.Contains(err.Error(), "faster") {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
	if got := string(look(t, b)); got != fmt.Sprint(calls.Load()) {
		t.Errorf("%s after %d calls", got, calls.Load())
	}
}

func BenchmarkUpdateRedis(b *testing.B) {
	benchmark(b, "redis://"+startRedis(b).address+"/meetbatch")
}
