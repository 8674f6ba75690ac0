package program

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestTruth runs the program against testdata/truth, which was written from the service's documents alone. It
// allows nothing that they do not, and what its log and its state say afterwards has to be what the results say.
func TestTruth(t *testing.T) {
	notShort(t)
	t.Parallel()
	program := truth(t)
	token := []string{"MEETBATCH_TOKEN=token"}
	appID := []string{"MEETBATCH_APP_ID=truth", "MEETBATCH_APP_KEY=truth-key"}
	account := []string{"MEETBATCH_ACCOUNT=truth", "MEETBATCH_PASSWORD=truth-password"}
	every := []string{"--latency=1ms..9ms"}
	for _, kind := range []string{"500", "502", "503", "504", "cut", "reset", "hang"} {
		every = append(every, "--fault="+kind+"=0.4%")
	}
	strangers := []string{"--free=refuse"}
	for _, kind := range []string{"html", "202", "redirect", "no-api", "error-in-200", "old-error", "hang", "504"} {
		strangers = append(strangers, "--fault="+kind+"=1%")
	}
	var all sync.WaitGroup
	cases := map[string]truthCase{
		"reclaim":        {rooms: true, env: appID},
		"assign":         {rooms: true, assign: true, env: appID, service: every},
		"assign, killed": {rooms: true, assign: true, env: token, service: []string{"--latency=10ms..40ms", "--fault=reset=1%"}, kill: 20},
		"tenant":         {rooms: true, env: append(appID, "MEETBATCH_CORP_ID=corp", "MEETBATCH_USER_ID=用户@1"), service: []string{"--corp-id=corp"}},
		"partial":        {rooms: true, env: account, service: []string{"--reject=partial"}},
		"status":         {env: token},
		"renewal":        {env: appID, service: []string{"--token-life=2s", "--latency=200ms"}, args: []string{"--chunk=5"}, sees: "PUT /v1/usg/acs/token"},
		"faults":         {rooms: true, env: appID, service: every},
		"faults again":   {env: token, service: every, args: []string{"--chunk=5"}},
		// What was taken back without an answer is refused when it is tried again.
		"in doubt":          {rooms: true, env: token, service: []string{"--free=refuse", "--fault=cut=5%"}},
		"in doubt, hanging": {rooms: true, env: token, service: []string{"--free=refuse", "--fault=hang=5%", "--fault=504=5%", "--fault=reset=5%"}},
		// Whoever answers in the service's place ends the run, and it goes on.
		"strangers":       {rooms: true, env: token, service: strangers, args: []string{"--chunk=3"}, stops: true},
		"strangers again": {env: appID, service: strangers[1:], args: []string{"--chunk=5"}, stops: true},
		"barred":          {rooms: true, env: token, service: []string{"--poison=" + truthAccount(3) + "=404/USG.201040000", "--poison=" + truthAccount(9) + "=403/USG.201040047"}, args: []string{"--workers=1"}},
		"barred too":      {env: token, service: []string{"--poison=" + truthAccount(3) + "3=403/USG.201040047"}},
		"kill":            {rooms: true, env: token, service: []string{"--latency=10ms..40ms", "--free=refuse"}, kill: 20},
		"kill too":        {env: token, service: []string{"--latency=10ms..40ms", "--fault=reset=1%"}, args: []string{"--chunk=5"}, kill: 20},
	}
	names := []string{"faults again", "kill"}
	if long {
		names = slices.Collect(maps.Keys(cases))
	}
	for _, name := range names {
		c := cases[name]
		// They wait most of the time, so all of them share the place of one parallel test.
		all.Go(func() { t.Run(name, func(t *testing.T) { c.test(t, program) }) })
	}
	all.Wait()
}

// truthCase is a run against the service.
type truthCase struct {
	rooms         bool // to be reclaimed, otherwise it sets the status of accounts
	assign        bool // the rooms are to be assigned
	env           []string
	service, args []string
	stops         bool   // the run may be stopped, and then goes on
	kill          int    // the run is killed when the service's log has so many lines, and resumed
	sees          string // the log has a request with this method and path
}

