package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	recycle = "/v1/usg/dcs/corp/vmr/recycle-from-member/"
	assign  = "/v1/usg/dcs/corp/vmr/assign-to-member/"
	status  = "/v1/usg/dcs/corp/member/status/"
)

// stand is a service under test and its log.
type stand struct {
	*testing.T
	*service
	url   string
	lines *bytes.Buffer
}

func start(t *testing.T, args ...string) *stand {
	t.Helper()
	o, err := readOptions(append([]string{"--token", "t"}, args...))
	if err != nil {
		t.Fatal(err)
	}
	s, err := newService(o)
	if err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	s.log = log
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return &stand{t, s, server.URL, log}
}

// call sends a request that is as documented, but for the headers given; one that is empty is left out. It
// returns the status, the code or the access token, and what the log calls wrong.
func (s *stand) call(method, path, body string, headers ...string) (int, string, line) {
	s.Helper()
	r, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	h := map[string]string{"Content-Type": "application/json", "X-Access-Token": "t", "X-Request-Id": newUUID()}
	for i := 0; i < len(headers); i += 2 {
		h[headers[i]] = headers[i+1]
	}
	for name, value := range h {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	s.lines.Reset()
	status, code := s.do(r)
	var l line
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := json.Unmarshal(s.lines.Bytes(), &l); err != nil {
		s.Fatalf("log %q: %v", s.lines, err)
	}
	return status, code, l
}

// do returns the status and the code of an answer, or the access token in it; 0 if it does not arrive whole.
func (s *stand) do(r *http.Request) (int, string) {
	s.Helper()
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		return 0, err.Error()
	}
	var fields struct {
		ErrorCode   string `json:"error_code"`
		RequestID   string `json:"request_id"`
		AccessToken string
	}
	json.Unmarshal(text, &fields)
	if fields.ErrorCode != "" && fields.RequestID != a.Header.Get("X-Request-Id") {
		s.Errorf("request_id is %q", fields.RequestID)
	}
	if a.Header.Get("Server") != "api-gateway" {
		s.Errorf("Server is %q", a.Header.Get("Server"))
	}
	return a.StatusCode, fields.ErrorCode + fields.AccessToken
}

// want sends a request and compares its answer, and what was applied and found wrong.
func (s *stand) want(method, path, body string, code int, errorCode, applied, violation string, headers ...string) {
	s.Helper()
	gotStatus, gotCode, l := s.call(method, path, body, headers...)
	if gotStatus != code || gotCode != errorCode || strings.Join(l.Applied, " ") != applied {
		s.Errorf("%s %s %s: %d %s, applied %q", method, path, body, gotStatus, gotCode, l.Applied)
	}
	if !strings.Contains(l.Violation, violation) || violation == "" && l.Violation != "" {
		s.Errorf("%s %s %s: violation %q, want %q", method, path, body, l.Violation, violation)
	}
}

func (s *stand) state() string {
	s.Helper()
	file := filepath.Join(s.TempDir(), "dump.csv")
	if err := s.dump(file); err != nil {
		s.Fatal(err)
	}
	again, err := readDirectory(file)
	if err != nil || len(again.holder) != len(s.holder) || len(again.status) != len(s.status) {
		s.Errorf("the dump reads back as %v, %v", again, err)
	}
	text, _ := os.ReadFile(file)
	return strings.ReplaceAll(strings.TrimPrefix(string(text), "account,vmr_id,user_status\n"), "\n", " ")
}

func stateFile(t *testing.T, rows ...string) string {
	file := filepath.Join(t.TempDir(), "state.csv")
	text := "account,vmr_id,user_status\n" + strings.Join(rows, "\n") + "\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}
