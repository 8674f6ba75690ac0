package sandbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"
)

// User is who can sign in, with an application or with an account.
type User struct {
	AppID, AppKey string
	CorpID        string // where it is set, the application serves several enterprises
	Account       string
	Password      string
	AdminType     int // 0 default administrator, 1 administrator, 2 none (meeting_21_0071)
}

const (
	// maxTokens are kept of a user; a further one voids the oldest (meeting_21_0311).
	maxTokens = 64

	// maxWrong passwords in a row lock an account. That something does is documented (meeting_21_0306 knows 423),
	// after how many is not.
	maxWrong = 5
)

// token is one that was handed out.
type token struct {
	access, refresh    string
	expires, refreshes time.Time // until when they hold
}

// signIns are the calls of the sign-in API, by method and path.
var signIns = map[string]signInCall{
	"POST /v2/usg/acs/auth/appauth":   (*Handler).signInApp,     // CreateAppIdToken, meeting_21_0311
	"POST /v1/usg/acs/auth/account":   (*Handler).signInAccount, // CreateToken, meeting_21_0306
	"PUT /v1/usg/acs/token":           (*Handler).refreshToken,  // UpdateToken, meeting_21_0307
	"POST /v1/usg/acs/token/validate": (*Handler).validateToken, // CheckToken, meeting_21_0308
	"DELETE /v1/usg/acs/token":        (*Handler).signOut,       // DeleteToken, meeting_21_0309
}

type signInCall func(h *Handler, r *http.Request, body []byte) *reply

// The errors of signing in carry numbers of the client SDK's tables; that the server's are the same with USG. in front
// is plausible, and unconfirmed.
var (
	wrongApp     = refuse(http.StatusUnauthorized, "USG.206010025", "App ID check failed")
	appExpired   = refuse(http.StatusUnauthorized, "USG.206010057", "App ID login expired")
	wrongAccount = refuse(http.StatusUnauthorized, "USG.206010000", "The account or password is incorrect")
	locked       = refuse(http.StatusLocked, "USG.206010001", "The account is locked")
	invalidToken = refuse(http.StatusUnauthorized, "USG.000000004", "The token is invalid") // TF meeting/config.go knows this code of the validate call
)

