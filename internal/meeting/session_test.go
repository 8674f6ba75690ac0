package meeting_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"meetbatch/internal/meeting"
	"meetbatch/internal/sandbox"
	"meetbatch/job"
	"meetbatch/job/pace"
	"meetbatch/job/plan"
	"meetbatch/job/send"
)

// TestSignature holds signatures against those that another implementation made.
func TestSignature(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/signature-vectors.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatal(err, len(rows))
	}
	for _, row := range rows[1:] {
		expires, err := strconv.ParseInt(row[3], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		c := meeting.Credentials{AppID: row[0], CorpID: row[1], UserID: row[2], AppKey: row[5]}
		if got := meeting.Signature(c, expires, row[4]); got != row[6] {
			t.Errorf("%s: %s, want %s", row[0], got, row[6])
		}
	}
}

var (
	app     = meeting.Credentials{AppID: "app", AppKey: "app-key"}
	account = meeting.Credentials{Account: "admin", Password: "pass word:1"}
	user    = sandbox.User{AppID: "app", AppKey: "app-key", Account: "admin", Password: "pass word:1"}
)

// inside is a transport to a handler in the same process, so that time can be simulated.
type inside struct {
	handler http.Handler
	watch   func(*http.Request) error // may fail a request before it gets there; may be nil
}

func (i inside) RoundTrip(r *http.Request) (*http.Response, error) {
	if i.watch != nil {
		if err := i.watch(r); err != nil {
			return nil, err
		}
	}
	w := httptest.NewRecorder()
	i.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

func newInside(h http.Handler, c meeting.Credentials, watch func(*http.Request) error) *meeting.Client {
	return &meeting.Client{
		Endpoint: "https://service", Credentials: c, AccountType: 1, Language: "en-US", Timeout: 30 * time.Second,
		HTTP: &http.Client{Transport: inside{h, watch}},
	}
}

func oneRoom(id string) job.Attempt {
	return job.Attempt{RequestID: id, Chunk: job.Chunk{Target: "wei", Entries: []job.Entry{{ID: "room", Line: 2}}}}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	sp := user
	sp.CorpID = "corp-1"
	spApp := app
	spApp.CorpID = "corp-1"
	none := user
	none.AdminType = 2
	wrongKey, wrongWord := app, account
	wrongKey.AppKey = "another"
	wrongWord.Password = "another"
	for _, test := range []struct {
		name     string
		c        meeting.Credentials
		settings sandbox.Settings
		want     string // of the error; empty is none
		hint     string
	}{
		{"an application", app, sandbox.Settings{User: user}, "", ""},
		{"an application for several enterprises", spApp, sandbox.Settings{User: sp}, "", ""},
		{"an account", account, sandbox.Settings{User: user}, "", ""},
		{"an enterprise too few", app, sandbox.Settings{User: sp}, "401 USG.206010025", "check the credentials"},
		{"an enterprise too many", spApp, sandbox.Settings{User: user}, "401 USG.206010025", "check the credentials"},
		{"a wrong key", wrongKey, sandbox.Settings{User: user}, "401 USG.206010025 App ID check failed", "check the credentials"},
		{"a wrong password", wrongWord, sandbox.Settings{User: user}, "401 USG.206010000", "was not tried again"},
		{"a clock that is behind", app, sandbox.Settings{User: user, Clock: time.Hour}, "", ""},
		{"a clock that is ahead", app, sandbox.Settings{User: user, Clock: -time.Hour}, "", ""},
		{"no administrator", app, sandbox.Settings{User: none}, "not of an administrator", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			requests := 0
			c := newInside(sandbox.New(test.settings), test.c, func(*http.Request) error { requests++; return nil })
			err := c.SignIn(t.Context())
			want := 1
			if strings.HasSuffix(test.name, "behind") {
				want = 2 // the second is dated by the service's clock
			}
			if requests != want {
				t.Errorf("%d requests, want %d", requests, want)
			}
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				if a := c.Send(t.Context(), job.Reclaim, oneRoom("1")); a.HTTPStatus != 200 {
					t.Errorf("a request with the new token: %s", a)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error = %v, want %s", err, test.want)
			}
			var no *meeting.SignInError
			if test.hint != "" && (!errors.As(err, &no) || !strings.Contains(no.Hint(), test.hint)) {
				t.Errorf("hint of %v, want %s", err, test.hint)
			}
		})
	}
}