func (c truthCase) test(t *testing.T, program string) {
	dir := t.TempDir()
	input, run := filepath.Join(dir, "input.csv"), filepath.Join(dir, "run")
	state, logFile, dump := filepath.Join(dir, "state.csv"), filepath.Join(dir, "log"), filepath.Join(dir, "dump.csv")
	truthInput(t, c, input, state)
	url, stop := startTruth(t, program, append([]string{"--token=token", "--state=" + state, "--log=" + logFile, "--dump=" + dump}, c.service...))

	args := []string{"status"}
	if c.rooms {
		args = []string{"reclaim", "--any-id"}
	}
	if c.assign {
		args[0] = "assign"
	}
	args = slices.Concat(args, []string{"--endpoint", url, "--yes", "--rate", "none", "--workers", "8", "--timeout", "600ms", "--out", run}, c.args, []string{input})
	if c.kill > 0 {
		if code := runTruth(t, c.env, logFile, c.kill, args...); code != -1 {
			t.Fatalf("exit code %d, not killed", code)
		}
		args = []string{"resume", "--yes", run}
	}
	code := runTruth(t, c.env, "", 0, args...)
	for range 99 {
		if c.stops && code == 4 {
			code = runTruth(t, c.env, "", 0, "resume", "--yes", run)
		}
	}
	if code != 1 && !(c.stops && code == 4) { // some rows cannot succeed, and the last request may be what stops it
		t.Errorf("exit code %d", code)
	}
	if code := runTruth(t, nil, "", 0, "verify", run); code != 0 {
		t.Errorf("verify: exit code %d", code)
	}
	stop()
	results := readTable(t, filepath.Join(run, "results.csv"))
	if slices.ContainsFunc(results, func(row map[string]string) bool { return row["status"] == "not_sent" }) {
		t.Error("it did not come to its end")
	}
	lines := readTruth(t, logFile)
	if c.sees != "" && !slices.ContainsFunc(lines, func(l truthLine) bool { return l.Method+" "+l.Path == c.sees }) {
		t.Errorf("the service never saw %s", c.sees)
	}
	holdAgainstLog(t, c.rooms, results, lines)
	holdAgainstState(t, c, results, readTable(t, dump))
}

// truthAccount is one of the accounts, of all characters.
func truthAccount(i int) string { return fmt.Sprintf(`u/%d %%2F?#&+;=<>"\..例@x`, i) }

// truthInput writes an input and the state that it meets: accounts of all characters, rooms that are free or
// somebody else's, accounts and rooms that do not exist, and rows that repeat others.
func truthInput(t *testing.T, c truthCase, input, state string) {
	in, st := [][]string{{"account", "vmr_id"}}, [][]string{{"account", "vmr_id", "user_status"}}
	if !c.rooms {
		in[0][1] = "user_status"
	}
	for i := range 480 {
		account, room, status := truthAccount(i%120), fmt.Sprintf("%032x", i*7919), fmt.Sprint(i%2)
		holder := account
		switch {
		case i%97 == 5:
			holder = ""
		case i%89 == 6:
			holder = "somebody else"
		case i%83 == 7:
			room += "-missing"
		case c.assign:
			holder = ""
		}
		if c.rooms {
			in = append(in, []string{account, room})
		} else {
			account = fmt.Sprint(account, i)
			holder = account
			in = append(in, []string{account, status})
		}
		if i%53 == 8 {
			in = append(in, in[len(in)-1])
		}
		if i%120 != 9 && !strings.HasSuffix(room, "-missing") {
			st = append(st, []string{holder, room, "0"})
		}
		if c.assign && i < 120 && i != 9 {
			st = append(st, []string{account, "", "0"})
		}
	}
	writeTable(t, input, in)
	writeTable(t, state, st)
}

// startTruth starts the service. What stop returns from, the log and the dump are complete.
func startTruth(t *testing.T, program string, args []string) (url string, stop func()) {
	cmd := exec.Command(program, args...)
	interruptible(cmd)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		interrupt(cmd.Process)
		if err := cmd.Wait(); err != nil {
			t.Errorf("truth: %v: %s", err, stderr.Bytes())
		}
	}
	t.Cleanup(stop)
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "truth listens on ")
	if !ok {
		t.Fatalf("truth says %q", line)
	}
	return url, stop
}

