package program

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"meetbatch/internal/sandbox"
)

// TestReadingKills kills the commands that read the service at moments drawn by chance, and begins them again or goes on
// with them: in the end every directory is whole, and the service shows that nothing was lost, and nothing changed twice
// that was not in flight.
func TestReadingKills(t *testing.T) {
	notShort(t)
	onlyLong(t)
	t.Parallel()
	killReaders(t, 1, 50, 2)
}

// workersKilled are in flight at most when a command is killed.
const workersKilled = 3

// killReaders kills each of the commands so many times at least, on an enterprise of so many users.
func killReaders(t *testing.T, seed uint64, users, kills int) {
	for name, kill := range map[string]func(*killing){"export": (*killing).export, "circle": (*killing).circle, "reconcile": (*killing).reconcile} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := &killing{kills: kills, chance: rand.New(rand.NewPCG(seed, 7))}
			settings := sandbox.Settings{Seed: seed, Latency: sandbox.Latency{Min: 2 * time.Millisecond, Max: 12 * time.Millisecond}}
			settings.Readings = []sandbox.Reading{{Key: "page", Value: "20"}}
			if name == "reconcile" {
				settings.Faults = []sandbox.Fault{{Kind: "hang", Share: 0.1}, {Kind: "reset", Share: 0.1}}
			}
			k.names = newCircle(t, users, settings)
			k.names.args = append(k.names.args, "--workers", fmt.Sprint(workersKilled))
			kill(k)
			t.Logf("killed: %v", k.killed)
		})
	}
}

// killing are the kills of commands on an enterprise.
type killing struct {
	names  *circle
	kills  int
	chance *rand.Rand
	killed map[string]int // by command
}

// after is when a command is killed next: before it has begun, or anywhere in what it does. It is left alone when it was
// killed often enough, or this often in a row: on a machine that is busy it would never end.
func (k *killing) after(command string, inRow int) time.Duration {
	if k.killed == nil {
		k.killed = map[string]int{}
	}
	if k.killed[command] >= k.kills || inRow >= 10 {
		return time.Minute
	}
	return time.Duration(20+k.chance.IntN(500)) * time.Millisecond
}

func (k *killing) export() {
	c := k.names
	c.run(0, "export", "rooms", "--out", c.path("whole.csv"))
	want := read(c.t, c.path("whole.csv"))
	out := c.path("rooms.csv")
	for row := 0; ; row++ {
		code := meetbatch(c.t, k.after("export", row), slices.Concat([]string{"export", "rooms", "--quiet", "--out", out}, c.args)...)
		text, err := os.ReadFile(out)
		if err == nil && !bytes.Equal(text, want) || err != nil && !os.IsNotExist(err) {
			c.t.Fatalf("the file is not whole: %v, %q", err, text)
		}
		switch {
		case code == 0 && k.killed["export"] >= k.kills:
			return
		case code == 0:
			row = -1
			if err := os.Remove(out); err != nil {
				c.t.Fatal(err)
			}
		case code == -1:
			k.killed["export"]++
		default:
			c.t.Fatalf("exit code %d", code)
		}
	}
}

// circle kills runs that read the service first, and those that take them back.
func (k *killing) circle() {
	c := k.names
	table := roomsOf(readTable(c.t, c.dataset))
	input := c.path("rooms.csv")
	writeTable(c.t, input, table)
	for round := 0; k.killed["reclaim"] < k.kills || k.killed["undo"] < k.kills; round++ {
		run, undo := c.path(fmt.Sprint("run", round)), c.path(fmt.Sprint("undo", round))
		k.through(run, slices.Concat([]string{"reclaim", "--yes", "--quiet", "--only-changes", "--out", run}, c.args, []string{input})...)
		if n := countOf(c.t, run, "succeeded"); n != len(table)-1 {
			c.t.Errorf("%d rooms were taken back, want %d", n, len(table)-1)
		}
		k.through(undo, "undo", "--yes", "--quiet", "--wait", "0s", "--out", undo, run)
		if n := countOf(c.t, undo, "succeeded"); n != len(table)-1 {
			c.t.Errorf("%d rooms were given back, want %d", n, len(table)-1)
		}
		wantCode(c.t, 0, "verify", "--quiet", run, undo)
		wantCode(c.t, 3, "undo", "--yes", "--quiet", run)
		c.wantAsBefore()
		if c.t.Failed() {
			return
		}
	}
}

