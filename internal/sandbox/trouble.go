package sandbox

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

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

// MarshalText gives the latency as UnmarshalText reads it.
func (l Latency) MarshalText() ([]byte, error) {
	if l.Max == l.Min {
		return []byte(l.Min.String()), nil
	}
	return []byte(l.Min.String() + ".." + l.Max.String()), nil
}

func (l Latency) draw(chance *rand.Rand) time.Duration {
	if l.Max <= l.Min {
		return l.Min
	}
	return l.Min + time.Duration(chance.Int64N(int64(l.Max-l.Min+1)))
}

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

// MarshalText gives the throttle as UnmarshalText reads it.
func (t Throttle) MarshalText() ([]byte, error) {
	window := strings.NewReplacer("h0m0s", "h", "m0s", "m").Replace(t.Window.String())
	return fmt.Appendf(nil, "%d/%s", t.Limit, window), nil
}

// stated says how high the throttle is, as the gateway does: limit:100,time:1 minute.
func (t Throttle) stated() string {
	window := fmt.Sprintf("%g second", t.Window.Seconds())
	for _, unit := range []struct {
		name string
		d    time.Duration
	}{{"minute", time.Minute}, {"hour", time.Hour}, {"day", 24 * time.Hour}} {
		if t.Window%unit.d == 0 {
			window = fmt.Sprintf("%d %s", t.Window/unit.d, unit.name)
		}
	}
	return fmt.Sprintf("limit:%d,time:%s", t.Limit, window)
}

// take counts a request, and adds the headers that tell of the limit (examples of StartMeeting) to those of its
// answer. It returns the reply that refuses the request, or nil.
func (h *Handler) take(header http.Header) *reply {
	t := h.settings.Throttle
	if t.Limit == 0 {
		return nil
	}
	if now := time.Now(); now.Sub(h.windowBegan) >= t.Window {
		h.windowBegan, h.taken = now, 0
	}
	h.taken++
	if !t.Silent { // in the examples' own letters, which are not Go's
		header["X-APIG-Ratelimit-Api"] = []string{fmt.Sprintf("remain:%d,%s", max(t.Limit-h.taken, 0), t.stated())}
		header["X-APIG-Ratelimit-Api-Allenv"] = []string{"remain:199,limit:200,time:1 second"}
	}
	switch {
	case h.taken <= t.Limit:
		return nil
	case t.Silent:
		return throttled
	}
	return refuse(throttled.status, throttled.code, throttled.message+": policy api over ratelimit,"+t.stated())
}

var throttled = refuse(http.StatusTooManyRequests, "APIG.0308", "The throttling threshold has been reached")

// Fault is something that goes wrong with a share of the requests.
type Fault struct {
	Kind  string  // 503, and others: see Rehearsal
	Share float64 // of all requests, from 0 to 1
}

// The kinds of faults that are not an answer.
const (
	reset = "reset" // the connection is cut before acting
	cut   = "cut"   // it acts, and the connection is cut in the middle of the answer
	hang  = "hang"  // it acts, and never answers
)

// accepted is the kind of fault where it acts, and answers what the documents do not know.
const accepted = "202"

// instead has the kinds of faults that keep a call from acting, and what it is answered instead.
var instead = map[string]*reply{
	"500": refuse(http.StatusInternalServerError, "USG.000000000", "Internal server error"), // no code of its own is documented
	"502": refuse(http.StatusBadGateway, "APIG.0201", "Backend unavailable"),
	"503": refuse(http.StatusServiceUnavailable, "APIG.0201", "Backend unavailable"),
	"504": refuse(http.StatusGatewayTimeout, "APIG.0201", "Backend timeout"),
	"429": throttled,
	"401": invalidToken,
	reset: {},
	// What follows is not the service's, or not as the documents have it.
	"html":      {status: http.StatusOK, header: ofPage, body: []byte("<!DOCTYPE html>\n<title>Sign in to this network</title>\n<h1>Welcome</h1>\n")},
	"redirect":  {status: http.StatusFound, header: http.Header{"Location": {"/login"}}},
	"web-404":   {status: http.StatusNotFound, header: ofPage, body: []byte("<html>\n<head><title>404 Not Found</title></head>\n</html>\n")},
	"error-200": {status: http.StatusOK, header: ofJSON, body: []byte(`{"error_code":"USG.201080000","error_msg":"The cloud meeting room does not exist"}`)},
	// An answer of 143 bytes, as the older service gave it to each change (api-reading, section 5).
	"envelope": {status: http.StatusOK, header: ofJSON, body: []byte(`{"returnCode":"201080000","returnMessage":"NoVmr00","achievementTime":"2019-11-20 08:00:00.000","requestId":"0123456789abcdef0123456789abcdef"}`)},
}

