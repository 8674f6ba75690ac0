package meeting_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"meetbatch/internal/meeting"
	"meetbatch/job"
)

// telling is a service that always gives the same answer, and keeps the queries.
type telling struct {
	body    string
	err     error
	queries []meeting.Query
}

func (s *telling) Ask(_ context.Context, q meeting.Query) ([]byte, error) {
	s.queries = append(s.queries, q)
	return []byte(s.body), s.err
}

// TestRooms reads the documents' example, and what they leave open.
func TestRooms(t *testing.T) {
	t.Parallel()
	s := telling{body: `{"count":6,"limit":10,"offset":0,"data":[
		{"id":"ff8080816c52e2a6016c53878f030030","vmrId":"967670001","vmrName":"big","vmrPkgName":"10 parties","vmrPkgParties":10,
		 "member":{"id":"nhl","mark":"nhl(nhl)"},"device":{"id":"22c1804004374b558084c50e44e77085","mark":"13456789"},"status":0,"expireDate":1666195200000},
		{"id":"b","vmrId":967670002,"status":"2","expireDate":"1666195200000"},
		{"id":"c","member":null,"device":null,"status":2,"expireDate":0},
		{"id":"d","member":{},"device":{"id":null},"status":null},
		{"id":"e","member":{"id":""},"device":"SN1","status":1,"expireDate":-5},
		{"id":"f","member":{"id":17},"device":[],"vmrName":["x"]}]}`}
	var got collected
	l, err := meeting.ListRooms(t.Context(), s.Ask, meeting.RoomFilter{Mode: 2, Status: "2", Search: "a&b =张"}, meeting.Paging{Size: 10}, got.begin, got.row)
	if err != nil || l != (meeting.Listing{Count: 6, Page: 10, Requests: 1, Readings: 1}) {
		t.Fatalf("%+v, %v", l, err)
	}
	expires := time.Date(2022, 10, 19, 16, 0, 0, 0, time.UTC)
	want := []meeting.Room{
		{ID: "ff8080816c52e2a6016c53878f030030", Number: "967670001", Name: "big", Mode: 2, Account: "nhl", Device: "22c1804004374b558084c50e44e77085", Package: "10 parties", Expires: expires},
		{ID: "b", Number: "967670002", Mode: 2, Status: 2, Expires: expires},
		{ID: "c", Mode: 2, Status: 2},
		{ID: "d", Mode: 2, Status: -1},
		{ID: "e", Mode: 2, Status: 1, Device: "SN1"},
		{ID: "f", Mode: 2, Status: -1, Account: "17"},
	}
	if !reflect.DeepEqual(got.rooms, want) {
		t.Errorf("rooms = %+v\nwant %+v", got.rooms, want)
	}
	if q := (meeting.Query{Method: "GET", Path: "/v1/usg/dcs/corp/vmr?offset=0&limit=10&searchKey=a%26b+%3D%E5%BC%A0&status=2&vmrMode=2"}); s.queries[0] != q {
		t.Errorf("query = %+v", s.queries[0])
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	s := telling{body: `{"count":"3","data":[
		{"id":"u1","userAccount":"wei","thirdAccount":"e1","name":" Wei ","userType":2,"adminType":0,"status":0,"deptNamePath":"A#B","phone":"+86138","email":"w@x","activeCode":"secret"},
		{"userAccount":"hub","userType":"13","status":"1","deptName":"C","hidePhone":true},
		{"id":"u3","userAccount":12345}]}`}
	var users []meeting.User
	l, err := meeting.ListUsers(t.Context(), s.Ask, meeting.UserFilter{Status: "1", Search: "w", Department: "7"}, meeting.Paging{}, func() error { return nil }, func(u meeting.User) error {
		users = append(users, u)
		return nil
	})
	if err != nil || l != (meeting.Listing{Count: 3, Page: 100, Requests: 1, Readings: 1}) {
		t.Fatalf("%+v, %v", l, err)
	}
	want := []meeting.User{
		{Account: "wei", ThirdAccount: "e1", Name: "Wei", Type: 2, AdminType: 0, Status: 0, Department: "A#B", Phone: "+86138", Email: "w@x"},
		{Account: "hub", Type: 13, AdminType: -1, Status: 1, Department: "C"},
		{Account: "12345", Type: -1, AdminType: -1, Status: -1},
	}
	if !reflect.DeepEqual(users, want) {
		t.Errorf("users = %+v\nwant %+v", users, want)
	}
	if q := "/v1/usg/dcs/corp/member?offset=0&limit=100&deptCode=7&searchKey=w&status=1&userType=2&userType=12&userType=13&userType=14"; s.queries[0].Path != q {
		t.Errorf("query = %+v", s.queries[0])
	}
}

func TestShowUser(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, body string
		err        error
		want       meeting.User
		found      bool
		wantErr    string
	}{
		{name: "with rooms", found: true,
			body: `{"userAccount":"wei","status":0,"userType":2,"adminType":2,"vmrList":[{"id":"p","vmrMode":0},{"id":"r","vmrMode":1},{"id":"w","vmrMode":"2"},{"vmrMode":1},{"id":"s"}]}`,
			want: meeting.User{Account: "wei", Type: 2, AdminType: 2, Rooms: []string{"r", "w", "s"}}},
		{name: "without rooms", body: `{"userAccount":"wei","vmrList":[]}`, found: true, want: meeting.User{Account: "wei", Type: -1, AdminType: -1, Status: -1, Rooms: []string{}}},
		{name: "nothing said of rooms", body: `{"userAccount":"wei","vmrList":null}`, found: true, want: meeting.User{Account: "wei", Type: -1, AdminType: -1, Status: -1}},
		{name: "no such user", err: refusal("USG.201040000")},
		{name: "no such user, as the client's tables write it", err: refusal("201040000")},
		{name: "not allowed", err: &meeting.Refusal{Answer: job.Answer{HTTPStatus: 403, Code: "X.1", Message: "no"}}, wantErr: "the service refuses to tell: 403 X.1 no"},
		{name: "another error", err: errors.New("broken"), wantErr: "broken"},
		{name: "nothing", body: `{}`, wantErr: "the service's answer is a user without an account"},
		{name: "null", body: `null`, wantErr: "the service's answer is a user without an account"},
		{name: "a list", body: `[]`, wantErr: "the service's answer is no user"},
		{name: "rooms that are none", body: `{"userAccount":"wei","vmrList":{"id":"r"}}`, wantErr: "the service's answer is no user"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := telling{body: test.body, err: test.err}
			u, found, err := meeting.ShowUser(t.Context(), s.Ask, "a/../b?c#d%e 张", 1)
			if found != test.found || !reflect.DeepEqual(u, test.want) {
				t.Errorf("user = %+v, %t", u, found)
			}
			if test.wantErr == "" && err != nil || test.wantErr != "" && (err == nil || err.Error() != test.wantErr) {
				t.Errorf("error = %v", err)
			}
			if q := (meeting.Query{Method: "GET", Path: "/v1/usg/dcs/corp/member/a%2F..%2Fb%3Fc%23d%25e%20%E5%BC%A0?accountType=1"}); s.queries[0] != q {
				t.Errorf("query = %+v", s.queries[0])
			}
		})
	}
}

