package meeting_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"meetbatch/internal/meeting"
	"meetbatch/job"
)

// answerTo sends a request to a server that answers with a text as it stands, and then hangs up.
func answerTo(t *testing.T, text string) job.Answer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			http.ReadRequest(bufio.NewReader(conn))
			io.WriteString(conn, text)
			conn.Close()
		}
	}()
	client := &meeting.Client{Endpoint: "http://" + l.Addr().String(), Credentials: meeting.Credentials{Token: "s3cret"}, Timeout: 5 * time.Second, HTTP: meeting.NewHTTP(1)}
	return client.Send(t.Context(), job.Reclaim, attempt("a", "b"))
}

func withBody(status, header, body string) string {
	if header != "" {
		header += "\r\n"
	}
	return fmt.Sprintf("HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s", status, header, len(body), body)
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

// wide is a text in UTF-16.
func wide(text string) (s string) {
	for _, c := range utf16.Encode([]rune(text)) {
		s += string([]byte{byte(c), byte(c >> 8)})
	}
	return s
}

// TestForeign tells the answers of the service from those of whoever answers in its place: which are a success, which
// a refusal with a code, and which are nobody's that the documents know.
func TestForeign(t *testing.T) {
	t.Parallel()
	const html, json, envelope = "Content-Type: text/html; charset=gbk", "Content-Type: application/json", `{"returnCode":"%s","returnMessage":"m","achievementTime":"x","requestId":"y"}`
	pad := strings.Repeat(" ", 80<<10)
	for name, test := range map[string]struct{ text, want string }{
		"nothing":                     {withBody("200 OK", "", ""), "success"},
		"declared as a page, without": {withBody("200 OK", html, ""), "success"},
		"no content":                  {"HTTP/1.1 204 No Content\r\n\r\n", "success"},
		"blanks and braces":           {withBody("200 OK", "", strings.Repeat(" ", 141)+"{}"), "success"},
		"null":                        {withBody("200 OK", "Content-Type: application/json", "null"), "success"},
		"a text":                      {withBody("200 OK", "Content-Type: application/json", `"null"`), "success"},
		"an array":                    {withBody("200 OK", "", `["a",{"b":1}]`), "success"},
		"blanks alone":                {withBody("200 OK", "Content-Type: text/plain", pad), "success"},
		"blanks alone, of a page":     {withBody("200 OK", html, " \r\n"), "success"},
		"nothing, of a script":        {withBody("200 OK", "Content-Type: application/javascript", ""), "success"},
		"no error":                    {withBody("200 OK", json, `{"error":null,"errors":[],"success":true,"status":200,"message":"fine","code":"0"}`), "success"},
		"a status of something else":  {withBody("200 OK", json, `{"user":{"status":"500","success":false}}`), "success"},
		"broke off":                   {"HTTP/1.1 200 OK\r\nContent-Length: 143\r\n\r\n   ", "success"},
		"the envelope":                {withBody("200 OK", "", fmt.Sprintf(envelope, "000000000")), "success"},
		"a code that says success":    {withBody("200 OK", "", `{"error_code":"USG.000000000","error_msg":"Success"}`), "success"},
		"an empty code":               {withBody("200 OK", "", `{"error_code":"","error_msg":""}`), "success"},
		"a code of null":              {withBody("200 OK", "", `{"error_code":null}`), "success"},
		"a code of something else":    {withBody("200 OK", "", `{"code":12,"message":"fine"}`), "success"},
		"a code inside a text":        {withBody("200 OK", "", `{"x":"\"error_code\":\"USG.1\""}`), "success"},

		"an error":                {withBody("200 OK", "", `{"error_code":"USG.201080000","error_msg":"no room"}`), "200 USG.201080000 no room"},
		"an error in an array":    {withBody("200 OK", "", `[{"ok":1},{"error_code":"USG.201080000"}]`), "200 USG.201080000"},
		"an error in gzip":        {withBody("200 OK", "Content-Encoding: gzip", gzipped(`{"error_code":"USG.201080000"}`)), "200 USG.201080000"},
		"an error behind a mark":  {withBody("200 OK", "", "\ufeff"+`{"error_code":"USG.201080000"}`), "200 USG.201080000"},
		"an error that broke off": {"HTTP/1.1 200 OK\r\nContent-Length: 143\r\n\r\n" + `{"error_code":"USG.201080000","err`, "200 USG.201080000"},
		"an error in a long body": {withBody("200 OK", "", `{"error_code":"USG.201080000","x":"`+pad+`"}`), "200 USG.201080000"},
		"the SDK's other form":    {withBody("200 OK", "", `{"code":"USG.201080000","message":"no"}`), "200 USG.201080000 no"},
		"the envelope, refused":   {withBody("200 OK", "", fmt.Sprintf(envelope, "201080000")), "200 201080000 m"},
		"a number":                {withBody("200 OK", "", `{"returnCode": 201080000}`), "200 201080000"},
		"throttled":               {withBody("200 OK", "", `{"error_code":"APIG.0308"}`), "200 APIG.0308"},
		"an error of its own":     {withBody("200 OK", "", `{"error_code":"X.1"}`), "foreign 200 X.1 OK"},
		"a message alone":         {withBody("200 OK", "", `{"error_msg":"blocked by policy"}`), "foreign 200 blocked by policy"},
		"the envelope, broken":    {withBody("200 OK", "", fmt.Sprintf(envelope, "000000003")), "foreign 200 000000003 m"},

		"plain text":                   {withBody("200 OK", "Content-Type: text/plain", "blocked by policy"), "foreign 200 blocked by policy"},
		"text of no type":              {withBody("200 OK", "", "OK"), "foreign 200 OK"},
		"text declared as JSON":        {withBody("200 OK", json, "{'error_code':'USG.201080000'}"), "foreign 200 {'error_code':'USG.201080000'}"},
		"a script":                     {withBody("200 OK", "Content-Type: application/javascript", `window.location="/login"`), `foreign 200 window.location="/login"`},
		"a script that is JSON":        {withBody("200 OK", "Content-Type: application/javascript", `{}`), `foreign 200 {}`},
		"a text in JSON":               {withBody("200 OK", json, `"Access denied"`), "foreign 200 Access denied"},
		"no":                           {withBody("200 OK", json, `false`), "foreign 200 false"},
		"an OAuth error":               {withBody("200 OK", json, `{"error":"invalid_token","error_description":"expired"}`), "foreign 200 invalid_token expired"},
		"an error inside":              {withBody("200 OK", json, `{"error":{"code":"X","message":"nope"}}`), "foreign 200 X nope"},
		"a list of errors":             {withBody("200 OK", json, `{"errors":["no room"]}`), "foreign 200 no room"},
		"errors with codes":            {withBody("200 OK", json, `{"errors":[{"code":"USG.201080000"}]}`), "200 USG.201080000"},
		"a framework's error":          {withBody("200 OK", json, `{"status":"500","error":"Internal Server Error","path":"/v1"}`), "foreign 200 Internal Server Error"},
		"a status alone":               {withBody("200 OK", json, `{"status":503}`), `foreign 200 {"status":503}`},
		"no success":                   {withBody("200 OK", json, `{"success":false,"message":"denied"}`), "foreign 200 denied"},
		"a result":                     {withBody("200 OK", json, `{"resultCode":"401","resultDesc":"x"}`), "foreign 200 401 x"},
		"err_code":                     {withBody("200 OK", json, `{"err_code":"USG.201080000"}`), "200 USG.201080000"},
		"a name with escapes":          {withBody("200 OK", json, `{"error\u005fcode":"USG.201080000"}`), "200 USG.201080000"},
		"an error in UTF-16":           {withBody("200 OK", json, wide("\ufeff"+`{"error_code":"USG.201080000"}`)), "200 USG.201080000"},
		"in UTF-16 without a mark":     {withBody("200 OK", json, wide(`{"error_code":"USG.201080000"}`)), "200 USG.201080000"},
		"an error behind blanks":       {withBody("200 OK", json, pad+`{"error_code":"USG.201080000"}`), "200 USG.201080000"},
		"an error behind blanks in it": {withBody("200 OK", json, "{"+pad+`"error_code":"USG.201080000"}`), "foreign 200 {"},
		"a body without end":           {withBody("200 OK", json, `{"a":"`+strings.Repeat("b", 70000)+`"}`), `foreign 200 {"a":"` + strings.Repeat("b", 493) + "…"},
		"errors by entry":              {withBody("200 OK", json, `{"fail":[{"id":"ff","error_code":"USG.201080000"}],"success":[]}`), "200 USG.201080000"},

		"a page":                    {withBody("200 OK", html, "<html><title>Sign&nbsp;in\n here</title>"), `foreign 200 OK, and a web page, "Sign in here"`},
		"a page, undeclared":        {withBody("200 OK", "Content-Type: application/json", "\r\n\t <HTML>"), "foreign 200 OK, and a web page"},
		"a page behind a mark":      {withBody("200 OK", "", "\ufeff<!DOCTYPE html>"), "foreign 200 OK, and a web page"},
		"a page in UTF-16":          {withBody("200 OK", "", "\xff\xfe<\x00h\x00"), "foreign 200 OK, and a web page"},
		"a page in gzip":            {withBody("200 OK", "Content-Encoding: gzip", gzipped("<html>")), "foreign 200 OK, and a web page"},
		"a page in no known coding": {withBody("200 OK", html+"\r\nContent-Encoding: br", "\x0b\x02\x80"), "foreign 200 OK, and a web page"},
		"a page that broke off":     {"HTTP/1.1 200 OK\r\nContent-Length: 143\r\n" + html + "\r\n\r\n", "foreign 200 OK, and a web page"},
		"a page in capitals":        {withBody("200 OK", "content-type: TEXT/HTML", "Blocked"), "foreign 200 OK, and a web page"},
		"created":                   {withBody("201 Created", "", "{}"), "foreign 201 Created"},
		"accepted":                  {withBody("202 Accepted", "", ""), "foreign 202 Accepted"},
		"somebody else's":           {withBody("203 Whatever", "", ""), "foreign 203 Non-Authoritative Information"},
		"a part":                    {withBody("206 Partial Content", "", "{}"), "foreign 206 Partial Content"},

		"a redirect":               {withBody("302 Found", "Location: /login", ""), "foreign 302 Found"},
		"a redirect that broke":    {"HTTP/1.1 302 Found\r\nContent-Length: 9\r\n\r\n", "foreign 302 Found"},
		"not modified":             {"HTTP/1.1 304 Not Modified\r\n\r\n", "foreign 304 Not Modified"},
		"a web server":             {withBody("404 Not Found", html, "<h1>Not Found"), "foreign 404 Not Found, and a web page"},
		"a web server's text":      {withBody("404 Not Found", "", "404 page not found"), "foreign 404 404 page not found"},
		"another API":              {withBody("404 Not Found", "", `{"status":404,"error":"Not Found"}`), `foreign 404 {"status":404,"error":"Not Found"}`},
		"gone":                     {withBody("410 Gone", "", ""), "foreign 410 Gone"},
		"no such method":           {withBody("405 Method Not Allowed", "", ""), "foreign 405 Method Not Allowed"},
		"a proxy that asks":        {withBody("407 Proxy Authentication Required", "", ""), "foreign 407 Proxy Authentication Required"},
		"not made for that":        {withBody("501 Not Implemented", "", "no POST"), "foreign 501 no POST"},
		"a network that asks":      {withBody("511 X", html, "<a>"), "foreign 511 Network Authentication Required, and a web page"},
		"a firewall's refusal":     {withBody("403 Forbidden", html, "<a>"), "foreign 403 Forbidden, and a web page"},
		"a page that wants a name": {withBody("401 Unauthorized", html, "<a>"), "foreign 401 Unauthorized, and a web page"},
		"a bad request to nginx":   {withBody("400 Bad Request", html, "<html>The plain HTTP request was sent to HTTPS port"), "foreign 400 Bad Request, and a web page"},
		"TLS in plain":             {"\x15\x03\x01\x00\x02\x02\x46", `foreign net/http: HTTP/1.x transport connection broken: malformed HTTP response "\x15\x03\x01\x00\x02\x02F"`},

		"the gateway's 404":       {withBody("404 Not Found", "", `{"error_code":"APIG.0101"}`), "404 APIG.0101"},
		"the gateway's 405":       {withBody("405 X", "", `{"error_code":"APIG.0501"}`), "405 APIG.0501"},
		"the service's 404":       {withBody("404 Not Found", "", `{"error_code":"USG.201040000"}`), "404 USG.201040000"},
		"a refusal without words": {withBody("400 Bad Request", "", ""), "400 Bad Request"},
		"a proxy without service": {withBody("502 Bad Gateway", html, "<html>nginx"), "502 <html>nginx"},
		"too large for a proxy":   {withBody("413 X", html, "<html>"), "413 <html>"},
		"garbage":                 {"x\r\n\r\n", `net/http: HTTP/1.x transport connection broken: malformed HTTP response "x"`},
		"cut in the head":         {"HTTP/1.1 200 OK\r\nServer", `net/http: HTTP/1.x transport connection broken: malformed MIME header: missing colon: "Server"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := answerTo(t, test.text)
			got := a.String()
			switch {
			case a.Success():
				got = "success"
			case a.Foreign != "":
				got = "foreign " + got
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestCutAnywhere: a 200 that breaks off when it has begun to say something is no answer, wherever it breaks off, unless it
// names an error already. One that says nothing, and one that says all before it breaks off, is a success.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	broken := func(chunked bool, body string) string {
		if chunked {
			return fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(body), body)
		}
		return "HTTP/1.1 200 OK\r\nContent-Length: 1430\r\n\r\n" + body
	}
	for _, whole := range []string{
		`{"error_code":"USG.201080000","error_msg":"no room"}`,
		` {"errno": 201080000, "x":[1]}`,
		`{"returnCode":"000000000","returnMessage":"Success","achievementTime":"2019-11-12","requestId":"ab"}`,
		`[{"ok":1},{"error_code":"USG.201080000"}]`, `{}`, `[]`, `{} {"error_code":"USG.201080000"}`,
	} {
		for n := range len(whole) {
			a := answerTo(t, broken(n%2 == 0, whole[:n]))
			text := strings.TrimSpace(whole[:n])
			says := text == "" || text == "{}"
			if a.Success() != says || a.Foreign != "" || a.HTTPStatus != 0 && !says && a.Code != "USG.201080000" && a.Code != "201080000" {
				t.Errorf("%s: %+v", text, a)
			}
		}
	}
	for _, whole := range []string{"", " \r\n", "{}", "[]", "null", `{"returnCode":"000000000"}`, `{"user":[{}]} `} {
		if a := answerTo(t, broken(false, whole)); !a.Success() {
			t.Errorf("%s: %+v", whole, a)
		}
	}
}

// TestNoTLS: what will never become a connection is not waited for, and the token does not go out.
func TestNoTLS(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Error("a request came through") }))
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Error("a request came through") }))
	t.Cleanup(plain.Close)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := map[string]int{"ask.example:443": 407, "no.example:443": 403, "away.example:443": 503}[r.Host]
		w.WriteHeader(status)
	}))
	t.Cleanup(proxy.Close)
	for endpoint, test := range map[string]struct {
		want   string
		passes bool
	}{
		secure.URL: {"certificate", false},
		strings.Replace(secure.URL, "https", "http", 1): {"400", false},
		strings.Replace(plain.URL, "http", "https", 1):  {"HTTP response to HTTPS client", false},
		"https://ask.example":                           {"the proxy opens no way to the service: 407 Proxy Authentication Required", false},
		"https://no.example":                            {"the proxy opens no way to the service: 403 Forbidden", false},
		"https://away.example":                          {"Service Unavailable", true},
	} {
		client := &meeting.Client{Endpoint: endpoint, Credentials: meeting.Credentials{Token: "s3cret"}, Timeout: 5 * time.Second, HTTP: meeting.NewHTTP(1)}
		if strings.Contains(endpoint, "example") {
			client.HTTP.Transport.(*http.Transport).Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }
		}
		a := client.Send(t.Context(), job.Reclaim, attempt("a", "b"))
		if !strings.Contains(a.String(), test.want) || (a.Foreign == "") != test.passes || a.HTTPStatus == 0 && !a.Unsent {
			t.Errorf("%s: %+v", endpoint, a)
		}
	}
}
