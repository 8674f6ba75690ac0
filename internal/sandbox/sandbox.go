// Package sandbox is a simulated Huawei Cloud Meeting service: an http.Handler that checks what the
// documents of the service state, and answers as they describe. What they leave open is a setting.
// Page ids in comments (meeting_21_xxxx) are those of the "Meeting server API reference".
package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
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
	TokenLife   time.Duration // of what signing in gives; 0 means 12 hours
	RefreshLife time.Duration // 0 means 30 days
	Clock       time.Duration // by which the service's clock is ahead of this machine's
	Throttle    Throttle
	BadEntry    BadEntry   // empty means Reject
	Directory   *Directory // nil: everything exists but what begins with "missing"
	Latency     Latency    // before each answer
	Faults      []Fault    // their shares add up to 1 at most
	Seed        uint64     // of what is drawn by chance
	Log         io.Writer  // gets a line of JSON per request; may be nil
}

// Latency is drawn evenly between its bounds.
type Latency struct{ Min, Max time.Duration }

// UnmarshalText reads a latency as it stands on the command line: 20ms, or 10ms..50ms.
func (l *Latency) UnmarshalText(text []byte) error {
	least, most, isRange := strings.Cut(string(text), "..")
	if !isRange {
		most = least
	}
	var errMin, errMax error
	l.Min, errMin = time.ParseDuration(least)
	l.Max, errMax = time.ParseDuration(most)
	if errMin != nil || errMax != nil || l.Min < 0 || l.Max < l.Min {
		return fmt.Errorf("latency %q is not a time such as 20ms, or a range such as 10ms..50ms", text)
	}
	return nil
}

// Handler is the service. It is safe for concurrent use, as a handler is.
type Handler struct {
	settings Settings

	mu          sync.Mutex // of what follows, and of Settings.Log
	chance      *rand.Rand
	logErr      error
	signIns     register
	windowBegan time.Time // of the throttle
	taken       int       // requests in it
}

const maxBody = 12 << 20 // the gateway's limit (apig_03_0048)

// New returns a service with the given settings.
func New(s Settings) *Handler {
	if s.BadEntry == "" {
		s.BadEntry = Reject
	}
	if s.TokenLife == 0 {
		s.TokenLife = defaultTokenLife
	}
	if s.RefreshLife == 0 {
		s.RefreshLife = defaultRefreshLife
	}
	return &Handler{settings: s, chance: rand.New(rand.NewPCG(s.Seed, 0))}
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
}

// reply is an answer before it is written.
type reply struct {
	status  int
	code    string
	message string
	target  string
	entries []string
	applied []string
	body    []byte // of a 200; mostly empty
	header  http.Header
	fault   string // that befalls it; mostly none
}

// ServeHTTP answers a request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	arrived := time.Now()
	if signIn := h.routeSignIn(r); signIn != nil {
		h.serveSignIn(w, r, arrived, signIn)
		return
	}
	act, target := h.route(r)
	if act == nil {
		// Also for a wrong method: the gateway knows no 405 for that (apig_03_0048).
		h.answer(w, r, arrived, reply{status: http.StatusNotFound, code: "APIG.0101", message: "The API does not exist or has not been published in the environment"})
		return
	}
	header, throttled := h.take()
	entries, refused := h.check(r)
	if throttled != nil {
		refused = throttled
	}
	fault := h.draw()
	var rep reply
	switch {
	case refused != nil:
		rep = *refused
	case faultKinds[fault] != 0:
		rep = faulty(fault)
	case fault == "reset":
		rep = reply{}
	default:
		rep = act(target, entries)
	}
	rep.target, rep.entries, rep.header = target, entries, header
	if refused == nil {
		rep.fault = fault
	}
	h.answer(w, r, arrived, rep)
}

// serveSignIn answers a call of the sign-in API. Faults befall it too, but for those of an operation.
func (h *Handler) serveSignIn(w http.ResponseWriter, r *http.Request, arrived time.Time, act func(*http.Request) reply) {
	fault := h.draw()
	var rep reply
	switch {
	case fault == "401" || fault == "cut":
		rep, fault = act(r), ""
	case faultKinds[fault] != 0:
		rep = faulty(fault)
	case fault != "reset":
		rep = act(r)
	}
	rep.fault = fault
	h.answer(w, r, arrived, rep)
}

