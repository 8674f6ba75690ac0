package meeting

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Credentials are what a client signs in with: a token that somebody else has got, an application, or an account.
// One of Token, AppID and Account is set.
type Credentials struct {
	Token string // used as it is; never renewed, and never signed out

	AppID  string
	AppKey string
	UserID string // third-party user ID of the administrator; empty is the default one
	CorpID string // only where the application serves several enterprises

	Account  string
	Password string
}

// clientType is that of calls of the API (meeting_21_0311).
const clientType = 72

// signatureLife is for how long a signature can be used; one that never ends could be used by whoever sees it.
const signatureLife = 10 * time.Minute

// signInRequest is the request of CreateAppIdToken (meeting_21_0311) or CreateToken (meeting_21_0306).
func (c *Client) signInRequest() request {
	q := request{method: http.MethodPost, headers: map[string]string{"Content-Type": "application/json; charset=UTF-8"}}
	body := map[string]any{"clientType": clientType}
	if c.Credentials.AppID != "" {
		q.path = "/v2/usg/acs/auth/appauth"
		c.signApplication(q.headers, body)
	} else {
		q.path = "/v1/usg/acs/auth/account"
		q.headers["Authorization"] = "Basic " + c.Credentials.basic()
		body["account"] = c.Credentials.Account
	}
	text, _ := json.Marshal(body) // texts and numbers can always be written
	q.body = string(text)
	return q
}

// signApplication puts into headers and body what an application signs in with.
func (c *Client) signApplication(headers map[string]string, body map[string]any) {
	expires := time.Now().Add(time.Duration(c.clockBehind.Load()) + signatureLife).Unix()
	nonce := rand.Text() + rand.Text() // 52 characters; 32 to 64 are wanted
	body["appId"], body["expireTime"], body["nonce"] = c.Credentials.AppID, expires, nonce
	if c.Credentials.UserID != "" {
		body["userId"] = c.Credentials.UserID
	}
	if c.Credentials.CorpID != "" { // "must not be sent in single-enterprise mode"
		body["corpId"] = c.Credentials.CorpID
	}
	signed := signature(c.Credentials, expires, nonce)
	c.masks.add(signed, strings.TrimPrefix(strings.SplitN(signed, ",", 2)[0], signaturePrefix), nonce)
	headers["Authorization"], headers["X-Token-Type"] = signed, "LongTicket"
}

const signaturePrefix = "HMAC-SHA256 signature="

// signature is the Authorization of a sign-in with an application (meeting_21_0311). expireTime is Unix time in
// seconds by the service's clock.
func signature(c Credentials, expireTime int64, nonce string) string {
	fields := []string{c.AppID, c.UserID, strconv.FormatInt(expireTime, 10), nonce}
	if c.CorpID != "" {
		fields = append([]string{c.AppID, c.CorpID}, fields[1:]...)
	}
	mac := hmac.New(sha256.New, []byte(c.AppKey))
	mac.Write([]byte(strings.Join(fields, ":")))
	return signaturePrefix + hex.EncodeToString(mac.Sum(nil)) + ",access=" + base64.StdEncoding.EncodeToString([]byte(c.AppID))
}

// basic is an account as HTTP's basic authentication has it.
func (c Credentials) basic() string {
	return base64.StdEncoding.EncodeToString([]byte(c.Account + ":" + c.Password))
}

// tokenRequest is the request of UpdateToken (PUT, with the refresh token, meeting_21_0307) or DeleteToken
// (DELETE, meeting_21_0309).
func tokenRequest(method, token string) request {
	return request{method: method, path: "/v1/usg/acs/token", token: token}
}

// Application tells applications apart without naming them: the beginning of the SHA-256 of the App ID, empty where
// none signs in.
func (c Credentials) Application() string {
	if c.AppID == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(c.AppID))
	return hex.EncodeToString(sum[:8])
}
