package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// request is one request and what was found out about it.
type request struct {
	*http.Request
	arrived  time.Time
	id       string
	body     []byte
	tooLarge bool

	target  string   // the account or the status in the path, the user of a sign-in
	entries []string // of the body
	applied []string // entries whose state it changed or confirmed
	refused bool     // it is malformed
	wrongs  []string // what is against the documents
}

func receive(w http.ResponseWriter, r *http.Request) *request {
	q := &request{Request: r, arrived: time.Now()}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	q.body, q.tooLarge = body, errors.As(err, &large)
	if err != nil && !q.tooLarge {
		q.wrong("the body ends early: %v", err)
	}
	return q
}

// wrong notes that a request is malformed. It will be refused.
func (q *request) wrong(format string, args ...any) {
	q.refused = true
	q.odd(format, args...)
}

// odd notes what the documents do not say to be refused, but which no client should do.
func (q *request) odd(format string, args ...any) {
	q.wrongs = append(q.wrongs, fmt.Sprintf(format, args...))
}

func (q *request) violation() string { return strings.Join(q.wrongs, "; ") }

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// identify looks at X-Request-Id. It is optional, its form is advice, and the service makes one where it is
// absent (meeting_21_0072); so none is refused. Since it is all that leads from a line of a client's to one of
// the service's, it should be there, and name one request only.
func (s *service) identify(q *request) {
	values := q.Header.Values("X-Request-Id")
	q.id = strings.Join(values, ",")
	switch {
	case len(values) == 0:
		q.id = newUUID()
		q.odd("X-Request-Id is missing")
	case !uuid.MatchString(q.id):
		q.odd("X-Request-Id is no UUID")
	default:
		var key [16]byte
		hex.Decode(key[:], []byte(strings.ReplaceAll(q.id, "-", "")))
		if s.seen[key] {
			q.odd("X-Request-Id was used before")
		}
		s.seen[key] = true
	}
}

func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// language checks the optional Accept-Language, for which the pages know two values.
func (q *request) language() {
	for _, v := range q.Header.Values("Accept-Language") {
		if !slices.Contains([]string{"zh-CN", "en-US"}, v) {
			q.wrong("Accept-Language is %q, not zh-CN or en-US", v)
		}
	}
}

// header returns a mandatory header, which stands there once.
func (q *request) header(name string) string {
	values := q.Header.Values(name)
	if len(values) != 1 || values[0] == "" {
		q.wrong("%s: %d values, not one", name, len(values))
		return ""
	}
	return values[0]
}

// json checks that the body is declared and is JSON in UTF-8 (meeting_20_0004). The sign-in by App ID wants its
// charset named (meeting_21_0311), for the others it may be.
func (q *request) json(charset bool, into any) {
	media, params, err := mime.ParseMediaType(q.header("Content-Type"))
	given, named := params["charset"]
	switch {
	case err != nil || media != "application/json":
		q.wrong("Content-Type is not application/json")
	case named && !strings.EqualFold(given, "utf-8"), charset && !named:
		q.wrong("Content-Type has not charset=UTF-8")
	}
	if !utf8.Valid(q.body) {
		q.wrong("the body is not UTF-8")
	} else if err := json.Unmarshal(q.body, into); err != nil {
		q.wrong("the body: %v", err)
	}
}

// accountType checks that the query holds nothing but an optional accountType of 0 or 1 (meeting_21_1105,
// meeting_21_0072). Whether 0 goes with a sign-in by App ID is not documented, so it does.
func (q *request) accountType() {
	query, err := url.ParseQuery(q.URL.RawQuery)
	if err != nil {
		q.wrong("the query: %v", err)
	}
	for name, values := range query {
		switch {
		case name != "accountType":
			q.wrong("unknown query parameter %q", name)
		case len(values) != 1 || values[0] != "0" && values[0] != "1":
			q.wrong("accountType is %q, not 0 or 1", values)
		}
	}
}

// noQuery checks that there is none.
func (q *request) noQuery() {
	if q.URL.RawQuery != "" {
		q.wrong("unknown query %q", q.URL.RawQuery)
	}
}
