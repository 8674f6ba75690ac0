// Package sandbox is a simulated Huawei Cloud Meeting service: an http.Handler that checks what the
// documents of the service state, and answers as they describe. What they leave open is a setting.
// Page ids in comments (meeting_21_xxxx) are those of the "Meeting server API reference".
package sandbox

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// BadEntry says what a request does in which some entries are bad; the documents do not.
type BadEntry string

const (
	Reject  BadEntry = "reject"  // nothing is applied, and the answer is the bad entry's error
	Partial BadEntry = "partial" // the others are applied, and the answer is the bad entry's error
	Ignore  BadEntry = "ignore"  // the others are applied, and the answer is 200
)

// Settings of a sandbox. The zero value rejects bad entries, answers at once and knows everything
// that does not begin with "missing".
type Settings struct {
	Token       string        // an X-Access-Token that is accepted, besides those of signing in
	User        User          // who can sign in
	TokenLife   time.Duration // of what signing in gives; 0 means 12 hours, of the documented "12 to 24 hours"
	RefreshLife time.Duration // 0 means 30 days
	Clock       time.Duration // by which the service's clock is ahead of this machine's
	Throttle    Throttle
	BadEntry    BadEntry   // empty means Reject
	Repeat      Repeat     // of an entry that is as wanted already; empty means that it is carried out again
	NoDoubles   bool       // a request that names an entry twice is refused
	Directory   *Directory // nil: everything exists but what begins with "missing", and Name says what is listed
	Readings    []Reading  // what the documents leave open of the calls that read
	Latency     Latency    // before each answer
	Faults      []Fault    // their shares add up to 1 at most
	Seed        uint64     // of what is drawn by chance
	Before      uint64     // requests of the same run, to a service that was there before: what is drawn goes on behind them
	Log         io.Writer  // gets a line of JSON per request; may be nil
}

// Handler is the service. It is safe for concurrent use, as a handler is.
type Handler struct {
	settings Settings

	reading     readings
	mu          sync.Mutex // of what follows, and of the settings' log; held while a call is carried out
	now, seen   *Directory // what exists, and what the calls that read see of it; the same, unless changes are read later
	later       []change   // that are not seen yet, the oldest first
	chance      *rand.Rand
	elsewhere   *rand.Rand // what somebody else does, and in which order rows come; apart, so that faults do not depend on it
	logErr      error
	did         map[string]string // what entries were made, where that is remembered
	tokens      []token           // that were handed out, the oldest first
	wrong       int               // passwords in a row
	windowBegan time.Time         // of the throttle
	taken       int               // requests in it
}

// New returns a service with the given settings.
func New(s Settings) *Handler {
	s.BadEntry = cmp.Or(s.BadEntry, Reject)
	s.TokenLife = cmp.Or(s.TokenLife, 12*time.Hour)
	s.RefreshLife = cmp.Or(s.RefreshLife, 30*24*time.Hour)
	h := &Handler{settings: s, reading: resolve(s.Readings), now: s.Directory, did: map[string]string{}}
	h.chance, h.elsewhere = rand.New(rand.NewPCG(s.Seed, s.Before)), rand.New(rand.NewPCG(^s.Seed, s.Before))
	if h.now == nil {
		h.now = newDirectory()
		h.now.open = true
	}
	h.seen = h.now
	for at := range h.now.rooms {
		h.bindToTerminal(h.now, int32(at))
	}
	return h
}

// Err returns the first error of writing the log.
func (h *Handler) Err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.logErr
}

// Line is a line of the log: what was asked for, and what came of it.
type Line struct {
	Time      time.Time `json:"time"` // of the request's arrival
	Method    string    `json:"method"`
	Path      string    `json:"path"` // as sent, with the query
	RequestID string    `json:"request_id"`
	Target    string    `json:"target"` // the path's last segment, unescaped
	Entries   []string  `json:"entries"`
	Status    int       `json:"status"`
	Code      string    `json:"error_code,omitempty"`
	Applied   []string  `json:"applied"`
	Fault     string    `json:"fault,omitempty"` // that befell it; with reset, cut and hang the status was not seen

	third bool // accounts are third-party IDs in it
}

// reply is an answer before it is written. Many requests can share one, so nobody changes it.
type reply struct {
	status  int
	code    string // of an error; empty where the body is another
	message string
	body    []byte // mostly empty
	header  http.Header
}

// done is the empty 200.
var done = &reply{status: http.StatusOK}

func refuse(status int, code, message string) *reply {
	return &reply{status: status, code: code, message: message}
}

// malformed refuses a request whose form is wrong. That this is a 400 is documented; that it carries
// the gateway's code for malformed requests is a guess.
func malformed(message string) *reply { return refuse(http.StatusBadRequest, "APIG.0201", message) }

// ServeHTTP answers a request: it acts, waits as long as the latency asks, and logs what was done, whether or not
// anybody gets to see the answer.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	line := &Line{Time: time.Now().UTC(), Method: r.Method, Path: r.URL.RequestURI(), RequestID: r.Header.Get("X-Request-Id")}
	if line.RequestID == "" {
		line.RequestID = uuid.NewString() // "generated by the server if absent"
	}
	rep := h.act(r, line, w.Header())
	h.wait(r)
	line.Status, line.Code = rep.status, rep.code
	h.log(line)
	switch {
	case line.Fault == reset:
		hangUp(w, nil)
	case line.Fault == cut && rep.status == http.StatusOK: // a refusal comes through
		body := rep.body
		if len(body) == 0 {
			body = strayBody
		}
		hangUp(w, body)
	case line.Fault == hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	default:
		h.write(w, rep, line.RequestID, r.Header.Get("Accept-Language"))
	}
}

