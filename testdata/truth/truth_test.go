package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

func TestState(t *testing.T) {
	file := stateFile(t, "ann,r1,0", "ann,r2,", "bob,,1", ",r3,", "eve,r4,")
	s := start(t, "--state", file)
	s.want("POST", recycle+"ann?accountType=0", `["r1"]`, 200, "", "r1", "")
	s.want("POST", recycle+"ann", `["r1","r2"]`, 200, "", "r1 r2", "")
	s.want("POST", recycle+"bob", `["r3","r4"]`, 400, noRoom, "", "")
	s.want("POST", recycle+"nobody", `["r3"]`, 400, noUser, "", "")
	s.want("POST", assign+"bob?accountType=1", `["r1","r3"]`, 200, "", "r1 r3", "")
	s.want("POST", assign+"bob", `["r4"]`, 400, noRoom, "", "")
	s.want("POST", assign+"bob", `["r9"]`, 400, noRoom, "", "")
	s.want("PUT", status+"1", `["ann","bob"]`, 200, "", "ann bob", "")
	s.want("PUT", status+"0", `["bob","nobody"]`, 400, noUser, "", "")
	s.want("POST", recycle+"ann", `["r1"]`, 401, "USG.000000004", "", "", "X-Access-Token", "other")
	if got := s.state(); got != ",r2, ann,,1 bob,r1,1 bob,r3,1 eve,r4,0 " {
		t.Errorf("state %s", got)
	}
	for mode, code := range map[string]int{"partial": 400, "ignore": 200} {
		s := start(t, "--state", file, "--reject", mode, "--free", "refuse")
		got, _, l := s.call("POST", recycle+"ann", `["r9","r1","r3"]`)
		if got != code || strings.Join(l.Applied, " ") != "r1" {
			t.Errorf("--reject %s: %d, applied %q", mode, got, l.Applied)
		}
	}
	for _, rows := range [][]string{{"ann,r1,0", "bob,r1,0"}, {"ann,,0", "ann,,1"}, {"ann,,2"}, {",,"}} {
		if _, err := readDirectory(stateFile(t, rows...)); err == nil {
			t.Errorf("state %q was read", rows)
		}
	}
}

func TestOpen(t *testing.T) {
	s := start(t)
	s.want("POST", recycle+"a%2Fb%20c", `["r1","missing1"]`, 400, noRoom, "", "")
	s.want("POST", recycle+"a%2Fb%20c", `["r1"]`, 200, "", "r1", "")
	s.want("POST", assign+"bob", `["r1"]`, 200, "", "r1", "")
	s.want("POST", recycle+"a%2Fb%20c", `["r1"]`, 400, noRoom, "", "")
	s.want("PUT", status+"1", `["missing"]`, 400, noUser, "", "")
	var rooms []string
	for i := range 32 {
		rooms = append(rooms, strconv.Quote(fmt.Sprint("x", i)))
	}
	s.want("POST", assign+"bob", "["+strings.Join(rooms, ",")+"]", 400, noRoom, "", "")
	s.want("POST", assign+"bob", "["+strings.Join(rooms[1:], ",")+"]", 200, "", strings.ReplaceAll(strings.Join(rooms[1:], " "), `"`, ""), "")
}

var many = strings.TrimSuffix(strings.Repeat(`"r",`, 101), ",")

var violations = []struct {
	method, path, body string
	status             int
	violation          string
	headers            []string
}{
	{"GET", recycle + "ann", ``, 404, "no such API", nil},
	{"POST", recycle + "ann/r", `["r"]`, 404, "no such API", nil},
	{"POST", "/" + recycle + "ann", `["r"]`, 404, "no such API", nil},
	{"POST", recycle, `["r"]`, 400, "last segment", nil},
	{"PUT", status + "2", `["ann"]`, 400, "status", nil},
	{"POST", recycle + "ann?accountType=2", `["r"]`, 400, "accountType", nil},
	{"POST", recycle + "ann?accounttype=1", `["r"]`, 400, "query", nil},
	{"POST", recycle + "ann", `[]`, 400, "0 entries", nil},
	{"POST", recycle + "ann", `null`, 400, "0 entries", nil},
	{"POST", recycle + "ann", `[` + many + `]`, 400, "101 entries", nil},
	{"POST", recycle + "ann", `{"ids":["r"]}`, 400, "body", nil},
	{"POST", recycle + "ann", `["r",1]`, 400, "body", nil},
	{"POST", recycle + "ann", `["r",null]`, 400, "empty", nil},
	{"POST", recycle + "ann", `["r"] x`, 400, "body", nil},
	{"POST", recycle + "ann", "[\"r\xff\"]", 400, "UTF-8", nil},
	{"POST", recycle + "ann", `["r"]`, 400, "Content-Type", []string{"Content-Type", ""}},
	{"POST", recycle + "ann", `["r"]`, 400, "Content-Type", []string{"Content-Type", "text/plain"}},
	{"POST", recycle + "ann", `["r"]`, 400, "charset", []string{"Content-Type", "application/json; charset=gbk"}},
	{"POST", recycle + "ann", `["r"]`, 400, "Accept-Language", []string{"Accept-Language", "de"}},
	{"POST", recycle + "ann", `["r"]`, 401, "X-Access-Token", []string{"X-Access-Token", ""}},
	{"POST", recycle + "ann", `["r","r"]`, 200, "twice", nil},
	{"POST", recycle + "ann", `["r"]`, 200, "missing", []string{"X-Request-Id", ""}},
	{"POST", recycle + "ann", `["r"]`, 200, "no UUID", []string{"X-Request-Id", "1"}},
	{"POST", recycle + "ann", `["r"]`, 200, "", []string{"X-Request-Id", "5a755fd0-bda3-4907-9004-91da534d0dce"}},
	{"POST", recycle + "ann", `["r"]`, 200, "before", []string{"X-Request-Id", "5A755FD0-bda3-4907-9004-91da534d0dce"}},
}

func TestViolations(t *testing.T) {
	s := start(t)
	for _, c := range violations {
		got, _, l := s.call(c.method, c.path, c.body, c.headers...)
		if got != c.status || !strings.Contains(l.Violation, c.violation) || (c.violation == "") != (l.Violation == "") {
			t.Errorf("%s %s %s %q: %d, violation %q", c.method, c.path, c.body, c.headers, got, l.Violation)
		}
	}
}