var (
	ofPage = http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	ofJSON = http.Header{"Content-Type": {"application/json"}}
)

// ofAccounts has the kinds of faults that befall accounts, whatever is asked for them. The second code is documented
// with a 400 (TF meeting user), the first for the client (api-reading, section 6.2).
var ofAccounts = map[string]*reply{
	"account-403": refuse(http.StatusForbidden, "USG.201040047", "The account may not be changed"),
	"account-404": refuse(http.StatusNotFound, noUser.code, noUser.message),
}

// chinese has what the service's own errors are in Chinese; the gateway speaks English to all.
var chinese = map[string]string{
	noUser.code: "用户不存在", noRoom.code: "云会议室不存在", "USG.201040047": "该账号不允许修改", "USG.000000000": "服务器内部错误",
	wrongApp.code: "App ID鉴权失败", appExpired.code: "App ID鉴权过期", wrongAccount.code: "账号或密码错误", locked.code: "账号已锁定", invalidToken.code: "Token无效",
}

// in gives a reply's message in a language. zh-CN is what the pages give as the default, but that of a client that says
// nothing is English here, since people read its messages in tests.
func in(language string, rep *reply) string {
	if text, known := chinese[rep.code]; known && strings.HasPrefix(language, "zh") {
		return text
	}
	return rep.message
}

// UnmarshalText reads a fault as it stands on the command line: 503=2%.
func (f *Fault) UnmarshalText(text []byte) error {
	kind, share, _ := strings.Cut(string(text), "=")
	if instead[kind] == nil && ofAccounts[kind] == nil && !slices.Contains([]string{cut, hang, accepted}, kind) {
		kinds := slices.Sorted(maps.Keys(instead))
		kinds = append(slices.AppendSeq(kinds, maps.Keys(ofAccounts)), cut, hang, accepted)
		return fmt.Errorf("fault %q is none of %s", kind, strings.Join(slices.Sorted(slices.Values(kinds)), ", "))
	}
	part, ok := parseShare(share)
	if !ok {
		return fmt.Errorf("fault %q has no share such as 2%%, 2pct or 0.02", text)
	}
	*f = Fault{kind, part}
	return nil
}

// parseShare reads a share as it stands on the command line: 2%, 2pct or 0.02.
func parseShare(text string) (share float64, ok bool) {
	number, percent := strings.CutSuffix(text, "%")
	if !percent {
		number, percent = strings.CutSuffix(text, "pct")
	}
	share, err := strconv.ParseFloat(number, 64)
	if percent {
		share /= 100
	}
	return share, err == nil && share >= 0 && share <= 1
}

// MarshalText gives the fault as UnmarshalText reads it.
func (f Fault) MarshalText() ([]byte, error) {
	return []byte(f.Kind + "=" + strconv.FormatFloat(f.Share, 'f', -1, 64)), nil
}

// drawFault tells the kind of fault that befalls a request; mostly none.
func (h *Handler) drawFault() string { return h.fault(h.chance.Float64(), false) }

// fault tells the kind of fault in whose share a number from 0 to 1 lies, among those that befall accounts, or requests;
// mostly none.
func (h *Handler) fault(at float64, accounts bool) string {
	for _, f := range h.settings.Faults {
		if (ofAccounts[f.Kind] != nil) != accounts {
			continue
		}
		if at < f.Share {
			return f.Kind
		}
		at -= f.Share
	}
	return ""
}

// hangUp ends the connection of a request. If there is an answer, it breaks off in the middle of its body.
func hangUp(w http.ResponseWriter, answer []byte) {
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
