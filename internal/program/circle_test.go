package program

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"meetbatch/internal/sandbox"
)

// circle is an enterprise of a simulated service, and the files of who changes it and takes that back.
type circle struct {
	t       *testing.T
	dir     string
	url     string
	args    []string // of every command that names its service
	dataset string   // the directory
	rooms   int      // of users, and free ones
}

// newCircle writes an enterprise of so many users with three rooms each, of whom some are disabled and one is the default
// administrator, and of some rooms that nobody has; and serves it.
func newCircle(t *testing.T, users int, settings sandbox.Settings) *circle {
	t.Helper()
	c := &circle{t: t, dir: t.TempDir()}
	rows := [][]string{{"account", "vmr_id", "user_status", "third_account", "admin_type", "vmr_mode"}}
	for u := range users {
		status, admin := "0", ""
		switch {
		case u%50 == 7:
			status = "1"
		case u == 3:
			admin = "0"
		}
		for range 3 {
			c.rooms++
			mode := "1"
			if c.rooms%40 == 11 {
				mode = "2"
			}
			rows = append(rows, []string{fmt.Sprintf("user%04d@example.com", u), fmt.Sprintf("%032x", c.rooms), status, fmt.Sprintf("T%05d", u), admin, mode})
		}
	}
	for range 5 {
		c.rooms++
		rows = append(rows, []string{"", fmt.Sprintf("%032x", c.rooms), "", "", "", "1"})
	}
	c.dataset = c.path("directory.csv")
	writeTable(t, c.dataset, rows)
	c.serve(settings)
	return c
}

func (c *circle) path(name string) string { return filepath.Join(c.dir, name) }

// serve starts a service of what is in the directory.
func (c *circle) serve(settings sandbox.Settings) {
	c.t.Helper()
	directory, err := sandbox.ReadDirectory(bytes.NewReader(read(c.t, c.dataset)))
	if err != nil {
		c.t.Fatal(err)
	}
	log, err := os.Create(c.path("service.jsonl"))
	if err != nil {
		c.t.Fatal(err)
	}
	settings.Token, settings.Directory, settings.Log = "sandbox", directory, log
	server, err := sandbox.Start(sandbox.New(settings), "127.0.0.1:0")
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { server.Close(); log.Close() })
	c.url, c.args = server.URL, []string{"--endpoint", server.URL, "--rate", "none"}
}

// log is what was asked for that is to change something, as the service saw it.
func (c *circle) log() (lines []sandbox.Line) {
	c.t.Helper()
	text := bufio.NewScanner(bytes.NewReader(read(c.t, c.path("service.jsonl"))))
	text.Buffer(nil, 1<<20)
	for text.Scan() {
		var l sandbox.Line
		if err := json.Unmarshal(text.Bytes(), &l); err != nil {
			c.t.Fatal(err)
		}
		if l.Method != "GET" {
			lines = append(lines, l)
		}
	}
	return lines
}

// wantAsBefore replays what the service applied on its directory, and wants each entry to be as it was.
func (c *circle) wantAsBefore() {
	c.t.Helper()
	was, now := c.replay(nil), c.replay(c.log())
	for key, value := range was {
		if now[key] != value {
			c.t.Errorf("%s is %q, and was %q", key, now[key], value)
		}
	}
	if len(now) != len(was) {
		c.t.Errorf("%d entries, and there were %d", len(now), len(was))
	}
}

// replay gives who has each room, and the status of each account, when these requests were carried out.
func (c *circle) replay(lines []sandbox.Line) map[string]string {
	c.t.Helper()
	has, byThird := map[string]string{}, map[string]string{}
	for _, row := range readTable(c.t, c.dataset) {
		has[row["vmr_id"]] = row["account"]
		if row["account"] != "" {
			has[row["account"]] = row["user_status"]
			byThird[row["third_account"]] = row["account"]
		}
	}
	name := func(account string) string {
		if known, is := byThird[account]; is {
			return known
		}
		return account
	}
	for _, l := range lines {
		for _, e := range l.Applied {
			switch {
			case strings.Contains(l.Path, "recycle-from-member"):
				has[e] = ""
			case strings.Contains(l.Path, "assign-to-member"):
				has[e] = name(l.Target)
			default:
				has[name(e)] = l.Target
			}
		}
	}
	return has
}

