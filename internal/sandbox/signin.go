package sandbox

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
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

	defaultTokenLife   = 12 * time.Hour // "12 to 24 hours"
	defaultRefreshLife = 30 * 24 * time.Hour
)

// token is one that was handed out.
type token struct {
	access, refresh    string
	expires, refreshes time.Time // until when they hold
}

// register is the state of sign-ins.
type register struct {
	tokens []token // the oldest first
	wrong  int     // passwords in a row
}

// now is the service's clock.
func (h *Handler) now() time.Time { return time.Now().Add(h.settings.Clock) }

// routeSignIn finds the call of the sign-in API that a request is for.
func (h *Handler) routeSignIn(r *http.Request) func(*http.Request) reply {
	switch r.Method + " " + r.URL.EscapedPath() {
	case "POST /v2/usg/acs/auth/appauth": // CreateAppIdToken, meeting_21_0311
		return h.signInApp
	case "POST /v1/usg/acs/auth/account": // CreateToken, meeting_21_0306
		return h.signInAccount
	case "PUT /v1/usg/acs/token": // UpdateToken, meeting_21_0307
		return h.refreshToken
	case "POST /v1/usg/acs/token/validate": // CheckToken, meeting_21_0308
		return h.validateToken
	case "DELETE /v1/usg/acs/token": // DeleteToken, meeting_21_0309
		return h.signOut
	}
	return nil
}

// The errors of signing in carry numbers of the client SDK's tables; that the server's are the same with USG. in front
// is plausible, and unconfirmed.
func unauthorized(code, message string) reply {
	return reply{status: http.StatusUnauthorized, code: code, message: message}
}

var authorization = regexp.MustCompile(`^HMAC-SHA256 signature=([0-9a-f]{64}),access=([A-Za-z0-9+/=]+)$`)

func (h *Handler) signInApp(r *http.Request) reply {
	var body struct {
		AppID      string `json:"appId"`
		ClientType *int   `json:"clientType"`
		ExpireTime *int64 `json:"expireTime"`
		Nonce      string `json:"nonce"`
		UserID     string `json:"userId"`
		CorpID     string `json:"corpId"`
	}
	if err := decode(r, &body); err != nil || body.ClientType == nil || body.ExpireTime == nil {
		return *malformed("appId, clientType, expireTime and nonce are wanted")
	}
	user := h.settings.User
	m := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	access := ""
	if m != nil {
		text, _ := base64.StdEncoding.DecodeString(m[2])
		access = string(text)
	}
	switch {
	case len(body.Nonce) < 32 || len(body.Nonce) > 64:
		return *malformed("nonce has not 32 to 64 characters")
	case r.Header.Get("X-Token-Type") != "LongTicket":
		return *malformed("X-Token-Type is not LongTicket")
	case body.AppID != user.AppID || user.AppID == "" || access != body.AppID:
		return unauthorized("USG.206010025", "App ID check failed")
	case (body.CorpID != "") != (user.CorpID != "") || body.CorpID != user.CorpID:
		return unauthorized("USG.206010025", "App ID check failed")
	case *body.ExpireTime != 0 && h.now().Unix() > *body.ExpireTime:
		return unauthorized("USG.206010057", "App ID login expired")
	}
	text := fmt.Sprintf("%s:%s:%d:%s", body.AppID, body.UserID, *body.ExpireTime, body.Nonce)
	if body.CorpID != "" {
		text = fmt.Sprintf("%s:%s:%s:%d:%s", body.AppID, body.CorpID, body.UserID, *body.ExpireTime, body.Nonce)
	}
	mac := hmac.New(sha256.New, []byte(user.AppKey))
	mac.Write([]byte(text))
	if signature, _ := hex.DecodeString(m[1]); !hmac.Equal(signature, mac.Sum(nil)) {
		return unauthorized("USG.206010025", "App ID check failed")
	}
	return h.newToken()
}

