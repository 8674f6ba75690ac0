//go:build long

package page

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"meetbatch/job"
)

// browser is Debian's; the tests are skipped where it is not.
const browser = "/usr/bin/chromium"

// axeFile names the variable with the path of axe-core's axe.min.js.
const axeFile = "MEETBATCH_TEST_AXE"

// dump opens an address in a browser, and gives what has become of the page there and what the browser said.
func dump(t *testing.T, url string, flags ...string) (dom, said string) {
	t.Helper()
	if _, err := os.Stat(browser); err != nil {
		t.Skip("there is no " + browser)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	profile, err := os.MkdirTemp("", "browser")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(profile)
	all := append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run",
		"--user-data-dir=" + profile, "--enable-logging=stderr", "--virtual-time-budget=5000"}, flags...)
	cmd := exec.CommandContext(ctx, browser, append(all, "--dump-dom", url)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	for line := range strings.Lines(errs.String()) {
		if strings.Contains(line, "CONSOLE") {
			said += line
		}
	}
	return out.String(), said
}

// full is the page of a run in which all happened that a page can show.
func full(t *testing.T) *made {
	m := newMade(t)
	for i := range 300 {
		m.row(fmt.Sprintf("user%d@corp.example", i), fmt.Sprintf("%032x", i), job.Succeeded, "200", "", "")
		m.row(fmt.Sprintf("user%d@corp.example", i), "missing", job.Failed, "400", "USG.201080000", "The cloud meeting room does not exist")
		m.row(fmt.Sprintf("user%d@corp.example", i), fmt.Sprintf("%032x", i), job.Unknown, "", "", "")
		m.row("a\u202eb<i>", "938305111", job.Invalid, "", "", "vmr_id is the number that people dial")
		m.row("skipped", "", job.Skipped, "", "", "")
	}
	at := began
	for range 2 {
		for i := range 900 {
			m.request(at.Add(time.Duration(i)*100*time.Millisecond), []int{200, 200, 400, 200, 429, 503, 0}[i%7], time.Duration(50+i%300)*time.Millisecond)
		}
		m.session(at, at.Add(91*time.Second), 900, "600/1m")
		at = at.Add(10 * time.Minute)
	}
	m.of.Run.Settings, m.of.Defaults = json.RawMessage(`{"rate":"600/1m","workers":"8"}`), json.RawMessage(`{"rate":"100/1m","workers":"8"}`)
	m.of.Next = "meetbatch reclaim --rate 600/1m --yes run/failed.csv"
	return m
}

// The page asks for nothing but itself, breaks none of its own rules, and says the same without scripts.
func TestInBrowserLong(t *testing.T) {
	text := full(t).page(t)
	var mu sync.Mutex
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.URL.Path)
		mu.Unlock()
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy", r.URL.RawQuery)
		fmt.Fprint(w, text)
	}))
	defer server.Close()
	for _, c := range []struct{ policy, field string }{
		{"", `<p class="np"><label for="q">`},
		{"script-src", `<p class="np" hidden=""><label for="q">`}, // from nowhere: they are off
	} {
		asked = nil
		dom, said := dump(t, server.URL+"/report.html?"+c.policy)
		if said != "" && c.policy == "" {
			t.Errorf("the browser said: %s", said)
		}
		mu.Lock()
		if len(asked) != 1 {
			t.Errorf("%q: it asked for %q", c.policy, asked)
		}
		mu.Unlock()
		for _, want := range []string{c.field, `a\u202eb&lt;i&gt;`, "the room does not exist", "1,500 = 300 succeeded"} {
			if !strings.Contains(dom, want) {
				t.Errorf("%q: the page does not hold %q", c.policy, want)
			}
		}
		if n := strings.Count(dom, "<tr"); n < 900 {
			t.Errorf("%q: %d rows", c.policy, n)
		}
	}
}

// Contrast and labels, as axe-core sees them, in light and dark.
func TestAccessibleLong(t *testing.T) {
	if os.Getenv(axeFile) == "" {
		t.Skip(axeFile + " names no axe.min.js")
	}
	axe, err := os.ReadFile(os.Getenv(axeFile))
	if err != nil {
		t.Fatal(err)
	}
	text := full(t).page(t)
	text = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`).ReplaceAllString(text, "") // which would forbid axe
	text = strings.ReplaceAll(text, "<details>", "<details open>")
	run := `axe.run().then(r => { document.body.textContent = "AXE" + JSON.stringify(r.violations.map(v => [v.id, v.nodes.length, v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))])) + "EXA" })`
	text = strings.Replace(text, "</body>", "<script>"+string(axe)+"</script><script>"+run+"</script></body>", 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, text)
	}))
	defer server.Close()
	for _, scheme := range []string{"0", "1"} {
		for _, size := range []string{"1280,900", "500,900"} {
			dom, _ := dump(t, server.URL, "--blink-settings=preferredColorScheme="+scheme, "--window-size="+size)
			_, found, ran := strings.Cut(dom, "AXE")
			found, _, _ = strings.Cut(found, "EXA")
			if !ran || found != "[]" {
				t.Errorf("scheme %s, size %s: %v %s", scheme, size, ran, found)
			}
		}
	}
}
