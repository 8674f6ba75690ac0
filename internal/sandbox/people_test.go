package sandbox_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"meetbatch/internal/sandbox"
)

// shown is what ShowUserDetail says of a user, in short.
func shown(t *testing.T, h *sandbox.Handler, path string) string {
	t.Helper()
	w := ask(h, "GET", member+path, "", nil)
	var u struct {
		UserAccount, ThirdAccount, DeptName, ErrorCode string
		Status, AdminType                              int
		VMRList                                        []struct {
			ID      string
			VMRMode int
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &u); err != nil {
		t.Fatal(err)
	}
	if w.Code != 200 {
		return fmt.Sprint(w.Code)
	}
	text := fmt.Sprintf("%s %s %d %d %s", u.UserAccount, u.ThirdAccount, u.Status, u.AdminType, u.DeptName)
	for _, r := range u.VMRList {
		if r.VMRMode == 0 && len(r.ID) == 32 {
			r.ID = "own"
		}
		text += fmt.Sprintf(" %s:%d", r.ID, r.VMRMode)
	}
	return text
}

// TestShowUser: a user is found by the account that is meant, with all of the rooms.
func TestShowUser(t *testing.T) {
	t.Parallel()
	h := serve(t, enterprise)
	for path, want := range map[string]string{
		"/wei":                 "wei T-1 0 2 Sales r1:1 r2:2 p1:0",
		"/wei?accountType=0":   "wei T-1 0 2 Sales r1:1 r2:2 p1:0",
		"/T-1?accountType=1":   "wei T-1 0 2 Sales r1:1 r2:2 p1:0",
		"/T-1":                 "400",
		"/wei?accountType=1":   "400",
		"/min":                 "min T-2 1 1 East own:0 r3:1",
		"/hub?accountType=1":   "hub  0 2  own:0",
		"/root":                "root  0 0  own:0",
		"/nobody":              "400",
		"/new?accountType=1":   "400",
		"/a%2Fb?accountType=0": "400",
	} {
		if got := shown(t, h, path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	barred := sandbox.New(sandbox.Settings{Token: "tok", Faults: []sandbox.Fault{{Kind: "account-403", Share: 1}}})
	if got := shown(t, barred, "/wei"); got != "403" {
		t.Errorf("a barred account: %s", got)
	}
}

// TestReadingFollowsWriting: what was written is read, by either name of an account.
func TestReadingFollowsWriting(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]*sandbox.Handler{"a directory": serve(t, enterprise), "none": serve(t, "")} {
		third, thirdType := "T-1", "?accountType=1"
		if name == "none" {
			third, thirdType = "wei", ""
			h.Name("wei", "r1", "")
			h.Name("wei", "r1", "")   // said twice
			h.Name("other", "r1", "") // it is wei's
			h.Name("min", "r3", "1")
			h.Name("", "r4", "")
			h.Name("missing-1", "r9", "")
			h.Name("wei", "missing-2", "")
		}
		if l := get(t, h, vmr+"?status=0&searchKey=9000"); name == "none" && l.names() != "r1 r3" {
			t.Errorf("%s: at first %s", name, l.names())
		}
		for _, test := range [][4]string{
			{"PUT", status + "1" + thirdType, `["` + third + `"]`, "1"},
			{"POST", reclaim + third + thirdType, `["r1"]`, "2"},
			{"PUT", status + "0", `["min"]`, "0"},
		} {
			if w := ask(h, test[0], test[1], test[2], nil); w.Code != 200 {
				t.Errorf("%s: %s %d %s", name, test[1], w.Code, w.Body)
			}
		}
		if l := get(t, h, vmr+"?status=2"); l.names() != "r1 r4" {
			t.Errorf("%s: free are %s", name, l.names())
		}
		if l := get(t, h, member+"?status=1"); l.names() != "wei" {
			t.Errorf("%s: disabled are %s", name, l.names())
		}
		if got := shown(t, h, "/wei"); strings.Contains(got, "r1:") || !strings.Contains(got, " 1 2 ") {
			t.Errorf("%s: %s", name, got)
		}
		if l := get(t, h, member+"?status=0"); !strings.Contains(l.names(), "min") {
			t.Errorf("%s: normal are %s", name, l.names())
		}
	}
	h := serve(t, "")
	if got := shown(t, h, "/anybody"); got != "anybody  0 2  own:0" || get(t, h, member).Count != 0 {
		t.Errorf("whom nobody named: %s", got)
	}
	if ask(h, "PUT", status+"1", `["anybody"]`, nil); shown(t, h, "/anybody") != "anybody  1 2  own:0" || get(t, h, member).names() != "anybody" {
		t.Errorf("who was changed: %s", shown(t, h, "/anybody"))
	}
	if w := ask(serve(t, enterprise), "POST", reclaim+"wei", `["p1"]`, nil); w.Code != 400 {
		t.Errorf("a personal room is taken back: %d", w.Code)
	}
}

// TestListOfUsers: each of those who are asked for is found, or is not.
func TestListOfUsers(t *testing.T) {
	t.Parallel()
	const list = "/v1/usg/abs/users/list"
	h := serve(t, enterprise)
	codes := func(h *sandbox.Handler, query string, ids ...string) string {
		var asked []map[string]string
		for _, id := range ids {
			asked = append(asked, map[string]string{"id": id})
		}
		body, _ := json.Marshal(asked)
		w := ask(h, "POST", list+query, string(body), nil)
		var rows []struct {
			ID         string
			StatusCode int
			Account    string
		}
		if w.Code != 200 {
			return fmt.Sprint(w.Code)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &rows); err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for i, row := range rows {
			if row.ID != ids[i] {
				t.Errorf("%s instead of %s", row.ID, ids[i])
			}
			fmt.Fprintf(&text, "%d%s ", row.StatusCode, row.Account)
		}
		return text.String()
	}
	uuid := get(t, h, member).Data[1].ID
	for _, test := range []struct {
		query string
		ids   []string
		want  string
	}{
		{"?idType=THIRD_ACCOUNT", []string{"T-2", "T-9", "hub", "wei"}, "0min 2 0hub 2 "},
		{"", []string{uuid, "min"}, "0min 2 "},
		{"?idType=USER_ID", []string{uuid}, "0min "},
		{"?idType=ACCOUNT", []string{uuid}, "400"},
		{"", nil, "400"},
		{"", make([]string, 201), "400"},
	} {
		if got := codes(h, test.query, test.ids...); got != test.want {
			t.Errorf("%s %v: %s, want %s", test.query, test.ids, got, test.want)
		}
	}
	if got := codes(serve(t, ""), "?idType=THIRD_ACCOUNT", "anybody", "missing"); got != "0anybody 2 " {
		t.Errorf("where everything exists: %s", got)
	}
	if w := ask(h, "POST", list, `[{"id":"x"}]`, header("Content-Type", "text/plain")); w.Code != 400 {
		t.Errorf("another content type: %d", w.Code)
	}
}

// TestResource: what is used follows the state.
func TestResource(t *testing.T) {
	t.Parallel()
	h := serve(t, enterprise)
	used := func() string {
		var all struct {
			TeSoftCount, IdeaHubCount struct{ SumCount, UsedCount int }
			VMR                       []struct{ VMRPkgCount, VMRPkgUsedCount int }
		}
		w := ask(h, "GET", "/v1/usg/dcs/corp/resource", "", nil)
		if err := json.Unmarshal(w.Body.Bytes(), &all); err != nil {
			t.Fatal(err, w.Body)
		}
		return fmt.Sprint(all.TeSoftCount, all.IdeaHubCount, all.VMR)
	}
	if got := used(); got != "{100 2} {100 1} [{4 3} {1 1}]" {
		t.Errorf("at first: %s", got)
	}
	ask(h, "PUT", status+"0", `["min"]`, nil)
	ask(h, "POST", reclaim+"min", `["r3"]`, nil)
	if got := used(); got != "{100 3} {100 1} [{4 2} {1 1}]" {
		t.Errorf("then: %s", got)
	}
}

// TestDirectoryColumns: what makes no sense in the further columns is refused in words.
func TestDirectoryColumns(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"account,user_type\nwei,3":                  "row 1: user_type is \"3\", not 2, 12, 13 or 14",
		"account,admin_type\nwei,2\nmin,x":          "row 2: admin_type is \"x\", not 0, 1 or 2",
		"account,vmr_id,vmr_mode\nwei,r,9":          "row 1: vmr_mode is \"9\", not 0, 1 or 2",
		"account,vmr_id,vmr_mode\n,r,0":             "row 1: a personal room (vmr_mode 0) is somebody's",
		"account,third_account\nwei,T\nmin,T":       "row 2: third_account T is that of \"wei\" already",
		"account,vmr_id\nwei,r\nmin,r":              "row 2: room r is held by \"wei\" already",
		"account,vmr_id,user_status\nwei,r,0\n,,\n": "row 2 has neither account nor vmr_id",
	} {
		if _, err := sandbox.ReadDirectory(strings.NewReader(text)); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// TestReadingWhileWriting: readers and writers do not get into each other's way.
func TestReadingWhileWriting(t *testing.T) {
	t.Parallel()
	h := serve(t, "", "changes=50%", "delay=1ms", "order=unstable")
	h.NameExample()
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for j := range 100 {
				user := fmt.Sprintf("user%03d@example.com", j+1)
				switch i {
				case 0:
					ask(h, "POST", reclaim+user, fmt.Sprintf(`["ff8080816b0000000000000000%06x"]`, j*3+1), nil)
				case 1:
					ask(h, "PUT", status+"1", `["`+user+`"]`, nil)
				case 2:
					ask(h, "GET", vmr+"?status=2&limit=100", "", nil)
				case 3:
					ask(h, "GET", member+"/"+user, "", nil)
				}
			}
		})
	}
	all.Wait()
}