// TestSignInIsNotRepeated: wrong passwords lock accounts, so a refusal is final, whatever it says.
func TestSignInIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 401, 403, 412, 423} {
		requests := 0
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { requests++; w.WriteHeader(status) })
		err := newInside(h, account, nil).SignIn(t.Context())
		var no *meeting.SignInError
		if !errors.As(err, &no) || requests != 1 {
			t.Errorf("%d: %v after %d requests", status, err, requests)
		}
	}
}

// TestSignInWaits: while the service is out of reach or has trouble of its own, signing in is tried again, for 15
// minutes.
func TestSignInWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		h := sandbox.New(sandbox.Settings{User: user})
		c := newInside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if requests++; requests < 8 {
				w.WriteHeader(503)
				return
			}
			h.ServeHTTP(w, r)
		}), account, func(*http.Request) error {
			if requests < 4 {
				requests++
				return errors.New("connection refused")
			}
			return nil
		})
		if err := c.SignIn(t.Context()); err != nil || requests != 8 {
			t.Errorf("%v after %d requests", err, requests)
		}
		start := time.Now()
		requests = -1000
		c = newInside(c.HTTP.Transport.(inside).handler, account, nil)
		if err := c.SignIn(t.Context()); err == nil || time.Since(start) > 16*time.Minute || requests > -970 {
			t.Errorf("%v after %s and %d requests", err, time.Since(start), requests+1000)
		}
	})
}

// TestSignOut: a token is given back, but not one that was given.
func TestSignOut(t *testing.T) {
	t.Parallel()
	h := sandbox.New(sandbox.Settings{User: user, Token: "given"})
	c := newInside(h, app, nil)
	if err := c.SignIn(t.Context()); err != nil || h.Tokens() != 1 {
		t.Fatal(err, h.Tokens())
	}
	for range 2 { // the second time there is nothing to give back
		if err := c.SignOut(t.Context()); err != nil || h.Tokens() != 0 {
			t.Errorf("%v, %d tokens", err, h.Tokens())
		}
	}
	given := newInside(h, meeting.Credentials{Token: "given"}, func(r *http.Request) error {
		t.Errorf("%s %s", r.Method, r.URL)
		return nil
	})
	if err := errors.Join(given.SignIn(t.Context()), given.SignOut(t.Context())); err != nil {
		t.Error(err)
	}
}

// TestTokensEnd: the 65th token voids the first; whoever has it signs in anew.
func TestTokensEnd(t *testing.T) {
	t.Parallel()
	h := sandbox.New(sandbox.Settings{User: user})
	c := newInside(h, app, nil)
	if err := c.SignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := c.Send(t.Context(), job.Reclaim, oneRoom("1")); a.HTTPStatus != 200 {
		t.Fatal(a)
	}
	for range 64 {
		if err := newInside(h, app, nil).SignIn(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if a := c.Send(t.Context(), job.Reclaim, oneRoom("2")); a.HTTPStatus != 401 || !a.Stale {
		t.Fatalf("%+v", a)
	}
	if err := c.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := c.Send(t.Context(), job.Reclaim, oneRoom("3")); a.HTTPStatus != 200 {
		t.Error(a)
	}
}

// TestDay is a day's run in simulated time with tokens that live an hour, a refresh token that stops working and a
// service that is down when the token has to be renewed.
func TestDay(t *testing.T) {
	for name, c := range map[string]meeting.Credentials{"app": app, "account": account} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { day(t, c) })
		})
	}
}

