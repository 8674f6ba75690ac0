package main

import (
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSignature holds the signature against vectors that were made without any Go.
func TestSignature(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "internal", "meeting", "testdata", "signature-vectors.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatal(rows, err)
	}
	for _, v := range rows[1:] {
		parts := appAuthorization.FindStringSubmatch(v[6])
		if parts == nil || parts[1] != signature(v[5], v[0], v[1], v[2], v[3], v[4]) || parts[2] != base64.StdEncoding.EncodeToString([]byte(v[0])) {
			t.Errorf("%q", v)
		}
	}
}

// app is a sign-in by App ID: the fields of its body, and its headers.
type app struct {
	fields  map[string]any
	headers []string
}

// newApp makes one that is as documented, but for what edit does to its fields before they are signed.
func newApp(edit func(map[string]any)) app {
	f := map[string]any{"appId": "truth", "clientType": 72, "expireTime": time.Now().Unix() + 600, "nonce": strings.ReplaceAll(newUUID(), "-", "")}
	if edit != nil {
		edit(f)
	}
	part := func(name string) string {
		if f[name] == nil {
			return ""
		}
		return fmt.Sprint(f[name])
	}
	sum := signature("truth-key", part("appId"), part("corpId"), part("userId"), part("expireTime"), part("nonce"))
	return app{f, []string{"Content-Type", "application/json; charset=UTF-8", "X-Token-Type", "LongTicket", "X-Access-Token", "",
		"Authorization", "HMAC-SHA256 signature=" + sum + ",access=" + base64.StdEncoding.EncodeToString([]byte(part("appId")))}}
}

func (s *stand) signIn(a app, headers ...string) (int, string, line) {
	body, _ := json.Marshal(a.fields)
	return s.call("POST", "/v2/usg/acs/auth/appauth", string(body), slices.Concat(a.headers, headers)...)
}

func with(name string, value any) func(map[string]any) {
	return func(f map[string]any) { f[name] = value }
}

var long = strings.Repeat("n", 65)

var appCases = []struct {
	several   bool // multi-enterprise mode
	edit      func(map[string]any)
	headers   []string
	status    int
	violation string
}{{false, nil, nil, 200, ""},
	{false, with("userId", "用户 1"), nil, 200, ""},
	{false, with("expireTime", 0), nil, 200, ""},
	{false, with("expireTime", 1700000000), nil, 401, ""},
	{false, with("expireTime", time.Now().UnixMilli()), nil, 200, "not in seconds"},
	{false, with("expireTime", "0"), nil, 400, "expireTime"},
	{false, with("nonce", long[:31]), nil, 400, "31 characters"},
	{false, with("nonce", long), nil, 400, "65 characters"},
	{false, with("nonce", long[:40]), nil, 200, ""},
	{false, with("nonce", long[:40]), nil, 200, "nonce was used before"},
	{false, with("clientType", 0), nil, 400, "clientType"},
	{false, with("corpId", "corp"), nil, 400, "single-enterprise"},
	{true, with("corpId", "corp"), nil, 200, ""},
	{true, with("corpId", "other"), nil, 401, ""},
	{true, nil, nil, 400, "corpId is missing"},
	{false, with("appId", "other"), nil, 401, ""},
	{false, with("appID", "truth"), nil, 400, "unknown field"},
	{false, func(f map[string]any) { delete(f, "nonce") }, nil, 400, "nonce is missing"},
	{false, nil, []string{"X-Token-Type", ""}, 400, "X-Token-Type"},
	{false, nil, []string{"Content-Type", "application/json"}, 400, "charset"},
	{false, nil, []string{"Authorization", "HMAC-SHA256 signature=" + long[:64]}, 400, "Authorization"},
	{false, nil, []string{"Authorization", "HMAC-SHA256 signature=" + strings.Repeat("0", 64) + ",access=dHJ1dGg="}, 401, ""},
	{false, nil, []string{"Authorization", "HMAC-SHA256 signature=" + strings.Repeat("0", 64) + ",access=eA=="}, 400, "base64"},
}