func TestFindUsers(t *testing.T) {
	t.Parallel()
	var accounts []string
	for i := range 450 {
		accounts = append(accounts, fmt.Sprintf("u%03d", i), fmt.Sprintf("u%03d", i)) // each twice
	}
	var sizes []int
	ask := func(_ context.Context, q meeting.Query) ([]byte, error) {
		var asked []struct{ ID string }
		if err := json.Unmarshal([]byte(q.Body), &asked); err != nil || q.Method != "POST" || q.Path != "/v1/usg/abs/users/list?idType=THIRD_ACCOUNT" {
			t.Errorf("query = %+v", q)
		}
		sizes = append(sizes, len(asked))
		slices.Reverse(asked)
		var answer []string
		for _, a := range asked {
			switch i := a.ID[3]; i {
			case '7': // nothing is said of it
			case '8':
				answer = append(answer, `{"account":"x"}`, fmt.Sprintf(`{"id":%q}`, a.ID), fmt.Sprintf(`{"id":%q,"statusCode":null}`, a.ID))
			case '9':
				answer = append(answer, fmt.Sprintf(`{"id":"a uuid","thirdAccount":%q,"statusCode":"0"}`, a.ID), `{"id":"somebody else","statusCode":0}`)
			case '6':
				answer = append(answer, fmt.Sprintf(`{"id":%q,"statusCode":0},{"id":%[1]q,"statusCode":2}`, a.ID))
			default: // 0 and 1 exist, 2 does not, 3 may not be known, and others mean nothing
				answer = append(answer, fmt.Sprintf(`{"id":%q,"statusCode":%c}`, a.ID, i))
			}
		}
		return []byte("[" + strings.Join(answer, ",") + "]"), nil
	}
	found, err := meeting.FindUsers(t.Context(), ask, accounts)
	if err != nil || !slices.Equal(sizes, []int{200, 200, 50}) {
		t.Fatalf("error %v, groups of %d", err, sizes)
	}
	for _, account := range accounts {
		exists, known := found[account]
		i := account[3]
		if want := strings.ContainsRune("0129", rune(i)); known != want || exists != (want && i != '2') {
			t.Errorf("%s: exists %t, known %t", account, exists, known)
		}
	}
	if len(found) != 4*45 {
		t.Errorf("%d are known", len(found))
	}
	none := telling{}
	if found, err := meeting.FindUsers(t.Context(), none.Ask, nil); err != nil || len(found) != 0 || len(none.queries) != 0 {
		t.Errorf("of none: %v, %v, %d queries", found, err, len(none.queries))
	}
	object := telling{body: `{}`}
	if _, err := meeting.FindUsers(t.Context(), object.Ask, []string{"a"}); err == nil {
		t.Error("an object is taken for a list")
	}
}

