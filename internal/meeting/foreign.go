package meeting

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"meetbatch/job"
)

// What people should look at where somebody else answers in the service's place.
const (
	pageHint     = "a proxy, a firewall or a network's sign-in page answers in the service's place: open the address in a browser, and see --endpoint and HTTPS_PROXY"
	redirectHint = "is the address the service's? see --region and --endpoint; redirects are not followed, since the token would go with them"
	webHint      = "some other server answers at this address: see --region, --endpoint and HTTPS_PROXY"
	proxyHint    = "a proxy or the network wants to know who asks: sign in to it, or see HTTPS_PROXY"
	tlsHint      = "the token was not sent: does the certificate belong to the address of --endpoint, and is it one that this machine trusts?"
	plainHint    = "one side speaks TLS and the other does not: https:// or http:// in --endpoint, and the port"
	oddHint      = "the documents know no such answer, so that nobody can say what was carried out: look up one of its rows before going on"
	listHint     = "the documents know no such answer to a query: see --endpoint and HTTPS_PROXY"
)

// isPage tells whether the body is a page for a browser, whatever it is declared as, or declared as one.
func (r *reply) isPage() bool {
	text := r.text()
	if media := r.media(); strings.HasPrefix(media, "text/html") || strings.HasPrefix(media, "application/xhtml") {
		return len(text) > 0 || r.brokeOff != nil
	}
	return bytes.HasPrefix(text, []byte("<"))
}

func (r *reply) media() string {
	return strings.ToLower(strings.TrimSpace(r.header.Get("Content-Type")))
}

// text is the body without the blanks around it, and without byte order marks of UTF-8, UTF-16 and UTF-32.
func (r *reply) text() []byte {
	return bytes.TrimFunc(r.body, func(c rune) bool {
		return unicode.IsSpace(c) || c == '\ufeff' || c == utf8.RuneError || c == 0
	})
}

var title = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`) })

// pageWords words what a page is, by its title if it has one.
func pageWords(body []byte) string {
	if m := title().FindSubmatch(body); m != nil {
		return fmt.Sprintf("a web page, %q", strings.Join(strings.Fields(html.UnescapeString(string(m[1]))), " "))
	}
	return "a web page"
}

// impossible are the statuses from 500 on of a server that will never do what was asked for.
var impossible = []int{501, 505, 506, 508, 510}

// passing are the statuses up to 499 that have their sense whoever gives them.
var passing = []int{408, 413, 414, 429, 494}

// strangerHint names what to look at, where an answer is not the service's. It is empty where it may be, or its
// gateway's. What is between and cannot reach the service just now (502, 503, 504) is waited for, page or not.
func strangerHint(r *reply, a job.Answer) string {
	switch status := r.status; {
	case status >= 200 && status < 300:
		return contradictionHint(r, a)
	case status < 400:
		return redirectHint
	case status == http.StatusProxyAuthRequired, status == http.StatusNetworkAuthenticationRequired:
		return proxyHint
	case slices.Contains(passing, status), status >= 500 && !slices.Contains(impossible, status):
		return ""
	case bytes.Contains(r.body, []byte("HTTP request to an HTTPS server")): // as Go's own server says it
		return plainHint
	case r.page:
		return pageHint
	case status == 400, status == 401, status == 403, status < 500 && (a.IsOwn() || a.IsGateways()):
		return ""
	}
	return webHint
}

// contradictionHint is that of a 2xx. The documents know 200, whose body means nothing (meeting_21_0072: "None", with a
// length of 143); and the history of changes says that bodies were taken away, so that 204 would be in its sense. An
// error in the body is a refusal where an account or a room causes it, or where its code says what to do; of any other
// nobody knows what it says of the request.
func contradictionHint(r *reply, a job.Answer) string {
	switch {
	case r.page:
		return pageHint
	case r.reading && (r.status != http.StatusOK || a.Code == "" && a.Message != ""):
		return listHint
	case r.reading:
		return ""
	case r.status != http.StatusOK && r.status != http.StatusNoContent:
		return oddHint
	case a.Code == "" && a.Message == "", a.OfEntry(), a.Means() != job.NothingMore, a.Kind() == job.Throttled:
		return ""
	}
	return oddHint
}

// isSuccess tells whether a code says that all is well, or nothing: 000000000, 0, 200.
func isSuccess(code string) bool {
	code = strings.ToLower(strings.TrimSpace(code))
	return strings.Trim(strings.TrimPrefix(code, "usg."), "0") == "" || slices.Contains([]string{"200", "ok", "success", "null", "none"}, code)
}

// noTLS names what to look at, where no connection will ever come about, or is ended, for the sake of TLS. It is empty
// where an error is another one.
func noTLS(err error, connected bool) string {
	text := err.Error()
	switch {
	case strings.Contains(text, "tls: internal error"): // of the other side, which may pass
		return ""
	case strings.Contains(text, "first record does not look like a TLS handshake"),
		strings.Contains(text, "server gave HTTP response to HTTPS client"),
		strings.Contains(text, `malformed HTTP response "\x15\x03`): // a record of TLS
		return plainHint
	case strings.Contains(text, "remote error: tls: "), // which can come when a request is under way
		!connected && (strings.Contains(text, "tls: ") || strings.Contains(text, "x509: ")):
		return tlsHint
	}
	return ""
}

// proxyError says that a proxy opens no way to the service.
type proxyError struct{ status int }

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy opens no way to the service: %d %s", e.status, http.StatusText(e.status))
}

// lookAtProxy is called with a proxy's answer to the wish for a way to the service. It refuses for good what is neither
// a yes nor may pass.
func lookAtProxy(_ context.Context, _ *url.URL, _ *http.Request, r *http.Response) error {
	if r.StatusCode < 300 || r.StatusCode >= 500 && !slices.Contains(impossible, r.StatusCode) && r.StatusCode != http.StatusNetworkAuthenticationRequired || slices.Contains(passing, r.StatusCode) {
		return nil // net/http says no by itself
	}
	return &proxyError{r.StatusCode}
}
