//go:build long && !windows

package program

import (
	"encoding/json"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestLongBudget lets four processes share 50 requests a second for a minute, by the log of a service that is not the
// sandbox: in a file and in a Redis server, and while these and the processes have trouble.
func TestLongBudget(t *testing.T) {
	truth := filepath.Join(t.TempDir(), "truth")
	if out, err := exec.Command("go", "build", "-o", truth, "./testdata/truth").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, c := range []struct {
		name    string
		redis   bool
		trouble func(b *sharers)
		least   float64 // requests a second on average
		most    int     // in any second
		uneven  bool    // the shares are not the same
	}{
		{name: "file", least: 49.95, most: 51},
		{name: "redis", redis: true, least: 49.95, most: 51},
		{name: "file, one killed", least: 49.9, most: 52, uneven: true, trouble: func(b *sharers) { b.signal(3, syscall.SIGKILL) }},
		{name: "file, one stopped for ten seconds", least: 49.9, most: 52, uneven: true, trouble: func(b *sharers) {
			b.signal(2, syscall.SIGSTOP)
			time.Sleep(10 * time.Second)
			b.signal(2, syscall.SIGCONT)
		}},
		{name: "file, removed", least: 49.7, most: 52, trouble: func(b *sharers) { os.Remove(b.budget) }},
		{name: "redis, restarted empty", redis: true, least: 48.5, most: 52, trouble: func(b *sharers) { b.stopRedis(); b.startRedis() }},
		{name: "redis, away for ten seconds", redis: true, least: 40.5, most: 52, trouble: func(b *sharers) {
			b.stopRedis()
			time.Sleep(10 * time.Second)
			b.startRedis()
		}},
		{name: "redis, stopped for ten seconds", redis: true, least: 40.5, most: 52, trouble: func(b *sharers) {
			b.server.Process.Signal(syscall.SIGSTOP)
			time.Sleep(10 * time.Second)
			b.server.Process.Signal(syscall.SIGCONT)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &sharers{t: t, dir: t.TempDir()}
			b.budget = filepath.Join(b.dir, "budget")
			if c.redis {
				if _, err := exec.LookPath("redis-server"); err != nil {
					t.Skip("there is no redis-server")
				}
				b.startRedis()
				b.budget = fmt.Sprintf("redis://127.0.0.1:%d/meetbatch", b.port)
			}
			came := b.run(truth, c.trouble)
			var all []time.Time
			for _, one := range came {
				all = append(all, one...)
			}
			slices.SortFunc(all, time.Time.Compare)
			mean, most := b.judge(all)
			shares := fmt.Sprint(len(came[0]), " ", len(came[1]), " ", len(came[2]), " ", len(came[3]))
			t.Logf("%d requests, %.3f a second, most %d in one, %s; longest gap %s", len(all), mean, most, shares, longestGap(all))
			if mean < c.least || mean > 50.05 {
				t.Errorf("%.3f a second", mean)
			}
			if most > c.most {
				t.Errorf("%d in a second", most)
			}
			for i, one := range came {
				if share := float64(len(all)) / 4; !c.uneven && math.Abs(float64(len(one))-share) > share/20 {
					t.Errorf("process %d sent %d of %d", i, len(one), len(all))
				}
			}
		})
	}
}

// sharers are four processes, and what they share.
type sharers struct {
	t      *testing.T
	dir    string
	budget string
	port   int
	server *exec.Cmd
	four   [4]*exec.Cmd
}

// run lets the four send, with trouble from the twentieth second on, and gives when their requests came in a minute in
// which all of them had begun, by the service.
func (b *sharers) run(truth string, trouble func(*sharers)) (came [4][]time.Time) {
	logFile, state := filepath.Join(b.dir, "log"), filepath.Join(b.dir, "state.csv")
	rows := [][]string{{"account", "vmr_id", "user_status"}}
	var inputs [4][][]string
	for p := range 4 {
		inputs[p] = [][]string{{"account", "vmr_id"}}
		for i := range 4000 {
			row := []string{fmt.Sprintf("p%d-%d@example", p, i), fmt.Sprintf("%016x%016x", p, i)}
			rows, inputs[p] = append(rows, append(slices.Clone(row), "0")), append(inputs[p], row)
		}
	}
	writeTable(b.t, state, rows)
	url, stop := startTruth(b.t, truth, []string{"--token=token", "--state=" + state, "--log=" + logFile})
	var ends sync.WaitGroup
	for p := range b.four {
		input := filepath.Join(b.dir, strconv.Itoa(p)+".csv")
		writeTable(b.t, input, inputs[p])
		b.four[p] = exec.Command("meetbatch", "reclaim", "--endpoint", url, "--yes", "--quiet", "--rate", "50/1s", "--budget", b.budget,
			"--until", "70s", "--out", filepath.Join(b.dir, "run"+strconv.Itoa(p)), input)
		b.four[p].Env = append(os.Environ(), "MEETBATCH_TOKEN=token")
		b.four[p].Stderr = os.Stderr
		if err := b.four[p].Start(); err != nil {
			b.t.Fatal(err)
		}
		ends.Go(func() { b.four[p].Wait() })
	}
	time.Sleep(25 * time.Second)
	if trouble != nil {
		trouble(b)
	}
	ends.Wait()
	stop()
	return b.read(logFile)
}

// read gives when the requests of each process came, from five seconds after the last had begun, for a minute.
func (b *sharers) read(logFile string) (came [4][]time.Time) {
	text, err := os.ReadFile(logFile)
	if err != nil {
		b.t.Fatal(err)
	}
	var begun time.Time
	for line := range strings.Lines(string(text)) {
		var l struct {
			Time           time.Time
			Target, Method string
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			b.t.Fatal(err)
		}
		p := int(l.Target[1] - '0')
		if came[p] == nil && l.Time.After(begun) {
			begun = l.Time
		}
		came[p] = append(came[p], l.Time)
	}
	from, to := begun.Add(2*time.Second), begun.Add(62*time.Second)
	for p := range came {
		came[p] = slices.DeleteFunc(came[p], func(at time.Time) bool { return at.Before(from) || !at.Before(to) })
	}
	return came
}

// judge gives how many came a second, and how many in any one, those aside that were late: half an interval and more.
func (b *sharers) judge(all []time.Time) (mean float64, most int) {
	late := func(k int) bool { return k > 0 && all[k].Sub(all[k-1]) >= 30*time.Millisecond }
	lates := 0
	for i, j := 0, 0; j < len(all); j++ {
		if late(j) {
			lates++
		}
		for ; all[j].Sub(all[i]) >= time.Second; i++ {
			if late(i) {
				lates--
			}
		}
		most = max(most, j-i+1-lates)
	}
	return float64(len(all)-1) / all[len(all)-1].Sub(all[0]).Seconds(), most
}

func longestGap(all []time.Time) (longest time.Duration) {
	for i := 1; i < len(all); i++ {
		longest = max(longest, all[i].Sub(all[i-1]))
	}
	return longest
}

func (b *sharers) signal(p int, s syscall.Signal) { b.four[p].Process.Signal(s) }

// startRedis starts a server that keeps nothing on the disk, and waits until it listens.
func (b *sharers) startRedis() {
	if b.port == 0 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.t.Fatal(err)
		}
		b.port = l.Addr().(*net.TCPAddr).Port
		l.Close()
	}
	b.server = exec.Command("redis-server", "--bind", "127.0.0.1", "--port", strconv.Itoa(b.port), "--save", "", "--appendonly", "no")
	if err := b.server.Start(); err != nil {
		b.t.Fatal(err)
	}
	server := b.server
	b.t.Cleanup(func() { server.Process.Kill(); server.Wait() })
	for range 200 {
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", b.port)); err == nil {
			c.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.t.Fatal("redis-server does not listen")
}

func (b *sharers) stopRedis() {
	b.server.Process.Kill()
	b.server.Wait()
}
