package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"meetbatch/internal/sandbox"
)

const assign = "/v1/usg/dcs/corp/vmr/assign-to-member/"

// TestAssign: a room is given that exists and is free, or that the account has already, unless repeats are refused.
func TestAssign(t *testing.T) {
	t.Parallel()
	const directory = "account,vmr_id\nwei,r1\nmin,r2\n,r3\n,r4\n"
	for _, test := range []struct {
		name     string
		badEntry sandbox.BadEntry
		repeat   sandbox.Repeat
		account  string
		rooms    string
		status   int
		code     string
		applied  string
	}{
		{"free", "", "", "wei", `["r3","r4"]`, 200, "", "[r3 r4]"},
		{"its own", "", "", "wei", `["r1","r3"]`, 200, "", "[r1 r3]"},
		{"its own again", "", sandbox.RejectRepeats, "wei", `["r1","r3"]`, 400, "USG.201080000", "[]"},
		{"somebody else's", "", "", "wei", `["r2","r3"]`, 400, "USG.201080000", "[]"},
		{"none", "", "", "wei", `["r5","r3"]`, 400, "USG.201080000", "[]"},
		{"the others are given", sandbox.Partial, "", "wei", `["r2","r3","r5","r4"]`, 400, "USG.201080000", "[r3 r4]"},
		{"the others are given, and nothing is said", sandbox.Ignore, "", "wei", `["r2","r3"]`, 200, "", "[r3]"},
		{"nobody", "", "", "li", `["r3"]`, 400, "USG.201040000", "[]"},
	} {
		h, log := withDirectory(t, directory, sandbox.Settings{BadEntry: test.badEntry, Repeat: test.repeat})
		w := ask(h, "POST", assign+test.account, test.rooms, nil)
		line := last(t, log)
		if w.Code != test.status || line.Code != test.code || fmt.Sprint(line.Applied) != test.applied {
			t.Errorf("%s: %d %s, applied %v, want %d %s, %s", test.name, w.Code, line.Code, line.Applied, test.status, test.code, test.applied)
		}
	}
	h := sandbox.New(sandbox.Settings{Token: "tok", Repeat: sandbox.RejectRepeats})
	for i, step := range []struct {
		path   string
		status int
	}{{assign, 200}, {assign, 400}, {reclaim, 200}, {reclaim, 400}, {assign, 200}} {
		if w := ask(h, "POST", step.path+"wei", `["r"]`, nil); w.Code != step.status {
			t.Errorf("without a directory, request %d: %d, want %d", i+1, w.Code, step.status)
		}
	}
}

// TestMaxRooms: an account holds 32 rooms, however they came to it; those that it gave back, or has already, take no place.
func TestMaxRooms(t *testing.T) {
	t.Parallel()
	var directory strings.Builder
	directory.WriteString("account,vmr_id\nmin,\n")
	for i := range 32 {
		fmt.Fprintf(&directory, "wei,w%d\n,f%d\n", i, i)
	}
	h, log := withDirectory(t, directory.String(), sandbox.Settings{BadEntry: sandbox.Partial})
	rooms := func(letter string, from, to int) string {
		var ids []string
		for i := from; i < to; i++ {
			ids = append(ids, fmt.Sprintf("%q", fmt.Sprint(letter, i)))
		}
		return "[" + strings.Join(ids, ",") + "]"
	}
	for _, step := range []struct {
		path, rooms     string
		status, applied int
	}{
		{assign + "wei", `["w0","f0"]`, 400, 1},
		{reclaim + "wei", rooms("w", 0, 2), 200, 2},
		{assign + "wei", rooms("f", 0, 3), 400, 2},
		{assign + "min", rooms("w", 0, 2), 200, 2},
		{assign + "min", rooms("f", 2, 32), 200, 30},
		{reclaim + "wei", rooms("w", 2, 3), 200, 1},
		{assign + "min", rooms("w", 0, 3), 400, 2},
	} {
		w := ask(h, "POST", step.path, step.rooms, nil)
		if n := len(last(t, log).Applied); w.Code != step.status || n != step.applied {
			t.Errorf("%s %s: %d, %d applied, want %d, %d", step.path, step.rooms, w.Code, n, step.status, step.applied)
		}
	}
}

// withDirectory is a service for which so much exists, and its log.
func withDirectory(t *testing.T, directory string, s sandbox.Settings) (*sandbox.Handler, *bytes.Buffer) {
	dir, err := sandbox.ReadDirectory(strings.NewReader(directory))
	if err != nil {
		t.Fatal(err)
	}
	log := new(bytes.Buffer)
	s.Token, s.Directory, s.Log = "tok", dir, log
	return sandbox.New(s), log
}

// last is the last line of a log.
func last(t *testing.T, log *bytes.Buffer) (line sandbox.Line) {
	lines := bytes.Split(bytes.TrimSpace(log.Bytes()), []byte("\n"))
	if err := json.Unmarshal(lines[len(lines)-1], &line); err != nil {
		t.Fatal(err)
	}
	return line
}
