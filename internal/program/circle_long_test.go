//go:build long

package program

import (
	"fmt"
	"testing"
	"time"

	"meetbatch/internal/sandbox"
)

// TestLongReadingKills is TestReadingKills with more users and fifty kills of each command.
func TestLongReadingKills(t *testing.T) {
	t.Parallel()
	killReaders(t, 5, 200, 50)
}

// TestLongCircle changes 2,000 accounts and their 6,000 rooms while requests hang that are carried out, and others are cut
// before they are: reading settles all of it, and says nothing that the service's log does not.
func TestLongCircle(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		readings []sandbox.Reading
		wait     string
	}{
		"at once": {nil, "50ms"},
		"late":    {[]sandbox.Reading{{Key: "delay", Value: "2s"}, {Key: "offset", Value: "pages"}}, "3s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCircle(t, 2000, sandbox.Settings{
				Seed: 3, Readings: test.readings, Latency: sandbox.Latency{Min: time.Millisecond, Max: 5 * time.Millisecond},
				Faults: []sandbox.Fault{{Kind: "hang", Share: 0.05}, {Kind: "reset", Share: 0.02}},
			})
			c.args = append(c.args, "--timeout", "300ms")
			rooms, users := c.path("rooms.csv"), c.path("users.csv")
			writeTable(t, rooms, roomsOf(readTable(t, c.dataset)))
			people := [][]string{{"account", "user_status"}}
			for u := range 2000 {
				people = append(people, []string{fmt.Sprintf("user%04d@example.com", u), fmt.Sprint(u % 2)})
			}
			writeTable(t, users, people)
			c.settle("reclaim", rooms, test.wait)
			c.settle("status", users, test.wait, "--chunk", "10")
		})
	}
}

// settle runs a command that leaves rows unknown, and settles these.
func (c *circle) settle(command, input, wait string, args ...string) {
	c.t.Helper()
	run := c.path(command)
	c.run(1, command, append(args, "--attempts", "1", "--max-failures", "100%", "--out", run, input)...)
	unknown := countOf(c.t, run, "unknown")
	was := c.path(command + "-was")
	copyRun(c.t, run, was)
	if code := meetbatch(c.t, 5*time.Minute, "reconcile", "--quiet", "--yes", "--attempts", "20", "--wait", wait, run); code > 1 {
		c.t.Fatalf("reconcile: exit code %d", code)
	}
	wantCode(c.t, 0, "verify", "--quiet", run)
	c.wantSettled(was, run)
	undone := 0
	for _, row := range readTable(c.t, c.path(command)+"/results.csv") {
		if row["error_code"] == "NOT_CARRIED_OUT" {
			undone++
		}
	}
	c.t.Logf("%s: %d rows were unknown, %d are; %d were not carried out", command, unknown, countOf(c.t, run, "unknown"), undone)
}