func day(t *testing.T, credentials meeting.Credentials) {
	const rate, hours = 20, 24             // requests a minute
	hour := mass(6*time.Minute, time.Hour) // of this day: what takes time is that a run looks after its records ten times a second
	minute := hour / 60
	h := sandbox.New(sandbox.Settings{User: user, TokenLife: hour, RefreshLife: 5*hour + minute, Latency: sandbox.Latency{Min: 20 * time.Millisecond, Max: 900 * time.Millisecond}})
	start := time.Now()
	var mu sync.Mutex
	issued := map[string]time.Time{} // when the token was seen first
	refused := map[string]bool{}     // tokens
	var signing, signIns, refreshes, dead, refusedRefreshes, unheard int
	watch := func(r *http.Request) error {
		now := time.Since(start)
		// Down from 5:20 to 5:32, when the token has to be renewed, and from 12:30 to 12:31.
		if now > 5*hour+20*minute && now < 5*hour+32*minute || now > 750*minute && now < 751*minute {
			if strings.Contains(r.URL.Path, "/acs/") {
				mu.Lock()
				unheard++
				mu.Unlock()
			}
			return errors.New("connection refused")
		}
		mu.Lock()
		defer mu.Unlock()
		token := r.Header.Get("X-Access-Token")
		switch {
		case strings.HasSuffix(r.URL.Path, "auth/appauth"), strings.HasSuffix(r.URL.Path, "auth/account"):
			signIns++
		case r.URL.Path == "/v1/usg/acs/token":
			refreshes++
			if now > 15*hour && r.Method == http.MethodPut {
				refusedRefreshes++
				r.Header.Set("X-Access-Token", "stopped working")
			}
		default:
			if signing > 0 {
				dead++ // while somebody signs in nobody sends
			}
			if issued[token].IsZero() {
				issued[token] = time.Now()
			}
			if time.Since(issued[token]) > hour || refused[token] {
				dead++ // known to be dead
			}
		}
		return nil
	}
	client := newInside(h, credentials, watch)
	transport := client.HTTP.Transport
	client.HTTP.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		isSignIn := strings.Contains(r.URL.Path, "/acs/")
		if isSignIn {
			mu.Lock()
			if signing++; signing > 1 {
				t.Error("two sign-ins at a time")
			}
			mu.Unlock()
			defer func() { mu.Lock(); signing--; mu.Unlock() }()
		}
		resp, err := transport.RoundTrip(r)
		if err == nil && resp.StatusCode == http.StatusUnauthorized && !isSignIn {
			time.Sleep(time.Millisecond) // until the client has read it
			mu.Lock()
			defer mu.Unlock()
			refused[r.Header.Get("X-Access-Token")] = true
		}
		return resp, err
	})
	time.AfterFunc(9*hour+30*minute, func() { // somebody else takes all the tokens that a user may have
		for range 64 {
			if err := newInside(h, credentials, nil).SignIn(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
	if err := client.SignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	plan := planOf(t, rate*int(hours*hour/time.Minute))
	r := &send.Runner{
		Operation: job.Reclaim, Sender: client, Recorder: nowhere{},
		Pacer: pace.New(pace.Settings{Rate: job.Rate{Requests: rate, Per: time.Minute}, Ready: client.Ready}),
	}
	if err := r.Run(t.Context(), t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	if err := client.SignOut(t.Context()); err != nil || h.Tokens() > 64 {
		t.Errorf("sign-out: %v, %d tokens left", err, h.Tokens())
	}
	if got := r.Counts.Of(job.Succeeded); got != plan.Rows {
		t.Errorf("%d of %d rows succeeded", got, plan.Rows)
	}
	t.Logf("%s: %d requests, %d sign-ins, %d calls of the token API, %d of them with a refresh token that had stopped working, %d sign-ins while the service was down",
		time.Since(start), r.Requests.Load(), signIns, refreshes, refusedRefreshes, unheard)
	if dead > 0 || unheard == 0 || signIns < 2 || refreshes < 10 || refusedRefreshes == 0 || len(refused) == 0 {
		t.Errorf("%d requests with a token known to be dead, %d tokens refused", dead, len(refused))
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// planOf plans a request for each of n accounts: user0, user1 and so on.
func planOf(t *testing.T, n int) *plan.Plan {
	planner := plan.New(plan.Settings{Operation: job.Reclaim, Size: 100})
	for i := range n {
		if err := planner.Add(job.Item{Line: int64(i + 2), Account: "user" + strconv.Itoa(i), Value: "room"}); err != nil {
			t.Fatal(err)
		}
	}
	plan, err := planner.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// nowhere records nothing.
type nowhere struct{}

func (nowhere) Sent(job.Attempt) error                  { return nil }
func (nowhere) Answered(job.Attempt, job.Answer) error  { return nil }
func (nowhere) Settle(...job.Outcome) error             { return nil }
func (nowhere) Reject(iter.Seq2[job.Item, error]) error { return nil }
func (nowhere) Sync() error                             { return nil }

// TestRefused: when the service voids a token, all workers wait while one renews it, and every request that was
// refused goes out once more. A second refusal in a row stops the run.
func TestRefused(t *testing.T) {
	for _, final := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			h := sandbox.New(sandbox.Settings{User: user, Latency: sandbox.Latency{Min: time.Second, Max: 2 * time.Second}})
			start := time.Now()
			var mu sync.Mutex
			sent, renewals, refusals := 0, 0, 0
			void := map[string]bool{}
			client := newInside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				token := r.Header.Get("X-Access-Token")
				mu.Lock()
				is := strings.Contains(r.URL.Path, "/acs/")
				if is {
					renewals++
				} else {
					sent++
				}
				old := time.Since(start) > 10*time.Second && (final || len(void) == 0) && !is
				if old {
					refusals++
				}
				mu.Unlock()
				if old {
					time.Sleep(time.Second)
					mu.Lock()
					void[token] = true
					mu.Unlock()
					w.WriteHeader(401)
					return
				}
				h.ServeHTTP(w, r)
			}), account, nil)
			if err := client.SignIn(t.Context()); err != nil {
				t.Fatal(err)
			}
			plan := planOf(t, 400)
			r := &send.Runner{Operation: job.Reclaim, Sender: client, Pacer: pace.New(pace.Settings{Ready: client.Ready}), Recorder: nowhere{}, Workers: 16}
			err := r.Run(t.Context(), t.Context(), plan)
			var stop *send.Stop
			switch {
			case !final && (err != nil || r.Counts.Of(job.Succeeded) != 400 || renewals != 2 || refusals > 16 || sent != 400+refusals):
				t.Errorf("%v: %d of 400 succeeded, %d sign-ins, %d refusals, %d requests", err, r.Counts.Of(job.Succeeded), renewals, refusals, sent)
			case final && (!errors.As(err, &stop) || renewals != 2 || refusals > 32 || r.Counts.Of(job.Succeeded, job.NotSent) != 400):
				t.Errorf("%v: %d rows accounted for, %d sign-ins, %d refusals", err, r.Counts.Of(job.Succeeded, job.NotSent), renewals, refusals)
			}
		})
	}
}

// TestHostile: whatever the service answers, there is no endless loop of renewals, and no token that nobody knows of.
func TestHostile(t *testing.T) {
	give := func(w http.ResponseWriter, more string) {
		fmt.Fprintf(w, `{"accessToken":"token","refreshToken":"refresh"%s}`, more)
	}
	for _, test := range []struct {
		name     string
		serve    func(w http.ResponseWriter, r *http.Request, n int)
		signIns  int // at most, with renewals
		stops    bool
		signOuts int
	}{
		{"every second answer refuses the token, the others throttle", func(w http.ResponseWriter, r *http.Request, n int) {
			w.WriteHeader([]int{429, 401}[n%2])
		}, 2, true, 0},
		{"every second answer refuses the token, the others find nobody", func(w http.ResponseWriter, r *http.Request, n int) {
			w.WriteHeader([]int{503, 401}[n%2])
		}, 2, true, 0},
		{"one request is always refused", func(w http.ResponseWriter, r *http.Request, n int) {
			if strings.Contains(r.URL.Path, "user7") {
				w.WriteHeader(401)
			}
		}, 2, true, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				n, signIns, signOuts := 0, 0, 0
				client := newInside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					defer mu.Unlock()
					switch {
					case r.Method == http.MethodDelete:
						signOuts++
					case strings.Contains(r.URL.Path, "/acs/"):
						signIns++
						give(w, `,"validPeriod":"84616"`)
					default:
						n++
						test.serve(w, r, n)
					}
				}), account, nil)
				if err := client.SignIn(t.Context()); err != nil {
					t.Fatal(err)
				}
				plan := planOf(t, 20)
				r := &send.Runner{Operation: job.Reclaim, Sender: client, Pacer: pace.New(pace.Settings{Ready: client.Ready}), Recorder: nowhere{}, Workers: 1}
				start := time.Now()
				err := r.Run(t.Context(), t.Context(), plan)
				var stop *send.Stop
				if errors.As(err, &stop) != test.stops || signIns > test.signIns || time.Since(start) > 20*time.Minute {
					t.Errorf("%v after %s, %d sign-ins", err, time.Since(start), signIns)
				}
				if err := client.SignOut(t.Context()); err != nil || signOuts < test.signOuts {
					t.Errorf("sign-out: %v, %d", err, signOuts)
				}
			})
		})
	}
}

