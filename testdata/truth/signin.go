package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// guard locks an account whose password was wrong too often: 206030015 says "locked, again after 60 s". How
// often that is, is not documented.
type guard struct {
	wrong int
	until time.Time
}

const maxWrong = 5

// The codes of a refused sign-in are the client SDK's with the service's prefix; neither that nor their HTTP
// statuses are documented, save 412 and 423 (meeting_21_0306, 2026).
var (
	appRefused      = gatewayError(401, "USG.206010025", "App ID authentication failed.")
	appExpired      = gatewayError(401, "USG.206010057", "App ID authentication has expired.")
	passwordWrong   = gatewayError(401, "USG.206010000", "Incorrect account or password.")
	accountDisabled = gatewayError(412, "USG.206010007", "The account is disabled.")
	accountLocked   = gatewayError(423, "USG.206030015", "The account is locked. Try again after 60s.")
)

var appAuthorization = regexp.MustCompile(`^HMAC-SHA256 signature=([0-9a-f]{64}),access=(.*)$`)

// signature is the one of a sign-in by App ID (meeting_21_0311). The user's field stays where there is no user
// (FAQ 1116274628); the enterprise's is there in multi-enterprise mode only.
func signature(appKey, appID, corpID, userID, expire, nonce string) string {
	message := appID + ":"
	if corpID != "" {
		message += corpID + ":"
	}
	mac := hmac.New(sha256.New, []byte(appKey))
	fmt.Fprintf(mac, "%s%s:%s:%s", message, userID, expire, nonce)
	return hex.EncodeToString(mac.Sum(nil))
}

// appAuth is CreateAppIdToken, meeting_21_0311.
func (s *service) appAuth(q *request) answer {
	q.noQuery()
	if v := q.header("X-Token-Type"); v != "LongTicket" {
		q.wrong("X-Token-Type is %q, not LongTicket", v)
	}
	body := q.object(true)
	appID := body.text("appId", true, 1, 1<<16)
	clientType := body.number("clientType", true, 72)
	expire := body.number("expireTime", true)
	nonce := body.text("nonce", true, 32, 64)
	userID := body.text("userId", false, 0, 1<<16)
	corpID := body.text("corpId", s.corpID != "", 0, 1<<16)
	if body.has("corpId") && s.corpID == "" {
		q.wrong("corpId stands there in single-enterprise mode")
	}
	for _, name := range []string{"userName", "userEmail", "userPhone", "deptCode"} {
		if body.text(name, false, 0, 1<<16); body.has(name) {
			q.odd("%s stands there at the sign-in of an administrator", name)
		}
	}
	body.end()
	sum := signed(q, appID)
	s.freshness(q, nonce, expire)
	q.target = userID
	switch {
	case q.refused:
		return malformed()
	case appID != s.appID || corpID != s.corpID || strings.HasPrefix(userID, "missing"),
		sum != signature(s.appKey, appID, corpID, userID, fmt.Sprint(expire), nonce):
		return appRefused
	case expire != 0 && q.arrived.Unix() > expire: // 0 never expires
		return appExpired
	}
	return s.granted(q, s.tokens.issue(userID, int(clientType), q.arrived))
}

// signed returns the signature in Authorization, beside which the App ID stands in base64 (since 2024-06).
func signed(q *request, appID string) string {
	parts := appAuthorization.FindStringSubmatch(q.header("Authorization"))
	switch {
	case parts == nil:
		q.wrong("Authorization is not HMAC-SHA256 signature=…,access=…")
		return ""
	case parts[2] != base64.StdEncoding.EncodeToString([]byte(appID)):
		q.wrong("access is not the App ID in base64")
	}
	return parts[1]
}

// freshness looks at what makes each signature another. A nonce is random, so it does not come twice; and a time
// ten years ahead was not written in seconds.
func (s *service) freshness(q *request, nonce string, expire int64) {
	if s.nonces[nonce] {
		q.odd("the nonce was used before")
	}
	s.nonces[nonce] = true
	if expire < 0 || expire > q.arrived.AddDate(10, 0, 0).Unix() {
		q.odd("expireTime %d is not in seconds", expire)
	}
}

// accountAuth is CreateToken, meeting_21_0306. Client type 72 is the one of older editions and of both SDKs;
// the page of 2026 lists 0, 5 and 6.
func (s *service) accountAuth(q *request) answer {
	q.noQuery()
	q.header("Authorization")
	name, password, basic := q.BasicAuth()
	body := q.object(false)
	account := body.text("account", true, 1, 255)
	clientType := body.number("clientType", true, 72, 0, 5, 6)
	create := body.number("createTokenType", false, 0, 1)
	body.text("HA2", false, 0, 1<<16)
	body.end()
	q.target = account
	switch n := utf8.RuneCountInString(password); {
	case !basic:
		q.wrong("Authorization is not Basic")
	case name != account:
		q.wrong("the account in the body is not the one in Authorization")
	case n < 8 || n > 32:
		q.wrong("the password has %d characters, not 8 to 32", n)
	}
	switch {
	case q.refused:
		return malformed()
	case account == s.account && q.arrived.Before(s.guard.until):
		return accountLocked
	case account != s.account || password != s.password:
		if account == s.account {
			s.guard.count(q.arrived)
		}
		return passwordWrong
	case s.status[account] == "1":
		return accountDisabled
	}
	s.guard.wrong = 0
	if create == 1 { // signed in, and no token wanted
		return empty
	}
	return s.granted(q, s.tokens.issue(account, int(clientType), q.arrived))
}

func (g *guard) count(now time.Time) {
	if g.wrong++; g.wrong >= maxWrong {
		g.wrong, g.until = 0, now.Add(time.Minute)
	}
}