// runTruth runs the program, and kills it when a log has so many lines. The exit code is -1 when it was killed.
func runTruth(t *testing.T, env []string, logFile string, lines int, args ...string) int {
	cmd := exec.Command("meetbatch", args...)
	cmd.Env = slices.Concat(os.Environ(), env, []string{"GORACE=atexit_sleep_ms=0"})
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	killed := false
	for {
		select {
		case err := <-ended:
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if code := codeOf(cmd, killed); code < 2 || code == 4 {
				return code
			}
			t.Errorf("meetbatch %q: %s", args, stderr.Bytes())
			return cmd.ProcessState.ExitCode()
		case <-tick.C:
			if text, _ := os.ReadFile(logFile); lines > 0 && bytes.Count(text, []byte("\n")) >= lines {
				killed = cmd.Process.Kill() == nil
				lines = 0
			}
		case <-deadline:
			cmd.Process.Kill()
			deadline = nil
		}
	}
}

// truthLine is what the service's log says of a request.
type truthLine struct {
	RequestID string `json:"request_id"`
	Method    string
	Path      string
	Target    string
	Entries   []string
	Status    int
	Applied   []string
	Fault     string
	Violation string
}

func readTruth(t *testing.T, logFile string) []truthLine {
	text, err := os.ReadFile(logFile)
	if err != nil {
		t.Fatal(err)
	}
	var lines []truthLine
	for text := range bytes.Lines(text) {
		var l truthLine
		if err := json.Unmarshal(text, &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}

// holdAgainstLog wants no request that is against the documents; of each row, that it succeeded just when the
// request that it names applied it and was answered so, where an answer that was cut after its status may be
// taken either way, and one that came too late on a busy machine is none; and of one that failed, that no request ever applied it, unless it is of
// an account and says that this may be.
func holdAgainstLog(t *testing.T, rooms bool, results []map[string]string, lines []truthLine) {
	requests, applied := map[string]truthLine{}, map[string]bool{}
	for _, l := range lines {
		if l.Violation != "" {
			t.Errorf("%s, request %s: %s", l.Path, l.RequestID, l.Violation)
		}
		requests[l.RequestID] = l
		for _, e := range l.Applied {
			applied[l.Target+"\x00"+e] = true
		}
	}
	for _, row := range results {
		target, entry := row["account"], row["vmr_id"]
		if !rooms {
			target, entry = row["user_status"], row["account"]
		}
		l, known := requests[row["request_id"]]
		did := l.Target == target && slices.Contains(l.Applied, entry)
		late := row["status"] == "unknown" && strings.HasPrefix(row["error_message"], "no answer within ")
		doubt := row["status"] == "unknown" || strings.Contains(row["error_message"], "may have been carried out")
		switch ok := row["status"] == "succeeded"; {
		case !known && row["request_id"] != "" && row["status"] != "unknown":
			t.Errorf("the service saw no such request: %v", row)
		case ok && (!did || l.Status != 200), !ok && !late && did && l.Status == 200 && l.Fault == "":
			t.Errorf("the request was answered by %d %s, applied %t: %v", l.Status, l.Fault, did, row)
		case row["status"] == "failed" && rooms && applied[target+"\x00"+entry], !ok && !doubt && applied[target+"\x00"+entry]:
			t.Errorf("it was applied: %v", row)
		}
	}
}

// holdAgainstState wants the service to have in the end what each row that succeeded asked for.
func holdAgainstState(t *testing.T, c truthCase, results, state []map[string]string) {
	has := map[string]string{}
	for _, row := range state {
		if c.rooms {
			has[row["vmr_id"]] = "free" + row["account"]
		} else {
			has[row["account"]] = row["user_status"]
		}
	}
	for _, row := range results {
		key, want := row["vmr_id"], "free"
		if c.assign {
			want += row["account"]
		}
		if !c.rooms {
			key, want = row["account"], row["user_status"]
		}
		if row["status"] == "succeeded" && has[key] != want {
			t.Errorf("the service has %q: %v", has[key], row)
		}
	}
}

// readTable reads a CSV as rows by the names in its header.
func readTable(t *testing.T, path string) (table []map[string]string) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		fields := map[string]string{}
		for i, name := range rows[0] {
			fields[name] = row[i]
		}
		table = append(table, fields)
	}
	return table
}

func writeTable(t *testing.T, path string, rows [][]string) {
	var text bytes.Buffer
	if err := csv.NewWriter(&text).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}