// TestRenewal: what the refresh token is answered decides how it goes on.
func TestRenewal(t *testing.T) {
	for _, test := range []struct {
		name    string
		refresh int // the status that the refresh token is answered with
		signIns int // afterwards
		fails   bool
	}{
		{"it works", 200, 0, false},
		{"it is not taken", 401, 1, false},
		{"it is not known", 404, 1, false},
		{"the account is locked", 423, 0, true},
		{"the account is disabled", 412, 0, true},
		{"refreshing has trouble", 500, 1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				signIns := -1
				client := newInside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodPut && test.refresh != 200 {
						w.WriteHeader(test.refresh)
						return
					}
					if r.Method == http.MethodPost {
						signIns++
					}
					fmt.Fprint(w, `{"accessToken":"token","refreshToken":"refresh","validPeriod":3600}`)
				}), account, nil)
				if err := client.SignIn(t.Context()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				if err := client.Ready(t.Context()); (err != nil) != test.fails || signIns != test.signIns {
					t.Errorf("%v, %d sign-ins", err, signIns)
				}
			})
		})
	}
}

// TestUnsentAfterRenewal: that a renewal found the service says nothing of the request that it was for.
func TestUnsentAfterRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signIns := 0 // with renewals
		client := newInside(sandbox.New(sandbox.Settings{User: user, TokenLife: time.Hour}), account, func(r *http.Request) error {
			if !strings.Contains(r.URL.Path, "/acs/") {
				return errors.New("connection refused")
			}
			signIns++
			if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
				trace.GotConn(httptrace.GotConnInfo{})
			}
			return nil
		})
		if err := client.SignIn(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if a := client.Send(t.Context(), job.Reclaim, oneRoom("1")); !a.Unsent || a.HTTPStatus != 0 || signIns != 2 {
			t.Errorf("answer = %+v after %d sign-ins, want a request that was not sent after 2", a, signIns)
		}
	})
}

// TestSignInUnderWay: a signal while the service signs in leaves no token behind.
func TestSignInUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := sandbox.New(sandbox.Settings{User: user, Latency: sandbox.Latency{Min: 2 * time.Second}})
		ctx, cancel := context.WithCancel(t.Context())
		c := newInside(h, app, nil)
		time.AfterFunc(time.Second, cancel)
		c.SignIn(ctx)
		if err := c.SignOut(t.Context()); err != nil || h.Tokens() != 0 {
			t.Errorf("%v, %d tokens", err, h.Tokens())
		}
	})
}
