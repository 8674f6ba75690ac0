package sandbox_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"meetbatch/internal/sandbox"
)

// call sends a request and gives the answer's status, error code or access token.
func call(h http.Handler, method, path, token, basic, body string) (status int, said string) {
	w := ask(h, method, path, body, func(r *http.Request) {
		r.Header.Set("X-Access-Token", token)
		if account, password, found := strings.Cut(basic, ":"); found {
			r.SetBasicAuth(account, password)
		}
	})
	var answer struct {
		Code  string `json:"error_code"`
		Token string `json:"accessToken"`
	}
	json.Unmarshal(w.Body.Bytes(), &answer)
	return w.Code, answer.Code + answer.Token
}

const (
	signIn       = `{"account":"admin","clientType":72}`
	reclaimRooms = "/v1/usg/dcs/corp/vmr/recycle-from-member/wei"
)

func TestAccountLocks(t *testing.T) {
	t.Parallel()
	h := sandbox.New(sandbox.Settings{User: sandbox.User{Account: "admin", Password: "word"}})
	for i := range 5 {
		if status, code := call(h, "POST", "/v1/usg/acs/auth/account", "", "admin:wrong", signIn); status != 401 || code != "USG.206010000" {
			t.Errorf("wrong password %d: %d %s", i+1, status, code)
		}
	}
	if status, _ := call(h, "POST", "/v1/usg/acs/auth/account", "", "admin:word", signIn); status != http.StatusLocked {
		t.Errorf("the right password after five wrong ones: %d, want 423", status)
	}
}

func TestTokenLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := sandbox.New(sandbox.Settings{User: sandbox.User{Account: "admin", Password: "word"}, TokenLife: time.Minute})
		status, token := call(h, "POST", "/v1/usg/acs/auth/account", "", "admin:word", signIn)
		if status != 200 || token == "" {
			t.Fatal(status, token)
		}
		works := func(token string) bool {
			status, _ := call(h, "POST", reclaimRooms, token, "", `["room"]`)
			valid, _ := call(h, "POST", "/v1/usg/acs/token/validate", "", "", `{"token":"`+token+`","needGenNewToken":false}`)
			if status != valid {
				t.Errorf("a request: %d, validation: %d", status, valid)
			}
			return status == 200
		}
		if !works(token) || works("another") {
			t.Error("a token, and one that is none")
		}
		time.Sleep(time.Minute)
		if works(token) {
			t.Error("the token works after its life")
		}
		if status, _ := call(h, "PUT", "/v1/usg/acs/token", token, "", ""); status != 401 {
			t.Errorf("renewal with the access token: %d", status)
		}
		_, token = call(h, "POST", "/v1/usg/acs/auth/account", "", "admin:word", signIn)
		if status, _ := call(h, "DELETE", "/v1/usg/acs/token", token, "", ""); status != 200 || works(token) {
			t.Errorf("sign-out: %d", status)
		}
	})
}

func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := sandbox.New(sandbox.Settings{Token: "t", Throttle: sandbox.Throttle{Limit: 2, Window: time.Minute}})
		name := "X-APIG-Ratelimit-Api" // as it stands in the examples
		for i, want := range []struct {
			status int
			header string
		}{{200, "remain:1,limit:2,time:1 minute"}, {200, "remain:0,limit:2,time:1 minute"}, {429, "remain:0,limit:2,time:1 minute"}, {200, "remain:1,limit:2,time:1 minute"}} {
			w := ask(h, "POST", reclaimRooms, `["room"]`, func(r *http.Request) { r.Header.Set("X-Access-Token", "t") })
			if got := w.Header()[name]; w.Code != want.status || len(got) != 1 || got[0] != want.header {
				t.Errorf("request %d: %d %q, want %d %q", i+1, w.Code, got, want.status, want.header)
			}
			if i == 2 {
				time.Sleep(time.Minute)
			}
		}
	})
}
