package meeting_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"meetbatch/internal/meeting"
	"meetbatch/job"
)

func attempt(target string, ids ...string) job.Attempt {
	a := job.Attempt{RequestID: "7f1c2a4e-0d3b-4c55-9a53-1f0e8d7c6b5a", Number: 1, Chunk: job.Chunk{Target: target}}
	for _, id := range ids {
		a.Chunk.Entries = append(a.Chunk.Entries, job.Entry{ID: id, Line: 2})
	}
	return a
}

func serve(t *testing.T, h http.HandlerFunc) *meeting.Client {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return &meeting.Client{Endpoint: server.URL, Credentials: meeting.Credentials{Token: "s3cret"}, Language: "en-US", Timeout: 5 * time.Second, HTTP: meeting.NewHTTP(4)}
}

// TestRequest holds the requests against the pages of the API reference (meeting_21_1105,
// meeting_21_0072).
func TestRequest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		op          job.Operation
		accountType int
		attempt     job.Attempt
		line, body  string
	}{
		{"reclaim", job.Reclaim, 0, attempt("wei@example", "ff80", "ff81"),
			"POST /v1/usg/dcs/corp/vmr/recycle-from-member/wei@example?accountType=0", `["ff80","ff81"]`},
		{"assign", job.Assign, 1, attempt("wei@example", "ff80", "ff81"),
			"POST /v1/usg/dcs/corp/vmr/assign-to-member/wei@example?accountType=1", `["ff80","ff81"]`},
		{"status", job.SetStatus, 1, attempt("1", "a", "张伟"),
			"PUT /v1/usg/dcs/corp/member/status/1?accountType=1", `["a","张伟"]`},
		{"what JSON escapes", job.SetStatus, 0, attempt("1", "a", `b"c\d`, "e\x01\x7f\u2028", "f\xff", "", "g"),
			"PUT /v1/usg/dcs/corp/member/status/1?accountType=0", `["a","b\"c\\d","e\u0001` + "\x7f" + `\u2028","f\ufffd","","g"]`},
		{"an account stays one segment", job.Reclaim, 1, attempt("a/../b?c=d#e%f g", "<&>"),
			"POST /v1/usg/dcs/corp/vmr/recycle-from-member/a%2F..%2Fb%3Fc=d%23e%25f%20g?accountType=1", `["<&>"]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if line := r.Method + " " + r.RequestURI; line != test.line {
					t.Errorf("request = %s, want %s", line, test.line)
				}
				body, _ := io.ReadAll(r.Body)
				if got := strings.TrimSpace(string(body)); got != test.body {
					t.Errorf("body = %s, want %s", got, test.body)
				}
				if int64(len(body)) != r.ContentLength {
					t.Errorf("Content-Length = %d, want %d", r.ContentLength, len(body))
				}
				for name, want := range map[string]string{
					"Content-Type":    "application/json",
					"Accept-Language": "en-US",
					"X-Access-Token":  "s3cret",
					"X-Request-Id":    test.attempt.RequestID,
				} {
					if got := r.Header.Get(name); got != want {
						t.Errorf("%s = %q, want %q", name, got, want)
					}
				}
			})
			client.AccountType = test.accountType
			if a := client.Send(t.Context(), test.op, test.attempt); a.HTTPStatus != 200 {
				t.Errorf("answer = %+v", a)
			}
		})
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		status int
		body   string
		want   job.Answer
	}{
		{"done", 200, "", job.Answer{HTTPStatus: 200}},
		{"done, with a body that means nothing", 200, `{"x":"y"}`, job.Answer{HTTPStatus: 200}},
		{"the documented form", 400, `{"error_code":"USG.201040000","error_msg":"no such user"}`,
			job.Answer{HTTPStatus: 400, Code: "USG.201040000", Message: "no such user"}},
		{"the form that the Go SDK also knows", 403, `{"code":"X.1","message":"no"}`, job.Answer{HTTPStatus: 403, Code: "X.1", Message: "no"}},
		{"no JSON", 502, "<html>\n<b>Bad\x1b[31m gateway</b>\n</html>", job.Answer{HTTPStatus: 502, Message: "<html> <b>Bad [31m gateway</b> </html>"}},
		{"nothing", 503, "", job.Answer{HTTPStatus: 503, Message: "Service Unavailable"}},
		{"JSON of another form", 500, `[1]`, job.Answer{HTTPStatus: 500, Message: "[1]"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Request-Id", "server-1")
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
			})
			test.want.ServerRequestID = "server-1"
			got := client.Send(t.Context(), job.Reclaim, attempt("a", "b"))
			got.Duration = 0
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("answer = %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("redirected to %s with token %q", r.URL, r.Header.Get("X-Access-Token"))
	}))
	t.Cleanup(elsewhere.Close)
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	if a := client.Send(t.Context(), job.Reclaim, attempt("a", "b")); a.HTTPStatus != 307 {
		t.Errorf("answer = %+v, want 307", a)
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	refused := &meeting.Client{Endpoint: "http://" + closed.Addr().String(), Timeout: time.Second, HTTP: meeting.NewHTTP(1)}
	if a := refused.Send(t.Context(), job.Reclaim, attempt("a", "b")); a.HTTPStatus != 0 || !a.Unsent || a.NoFile || !strings.Contains(a.Message, "refused") {
		t.Errorf("nobody listens: %+v, want an unsent request", a)
	}

	full := &meeting.Client{Endpoint: "http://127.0.0.1:1", Timeout: time.Second, HTTP: meeting.NewHTTP(1)}
	for _, err := range []error{
		os.NewSyscallError("socket", syscall.EMFILE), os.NewSyscallError("accept4", syscall.ENFILE),
		&net.DNSError{Err: "dial udp 192.0.2.1:53: socket: too many open files", Name: "api.example.test"},
	} {
		full.HTTP.Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
		}
		if a := full.Send(t.Context(), job.Reclaim, attempt("a")); !a.NoFile && runtime.GOOS != "windows" || !a.Unsent {
			t.Errorf("%v: %+v, want one that this machine allowed no connection for", err, a)
		}
	}

	release := make(chan struct{})
	slow := serve(t, func(w http.ResponseWriter, r *http.Request) { <-release })
	t.Cleanup(func() { close(release) })
	slow.Timeout = 50 * time.Millisecond
	if a := slow.Send(t.Context(), job.Reclaim, attempt("a", "b")); a.HTTPStatus != 0 || a.Unsent || a.Message != "no answer within 50ms" {
		t.Errorf("no answer in time: %+v", a)
	}

	cut := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	})
	if a := cut.Send(t.Context(), job.Reclaim, attempt("a", "b")); a.HTTPStatus != 0 || a.Unsent || strings.Contains(a.Message, "http://") {
		t.Errorf("connection cut: %+v", a)
	}
}

// TestTLSIsVerified: a certificate that nobody vouches for ends the request before the token is out.
func TestTLSIsVerified(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Error("a request came through") }))
	server.TLS = &tls.Config{}
	server.StartTLS()
	t.Cleanup(server.Close)
	client := &meeting.Client{Endpoint: server.URL, Credentials: meeting.Credentials{Token: "s3cret"}, Timeout: 5 * time.Second, HTTP: meeting.NewHTTP(1)}
	if a := client.Send(context.Background(), job.Reclaim, attempt("a", "b")); a.HTTPStatus != 0 || !strings.Contains(a.Message, "certificate") {
		t.Errorf("answer = %+v, want a complaint about the certificate", a)
	}
}

func TestCheckEndpoint(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://api.example":         "https://api.example",
		"https://api.example:8443/":   "https://api.example:8443",
		"http://127.0.0.1:8080":       "http://127.0.0.1:8080",
		"http://127.1.2.3":            "http://127.1.2.3",
		"http://[::1]:8080":           "http://[::1]:8080",
		"http://localhost:1":          "http://localhost:1",
		"http://api.example":          "",
		"http://localhost.example":    "",
		"http://127.0.0.1.example":    "",
		"http://0.0.0.0:8080":         "",
		"ftp://127.0.0.1":             "",
		"api.example":                 "",
		"https://":                    "",
		"https://api.example/v1":      "",
		"https://api.example?x=pw":    "",
		"https://user:pw@api.example": "",
		"https://api.example/#pw":     "",
		"http://127.0.0.1:port":       "",
		"https://a%25b":               "",
		"https://[fe80::1%25eth0]":    "",
	} {
		got, err := meeting.CheckEndpoint(address)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("CheckEndpoint(%q) = %q, %v, want %q", address, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "pw") {
			t.Errorf("CheckEndpoint(%q) repeats a password: %v", address, err)
		}
	}
	for _, region := range []string{"cn", "intl"} {
		address := meeting.Endpoint(region)
		if got, err := meeting.CheckEndpoint(address); got != address || err != nil {
			t.Errorf("endpoint of region %s: %v", region, err)
		}
	}
	if address := meeting.Endpoint("moon"); address != "" {
		t.Errorf("endpoint of no region: %s", address)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(`{"error_code":"USG.201040000","error_msg":"no such user"}`)
	f.Add("\xff\x00\n")
	f.Fuzz(func(t *testing.T, body string) {
		client := &meeting.Client{Timeout: time.Second, HTTP: &http.Client{Transport: answering(body)}, Endpoint: "http://127.0.0.1"}
		a := client.Send(t.Context(), job.Reclaim, attempt("a", "b"))
		if a.HTTPStatus != 400 || strings.ContainsAny(a.Message+a.Code, "\n\r\x00\x1b") {
			t.Errorf("answer = %+v", a)
		}
		if _, err := json.Marshal(a); err != nil {
			t.Error(err)
		}
	})
}

// answering is a transport that answers every request with 400 and a body.
type answering string

func (body answering) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 400, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(body))), Request: r}, nil
}
