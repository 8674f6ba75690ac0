package meeting_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"meetbatch/internal/meeting"
)

// TestRead holds what a query carries.
func TestRead(t *testing.T) {
	t.Parallel()
	for _, q := range []meeting.Query{
		{Method: "GET", Path: "/v1/usg/dcs/corp/member/a%2Fb?accountType=1"},
		{Method: "POST", Path: "/v1/usg/abs/users/list?idType=THIRD_ACCOUNT", Body: `[{"id":"张伟"}]`},
	} {
		client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if r.Method != q.Method || r.RequestURI != q.Path || string(body) != q.Body {
				t.Errorf("request = %s %s %s", r.Method, r.RequestURI, body)
			}
			for name, want := range map[string]string{
				"Content-Type": "application/json", "Accept-Language": "en-US", "X-Access-Token": "s3cret", "X-Request-Id": "an-id",
			} {
				if got := r.Header.Get(name); got != want {
					t.Errorf("%s = %q, want %q", name, got, want)
				}
			}
			io.WriteString(w, "\ufeff {\"count\":0} \n")
		})
		answer, body := client.Read(t.Context(), "an-id", q)
		if !answer.Success() || answer.Duration <= 0 || string(body) != `{"count":0}` {
			t.Errorf("answer = %+v, body %q", answer, body)
		}
	}
}

// TestReadAnswers holds what is an answer to a query, and what is none.
func TestReadAnswers(t *testing.T) {
	t.Parallel()
	long := `{"data":["` + strings.Repeat("x", 1<<20) + `"]}`
	tooLong := `{"data":["` + strings.Repeat("x", 16<<20) + `"]}`
	row := `{"count":1,"data":[{"id":"a","status":1,"code":"USG.000000004","error":"yes","success":false,"message":"m","error_code":"1"}]}`
	for _, test := range []struct {
		name    string
		status  int
		body    string
		short   int // by how many bytes the body is shorter than announced
		success bool
		want    string // of the answer in words, its beginning
		foreign bool
	}{
		{name: "a page", status: 200, body: row, success: true, want: "200"},
		{name: "a list", status: 200, body: `[{"id":"a","statusCode":2}]`, success: true, want: "200"},
		{name: "a user", status: 200, body: `{"userAccount":"a","status":1,"desc":"failed","title":"error"}`, success: true, want: "200"},
		{name: "more than an answer to a change may have", status: 200, body: long, success: true, want: "200"},
		{name: "success in words", status: 200, body: `{"error_code":"USG.000000000","error_msg":"","count":0}`, success: true, want: "200"},
		{name: "an error", status: 200, body: `{"error_code":"USG.201040000","error_msg":"no such user"}`, want: "200 USG.201040000 no such user"},
		{name: "an error beside a page", status: 200, body: `{"count":0,"data":[],"error_code":"USG.000000002"}`, want: "200 USG.000000002"},
		{name: "an error of the older service", status: 200, body: `{"returnCode":"206020000","returnMessage":"over"}`, want: "200 206020000 over"},
		{name: "an error without a code", status: 200, body: `{"error":{"why":"x"}}`, want: "200 the answer names an error", foreign: true},
		{name: "an error that repeats the token", status: 200, body: `{"error_code":"X.1","error_msg":"token s3cret is odd"}`, want: "200 X.1 token [secret] is odd"},
		{name: "nothing", status: 200, want: "200 the answer is neither a JSON object nor an array", foreign: true},
		{name: "no content", status: 204, want: "204 the answer is neither", foreign: true},
		{name: "a text", status: 200, body: "hello s3cret", want: "200 the answer is neither a JSON object nor an array: hello [secret]", foreign: true},
		{name: "a number", status: 200, body: "5", want: "200 the answer is neither", foreign: true},
		{name: "null", status: 200, body: "null", want: "200 the answer is neither", foreign: true},
		{name: "two objects", status: 200, body: `{"count":0}{"count":0}`, want: "200 the answer is neither", foreign: true},
		{name: "half an object", status: 200, body: `{"count":0,"data":[`, want: "200 the answer is neither", foreign: true},
		{name: "too much", status: 200, body: tooLong, want: "200 the answer is longer than 16 MiB", foreign: true},
		{name: "a web page", status: 200, body: "<html><title>Sign in</title></html>", want: "200 OK, and a web page", foreign: true},
		{name: "a part", status: 206, body: `{"count":0}`, want: "206", foreign: true},
		{name: "a body that breaks off", status: 200, body: `{"count":1,"data":[{"id":"a"}`, short: 5, want: "200, and the answer broke off"},
		{name: "a whole list that breaks off", status: 200, body: `{"count":0}`, short: 5, want: "200, and the answer broke off"},
		{name: "a refusal", status: 400, body: `{"error_code":"USG.201040000","error_msg":"no"}`, want: "400 USG.201040000 no"},
		{name: "trouble", status: 503, body: `x`, want: "503 x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if test.status != 204 {
					w.Header().Set("Content-Length", fmt.Sprint(len(test.body)+test.short))
				}
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
			})
			client.Timeout = 20 * time.Second
			answer, body := client.Read(t.Context(), "", meeting.Query{Method: "GET", Path: "/"})
			if answer.Success() != test.success || !strings.HasPrefix(answer.String(), test.want) || (answer.Foreign != "") != test.foreign {
				t.Errorf("answer = %+v, want %s", answer, test.want)
			}
			if test.success && string(body) != test.body {
				t.Errorf("body = %.100s", body)
			}
			if test.short > 0 && answer.HTTPStatus != 0 {
				t.Errorf("the status is %d, though nothing was told", answer.HTTPStatus)
			}
		})
	}
}

