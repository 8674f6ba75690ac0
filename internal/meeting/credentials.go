package meeting

import (
	"bytes"
	"context"
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

	"github.com/google/uuid"
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

// signInRequest builds the request of CreateAppIdToken (meeting_21_0311) or CreateToken (meeting_21_0306).
func (c *Client) signInRequest(ctx context.Context) (*http.Request, error) {
	if c.Credentials.AppID == "" {
		return c.accountRequest(ctx)
	}
	return c.appRequest(ctx)
}

func (c *Client) appRequest(ctx context.Context) (*http.Request, error) {
	expires := time.Now().Add(signatureLife).Unix()
	nonce := rand.Text() + rand.Text() // 52 characters; 32 to 64 are wanted
	body := map[string]any{
		"appId":      c.Credentials.AppID,
		"clientType": clientType,
		"expireTime": expires,
		"nonce":      nonce,
	}
	if c.Credentials.UserID != "" {
		body["userId"] = c.Credentials.UserID
	}
	if c.Credentials.CorpID != "" { // "must not be sent in single-enterprise mode"
		body["corpId"] = c.Credentials.CorpID
	}
	req, err := c.postRequest(ctx, "/v2/usg/acs/auth/appauth", body)
	if err == nil {
		signed := signature(c.Credentials, expires, nonce)
		c.masks.add(signed, strings.TrimPrefix(strings.SplitN(signed, ",", 2)[0], signaturePrefix), nonce)
		req.Header.Set("Authorization", signed)
		req.Header.Set("X-Token-Type", "LongTicket")
	}
	return req, err
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

func (c *Client) accountRequest(ctx context.Context) (*http.Request, error) {
	req, err := c.postRequest(ctx, "/v1/usg/acs/auth/account", map[string]any{
		"account":    c.Credentials.Account,
		"clientType": clientType,
	})
	if err == nil {
		req.SetBasicAuth(c.Credentials.Account, c.Credentials.Password)
	}
	return req, err
}

func (c *Client) postRequest(ctx context.Context, path string, body map[string]any) (*http.Request, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	req, err := c.newRequest(ctx, http.MethodPost, path, uuid.NewString(), bytes.NewReader(text))
	if err == nil {
		req.Header.Set("Content-Type", "application/json; charset=UTF-8")
	}
	return req, err
}

// tokenRequest builds the request of UpdateToken (PUT, with the refresh token, meeting_21_0307) or DeleteToken
// (DELETE, meeting_21_0309).
func (c *Client) tokenRequest(ctx context.Context, method, token string) (*http.Request, error) {
	req, err := c.newRequest(ctx, method, "/v1/usg/acs/token", uuid.NewString(), nil)
	if err == nil {
		req.Header.Set("X-Access-Token", token)
	}
	return req, err
}

// secrets are the texts that must show nowhere.
func (c *Credentials) secrets() []string {
	s := []string{c.Token, c.AppKey, c.Password}
	if c.Password != "" {
		s = append(s, base64.StdEncoding.EncodeToString([]byte(c.Account+":"+c.Password)))
	}
	return s
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
