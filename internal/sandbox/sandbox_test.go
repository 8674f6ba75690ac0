package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"meetbatch/internal/sandbox"
)

const (
	reclaim = "/v1/usg/dcs/corp/vmr/recycle-from-member/"
	status  = "/v1/usg/dcs/corp/member/status/"
)

// ask sends a request in the documented form, changed by change.
func ask(h http.Handler, method, path, body string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("X-Access-Token", "tok")
	r.Header.Set("Content-Type", "application/json; charset=UTF-8")
	r.Header.Set("X-Request-Id", "id-1")
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func array(n int) string { return `["` + strings.Repeat(`x","`, n-1) + `x"]` }

func TestChecks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, method, path, body string
		change                   func(*http.Request)
		status                   int
		code                     string
	}{
		{"reclaim", "POST", reclaim + "wei?accountType=0", `["r"]`, nil, 200, ""},
		{"reclaim, account type left out", "POST", reclaim + "wei", `["r"]`, nil, 200, ""},
		{"status", "PUT", status + "1?accountType=1", `["wei"]`, nil, 200, ""},
		{"100 entries", "PUT", status + "0", array(100), nil, 200, ""},
		{"an escaped slash in the account", "POST", reclaim + "a%2Fb", `["r"]`, nil, 200, ""},
		{"101 entries", "PUT", status + "0", array(101), nil, 400, "APIG.0201"},
		{"no entries", "POST", reclaim + "wei", `[]`, nil, 400, "APIG.0201"},
		{"an empty entry", "POST", reclaim + "wei", `[""]`, nil, 400, "APIG.0201"},
		{"an entry that is no string", "POST", reclaim + "wei", `[1]`, nil, 400, "APIG.0201"},
		{"no array", "POST", reclaim + "wei", `{"a":"b"}`, nil, 400, "APIG.0201"},
		{"no body", "POST", reclaim + "wei", ``, nil, 400, "APIG.0201"},
		{"account type 2", "POST", reclaim + "wei?accountType=2", `["r"]`, nil, 400, "APIG.0201"},
		{"status 2", "PUT", status + "2", `["wei"]`, nil, 400, "APIG.0201"},
		{"another content type", "POST", reclaim + "wei", `["r"]`, header("Content-Type", "text/plain"), 400, "APIG.0201"},
		{"no token", "POST", reclaim + "wei", `["r"]`, header("X-Access-Token", ""), 401, "USG.000000004"},
		{"another token", "POST", reclaim + "wei", `["r"]`, header("X-Access-Token", "toc"), 401, "USG.000000004"},
		{"another method", "PUT", reclaim + "wei", `["r"]`, nil, 404, "APIG.0101"},
		{"another path", "POST", "/v1/usg/dcs/corp/vmr", `["r"]`, nil, 404, "APIG.0101"},
		{"no account", "POST", reclaim, `["r"]`, nil, 404, "APIG.0101"},
		{"a slash in the account", "POST", reclaim + "a/b", `["r"]`, nil, 404, "APIG.0101"},
		{"an account that does not exist", "POST", reclaim + "missing-1", `["r"]`, nil, 400, "USG.201040000"},
		{"a room that does not exist", "POST", reclaim + "wei", `["r","missing-1"]`, nil, 400, "USG.201080000"},
		{"an account that does not exist, in the body", "PUT", status + "1", `["missing-1","wei"]`, nil, 400, "USG.201040000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := ask(sandbox.New(sandbox.Settings{Token: "tok"}), test.method, test.path, test.body, test.change)
			var e struct {
				Code string `json:"error_code"`
				Msg  string `json:"error_msg"`
			}
			json.Unmarshal(w.Body.Bytes(), &e)
			if w.Code != test.status || e.Code != test.code || (test.code != "" && e.Msg == "") {
				t.Errorf("answer = %d %s, want %d %s", w.Code, w.Body, test.status, test.code)
			}
			if w.Header().Get("X-Request-Id") != "id-1" || w.Header().Get("Server") != "api-gateway" {
				t.Errorf("headers = %v", w.Header())
			}
		})
	}
}

// TestAnswersOf200 pins an oddity of the pages: the answer of one operation is empty, that of the other
// has 143 bytes, although none are documented.
func TestAnswersOf200(t *testing.T) {
	t.Parallel()
	h := sandbox.New(sandbox.Settings{Token: "tok"})
	if w := ask(h, "POST", reclaim+"wei", `["r"]`, nil); w.Body.Len() != 0 {
		t.Errorf("reclaim answers %q", w.Body)
	}
	if w := ask(h, "PUT", status+"0", `["wei"]`, nil); w.Body.Len() != 143 {
		t.Errorf("status answers %d bytes, want 143", w.Body.Len())
	}
	w := ask(h, "PUT", status+"0", `["wei"]`, func(r *http.Request) { r.Header.Del("X-Request-Id") })
	if w.Header().Get("X-Request-Id") == "" {
		t.Error("no X-Request-Id is made up where the request has none")
	}
}

