package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"meetbatch/internal/sandbox"
)

const (
	vmr    = "/v1/usg/dcs/corp/vmr"
	member = "/v1/usg/dcs/corp/member"
)

// listed is what a list answers.
type listed struct {
	Count, Limit, Offset int
	Data                 []struct {
		ID, VMRID, VMRName, UserAccount, ThirdAccount, Name, DeptCode, DeptNamePath, Phone, Email string
		Status, UserType, AdminType                                                               int
		Member, Device                                                                            *struct{ ID, Mark string }
		ExpireDate                                                                                int64
	}
}

// names are the rooms or accounts of a page.
func (l listed) names() string {
	var names []string
	for _, row := range l.Data {
		if row.UserAccount != "" {
			row.ID = row.UserAccount
		}
		names = append(names, row.ID)
	}
	return strings.Join(names, " ")
}

// get asks for a list.
func get(t *testing.T, h *sandbox.Handler, path string) (l listed) {
	t.Helper()
	w := ask(h, "GET", path, "", nil)
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	if l.Data == nil {
		t.Errorf("%s: data is null", path)
	}
	return l
}

// serve gives a service with a directory, or none where it is empty, and readings.
func serve(t *testing.T, directory string, said ...string) *sandbox.Handler {
	t.Helper()
	s := sandbox.Settings{Token: "tok", Seed: 1}
	for _, text := range said {
		var r sandbox.Reading
		if err := r.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		s.Readings = append(s.Readings, r)
	}
	if directory != "" {
		var err error
		if s.Directory, err = sandbox.ReadDirectory(strings.NewReader(directory)); err != nil {
			t.Fatal(err)
		}
	}
	return sandbox.New(s)
}

const enterprise = `account,vmr_id,user_status,third_account,name,user_type,admin_type,department,phone,email,vmr_mode,vmr_name,vmr_number,device
wei,r1,0,T-1,Wei Zhang,,,Sales,+8613900000001,wei@example.com,,North,990001,
wei,r2,,,,,,,,,2,Launch,990002,
wei,p1,,,,,,,,,0,Wei's own,880001,
min,r3,1,T-2,Min Li,,1,Sales#East,,,,South,990003,
hub,,0,,Hub,13,,,,,,,,
root,,0,,Root,,0,,,,,,,
,r4,,,,,,,,,,Spare,990004,
,r5,,,,,,,,,,Board room,990005,SN55
`

// TestLists: each parameter chooses what is listed.
func TestLists(t *testing.T) {
	t.Parallel()
	h := serve(t, enterprise)
	for query, want := range map[string]string{
		vmr:                                            "4: r1 r3 r4 r5",
		vmr + "?vmrMode=1":                             "4: r1 r3 r4 r5",
		vmr + "?vmrMode=2":                             "1: r2",
		vmr + "?status=0":                              "3: r1 r3 r5",
		vmr + "?status=1":                              "0: ",
		vmr + "?status=2":                              "1: r4",
		vmr + "?searchKey=90003":                       "1: r3",
		vmr + "?searchKey=nORTH":                       "1: r1",
		vmr + "?searchKey=wei":                         "1: r1",
		vmr + "?searchKey=sn55":                        "1: r5",
		vmr + "?searchKey=r1":                          "0: ",
		vmr + "?limit=3":                               "4: r1 r3 r4",
		vmr + "?limit=3&offset=1":                      "4: r3 r4 r5",
		vmr + "?limit=3&offset=3":                      "4: r5",
		vmr + "?limit=3&offset=4":                      "4: r5",
		vmr + "?limit=2&offset=2000000000":             "4: r4 r5",
		vmr + "?status=1&offset=7":                     "0: ",
		member:                                         "2: wei min",
		member + "?userType=13":                        "1: hub",
		member + "?userType=13&userType=2":             "3: wei min hub",
		member + "?status=1":                           "1: min",
		member + "?status=0":                           "1: wei",
		member + "?adminType=1":                        "1: min",
		member + "?adminType=2":                        "1: wei",
		member + "?searchKey=T-2":                      "1: min",
		member + "?searchKey=zhang":                    "1: wei",
		member + "?searchKey=3900":                     "1: wei",
		member + "?searchKey=wei@":                     "1: wei",
		member + "?deptCode=1":                         "2: wei min",
		member + "?deptCode=Sales":                     "2: wei min",
		member + "?deptCode=Sale":                      "0: ",
		member + "?deptCode=Sales%23East":              "1: min",
		member + "?sortField=ldapAccount":              "2: min wei",
		member + "?sortField=status&isAsc=false":       "2: min wei",
		member + "?deptCode=Sales&enableSubDept=false": "1: wei",
	} {
		if l := get(t, h, query); fmt.Sprintf("%d: %s", l.Count, l.names()) != want {
			t.Errorf("%s lists %d: %s, want %s", query, l.Count, l.names(), want)
		}
	}
	var many strings.Builder
	for i := range 120 {
		fmt.Fprintf(&many, "\n,r%d", i)
	}
	h = serve(t, "account,vmr_id"+many.String())
	if l := get(t, h, vmr); len(l.Data) != 10 || l.Limit != 10 || l.Offset != 0 {
		t.Errorf("unless told otherwise a page has %d rows, %d, from %d", len(l.Data), l.Limit, l.Offset)
	}
	if l := get(t, h, vmr+"?limit=500&offset=5"); len(l.Data) != 100 || l.Limit != 100 || l.Offset != 5 || l.Count != 120 {
		t.Errorf("a large page has %d rows, %d, from %d, of %d", len(l.Data), l.Limit, l.Offset, l.Count)
	}
}

