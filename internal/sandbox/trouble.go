package sandbox

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Throttle is a limit on requests: so many in each window, which begins with a request. "Throttling counts calls per
// window" (apig-faq 2005026). The zero value is none.
type Throttle struct {
	Limit  int
	Window time.Duration
	Silent bool // nothing says how high it is
}

// UnmarshalText reads a throttle as it stands on the command line: 100/1m.
func (t *Throttle) UnmarshalText(text []byte) error {
	limit, window, _ := strings.Cut(string(text), "/")
	var errLimit, errWindow error
	t.Limit, errLimit = strconv.Atoi(limit)
	t.Window, errWindow = time.ParseDuration(window)
	if errLimit != nil || errWindow != nil || t.Limit < 1 || t.Window <= 0 {
		return fmt.Errorf("throttle %q is no limit such as 100/1m", text)
	}
	return nil
}

// window writes the window as the gateway does: 1 minute.
func (t Throttle) window() string {
	for _, unit := range []struct {
		name string
		d    time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}} {
		if t.Window%unit.d == 0 {
			return fmt.Sprintf("%d %s", t.Window/unit.d, unit.name)
		}
	}
	return fmt.Sprintf("%g second", t.Window.Seconds())
}

// take counts a request. It returns the headers that tell of the limit (examples of StartMeeting), and the reply that
// refuses the request, or nil.
func (h *Handler) take() (header http.Header, refused *reply) {
	t := h.settings.Throttle
	if t.Limit == 0 {
		return nil, nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := time.Now(); now.Sub(h.windowBegan) >= t.Window {
		h.windowBegan, h.taken = now, 0
	}
	message := "The throttling threshold has been reached"
	if h.taken >= t.Limit {
		refused = &reply{status: http.StatusTooManyRequests, code: "APIG.0308"}
	} else {
		h.taken++
	}
	if !t.Silent {
		header = http.Header{ // in the examples' own letters, which are not Go's
			"X-APIG-Ratelimit-Api":        {fmt.Sprintf("remain:%d,limit:%d,time:%s", t.Limit-h.taken, t.Limit, t.window())},
			"X-APIG-Ratelimit-Api-Allenv": {"remain:199,limit:200,time:1 second"},
		}
		message += fmt.Sprintf(": policy api over ratelimit,limit:%d,time:%s", t.Limit, t.window())
	}
	if refused != nil {
		refused.message = message
	}
	return header, refused
}

// Fault is something that goes wrong with a share of the requests.
type Fault struct {
	Kind  string  // a key of faultKinds
	Share float64 // of all requests, from 0 to 1
}

// faultKinds are the kinds of faults, with the HTTP status of those that are an answer. The answer is given
// instead of acting.
var faultKinds = map[string]int{
	"500": 500, "502": 502, "503": 503, "504": 504, "429": 429, "401": 401,
	"reset": 0, // the connection is cut before acting
	"cut":   0, // it acts, and the connection is cut in the middle of the answer
	"hang":  0, // it acts, and never answers
}

// UnmarshalText reads a fault as it stands on the command line: 503=2%.
func (f *Fault) UnmarshalText(text []byte) error {
	kind, share, _ := strings.Cut(string(text), "=")
	if _, known := faultKinds[kind]; !known {
		return fmt.Errorf("fault %q is none of 500, 502, 503, 504, 429, 401, reset, cut, hang", kind)
	}
	number, percent := strings.CutSuffix(share, "%")
	part, err := strconv.ParseFloat(number, 64)
	if percent {
		part /= 100
	}
	if err != nil || !(part >= 0 && part <= 1) {
		return fmt.Errorf("fault %q has no share such as 2%%", text)
	}
	*f = Fault{kind, part}
	return nil
}

// drawFault tells which fault befalls a request; mostly none.
func drawFault(faults []Fault, chance *rand.Rand) string {
	at := chance.Float64()
	for _, f := range faults {
		if at < f.Share {
			return f.Kind
		}
		at -= f.Share
	}
	return ""
}

// faulty is the answer of a fault that is one.
func faulty(kind string) reply {
	rep := reply{status: faultKinds[kind], code: "APIG.0201", message: "Backend unavailable"}
	switch kind {
	case "500":
		rep.code, rep.message = "USG.000000000", "Internal server error" // no code of its own is documented
	case "504":
		rep.message = "Backend timeout"
	case "429":
		rep.code, rep.message = "APIG.0308", "The throttling threshold has been reached"
	case "401":
		rep.code, rep.message = "USG.000000004", "The token is invalid"
	}
	return rep
}

// cut ends the connection of a request. If there is an answer, it breaks off in the middle of its body.
func cut(w http.ResponseWriter, answer []byte) {
	conn, out, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	if len(answer) > 0 {
		fmt.Fprintf(out, "HTTP/1.1 200 OK\r\nServer: api-gateway\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer[:len(answer)/2])
		out.Flush()
	}
}
