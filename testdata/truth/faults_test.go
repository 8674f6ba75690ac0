package main

import (
	"testing"
	"time"
)

func TestThrottle(t *testing.T) {
	s := start(t, "--throttle", "2/m", "--throttle-headers")
	now := time.Now()
	for i, want := range []struct {
		after time.Duration
		over  bool
		rates string
	}{
		{0, false, "remain:1,limit:2,time:1 minute"},
		{30 * time.Second, false, "remain:0,limit:2,time:1 minute"},
		{59 * time.Second, true, "remain:0,limit:2,time:1 minute"},
		{60 * time.Second, false, "remain:1,limit:2,time:1 minute"},
	} {
		rates, over := s.take("api", now.Add(want.after))
		if got := rates.Get("X-APIG-Ratelimit-Api"); got != want.rates || over != want.over {
			t.Errorf("request %d: %q, %t", i, got, over)
		}
	}
	s = start(t, "--throttle", "1/1h")
	s.want("POST", recycle+"ann", `["r"]`, 200, "", "r", "")
	s.want("POST", recycle+"ann", `["r"]`, 429, "APIG.0308", "", "")
	s.want("PUT", status+"0", `["ann"]`, 200, "", "ann", "")
}

func TestFaults(t *testing.T) {
	for kind, want := range map[string]struct {
		status int
		code   string
		acts   bool
	}{
		"500": {500, "APIG.0601", false}, "502": {502, "APIG.0201", false}, "503": {503, "APIG.0613", false},
		"504": {504, "APIG.0201", true}, "429": {429, "APIG.0308", false}, "retry-after": {429, "APIG.0308", false},
		"cut": {0, "", true}, "reset": {0, "", false}, "401": {401, "USG.000000004", false}, "html": {200, "", false},
		"202": {202, "", true}, "no-api": {404, "", false},
		"error-in-200": {200, "USG.201080000", false}, "old-error": {200, "", false},
	} {
		s := start(t, "--fault", kind+"=100%")
		got, code, l := s.call("POST", recycle+"ann", `["r"]`)
		if got != want.status || got != 0 && code != want.code || (len(l.Applied) == 1) != want.acts || l.Fault != kind {
			t.Errorf("%s: %d %s, applied %q, fault %q", kind, got, code, l.Applied, l.Fault)
		}
	}
	s := start(t, "--poison", "ann=403")
	s.want("POST", recycle+"ann", `["r"]`, 403, "APIG.0302", "", "")
	s.want("PUT", status+"1", `["bob","ann"]`, 403, "APIG.0302", "", "")
	s.want("PUT", status+"1", `["bob"]`, 200, "", "bob", "")
	s = start(t, "--poison", "a=b=404/USG.201040000")
	s.want("POST", recycle+"a=b", `["r"]`, 404, "USG.201040000", "", "")
	if s := (shares{}); s.Set("500=60%") != nil || s.Set("cut=0.5") == nil || s.Set("slow=1%") == nil {
		t.Error("faults of more than all requests, or of no kind")
	}
}