// TestRows: what stands in a row.
func TestRows(t *testing.T) {
	t.Parallel()
	h := serve(t, enterprise)
	rooms := get(t, h, vmr).Data
	if r := rooms[0]; r.VMRID != "990001" || r.VMRName != "North" || r.Member.ID != "wei" || r.Member.Mark != "Wei Zhang(wei)" || r.Device != nil || r.ExpireDate < 1e12 {
		t.Errorf("a room that is held: %+v", r)
	}
	if r := rooms[2]; r.Member != nil || r.Device != nil || r.Status != 2 {
		t.Errorf("a free room: %+v", r)
	}
	if r := rooms[3]; r.Member != nil || r.Device == nil || r.Device.ID != "SN55" || r.Status != 0 {
		t.Errorf("the room of a terminal: %+v", r)
	}
	users := get(t, h, member).Data
	if u := users[0]; len(u.ID) != 32 || u.VMRID != "880001" || u.ThirdAccount != "T-1" || u.Name != "Wei Zhang" || u.DeptNamePath != "Sales" || u.UserType != 2 || u.AdminType != 2 || u.Phone == "" || u.Email == "" {
		t.Errorf("a user: %+v", u)
	}
}

// TestReadingIsChecked: what the documents do not know is refused, and no entries are logged.
func TestReadingIsChecked(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"GET " + vmr + "?vmrMode=0": "400 APIG.0201", "GET " + vmr + "?status=3": "400 APIG.0201", "GET " + vmr + "?limit=0": "400 APIG.0201",
		"GET " + vmr + "?offset=-1": "400 APIG.0201", "GET " + vmr + "?limit=x": "400 APIG.0201",
		"GET " + member + "?userType=2,14": "400 APIG.0201", "GET " + member + "?sortField=name": "400 APIG.0201", "GET " + member + "?isAsc=1": "400 APIG.0201",
		"GET " + member + "?adminType=0": "400 APIG.0201", "GET " + member + "/wei?accountType=2": "400 APIG.0201",
		"GET " + member + "/missing": "400 USG.201040000", "GET " + member + "/": "404 APIG.0101", "PUT " + vmr: "404 APIG.0101",
		"POST /v1/usg/abs/users/list": "400 APIG.0201", "GET " + vmr: "200 ", "GET " + member + "/wei": "200 ",
	} {
		var log bytes.Buffer
		h := sandbox.New(sandbox.Settings{Token: "tok", Log: &log})
		method, path, _ := strings.Cut(path, " ")
		w := ask(h, method, path, "", nil)
		var line sandbox.Line
		if err := json.Unmarshal(log.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(w.Code, " ", line.Code); got != want {
			t.Errorf("%s %s: %s, want %s", method, path, got, want)
		}
		if line.Method != method || line.Path != path || line.RequestID != "id-1" || line.Status != w.Code || len(line.Entries) > 0 || len(line.Applied) > 0 {
			t.Errorf("%s is logged as %+v", path, line)
		}
		if w := ask(h, method, path, "", header("X-Access-Token", "toc")); w.Code != 401 && w.Code != 404 {
			t.Errorf("%s with another token: %d", path, w.Code)
		}
	}
}

// TestTroubleOfReading: limits and faults are those of all calls.
func TestTroubleOfReading(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]int{"503": 503, "429": 429, "401": 401, "html": 200, "error-200": 200, "202": 202} {
		h := sandbox.New(sandbox.Settings{Token: "tok", Faults: []sandbox.Fault{{Kind: kind, Share: 1}}})
		w := ask(h, "GET", vmr, "", nil)
		if is := strings.Contains(w.Body.String(), `"count"`); w.Code != want || is != (kind == "202") {
			t.Errorf("%s: %d %s", kind, w.Code, w.Body)
		}
	}
	h := sandbox.New(sandbox.Settings{Token: "tok", Throttle: sandbox.Throttle{Limit: 1, Window: time.Hour}})
	if first, second := ask(h, "GET", vmr, "", nil).Code, ask(h, "GET", member, "", nil).Code; first != 200 || second != 429 {
		t.Errorf("throttled: %d, %d", first, second)
	}
}