// TestReadIsStale holds that a query that wants a new sign-in gets one.
func TestReadIsStale(t *testing.T) {
	t.Parallel()
	signIns, over := 0, false
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/auth/") {
			signIns++
			fmt.Fprintf(w, `{"accessToken":"token-%d","validPeriod":3600,"user":{"adminType":0}}`, signIns)
			return
		}
		if over && r.Header.Get("X-Access-Token") == "token-1" {
			io.WriteString(w, `{"error_code":"USG.000000004","error_msg":"over"}`)
			return
		}
		io.WriteString(w, `{"count":0}`)
	})
	client.Credentials = meeting.Credentials{Account: "a", Password: "password"}
	if err := client.SignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	q := meeting.Query{Method: "GET", Path: "/v1/usg/dcs/corp/vmr"}
	if answer, _ := client.Read(t.Context(), "", q); !answer.Success() {
		t.Errorf("answer = %+v", answer)
	}
	over = true
	if answer, _ := client.Read(t.Context(), "", q); !answer.Stale || answer.Success() {
		t.Errorf("answer = %+v", answer)
	}
	if answer, _ := client.Read(t.Context(), "", q); !answer.Success() || signIns != 2 {
		t.Errorf("answer = %+v after %d sign-ins", answer, signIns)
	}
}

// TestListOverHTTP lists rooms over a connection, several pages at a time.
func TestListOverHTTP(t *testing.T) {
	t.Parallel()
	s := &lists{ids: ids(12345), largest: 100}
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := s.Ask(r.Context(), meeting.Query{Method: r.Method, Path: r.RequestURI})
		if err != nil {
			t.Error(err)
		}
		time.Sleep(time.Millisecond) // so that several are under way
		w.Write(body)
	})
	var flying, most atomic.Int32
	ask := func(ctx context.Context, q meeting.Query) ([]byte, error) {
		defer flying.Add(-1)
		if n := flying.Add(1); n > most.Load() {
			most.Store(n)
		}
		answer, body := client.Read(ctx, "", q)
		if !answer.Success() {
			return nil, &meeting.Refusal{Answer: answer}
		}
		return body, nil
	}
	var got collected
	l, err := meeting.ListRooms(t.Context(), ask, noFilter, meeting.Paging{Size: 1000, Workers: 4}, got.begin, got.row)
	if err != nil || l != (meeting.Listing{Count: 12345, Page: 100, Requests: 125, Readings: 1}) || got.different() != 12345 {
		t.Errorf("%+v, %v, %d rooms", l, err, got.different())
	}
	for i, r := range got.rooms {
		if r.ID != s.ids[i] {
			t.Fatalf("room %d is %s: the order is not that of the pages", i, r.ID)
		}
	}
	if n := most.Load(); n < 2 || n > 4 {
		t.Errorf("%d requests at a time", n)
	}
}