// through takes a command whose run is in dir to its end, through kills, and holds what came of it against what the
// service saw meanwhile.
func (k *killing) through(dir string, begin ...string) {
	c := k.names
	seen, args, killed := len(c.log()), begin, 0
	for {
		code := meetbatch(c.t, k.after(begin[0], killed), args...)
		if code == 0 {
			break
		}
		switch {
		case code == -1:
			k.killed[begin[0]]++
			killed++
		case code == 3 && args[0] == "resume" && len(c.log()) == seen: // it had not read its input whole
			if err := os.RemoveAll(dir); err != nil {
				c.t.Fatal(err)
			}
		default:
			c.t.Fatalf("exit code %d of %v", code, args)
		}
		if _, err := os.Stat(filepath.Join(dir, "run.json")); err == nil {
			args = []string{"resume", "--yes", "--quiet", dir}
		} else if err := os.RemoveAll(dir); err == nil { // killed before it had begun
			args = begin
		} else {
			c.t.Fatal(err)
		}
	}
	wantCode(c.t, 0, "verify", "--quiet", dir)
	c.holdAgainstService(dir, seen, killed*workersKilled)
}

// holdAgainstService holds a run against the log of the service from a line on, and wants no more requests to have been
// repeated than that.
func (c *circle) holdAgainstService(dir string, from, most int) {
	c.t.Helper()
	var text bytes.Buffer
	for _, l := range c.log()[from:] {
		line, err := json.Marshal(l)
		if err != nil {
			c.t.Fatal(err)
		}
		text.Write(append(line, '\n'))
	}
	write(c.t, c.path("segment.jsonl"), text.Bytes())
	repeated, err := compare(dir, c.path("segment.jsonl"))
	if err != nil {
		c.t.Error(err)
	}
	if repeated > most {
		c.t.Errorf("%d requests were repeated, and %d were in flight", repeated, most)
	}
}

// reconcile kills the settling of what is unknown.
func (k *killing) reconcile() {
	c := k.names
	c.args = append(c.args, "--timeout", "200ms")
	input := c.path("rooms.csv")
	writeTable(c.t, input, roomsOf(readTable(c.t, c.dataset)))
	run := c.path("run")
	c.run(1, "reclaim", "--attempts", "1", "--max-failures", "100%", "--out", run, input)
	for round := 0; k.killed["reconcile"] < k.kills; round++ {
		dir := c.path(fmt.Sprint("copy", round))
		copyRun(c.t, run, dir)
		for row := 0; ; row++ {
			code := meetbatch(c.t, k.after("reconcile", row), "reconcile", "--yes", "--quiet", "--wait", "30ms", "--attempts", "20", dir)
			if code == 0 || code == 1 {
				break
			}
			if code != -1 {
				c.t.Fatalf("exit code %d", code)
			}
			k.killed["reconcile"]++
			if code := meetbatch(c.t, time.Minute, "verify", "--quiet", dir); code != 0 && code != 5 {
				c.t.Fatalf("verify: exit code %d", code)
			}
		}
		wantCode(c.t, 0, "verify", "--quiet", dir)
		c.wantSettled(run, dir)
		if c.t.Failed() {
			return
		}
	}
}

func copyRun(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// roomsOf gives the rows of an input that names each room of users.
func roomsOf(directory []map[string]string) [][]string {
	table := [][]string{{"account", "vmr_id"}}
	for _, row := range directory {
		if row["account"] != "" {
			table = append(table, []string{row["account"], row["vmr_id"]})
		}
	}
	return table
}

// wantSettled wants no row of a run to be unknown any more, each that was to be what the service made of it, and those that
// were not to be as they were.
func (c *circle) wantSettled(was, now string) {
	c.t.Helper()
	before := map[string]map[string]string{}
	for _, row := range readTable(c.t, filepath.Join(was, "results.csv")) {
		before[row["line"]] = row
	}
	has, settled := c.replay(c.log()), 0
	for _, row := range readTable(c.t, filepath.Join(now, "results.csv")) {
		old := before[row["line"]]
		delete(before, row["line"])
		if old["status"] != "unknown" && !strings.Contains(old["error_message"], "may have been carried out") {
			if fmt.Sprint(row) != fmt.Sprint(old) {
				c.t.Errorf("%v was %v", row, old)
			}
			continue
		}
		settled++
		done := row["status"] == "succeeded"
		var is bool
		if room, of := row["vmr_id"]; of {
			is = has[room] == ""
		} else {
			is = has[row["account"]] == row["user_status"]
		}
		if row["status"] == "unknown" || done != is || row["request_id"] != old["request_id"] {
			c.t.Errorf("%v, and the service has it carried out: %t", row, is)
		}
	}
	if len(before) > 0 || settled == 0 {
		c.t.Errorf("%d rows are lost, and %d settled", len(before), settled)
	}
}