func TestAppAuth(t *testing.T) {
	single, several := start(t), start(t, "--corp-id", "corp")
	for i, c := range appCases {
		s := single
		if c.several {
			s = several
		}
		status, code, l := s.signIn(newApp(c.edit), c.headers...)
		if status != c.status || !strings.Contains(l.Violation, c.violation) || c.violation == "" && l.Violation != "" {
			t.Errorf("%d: %d %s, violation %q", i, status, code, l.Violation)
		}
	}
	a := newApp(nil)
	a.fields = maps.Clone(a.fields)
	a.fields["userId"] = "not the signed one"
	if status, _, _ := single.signIn(a); status != 401 {
		t.Errorf("a user who was not signed: %d", status)
	}
}

func TestTokens(t *testing.T) {
	s := start(t, "--token-life", "1h")
	var tokens []string
	for range maxTokens + 1 {
		_, token, _ := s.signIn(newApp(nil))
		tokens = append(tokens, token)
	}
	use := func(token string) int {
		status, _, _ := s.call("PUT", status+"0", `["ann"]`, "X-Access-Token", token)
		return status
	}
	if use(tokens[0]) != 401 || use(tokens[1]) != 200 || use(tokens[maxTokens]) != 200 {
		t.Error("the 65th token voids the oldest, and no other")
	}
	refresh := s.tokens.access[tokens[1]].refresh
	if status, _, l := s.call("PUT", "/v1/usg/acs/token", "", "X-Access-Token", tokens[1]); status != 400 || l.Violation == "" {
		t.Errorf("refresh by access token: %d, violation %q", status, l.Violation)
	}
	status, fresh, _ := s.call("PUT", "/v1/usg/acs/token", "", "X-Access-Token", refresh)
	if status != 200 || use(fresh) != 200 || use(refresh) != 401 {
		t.Errorf("refresh: %d", status)
	}
	valid := func(token string) int {
		status, _, _ := s.call("POST", "/v1/usg/acs/token/validate", `{"token":"`+token+`","needGenNewToken":false}`, "X-Access-Token", "")
		return status
	}
	s.want("POST", "/v1/usg/acs/token/validate", `{"token":"x"}`, 400, "APIG.0201", "", "needGenNewToken")
	if valid(fresh) != 200 {
		t.Error("a fresh token is not valid")
	}
	s.want("DELETE", "/v1/usg/acs/token", "", 200, "", "", "", "X-Access-Token", fresh)
	if valid(fresh) != 401 || use(fresh) != 401 {
		t.Error("a token holds after it was signed out")
	}
	s.tokens.access[tokens[2]].end = time.Now()
	if use(tokens[2]) != 401 {
		t.Error("a token holds after its end")
	}
}

func TestAccountAuth(t *testing.T) {
	s := start(t, "--password", "pass:word 1")
	basic := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
	call := func(body, authorization string) (int, string) {
		status, _, l := s.call("POST", "/v1/usg/acs/auth/account", body, "Authorization", authorization, "X-Access-Token", "")
		return status, l.Violation
	}
	for i, c := range []struct {
		body, authorization string
		status              int
		violation           string
	}{
		{`{"account":"truth","clientType":72}`, basic("truth:pass:word 1"), 200, ""},
		{`{"account":"truth","clientType":72,"createTokenType":0}`, basic("truth:pass:word 1"), 200, ""},
		{`{"account":"other","clientType":72}`, basic("truth:pass:word 1"), 400, "not the one"},
		{`{"account":"truth","clientType":1}`, basic("truth:pass:word 1"), 400, "clientType"},
		{`{"account":"truth","clientType":72}`, basic("truth:short"), 400, "5 characters"},
		{`{"account":"truth","clientType":72}`, "Bearer x", 400, "not Basic"},
		{`{"account":"truth","clientType":72}`, basic("truth:wrong word"), 401, ""},
	} {
		if status, violation := call(c.body, c.authorization); status != c.status || !strings.Contains(violation, c.violation) || c.violation == "" && violation != "" {
			t.Errorf("%d: %d, violation %q", i, status, violation)
		}
	}
	for range maxWrong - 1 {
		call(`{"account":"truth","clientType":72}`, basic("truth:wrong word"))
	}
	if status, _ := call(`{"account":"truth","clientType":72}`, basic("truth:pass:word 1")); status != 423 {
		t.Errorf("after %d wrong passwords: %d", maxWrong, status)
	}
}
