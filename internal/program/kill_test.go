package program

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"meetbatch/internal/sandbox"
)

// TestKill kills a run at moments drawn by chance, again and again, while the service fails in every way
// that it knows, and resumes it until it ends: no row is lost, none has two results or one that contradicts
// what the service did, and no more is repeated than was in flight.
func TestKill(t *testing.T) {
	t.Parallel()
	for _, seed := range sample([]uint64{0, 1, 2}, 1) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			accounts := 300
			if runtime.GOOS == "windows" { // where processes start slowly, under wine in half a second
				accounts = 60
			}
			killAndResume(t, seed, accounts, 15)
		})
	}
}

// startTroubled starts a simulated service in which one request of a hundred has each kind of trouble.
func startTroubled(t *testing.T, seed uint64, logFile string) *sandbox.Server {
	log, err := os.Create(logFile)
	if err != nil {
		t.Fatal(err)
	}
	settings := sandbox.Settings{Token: "sandbox", Log: log, Seed: seed, Latency: sandbox.Latency{Min: time.Millisecond, Max: 20 * time.Millisecond}}
	for _, kind := range []string{"500", "502", "503", "504", "reset", "cut", "hang"} {
		settings.Faults = append(settings.Faults, sandbox.Fault{Kind: kind, Share: 0.01})
	}
	server, err := sandbox.Start(sandbox.New(settings), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close(); log.Close() })
	return server
}

// killAndResume takes a run on so many accounts through as many kills as it lasts, but no more than most.
func killAndResume(t *testing.T, seed uint64, accounts, most int) {
	const workers = 8
	dir := t.TempDir()
	input, run, logFile := filepath.Join(dir, "rooms.csv"), filepath.Join(dir, "run"), filepath.Join(dir, "log")
	rows := writeRooms(t, input, accounts)
	server := startTroubled(t, seed, logFile)

	chance := rand.New(rand.NewPCG(seed, 1))
	timeout := "200ms"
	if runtime.GOOS == "windows" { // under wine an answer may take that long
		timeout = "2s"
	}
	args := []string{"reclaim", "--endpoint", server.URL, "--yes", "--rate", "none", "--workers", fmt.Sprint(workers),
		"--timeout", timeout, "--attempts", "10", "--out", run, input}
	kills := 0
	for {
		after := time.Duration(20+chance.IntN(400)) * time.Millisecond
		if kills == most {
			after = time.Minute // on a machine that is busy it would never end
		}
		code := meetbatch(t, after, args...)
		if code == 1 {
			break // finished; the rooms that are missing failed
		}
		if code != -1 {
			t.Fatalf("exit code %d", code)
		}
		if _, err := os.Stat(filepath.Join(run, "run.json")); err == nil {
			args = []string{"resume", "--yes", run}
		} else if err := os.RemoveAll(run); err != nil { // killed before it had begun
			t.Fatal(err)
		}
		if kills++; kills > most {
			t.Fatal("it does not end")
		}
	}
	if code := meetbatch(t, time.Minute, "verify", run); code != 0 {
		t.Errorf("verify: exit code %d", code)
	}
	repeated, err := compare(run, logFile)
	if err != nil {
		t.Error(err)
	}
	if repeated > kills*workers {
		t.Errorf("%d requests repeated after %d kills", repeated, kills)
	}
	results, err := os.ReadFile(filepath.Join(run, "results.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(results, []byte("\n")) - 1; n != rows {
		t.Errorf("%d results for %d rows", n, rows)
	}
	t.Logf("%d kills, %d requests repeated", kills, repeated)
}

// writeRooms writes a file of so many accounts, a few rooms each, a few of which are missing or doubled.
func writeRooms(t *testing.T, path string, accounts int) (rows int) {
	var text bytes.Buffer
	text.WriteString("account,vmr_id\n")
	for i := range accounts * 5 {
		room := fmt.Sprintf("%032x", i)
		if i%211 == 0 {
			room = fmt.Sprintf("missing%d", i)
		}
		row := fmt.Sprintf("user%d,%s\n", i*7%accounts, room)
		text.WriteString(row)
		rows++
		if i%97 == 0 {
			text.WriteString(row)
			rows++
		}
	}
	if err := os.WriteFile(path, text.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return rows
}