func TestShowResource(t *testing.T) {
	t.Parallel()
	s := telling{body: `{"teSoftCount":{"sumCount":100,"trialCount":5,"expiredCount":10,"expiringCount":3,"usedCount":90},
		"roomCount":{"sumCount":"5","usedCount":7},"ideaHubCount":{"sumCount":-4},"vmr":[{"x":1}],"enableSMS":true}`}
	r, err := meeting.ShowResource(t.Context(), s.Ask)
	want := meeting.Resource{
		Users:      meeting.Amount{Purchased: 100, Expired: 10, Used: 90},
		SmartRooms: meeting.Amount{Purchased: 5, Expired: -1, Used: 7},
		IdeaHubs:   meeting.Amount{Purchased: -1, Expired: -1, Used: -1},
		SmartTVs:   meeting.Amount{Purchased: -1, Expired: -1, Used: -1},
	}
	if err != nil || r != want {
		t.Errorf("%+v, %v", r, err)
	}
	if left := []int{r.Users.Left(), r.SmartRooms.Left(), r.SmartTVs.Left()}; !slices.Equal(left, []int{10, 0, -1}) {
		t.Errorf("left = %d", left)
	}
	for _, bad := range []telling{{err: errors.New("broken")}, {body: `[]`}, {body: `{"teSoftCount":5}`}} {
		if _, err := meeting.ShowResource(t.Context(), bad.Ask); err == nil {
			t.Errorf("%s is taken", bad.body)
		}
	}
}

// FuzzPage reads whatever a service may say as each of the answers.
func FuzzPage(f *testing.F) {
	for _, seed := range []string{
		`{"count":1,"limit":10,"offset":0,"data":[{"id":"a","member":{"id":"b"},"device":null,"status":2,"expireDate":1}]}`,
		`{"count":"2","data":[{"id":1},{"userAccount":"x"}]}`, `{"count":1e20,"data":[{"id":"a"}]}`, `[{"id":"a","statusCode":2}]`,
		`{"userAccount":"a","vmrList":[{"id":"r","vmrMode":1}]}`, `{"teSoftCount":{"sumCount":1,"usedCount":"1"}}`, `null`, ``, `[`, "{\"count\":5,\"data\":[{\"id\":\"\\u0000\"}]}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		s := telling{body: body}
		var got collected
		l, err := meeting.ListRooms(t.Context(), s.Ask, noFilter, meeting.Paging{Size: 5}, got.begin, got.row)
		whole, is := errors.AsType[*meeting.NotWholeError](err)
		if err != nil && !is || err == nil && (got.different() != l.Count || l.Count < 0) || is && whole.Error() == "" {
			t.Errorf("%v: %d of %+v", err, got.different(), l)
		}
		if len(s.queries) > 20 {
			t.Errorf("%d requests", len(s.queries))
		}
		meeting.ListUsers(t.Context(), s.Ask, meeting.UserFilter{}, meeting.Paging{Size: 5}, func() error { return nil }, func(meeting.User) error { return nil })
		if u, found, err := meeting.ShowUser(t.Context(), s.Ask, "a", 0); found != (err == nil) || slices.Contains(u.Rooms, "") {
			t.Errorf("%+v, %t, %v", u, found, err)
		}
		meeting.FindUsers(t.Context(), s.Ask, []string{"a"})
		meeting.ShowResource(t.Context(), s.Ask)
	})
}
