package cli

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// pinged is an address that writes down what it is told.
type pinged struct {
	mu   sync.Mutex
	told []string // method and path
	text string   // all bodies
}

func (p *pinged) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, r.Method+" "+r.URL.RequestURI())
	p.text += string(body)
}

// TestTelling: start and end of runs are told, of refused ones too, and nothing that is told, or said of it, holds an account,
// a room, a path, an address of the service or what is secret of the address that is pinged.
func TestTelling(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good.csv"), filepath.Join(dir, "bad.csv")
	for name, text := range map[string]string{good: "account,vmr_id\nwei@example,room-1\n", bad: "account,vmr_id\nwei@example,room-1\nmin@example,missing-2\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	job := func(file string, more ...string) []string {
		return append([]string{"reclaim", "--any-id", "--sandbox", "--rate", "none", "--out", filepath.Join(dir, fmt.Sprint(len(more), filepath.Base(file))), file}, more...)
	}
	stopped := job(bad, "--max-failures", "1", "--workers", "1", "--fault", "500=100%", "--attempts", "1", "--chunk", "1")
	for _, test := range []struct {
		name    string
		args    []string
		code    int
		last    string // what is pinged in the end
		body    []string
		metrics []string
	}{
		{"all succeeded", job(good), 0, "POST /s3cret-uuid?s3cret=1", []string{"state finished\nexit_code 0\nrows 1\nsucceeded 1\n"},
			[]string{`meetbatch_run_state{command="reclaim",state="finished"} 1`, `meetbatch_run_exit_code{command="reclaim"} 0`, `meetbatch_run_rows{command="reclaim",status="succeeded"} 1`, `last_success_timestamp_seconds{command="reclaim"} `}},
		{"some failed", job(bad), 1, "POST /s3cret-uuid/fail?s3cret=1", []string{"exit_code 1\n", "\nfailed USG.201080000 1\n"},
			[]string{`meetbatch_run_exit_code{command="reclaim"} 1`, `meetbatch_run_rows{command="reclaim",status="failed"} 1`, `meetbatch_run_requests{command="reclaim"} 2`}},
		{"stopped", stopped, 4, "POST /s3cret-uuid/fail?s3cret=1", []string{"state stopped\nexit_code 4\n", "\nnot_sent 1\n"}, []string{`state="stopped"} 1`}},
		{"resumed, and finished already", []string{"resume", "--sandbox", filepath.Join(dir, "0good.csv")}, 0, "POST /s3cret-uuid?s3cret=1", []string{"state finished\nexit_code 0\n"}, []string{`command="reclaim",state="finished"} 1`}},
		{"no such file", job(filepath.Join(dir, "nowhere.csv")), 3, "POST /s3cret-uuid/fail?s3cret=1", []string{"state refused\nexit_code 3\n"}, []string{`state="refused"} 1`, `exit_code{command="reclaim"} 3`}},
		{"guard", job(good, "--expect-rows", "5.."), 3, "POST /s3cret-uuid/fail?s3cret=1", []string{"state refused\nexit_code 3\n"}, nil},
		{"no run", []string{"resume", filepath.Join(dir, "nowhere")}, 3, "POST /s3cret-uuid/fail?s3cret=1", []string{"command resume\n"}, []string{`command="resume",state="refused"} 1`}},
		{"no last run", []string{"resume", "last"}, 3, "POST /s3cret-uuid/fail?s3cret=1", []string{"command resume\n"}, nil},
	} {
		p := &pinged{}
		server := httptest.NewServer(p)
		address := strings.Replace(server.URL, "http://", "http://s3cret-user:s3cret-word@", 1) + "/s3cret-uuid?s3cret=1"
		file := filepath.Join(dir, "metrics", strings.ReplaceAll(test.name, " ", "-")+".prom")
		os.Mkdir(filepath.Dir(file), 0o700)
		var said bytes.Buffer
		args := append(slices.Clone(test.args), "--metrics", file, "--ping", address)
		if code := Run(t.Context(), args, nil, strings.NewReader(""), &said, &said); code != test.code {
			t.Errorf("%s: exit code %d, want %d: %s", test.name, code, test.code, said.String())
		}
		server.Close()
		if want := []string{"GET /s3cret-uuid/start?s3cret=1", test.last}; !slices.Equal(p.told, want) {
			t.Errorf("%s: pinged %q, want %q", test.name, p.told, want)
		}
		metrics, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range test.body {
			if !strings.Contains(p.text, want) {
				t.Errorf("%s: the ping lacks %q: %s", test.name, want, p.text)
			}
		}
		for _, want := range test.metrics {
			if !strings.Contains(string(metrics), want) {
				t.Errorf("%s: the metrics lack %s:\n%s", test.name, want, metrics)
			}
		}
		if private := regexp.MustCompile(`(?i)example|wei|room|missing-|csv|/|127\.|http|s3cret`).FindString(p.text + strings.ReplaceAll(string(metrics), "# ", "")); private != "" {
			t.Errorf("%s: %q is told:\n%s\n%s", test.name, private, p.text, metrics)
		}
		if strings.Contains(said.String(), "s3cret") {
			t.Errorf("%s: a secret shows: %s", test.name, said.String())
		}
	}
	runs, _ := filepath.Glob(filepath.Join(dir, "*", "run.json"))
	for _, run := range runs {
		text, _ := os.ReadFile(run)
		if len(runs) < 3 || strings.Contains(string(text), "s3cret") || strings.Contains(string(text), `"metrics"`) || !strings.Contains(string(text), `"http://127.0.0.1:`) {
			t.Errorf("%s: %s", run, text)
		}
	}
}

// TestPingFails: an address that does not answer, or is none, neither fails a run nor shows in what is said, and the last line
// is still that of the next command.
func TestPingFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "rooms.csv")
	if err := os.WriteFile(file, []byte("account,vmr_id\nwei@example,missing-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tries := &pinged{}
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tries.ServeHTTP(w, r)
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer refusing.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for i, test := range []struct {
		url  string
		code int
		said string
	}{
		{refusing.URL + "/s3cret", 1, "warning: could not ping " + refusing.URL + ": it answered 302\n"},
		{gone.URL + "/s3cret", 1, "warning: could not ping " + gone.URL + ": dial tcp "},
		{"ftp://host/s3cret", 2, "error: --ping: not an address that begins with https:// or http://"},
		{"s3cret", 2, "error: --ping: not an address"},
		{"http://[s3cret", 2, "error: --ping: not an address"},
	} {
		var said bytes.Buffer
		args := []string{"reclaim", "--any-id", "--sandbox", "--rate", "none", "--out", filepath.Join(dir, fmt.Sprint(i)), "--ping", test.url, file}
		if code := Run(t.Context(), args, nil, strings.NewReader(""), &said, &said); code != test.code {
			t.Errorf("%s: exit code %d: %s", test.url, code, said.String())
		}
		text := undated(said.String())
		lines := strings.Split(strings.TrimSpace(text), "\n")
		if !strings.Contains(text, test.said) || strings.Contains(text, "s3cret") || test.code == 1 && !strings.Contains(lines[len(lines)-1], "to run them again: meetbatch reclaim") {
			t.Errorf("%s: said %s", test.url, text)
		}
	}
	if slices.Contains(tries.told, "GET /elsewhere") || len(tries.told) < 3 {
		t.Errorf("tries: %q", tries.told)
	}
}