// run runs a command against the service.
func (c *circle) run(want int, command string, args ...string) {
	c.t.Helper()
	wantCode(c.t, want, slices.Concat([]string{command, "--quiet", "--yes"}, c.args, args)...)
}

// TestCircle: what the service holds is exported, changed where it is not so already, and taken back; then everything is as
// it was before. That goes for each way in which the service may be read, one that nobody can read apart.
func TestCircle(t *testing.T) {
	notShort(t)
	t.Parallel()
	type reading struct {
		readings string
		third    bool
		wait     string // for what is changed to be read
		refused  bool   // the list is not whole
	}
	for _, test := range sample([]reading{
		{readings: "offset=pages page=17"},
		{readings: "over=refuse page=60 terminals=10%"},
		{readings: "order=unstable page=50", refused: true},
		{readings: "changes=100% page=20", refused: true},
		{readings: "delay=400ms", wait: "600ms"},
		{readings: "count=+1", refused: true},
		{readings: "count=-1", refused: true},
		{readings: "administrator=shown member=meeting", third: true},
		{readings: "member=third", third: true},
	}, 2) {
		name := test.readings
		if test.third {
			name += ", third"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var settings sandbox.Settings
			for text := range strings.FieldsSeq(test.readings) {
				var r sandbox.Reading
				if err := r.UnmarshalText([]byte(text)); err != nil {
					t.Fatal(err)
				}
				settings.Readings = append(settings.Readings, r)
			}
			c := newCircle(t, 50, settings)
			if test.third {
				c.args = append(c.args, "--account-type", "1")
			}
			if test.wait == "" {
				test.wait = "0s"
			}
			c.goAround(test.wait, test.refused)
		})
	}
}

// goAround takes rooms back from and gives them to those who had them, and disables users and enables them again.
func (c *circle) goAround(wait string, refused bool) {
	t := c.t
	t.Helper()
	before, users := c.path("before.csv"), c.path("users.csv")
	if refused {
		c.run(4, "export", "rooms", "--out", before)
		if _, err := os.Stat(before); err == nil {
			t.Error("a list that is not whole was written")
		}
		writeRooms(t, c.path("rooms.csv"), 60)
		c.run(4, "reclaim", "--only-changes", "--out", c.path("run"), c.path("rooms.csv"))
		if n := len(c.log()); n > 0 {
			t.Errorf("%d requests changed something", n)
		}
		return
	}
	c.run(0, "export", "rooms", "--out", before)
	c.run(0, "export", "users", "--out", users)
	c.run(0, "reclaim", "--only-changes", "--out", c.path("run"), before)
	wantCode(t, 0, "undo", "--quiet", "--yes", "--wait", wait, "--out", c.path("undo"), c.path("run"))
	c.run(0, "status", "--to", "disabled", "--only-changes", "--out", c.path("status"), users)
	wantCode(t, 0, "undo", "--quiet", "--yes", "--wait", wait, "--out", c.path("undo2"), c.path("status"))
	wantCode(t, 0, "verify", "--quiet", c.path("run"), c.path("undo"), c.path("status"), c.path("undo2"))
	c.wantAsBefore()
	held, normal := len(readTable(t, before)), 0
	for _, user := range readTable(t, users) {
		if user["status"] == "0" {
			normal++
		}
	}
	if held < c.rooms*3/4 || normal < c.rooms/4 {
		t.Errorf("%d rooms and %d users were exported", held, normal)
	}
	for run, rows := range map[string]int{"run": held, "undo": held, "status": normal, "undo2": normal} {
		if n := countOf(t, c.path(run), "succeeded"); n != rows {
			t.Errorf("%s changed %d entries, want %d", run, n, rows)
		}
	}
	if wait == "0s" { // otherwise it would be read late
		c.run(0, "export", "rooms", "--out", c.path("after.csv"))
		if !bytes.Equal(read(t, before), read(t, c.path("after.csv"))) {
			t.Error("the rooms are not as they were")
		}
	}
}

// countOf counts the rows of a run that have a status.
func countOf(t *testing.T, run, status string) (n int) {
	t.Helper()
	for _, row := range readTable(t, filepath.Join(run, "results.csv")) {
		if row["status"] == status {
			n++
		}
	}
	return n
}