// TestPages: whoever asks for page after page gets each of 25 users once, whatever offset counts, and the last page when
// asking on.
func TestPages(t *testing.T) {
	t.Parallel()
	for _, offset := range []string{"rows", "pages"} {
		h := serve(t, "", "offset="+offset)
		for i := range 25 {
			h.Name(fmt.Sprint("u", i), "", "")
		}
		step := map[string]int{"rows": 10, "pages": 1}[offset]
		var all []string
		for i := range 3 {
			all = append(all, strings.Fields(get(t, h, fmt.Sprintf("%s?limit=10&offset=%d", member, i*step)).names())...)
		}
		if slices.Sort(all); len(slices.Compact(all)) != 25 {
			t.Errorf("%s: read %v", offset, all)
		}
		last := get(t, h, fmt.Sprintf("%s?limit=10&offset=%d", member, 3*step))
		if len(last.Data) != 5 || last.Data[0].UserAccount != "u20" || last.Offset != 2*step {
			t.Errorf("%s: past the end stands %s, from %d", offset, last.names(), last.Offset)
		}
		if second := get(t, h, member+"?limit=10&offset=1").Data[0].UserAccount; second != map[string]string{"rows": "u1", "pages": "u10"}[offset] {
			t.Errorf("%s: offset 1 begins with %s", offset, second)
		}
	}
}

// TestReadings: each setting does what it says.
func TestReadings(t *testing.T) {
	t.Parallel()
	if l := get(t, serve(t, enterprise, "page=2"), vmr+"?limit=3"); l.Limit != 2 || len(l.Data) != 2 {
		t.Errorf("a page that is too large has %d rows, %d", len(l.Data), l.Limit)
	}
	h := serve(t, enterprise, "page=2", "over=refuse")
	if w := ask(h, "GET", vmr+"?limit=3", "", nil); w.Code != 400 {
		t.Errorf("a page that is too large, refused: %d", w.Code)
	}
	if l := get(t, h, vmr+"?limit=2"); len(l.Data) != 2 {
		t.Errorf("a page that is not too large: %s", l.names())
	}
	for count, want := range map[string]int{"+2": 6, "-1": 3, "-9": 0} {
		if l := get(t, serve(t, enterprise, "count="+count), vmr); l.Count != want || len(l.Data) != 4 {
			t.Errorf("count%s: %d of %d", count, l.Count, len(l.Data))
		}
	}
	if l := get(t, serve(t, enterprise, "administrator=shown"), member); l.names() != "wei min root" {
		t.Errorf("with the administrator: %s", l.names())
	}
	if l := get(t, serve(t, enterprise, "member=third"), vmr); l.Data[0].Member.ID != "T-1" {
		t.Errorf("member is %+v", l.Data[0].Member)
	}
}

// TestUnstableOrder: rows come in another order each time, each once, and again so with the same seed.
func TestUnstableOrder(t *testing.T) {
	t.Parallel()
	orders := func() (all []string) {
		h := serve(t, "", "order=unstable")
		h.NameExample()
		for range 5 {
			names := get(t, h, member+"?limit=100").names()
			all = append(all, names)
			sorted := strings.Fields(names)
			if slices.Sort(sorted); len(slices.Compact(sorted)) != 100 {
				t.Errorf("%d of 100 users", len(sorted))
			}
		}
		return all
	}
	once, again := orders(), orders()
	if !slices.Equal(once, again) {
		t.Error("the order does not follow the seed")
	}
	if slices.Sort(once); len(slices.Compact(once)) < 5 {
		t.Error("an order came twice")
	}
}