// route finds the operation that a request is for, and its target: the last segment of the path as it
// was sent, unescaped. (http.ServeMux would redirect some of the accounts that may occur.)
func (h *Handler) route(r *http.Request) (act func(target string, entries []string) reply, target string) {
	for _, op := range []struct {
		method, path string
		act          func(string, []string) reply
	}{
		{http.MethodPost, reclaimPath, h.reclaim},
		{http.MethodPut, statusPath, h.setStatus},
	} {
		segment, found := strings.CutPrefix(r.URL.EscapedPath(), op.path)
		if !found || r.Method != op.method || segment == "" || strings.Contains(segment, "/") {
			continue
		}
		if target, err := url.PathUnescape(segment); err == nil {
			return op.act, target
		}
	}
	return nil, ""
}

// check makes the checks that do not depend on what is asked for. It returns the request's entries,
// or the reply that refuses it.
func (h *Handler) check(r *http.Request) ([]string, *reply) {
	if !h.accepts(r.Header.Get("X-Access-Token")) {
		rep := invalidToken
		return nil, &rep
	}
	media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(media), "application/json") {
		return nil, malformed("Content-Type is not application/json")
	}
	switch r.URL.Query().Get("accountType") {
	case "", "0", "1":
	default:
		return nil, malformed("accountType is not 0 or 1")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, malformed("the body cannot be read")
	}
	if len(body) > maxBody {
		return nil, &reply{status: http.StatusRequestEntityTooLarge, code: "APIG.0201", message: "Request body too large"}
	}
	var entries []string
	if json.Unmarshal(body, &entries) != nil {
		return nil, malformed("the body is not an array of strings")
	}
	if len(entries) < 1 || len(entries) > maxEntries {
		return entries, malformed("the number of entries is out of range")
	}
	for _, e := range entries {
		if e == "" {
			return entries, malformed("an entry is empty")
		}
	}
	return entries, nil
}

// malformed refuses a request whose form is wrong. That this is a 400 is documented; that it carries
// the gateway's code for malformed requests is a guess.
func malformed(message string) *reply {
	return &reply{status: http.StatusBadRequest, code: "APIG.0201", message: message}
}

// answer waits as long as the latency asks, logs the request and writes the reply with the headers of
// the documents' examples.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, arrived time.Time, rep reply) {
	requestID := r.Header.Get("X-Request-Id")
	if requestID == "" {
		requestID = uuid.NewString() // "generated by the server if absent"
	}
	if d := h.latency(); d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done(): // nobody waits for the answer; what was done is logged all the same
		}
	}
	h.log(Line{
		Time: arrived.UTC(), Method: r.Method, Path: r.URL.RequestURI(), RequestID: requestID,
		Target: rep.target, Entries: orEmpty(rep.entries), Status: rep.status, Code: rep.code, Applied: orEmpty(rep.applied), Fault: rep.fault,
	})
	switch rep.fault {
	case "reset":
		cut(w, nil)
		return
	case "cut":
		if rep.status == http.StatusOK { // a refusal comes through
			cut(w, strayBody)
			return
		}
	case "hang":
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), rep.header)
	w.Header().Set("Date", h.now().UTC().Format(http.TimeFormat))
	w.Header().Set("Server", "api-gateway")
	w.Header().Set("X-Request-Id", requestID)
	if rep.status == http.StatusOK {
		w.Write(rep.body)
		return
	}
	body := map[string]string{"error_code": rep.code, "error_msg": rep.message}
	if strings.HasPrefix(rep.code, "APIG.") {
		body["request_id"] = requestID // replies of the gateway itself (apig-faq-180307001)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(rep.status)
	json.NewEncoder(w).Encode(body)
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func (h *Handler) draw() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return drawFault(h.settings.Faults, h.chance)
}

func (h *Handler) latency() time.Duration {
	l := h.settings.Latency
	if l.Max <= l.Min {
		return l.Min
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return l.Min + time.Duration(h.chance.Int64N(int64(l.Max-l.Min+1)))
}

func (h *Handler) log(line Line) {
	if h.settings.Log == nil {
		return
	}
	text, err := json.Marshal(line)
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		_, err = h.settings.Log.Write(append(text, '\n'))
	}
	if h.logErr == nil {
		h.logErr = err
	}
}