// act does what a request asks for, notes it in its line of the log, and adds to the headers of its answer.
func (h *Handler) act(r *http.Request, line *Line, header http.Header) *reply {
	if call := signIns[r.Method+" "+r.URL.EscapedPath()]; call != nil {
		return h.signIn(r, line, call)
	}
	c := h.find(r, line)
	if c == nil {
		// Also for a wrong method: the gateway knows no 405 for that (apig_03_0048).
		return refuse(http.StatusNotFound, "APIG.0101", "The API does not exist or has not been published in the environment")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.accepts(r.Header.Get("X-Access-Token")) {
		c.entries, c.refused = nil, invalidToken
	}
	line.Entries = c.entries
	answer := cmp.Or(h.take(header), c.refused) // the throttle comes before all else, and counts every request
	fault := h.drawFault()                      // also for a request that is refused
	if answer == nil {
		line.Fault, answer = fault, instead[fault]
	}
	if answer != nil {
		return answer
	}
	if answer = c.do(); fault == accepted && answer.status == http.StatusOK {
		answer = &reply{status: http.StatusAccepted, body: answer.body, header: answer.header}
	}
	return answer
}

// call is a request whose form was looked at: what it asks for, or the reply that refuses it.
type call struct {
	entries []string
	refused *reply
	do      func() *reply // with the lock
}

// find finds out what a request asks for. It is nil where there is no such call.
func (h *Handler) find(r *http.Request, line *Line) *call {
	// The target is the last segment as it was sent; http.ServeMux would redirect some of the accounts that may occur.
	dir, target := path.Split(r.URL.EscapedPath())
	if target == "" {
		return nil
	}
	line.third = r.URL.Query().Get("accountType") == "1"
	if reading := lists[r.Method+" "+dir+target]; reading != nil {
		return h.read(r, line, reading)
	}
	operation, reading := operations[r.Method+" "+dir], details[r.Method+" "+dir]
	if operation == nil && reading == nil {
		return nil
	}
	line.Target, _ = url.PathUnescape(target) // an EscapedPath is always well-formed
	if reading != nil {
		return h.read(r, line, reading)
	}
	entries, refused := check(r)
	if refused == nil && h.settings.NoDoubles && len(slices.Compact(slices.Sorted(slices.Values(entries)))) < len(entries) {
		refused = malformed("an entry stands there twice")
	}
	return &call{entries, refused, func() *reply { return operation(h, line) }}
}

const maxBody = 12 << 20 // the gateway's limit (apig_03_0048)

// check makes the checks of an operation that do not depend on what is asked for, but for that of the token. It
// returns the request's entries, as far as they can be read, and the reply that refuses it, or nil.
func check(r *http.Request) (entries []string, refused *reply) {
	if accountType := r.URL.Query().Get("accountType"); !slices.Contains([]string{"", "0", "1"}, accountType) {
		return nil, malformed("accountType is not 0 or 1")
	}
	if refused = decodeBody(r, &entries, "the body is not an array of strings"); refused != nil {
		return nil, refused
	}
	switch {
	case len(entries) < 1 || len(entries) > maxEntries:
		return entries, malformed("the number of entries is out of range")
	case slices.Contains(entries, ""):
		return entries, malformed("an entry is empty")
	}
	return entries, nil
}

// decodeBody reads a request's body, which is to be JSON. It returns the reply that refuses it, or nil.
func decodeBody(r *http.Request, into any, wrong string) *reply {
	media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(media), "application/json") {
		return malformed("Content-Type is not application/json")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return malformed("the body cannot be read")
	case len(body) > maxBody:
		return refuse(http.StatusRequestEntityTooLarge, "APIG.0201", "Request body too large")
	case json.Unmarshal(body, into) != nil:
		return malformed(wrong)
	}
	return nil
}

// wait waits as long as the latency asks, or until nobody waits for the answer.
func (h *Handler) wait(r *http.Request) {
	h.mu.Lock()
	latency := h.settings.Latency.draw(h.chance)
	h.mu.Unlock()
	if latency > 0 {
		select {
		case <-time.After(latency):
		case <-r.Context().Done():
		}
	}
}

func (h *Handler) log(line *Line) {
	if h.settings.Log == nil {
		return
	}
	line.Entries, line.Applied = append([]string{}, line.Entries...), append([]string{}, line.Applied...) // never null
	h.mu.Lock()
	defer h.mu.Unlock()
	h.logErr = cmp.Or(h.logErr, json.NewEncoder(h.settings.Log).Encode(line))
}

// write sends a reply with the headers of the documents' examples, in a language.
func (h *Handler) write(w http.ResponseWriter, rep *reply, requestID, language string) {
	w.Header().Set("Date", h.clock().UTC().Format(http.TimeFormat))
	w.Header().Set("Server", "api-gateway")
	w.Header().Set("X-Request-Id", requestID)
	maps.Copy(w.Header(), rep.header)
	if rep.code == "" {
		w.WriteHeader(rep.status)
		w.Write(rep.body)
		return
	}
	body := map[string]string{"error_code": rep.code, "error_msg": in(language, rep)}
	if strings.HasPrefix(rep.code, "APIG.") {
		body["request_id"] = requestID // replies of the gateway itself (apig-faq-180307001)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(rep.status)
	json.NewEncoder(w).Encode(body)
}