func TestBadEntry(t *testing.T) {
	t.Parallel()
	const directory = "account,vmr_id,user_status\nwei,r1,0\nwei,r2,\nmin,r3,0\n,r4,\n"
	for _, test := range []struct {
		setting sandbox.BadEntry
		status  int
		applied string
	}{
		{"", 400, "[]"},
		{sandbox.Reject, 400, "[]"},
		{sandbox.Partial, 400, "[r1 r2 r4]"},
		{sandbox.Ignore, 200, "[r1 r2 r4]"},
	} {
		dir, err := sandbox.ReadDirectory(strings.NewReader(directory))
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		h := sandbox.New(sandbox.Settings{Token: "tok", BadEntry: test.setting, Directory: dir, Log: &log})
		// r3 is held by somebody else, r4 is free, r5 does not exist.
		w := ask(h, "POST", reclaim+"wei?accountType=0", `["r1","r2","r3","r4","r5"]`, nil)
		var line sandbox.Line
		if err := json.Unmarshal(log.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if w.Code != test.status || fmt.Sprint(line.Applied) != test.applied {
			t.Errorf("%q: %d, applied %v, want %d, %s", test.setting, w.Code, line.Applied, test.status, test.applied)
		}
		if line.Status != w.Code || line.RequestID != "id-1" || line.Target != "wei" || len(line.Entries) != 5 || line.Path != reclaim+"wei?accountType=0" {
			t.Errorf("%q: log = %+v", test.setting, line)
		}
		// A second time the rooms are free, and may be reclaimed again.
		if again := ask(h, "POST", reclaim+"wei", `["r1","r2"]`, nil); again.Code != 200 {
			t.Errorf("%q: reclaimed again: %d %s", test.setting, again.Code, again.Body)
		}
	}
}

func TestReadDirectory(t *testing.T) {
	t.Parallel()
	if _, err := sandbox.ReadDirectory(strings.NewReader("account,vmr_id\na,b\n,\n")); err == nil {
		t.Error("a row without anything is taken")
	}
	dir, err := sandbox.ReadDirectory(strings.NewReader("account\na\n"))
	if err != nil {
		t.Fatal(err)
	}
	h := sandbox.New(sandbox.Settings{Token: "tok", Directory: dir})
	if w := ask(h, "PUT", status+"1", `["a"]`, nil); w.Code != 200 {
		t.Errorf("a known account: %d", w.Code)
	}
	if w := ask(h, "PUT", status+"1", `["b"]`, nil); w.Code != 400 {
		t.Errorf("an unknown account: %d", w.Code)
	}
}

// TestLatency: drawn within its bounds, and the same again by seed.
func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		draw := func(seed uint64) string {
			h := sandbox.New(sandbox.Settings{Token: "tok", Seed: seed, Latency: sandbox.Latency{Min: 10 * time.Millisecond, Max: 50 * time.Millisecond}})
			var drawn []time.Duration
			for range 20 {
				start := time.Now()
				ask(h, "PUT", status+"1", `["a"]`, nil)
				took := time.Since(start)
				if took < 10*time.Millisecond || took > 50*time.Millisecond {
					t.Errorf("answered after %s", took)
				}
				drawn = append(drawn, took)
			}
			return fmt.Sprint(drawn)
		}
		first, again, other := draw(1), draw(1), draw(2)
		if first != again || first == other {
			t.Error("latencies do not follow the seed")
		}
	})
}

// TestFaults: each kind befalls its share of the requests, the same ones again by seed; the log says
// what was done all the same.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"500", "502", "503", "504", "429", "401", "reset", "cut", "hang"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			timeout, requests := time.Minute, 30
			if kind == "hang" {
				requests = mass(12, 30)
				timeout = 500 * time.Millisecond // which every other request has to keep, on a busy machine too
				if runtime.GOOS == "windows" {
					timeout = 3 * time.Second // by wine too
				}
			}
			run := func(seed uint64) (faults string) {
				var log bytes.Buffer
				var fault sandbox.Fault
				if err := fault.UnmarshalText([]byte(kind + "=20%")); err != nil {
					t.Error(err)
					return ""
				}
				h := sandbox.New(sandbox.Settings{Token: "tok", Seed: seed, Log: &log, Faults: []sandbox.Fault{fault}})
				server := httptest.NewServer(h)
				client := &http.Client{Timeout: timeout}
				answered := map[bool]int{}
				for range requests {
					r, err := http.NewRequest("PUT", server.URL+status+"1", strings.NewReader(`["wei"]`))
					if err != nil {
						t.Error(err)
						return ""
					}
					r.Header.Set("X-Access-Token", "tok")
					r.Header.Set("Content-Type", "application/json")
					resp, err := client.Do(r)
					if err == nil {
						resp.Body.Close()
						answered[resp.StatusCode == 200]++
					}
				}
				server.Close()
				for text := range strings.Lines(log.String()) {
					var line sandbox.Line
					if err := json.Unmarshal([]byte(text), &line); err != nil {
						t.Error(err)
						return ""
					}
					acts := line.Fault == "" || line.Fault == "cut" || line.Fault == "hang"
					if acts != (len(line.Applied) == 1) {
						t.Errorf("fault %q, and applied %v", line.Fault, line.Applied)
					}
					faults += fmt.Sprintf("%t ", line.Fault != "")
				}
				hit := strings.Count(faults, "true")
				done := requests - hit
				if kind == "cut" {
					done = requests // the status came through
				}
				if hit < 1 || hit > requests/2 || answered[true] != done {
					t.Errorf("%d of %d requests failed, %d were done", hit, requests, answered[true])
				}
				if isAnswer := kind[0] <= '9'; isAnswer && answered[false] != hit || !isAnswer && answered[false] != 0 {
					t.Errorf("%d requests failed, %d with an answer", hit, answered[false])
				}
				return faults
			}
			var first, again, other string
			var all sync.WaitGroup
			all.Go(func() { first = run(1) })
			all.Go(func() { again = run(1) })
			all.Go(func() { other = run(2) })
			all.Wait()
			if first != again || first == other {
				t.Error("faults do not follow the seed")
			}
		})
	}
	for _, wrong := range []string{"", "500", "500=", "500=x", "500=101%", "500=-1%", "418=1%", "=1%"} {
		var f sandbox.Fault
		if err := f.UnmarshalText([]byte(wrong)); err == nil {
			t.Errorf("UnmarshalText(%q) gives %v", wrong, f)
		}
	}
}
