package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// echo is a service that repeats everything that it is sent in everything that it says.
func echo(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	body.ReadFrom(r.Body)
	said := fmt.Sprintf("%v %s %s", r.Header, r.URL, body.String())
	w.Header().Set("X-Request-Id", r.Header.Get("X-Access-Token"))
	switch {
	case strings.Contains(r.URL.Path, "/auth/"):
		json.NewEncoder(w).Encode(map[string]any{"accessToken": "s3cret-access", "refreshToken": "s3cret-refresh", "validPeriod": 1, "said": said})
		return
	case r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/acs/token"):
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, said)
		return
	case strings.Contains(body.String(), "cut"):
		panic(http.ErrAbortHandler)
	case strings.Contains(body.String(), "moved"):
		w.Header().Set("Location", "https://elsewhere/"+r.Header.Get("X-Access-Token"))
		w.WriteHeader(http.StatusFound)
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
	json.NewEncoder(w).Encode(map[string]string{"error_code": r.Header.Get("X-Access-Token"), "error_msg": said})
}

// TestSecretsShowNowhere looks for the secrets in everything that runs print and leave, against a service that
// repeats them all.
func TestSecretsShowNowhere(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(server.Close)
	var mu sync.Mutex
	secrets := []string{"s3cret", base64.StdEncoding.EncodeToString([]byte("admin:s3cret-password"))}
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if signature, found := strings.CutPrefix(r.Header.Get("Authorization"), "HMAC-SHA256 signature="); found {
			mu.Lock()
			secrets = append(secrets, signature[:64]) // good for ten minutes
			mu.Unlock()
		}
		w.WriteHeader(http.StatusUnauthorized)
		said := fmt.Sprint(r.Header)
		if r.Header.Get("X-Access-Token") == "" {
			account, password, _ := r.BasicAuth()
			said += url.QueryEscape(password) + html.EscapeString(password) + account
		}
		json.NewEncoder(w).Encode(map[string]string{"error_code": "X", "error_msg": said})
	}))
	t.Cleanup(refusing.Close)
	leaking := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusFound)
		fmt.Fprint(w, `{"accessToken":"s3cret-access","refreshToken":"s3cret-refresh"}`)
	}))
	t.Cleanup(leaking.Close)
	for name, env := range map[string]map[string]string{
		"token":   {"MEETBATCH_TOKEN": "s3cret-token"},
		"app":     {"MEETBATCH_APP_ID": "app", "MEETBATCH_APP_KEY": "s3cret-key"},
		"account": {"MEETBATCH_ACCOUNT": "admin", "MEETBATCH_PASSWORD": "s3cret-password"},
		"two":     {"MEETBATCH_TOKEN": "s3cret-token", "MEETBATCH_ACCOUNT": "admin", "MEETBATCH_PASSWORD": "s3cret-password"},
		"half":    {"MEETBATCH_APP_KEY": "s3cret-key"},
		"colon":   {"MEETBATCH_ACCOUNT": "admin:s3cret", "MEETBATCH_PASSWORD": "s3cret-password"},
		"blank":   {"MEETBATCH_TOKEN": "s3cret token"},
		"odd":     {"MEETBATCH_ACCOUNT": "admin", "MEETBATCH_PASSWORD": `s3cret"<w>&\é x`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var environ []string
			for variable, value := range env {
				environ = append(environ, variable+"="+value)
			}
			dir := t.TempDir()
			file := filepath.Join(dir, "rooms.csv")
			rooms := "account,vmr_id\na,plain1\na,plain2\nb,cut\nc,moved\n"
			if err := os.WriteFile(file, []byte(rooms), 0o666); err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			said := make(chan string, 6)
			for i, format := range []string{"text", "json"} {
				for j, url := range []string{server.URL, refusing.URL, leaking.URL} {
					all.Go(func() { // most of the time is the pauses between attempts
						var printed bytes.Buffer
						out := filepath.Join(dir, fmt.Sprint("run", i, j))
						args := []string{"reclaim", "--yes", "--verbose", "--rate", "none", "--workers", "1", "--attempts", "2", "--timeout", "1s",
							"--max-invalid", "100%", "--log-format", format, "--endpoint", url, "--out", out, file}
						if code := Run(t.Context(), args, environ, strings.NewReader(""), &printed, &printed); code == 0 {
							t.Errorf("exit code 0")
						}
						Run(t.Context(), []string{"resume", "--yes", "--verbose", out}, environ, strings.NewReader(""), &printed, &printed)
						said <- printed.String()
					})
				}
			}
			all.Wait()
			close(said)
			var printed strings.Builder
			for text := range said {
				printed.WriteString(text)
			}
			held := map[string]string{"what was printed": printed.String()}
			err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					var text []byte
					text, err = os.ReadFile(path)
					held[path] = string(text)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			for where, text := range held {
				for _, secret := range secrets {
					if at := strings.Index(text, secret); at >= 0 {
						t.Errorf("%s holds %s: …%s…", where, secret, text[max(0, at-60):min(len(text), at+60)])
					}
				}
			}
			if len(held) < 2 || printed.Len() == 0 {
				t.Errorf("nothing was printed or left: %v", held)
			}
		})
	}
}