func (h *Handler) signInAccount(r *http.Request) reply {
	var body struct {
		Account    string `json:"account"`
		ClientType *int   `json:"clientType"`
	}
	if err := decode(r, &body); err != nil || body.ClientType == nil || body.Account == "" {
		return *malformed("account and clientType are wanted")
	}
	account, password, _ := r.BasicAuth()
	user := h.settings.User
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case user.Account == "" || account != body.Account || account != user.Account:
		return unauthorized("USG.206010000", "The account or password is incorrect")
	case h.signIns.wrong >= maxWrong:
		return reply{status: http.StatusLocked, code: "USG.206010001", message: "The account is locked"}
	case password != user.Password:
		h.signIns.wrong++
		return unauthorized("USG.206010000", "The account or password is incorrect")
	}
	h.signIns.wrong = 0
	return h.issue()
}

func decode(r *http.Request, body any) error {
	return json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody)).Decode(body)
}

func (h *Handler) newToken() reply {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.issue()
}

// issue hands out a token. The lock is held.
func (h *Handler) issue() reply {
	now, s := h.now(), h.settings
	t := token{access: rand.Text(), refresh: rand.Text(), expires: now.Add(s.TokenLife), refreshes: now.Add(s.RefreshLife)}
	h.signIns.tokens = append(h.signIns.tokens, t)
	if n := len(h.signIns.tokens) - maxTokens; n > 0 {
		h.signIns.tokens = h.signIns.tokens[n:]
	}
	body, err := json.Marshal(map[string]any{
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
	if err != nil {
		return reply{status: http.StatusInternalServerError, code: "USG.000000000", message: err.Error()}
	}
	return reply{status: http.StatusOK, body: body}
}

// invalidToken refuses a token (TF meeting/config.go knows this code of the validate call).
var invalidToken = unauthorized("USG.000000004", "The token is invalid")

// find gives the place of the token that a test is true of, or -1. The lock is held.
func (h *Handler) find(test func(token) bool) int {
	for i, t := range h.signIns.tokens {
		if test(t) {
			return i
		}
	}
	return -1
}

// accepts tells whether operations take a token.
func (h *Handler) accepts(access string) bool {
	if access == "" {
		return false
	}
	if access == h.settings.Token {
		return true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	return h.find(func(t token) bool { return t.access == access && now.Before(t.expires) }) >= 0
}

func (h *Handler) refreshToken(r *http.Request) reply {
	h.mu.Lock()
	defer h.mu.Unlock()
	now, refresh := h.now(), r.Header.Get("X-Access-Token")
	i := h.find(func(t token) bool { return t.refresh == refresh && now.Before(t.refreshes) })
	if i < 0 {
		return invalidToken
	}
	h.signIns.tokens = append(h.signIns.tokens[:i:i], h.signIns.tokens[i+1:]...)
	return h.issue()
}

func (h *Handler) validateToken(r *http.Request) reply {
	var body struct {
		Token           string `json:"token"`
		NeedGenNewToken *bool  `json:"needGenNewToken"`
	}
	if err := decode(r, &body); err != nil || body.NeedGenNewToken == nil {
		return *malformed("token and needGenNewToken are wanted")
	}
	if !h.accepts(body.Token) {
		return invalidToken
	}
	if *body.NeedGenNewToken {
		return h.newToken()
	}
	return reply{status: http.StatusOK}
}

func (h *Handler) signOut(r *http.Request) reply {
	h.mu.Lock()
	defer h.mu.Unlock()
	access := r.Header.Get("X-Access-Token")
	i := h.find(func(t token) bool { return t.access == access })
	if i < 0 {
		return invalidToken
	}
	h.signIns.tokens = append(h.signIns.tokens[:i:i], h.signIns.tokens[i+1:]...)
	return reply{status: http.StatusOK}
}

// Tokens counts the tokens that were handed out and not given back.
func (h *Handler) Tokens() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.signIns.tokens)
}
