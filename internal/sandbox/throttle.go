package sandbox

import (
	"fmt"
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