// signIn answers a call of the sign-in API. Faults befall it too, but for those of an operation.
func (h *Handler) signIn(r *http.Request, line *Line, call signInCall) *reply {
	var body []byte
	if r.Body != nil { // it is nil where a test hands over a client's request
		body, _ = io.ReadAll(io.LimitReader(r.Body, maxBody)) // what breaks off or is too long will not decode
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	line.Fault = h.drawFault()
	if slices.Contains([]string{"401", cut, accepted, "error-200", "envelope"}, line.Fault) {
		line.Fault = ""
	}
	if answer := instead[line.Fault]; answer != nil {
		return answer
	}
	return call(h, r, body)
}

// decode reads the JSON that a body begins with.
func decode(body []byte, v any) error { return json.NewDecoder(bytes.NewReader(body)).Decode(v) }

// authorization is the header of an application that signs in: its signature and its ID.
var authorization = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^HMAC-SHA256 signature=([0-9a-f]{64}),access=([A-Za-z0-9+/=]+)$`)
})

func (h *Handler) signInApp(r *http.Request, text []byte) *reply {
	var body struct {
		AppID      string `json:"appId"`
		ClientType *int   `json:"clientType"`
		ExpireTime *int64 `json:"expireTime"`
		Nonce      string `json:"nonce"`
		UserID     string `json:"userId"`
		CorpID     string `json:"corpId"`
	}
	if decode(text, &body) != nil || body.ClientType == nil || body.ExpireTime == nil {
		return malformed("appId, clientType, expireTime and nonce are wanted")
	}
	user := h.settings.User
	access := base64.StdEncoding.EncodeToString([]byte(body.AppID))
	given := authorization().FindStringSubmatch(r.Header.Get("Authorization"))
	switch {
	case len(body.Nonce) < 32 || len(body.Nonce) > 64:
		return malformed("nonce has not 32 to 64 characters")
	case r.Header.Get("X-Token-Type") != "LongTicket":
		return malformed("X-Token-Type is not LongTicket")
	case user.AppID == "" || body.AppID != user.AppID || body.CorpID != user.CorpID || given == nil || given[2] != access:
		return wrongApp
	case *body.ExpireTime != 0 && h.clock().Unix() > *body.ExpireTime:
		return appExpired
	}
	application := body.AppID
	if body.CorpID != "" {
		application += ":" + body.CorpID
	}
	mac := hmac.New(sha256.New, []byte(user.AppKey))
	fmt.Fprintf(mac, "%s:%s:%d:%s", application, body.UserID, *body.ExpireTime, body.Nonce)
	if given[1] != hex.EncodeToString(mac.Sum(nil)) {
		return wrongApp
	}
	return h.issue()
}

func (h *Handler) signInAccount(r *http.Request, text []byte) *reply {
	var body struct {
		Account    string `json:"account"`
		ClientType *int   `json:"clientType"`
	}
	if decode(text, &body) != nil || body.ClientType == nil || body.Account == "" {
		return malformed("account and clientType are wanted")
	}
	account, password, _ := r.BasicAuth()
	user := h.settings.User
	switch {
	case user.Account == "" || account != body.Account || account != user.Account:
		return wrongAccount
	case h.wrong >= maxWrong:
		return locked
	case password != user.Password:
		h.wrong++
		return wrongAccount
	}
	h.wrong = 0
	return h.issue()
}

// issue hands out a token.
func (h *Handler) issue() *reply {
	now, s := h.clock(), h.settings
	t := token{access: rand.Text(), refresh: rand.Text(), expires: now.Add(s.TokenLife), refreshes: now.Add(s.RefreshLife)}
	h.tokens = append(h.tokens, t)
	h.tokens = h.tokens[max(len(h.tokens)-maxTokens, 0):]
	body, _ := json.Marshal(map[string]any{ // strings, numbers and a bool: it cannot fail
		"accessToken":        t.access,
		"tokenType":          0,
		"clientType":         72,
		"createTime":         now.UnixMilli(),
		"expireTime":         t.expires.Unix(),
		"validPeriod":        int64(s.TokenLife.Seconds()),
		"refreshToken":       t.refresh,
		"refreshCreateTime":  now.UnixMilli(),
		"refreshExpireTime":  t.refreshes.Unix(),
		"refreshValidPeriod": int64(s.RefreshLife.Seconds()),
		"tokenIp":            "127.0.0.1",
		"firstLogin":         false,
		"user":               map[string]any{"userId": "sandbox", "ucloginAccount": s.User.Account, "userType": 2, "adminType": s.User.AdminType, "status": 0},
	})
	return &reply{status: http.StatusOK, body: body}
}

// accepts tells whether operations take a token.
func (h *Handler) accepts(access string) bool {
	now := h.clock()
	handedOut := func(t token) bool { return t.access == access && now.Before(t.expires) }
	return access != "" && (access == h.settings.Token || slices.ContainsFunc(h.tokens, handedOut))
}

func (h *Handler) validateToken(_ *http.Request, text []byte) *reply {
	var body struct {
		Token           string `json:"token"`
		NeedGenNewToken *bool  `json:"needGenNewToken"`
	}
	switch {
	case decode(text, &body) != nil || body.NeedGenNewToken == nil:
		return malformed("token and needGenNewToken are wanted")
	case !h.accepts(body.Token):
		return invalidToken
	case *body.NeedGenNewToken:
		return h.issue()
	}
	return done
}

func (h *Handler) refreshToken(r *http.Request, _ []byte) *reply {
	now, refresh := h.clock(), r.Header.Get("X-Access-Token")
	if !h.drop(func(t token) bool { return t.refresh == refresh && now.Before(t.refreshes) }) {
		return invalidToken
	}
	return h.issue()
}

func (h *Handler) signOut(r *http.Request, _ []byte) *reply {
	access := r.Header.Get("X-Access-Token")
	if !h.drop(func(t token) bool { return t.access == access }) {
		return invalidToken
	}
	return done
}

// drop voids the token that a test is true of, and tells whether there was one.
func (h *Handler) drop(test func(token) bool) bool {
	before := len(h.tokens)
	h.tokens = slices.DeleteFunc(h.tokens, test)
	return len(h.tokens) < before
}

// Tokens counts the tokens that were handed out and not given back.
func (h *Handler) Tokens() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.tokens)
}

// clock is the service's time.
func (h *Handler) clock() time.Time { return time.Now().Add(h.settings.Clock) }