// TestChangesElsewhere: before a share of the pages somebody else changes the list, and what is written acts on that.
func TestChangesElsewhere(t *testing.T) {
	t.Parallel()
	run := func(share string) (pages []string, changed int) {
		h := serve(t, "", "page=1000", "changes="+share)
		h.NameExample()
		for range 50 {
			for _, path := range []string{vmr, member} {
				w := ask(h, "GET", path+"?limit=1000", "", nil)
				pages = append(pages, w.Body.String())
				if n := len(pages); n > 2 && pages[n-1] != pages[n-3] {
					changed++
				}
			}
		}
		return pages, changed
	}
	once, n := run("20%")
	again, _ := run("20%")
	if n < 5 || n > 50 || !slices.Equal(once, again) {
		t.Errorf("%d of 100 pages changed", n)
	}
	if _, n := run("0"); n != 0 {
		t.Errorf("%d pages changed by themselves", n)
	}
	h := serve(t, "account,vmr_id,user_status\n"+strings.Repeat("wei,r1,0\n", 1)+"min,r2,0\n", "changes=100%")
	for range 200 {
		rooms, users := get(t, h, vmr+"?limit=100"), get(t, h, member+"?limit=100")
		if rooms.Count != len(rooms.Data) || users.Count != len(users.Data) {
			t.Fatalf("%d rooms, %d users, and counted %d, %d", len(rooms.Data), len(users.Data), rooms.Count, users.Count)
		}
	}
	if rooms := get(t, h, vmr+"?limit=100").names(); !strings.Contains(" "+rooms+" ", " r1 ") {
		if w := ask(h, "POST", reclaim+"wei", `["r1"]`, nil); w.Code != 400 {
			t.Errorf("a room that was deleted is reclaimed: %d", w.Code)
		}
	}
}

// TestDelay: a change is read later, and not before.
func TestDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := serve(t, enterprise, "delay=5s")
		for path, body := range map[string]string{"POST " + reclaim + "wei": `["r1"]`, "PUT " + status + "1": `["wei"]`} {
			method, path, _ := strings.Cut(path, " ")
			if w := ask(h, method, path, body, nil); w.Code != 200 {
				t.Fatal(w.Code, w.Body)
			}
		}
		states := func() string {
			return fmt.Sprint(get(t, h, vmr).Data[0].Status, get(t, h, member).Data[0].Status)
		}
		if got := states(); got != "0 0" {
			t.Errorf("at once: %s", got)
		}
		time.Sleep(4999 * time.Millisecond)
		if got := states(); got != "0 0" {
			t.Errorf("before: %s", got)
		}
		time.Sleep(time.Millisecond)
		if got := states(); got != "2 1" {
			t.Errorf("then: %s", got)
		}
	})
}

// TestTerminals: a share of the rooms is bound to a terminal, and belongs to nobody then.
func TestTerminals(t *testing.T) {
	t.Parallel()
	h := serve(t, "", "terminals=30%", "page=1000")
	h.NameExample()
	bound := 0
	for _, r := range get(t, h, vmr+"?limit=1000").Data {
		if (r.Device == nil) == (r.Member == nil) || r.Status != 0 {
			t.Errorf("%+v", r)
		}
		want := 200
		if r.Device != nil {
			bound, want = bound+1, 400
		}
		if w := ask(h, "POST", reclaim+"user001@example.com", `["`+r.ID+`"]`, nil); w.Code != want {
			t.Errorf("reclaimed: %d, want %d: %+v", w.Code, want, r)
		}
	}
	if bound < 60 || bound > 120 {
		t.Errorf("%d of 300 rooms are bound", bound)
	}
}

// TestReadingFlag: each key reads as it is written; what makes no sense is refused in words.
func TestReadingFlag(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"offset=rows", "offset=pages", "page=1", "page=1000", "over=cut", "over=refuse", "order=stable", "order=unstable", "changes=2%", "changes=0.5",
		"delay=0s", "delay=1m", "count=+3", "count=-3", "count=+0", "administrator=hidden", "administrator=shown", "terminals=10pct", "member=meeting", "member=third",
	} {
		var r, again sandbox.Reading
		if err := r.UnmarshalText([]byte(text)); err != nil {
			t.Error(err)
		}
		if written, _ := r.MarshalText(); string(written) != text || again.UnmarshalText(written) != nil || again != r {
			t.Errorf("%s is written %s", text, written)
		}
	}
	for text, want := range map[string]string{
		"": "is none of administrator, changes, count,", "ofset=rows": "is none of", "offset": "offset is rows or pages", "offset=row": "offset is rows or pages",
		"page=0": "page is a number of rows from 1 on", "page=-1": "page is", "changes=120%": "changes is a share such as 2%, 2pct or 0.02", "delay=-1s": "delay is a time such as 5s",
		"delay=5": "delay is", "count=3": "count is a number with its sign", "count=": "count is", "count=+x": "count is", "terminals=x": "terminals is",
	} {
		var r sandbox.Reading
		if err := r.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), want) || r != (sandbox.Reading{}) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	twice := sandbox.Rehearsal{Reading: []sandbox.Reading{{Key: "page", Value: "1"}, {Key: "page", Value: "2"}}}
	if err := twice.Check(); err == nil || !strings.Contains(err.Error(), "page is said twice") {
		t.Errorf("said twice: %v", err)
	}
}