// TestMemoryOfRooms: rooms that were named take so little that a million of them fit into 200 MiB. It runs alone, since
// what others allocate counts.
func TestMemoryOfRooms(t *testing.T) {
	rooms := mass(1<<15, 1<<18)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	h := serve(t, "")
	for i := range rooms {
		h.Name(fmt.Sprintf("user%07d@example.com", i/3), fmt.Sprintf("ff8080816b00000000000000%08x", i), "0")
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := int64(after.HeapAlloc-before.HeapAlloc) / int64(rooms); each > 200<<20/1_000_000 {
		t.Errorf("a room takes %d bytes", each)
	} else {
		t.Logf("a room takes %d bytes", each)
	}
	if l := get(t, h, vmr); l.Count != rooms {
		t.Errorf("%d rooms", l.Count)
	}
}

// BenchmarkPage asks for pages of a large enterprise; changing, before each of them something changes.
func BenchmarkPage(b *testing.B) {
	for _, changing := range []bool{false, true} {
		b.Run(fmt.Sprintf("changing=%t", changing), func(b *testing.B) {
			h := sandbox.New(sandbox.Settings{Token: "tok"})
			for i := range 300_000 {
				h.Name(fmt.Sprintf("user%07d@example.com", i/3), fmt.Sprintf("ff8080816b00000000000000%08x", i), "0")
			}
			i := 0
			for b.Loop() {
				if i++; changing {
					h.Name(fmt.Sprint("new", i), fmt.Sprint("new", i), "")
				}
				if w := ask(h, "GET", fmt.Sprintf("%s?limit=100&status=0&offset=%d", vmr, i*100%300_000), "", nil); w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
