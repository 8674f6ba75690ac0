package program

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"meetbatch/internal/cli"
	"meetbatch/internal/sandbox"
)

// TestMutations changes run directories in every way that damage can, and does not let the program be deceived.
func TestMutations(t *testing.T) {
	notShort(t)
	t.Parallel()
	t.Run("verify", func(t *testing.T) { verifyMutations(t, 1, 40) })
	t.Run("resume", func(t *testing.T) { resumeMutations(t, 2, 2, 4) })
	t.Run("torn", func(t *testing.T) { tearTables(t, 3, 2) })
}

// strictService takes each room back once, and refuses a request with one that is free or does not exist.
type strictService struct {
	latency time.Duration

	mu  sync.Mutex
	did map[string]bool
	log bytes.Buffer // a line for each request, as the sandbox writes them
}

func (s *strictService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	time.Sleep(s.latency)
	s.mu.Lock()
	defer s.mu.Unlock()
	account, _ := url.PathUnescape(filepath.Base(r.URL.EscapedPath()))
	line := sandbox.Line{RequestID: r.Header.Get("X-Request-Id"), Target: account, Status: http.StatusOK}
	body, _ := io.ReadAll(r.Body)
	json.Unmarshal(body, &line.Entries)
	for _, room := range line.Entries {
		if strings.HasPrefix(room, "missing") || s.did[account+room] {
			line.Status = http.StatusBadRequest
		}
	}
	if line.Status == http.StatusOK {
		line.Applied = line.Entries
		for _, room := range line.Entries {
			s.did[account+room] = true
		}
	}
	text, _ := json.Marshal(line)
	s.log.Write(append(text, '\n'))
	w.WriteHeader(line.Status)
	if line.Status != http.StatusOK {
		io.WriteString(w, `{"error_code":"USG.201080000","error_msg":"no such room"}`)
	}
}

// state gives what the service did so far, and set makes that what it did.
func (s *strictService) state() (did map[string]bool, log []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.did), bytes.Clone(s.log.Bytes())
}

// settled gives what the service did of which there is a result. Nobody can tell from the files that a request was sent
// whose row in the journal was taken away before it had a result.
func (s *strictService) settled(results []byte) (did map[string]bool, log []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	did = map[string]bool{}
	for text := range bytes.Lines(s.log.Bytes()) {
		var line sandbox.Line
		json.Unmarshal(text, &line)
		if line.Status != http.StatusOK || bytes.Contains(results, []byte(line.RequestID)) {
			log = append(log, text...)
			for _, room := range line.Applied {
				did[line.Target+room] = true
			}
		}
	}
	return did, log
}

func (s *strictService) set(did map[string]bool, log []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.did, s.log = maps.Clone(did), *bytes.NewBuffer(bytes.Clone(log))
}

// command runs the program in this process, and wants it to come to an end.
func command(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	var stderr bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Run(context.Background(), args, []string{"MEETBATCH_TOKEN=token"}, strings.NewReader(""), io.Discard, &stderr)
	}()
	select {
	case code = <-ended:
		return code, stderr.String()
	case <-time.After(time.Minute):
		t.Fatalf("meetbatch %q does not end", args)
		return 0, ""
	}
}

// verifyMutations makes runs of all kinds, and changes their files: verify notices each change.
func verifyMutations(t *testing.T, seed uint64, n int) {
	chance := rand.New(rand.NewPCG(seed, 1))
	service := &strictService{did: map[string]bool{}}
	server := httptest.NewServer(service)
	defer server.Close()
	dir := t.TempDir()
	input := filepath.Join(dir, "rooms.csv")
	mutationInput(t, input, 40)
	var runs []string
	for i, more := range [][]string{{"reclaim"}, {"reclaim", "--chunk", "3", "--workers", "4"}, {"reclaim", "--limit", "20"}, {"reclaim", "--max-failures", "1"},
		{"reclaim", "--skip-succeeded", filepath.Join(dir, "2")}, {"status", "--to", "disabled", "--chunk", "7"}} {
		out := filepath.Join(dir, fmt.Sprint(i))
		service.set(map[string]bool{}, nil)
		code, said := command(t, append(append(more, "--endpoint", server.URL, "--yes", "--rate", "none", "--max-invalid", "100%", "--out", out), input)...)
		if code != 1 && code != 4 {
			t.Fatalf("%d: %s", code, said)
		}
		if code, said := command(t, "verify", out); code != 0 || strings.Contains(said, "warning") {
			t.Fatalf("verify of a run that nobody changed: %d: %s", code, said)
		}
		runs = append(runs, out)
	}
	for i := range n {
		of := runs[i%len(runs)]
		text := snapshot(t, of)
		what := mutate(t, chance, of, []string{"results.csv", "requests.csv", "run.json", "failed.csv"})
		code, said := command(t, "verify", of)
		noticed := code == 7 || code == 3 && what == "run.json is gone" ||
			code == 0 && strings.HasPrefix(what, "failed.csv") && strings.Contains(said, "failed.csv was changed since the run")
		if !noticed {
			t.Errorf("%d, %s: exit code %d: %s", i, what, code, said)
		}
		restore(t, of, text)
	}
}

// resumeMutations kills runs, changes their files and resumes them: what is not refused ends with a result for each row,
// which is what the service did.
func resumeMutations(t *testing.T, seed uint64, kills, each int) {
	chance := rand.New(rand.NewPCG(seed, 1))
	service := &strictService{latency: 5 * time.Millisecond}
	server := httptest.NewServer(service)
	defer server.Close()
	refused, ended := 0, 0
	for turn := range kills {
		dir := t.TempDir()
		input, out := filepath.Join(dir, "rooms.csv"), filepath.Join(dir, "run")
		rows := mutationInput(t, input, 60)
		service.set(map[string]bool{}, nil)
		for args, left := mutationRun(server.URL, out, input, turn), 1+chance.IntN(2); left > 0; left-- {
			if interrupted(t, chance, out, args...) {
				args = []string{"resume", "--yes", out}
				continue
			}
			if err := os.RemoveAll(out); err != nil { // it had not begun, or had come to its end
				t.Fatal(err)
			}
			service.set(map[string]bool{}, nil)
			args, left = mutationRun(server.URL, out, input, turn), 2
		}
		time.Sleep(20 * time.Millisecond) // what is in flight arrives
		did, log := service.settled(read(t, filepath.Join(out, "results.csv")))
		text := snapshot(t, out)
		for i := range each {
			what := mutate(t, chance, out, []string{"results.csv", "results.csv", "requests.csv", "requests.csv", "run.json"})
			mutated, _ := os.ReadFile(filepath.Join(out, "results.csv"))
			service.set(did, log)
			code, said := command(t, "resume", "--yes", out)
			_, now := service.state()
			switch {
			case code == 7 || code == 3:
				refused++
				if !bytes.Equal(log, now) || !strings.Contains(said, "error: ") {
					t.Errorf("%d, %s: refused, after requests or without a reason: %s", i, what, said)
				}
			case code == 0 || code == 1:
				ended++
				logFile := filepath.Join(dir, "log")
				write(t, logFile, now)
				_, err := compare(out, logFile)
				reworded := strings.HasPrefix(what, "results.csv") && sameButMessages(text["results.csv"], mutated)
				if n := len(readTable(t, filepath.Join(out, "results.csv"))); err != nil && !reworded || n != rows {
					t.Errorf("%d, %s: %v, %d results of %d rows: %.600s", i, what, err, n, rows, said)
				}
				if code, proof := command(t, "verify", out); code != 0 {
					t.Errorf("%d, %s: verify: %d: %s\n%s", i, what, code, proof, said)
				}
			default:
				t.Errorf("%d, %s: exit code %d: %s", i, what, code, said)
			}
			restore(t, out, text)
		}
	}
	t.Logf("%d refused, %d came to their end", refused, ended)
}

// sameButMessages tells whether two tables of results differ in the words of their messages alone. These are for people,
// and nothing follows from them: that a row which failed may have been carried out is one of them.
func sameButMessages(a, b []byte) bool {
	before, errA := csv.NewReader(bytes.NewReader(a)).ReadAll()
	after, errB := csv.NewReader(bytes.NewReader(b)).ReadAll()
	const message = 7
	return errA == nil && errB == nil && slices.EqualFunc(before, after, func(x, y []string) bool {
		if len(x) == len(y) && len(x) > message {
			x[message], y[message] = "", ""
		}
		return slices.Equal(x, y)
	})
}

// mutationRun is the command line of a run, of either operation by turns.
func mutationRun(url, out, input string, turn int) []string {
	job := [][]string{{"reclaim"}, {"status", "--to", "disabled"}}[turn%2]
	return append(job, "--endpoint", url, "--yes", "--rate", "none", "--workers", "3", "--chunk", "4", "--max-failures", "100%", "--max-invalid", "100%", "--out", out, input)
}

// interrupted begins a run or goes on with it, kills it, and tells whether it has begun to send and has not come to its
// end.
func interrupted(t *testing.T, chance *rand.Rand, out string, args ...string) bool {
	meetbatch(t, time.Duration(30+chance.IntN(120))*time.Millisecond, args...)
	text, err := os.ReadFile(filepath.Join(out, "run.json"))
	return err == nil && bytes.Contains(text, []byte(`"state": "running"`))
}

// tearTables kills a run again and again, and leaves its tables each time as a machine may that loses its power: cut, with
// zeros at the end or in the middle, or gone. In the end no row is lost.
func tearTables(t *testing.T, seed uint64, runs int) {
	chance := rand.New(rand.NewPCG(seed, 1))
	service := &strictService{latency: 5 * time.Millisecond}
	server := httptest.NewServer(service)
	defer server.Close()
	torn := 0
	for turn := range runs {
		dir := t.TempDir()
		input, out := filepath.Join(dir, "rooms.csv"), filepath.Join(dir, "run")
		rows := mutationInput(t, input, 60)
		service.set(map[string]bool{}, nil)
		for interrupted(t, chance, out, mutationRun(server.URL, out, input, turn)...); torn%8 < 7 && interrupted(t, chance, out, "resume", "--yes", out); torn++ {
			tear(t, chance, filepath.Join(out, []string{"results.csv", "requests.csv"}[torn%2]))
			startAnew(t, out)
		}
		torn++
		time.Sleep(20 * time.Millisecond)
		if _, err := os.Stat(filepath.Join(out, "run.json")); err != nil {
			continue
		}
		code, said := command(t, "resume", "--yes", out)
		if proof, why := command(t, "verify", out); code > 1 || proof != 0 {
			t.Errorf("resume: %d: %s\nverify: %d: %s", code, said, proof, why)
		}
		_, log := service.state()
		write(t, filepath.Join(dir, "log"), log)
		_, err := compare(out, filepath.Join(dir, "log"))
		if n := len(readTable(t, filepath.Join(out, "results.csv"))); err != nil || n != rows {
			t.Errorf("%v, %d results of %d rows", err, n, rows)
		}
	}
	t.Logf("torn %d times", torn)
}

func tear(t *testing.T, chance *rand.Rand, path string) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return // it was removed before, and the resume was killed before it made it again
	}
	text := read(t, path)
	at := chance.IntN(len(text) + 1)
	switch chance.IntN(6) {
	case 0:
		text = text[:at]
	case 1:
		clear(text[at:])
	case 2: // a block in the middle
		at -= at % 4096
		clear(text[at:min(at+4096, len(text))])
	case 3:
		text = append(text, make([]byte, 1+chance.IntN(5000))...)
	case 4:
		text = text[:bytes.IndexByte(text, '\n')+1] // the header alone
	case 5:
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		return
	}
	write(t, path, text)
}

// startAnew makes the process of a killed run one of before the machine was started anew.
func startAnew(t *testing.T, out string) {
	path := filepath.Join(out, "run.json")
	write(t, path, sealed(regexp.MustCompile(`"boot": ".*"`).ReplaceAll(read(t, path), []byte(`"boot": "another"`))))
}

// TestVerifyBeside: verify finds nothing wrong with a run that is under way, or that is stopped and goes on meanwhile.
func TestVerifyBeside(t *testing.T) {
	onlyLong(t)
	t.Parallel()
	service := &strictService{latency: time.Millisecond, did: map[string]bool{}}
	server := httptest.NewServer(service)
	defer server.Close()
	dir := t.TempDir()
	input, out := filepath.Join(dir, "rooms.csv"), filepath.Join(dir, "run")
	mutationInput(t, input, 200)
	args := append(mutationRun(server.URL, out, input, 0), "--max-failures", "5")
	codes := map[int]int{}
	for failures := 5; ; failures += 10 {
		ended := make(chan int)
		go func() { ended <- meetbatch(t, time.Minute, args...) }()
		code := -1
		for code < 0 {
			select {
			case code = <-ended:
			default:
				if _, err := os.Stat(filepath.Join(out, "run.json")); err != nil {
					continue
				}
				verified, said := command(t, "verify", out)
				if codes[verified]++; verified != 0 && verified != 5 {
					t.Errorf("exit code %d: %s", verified, said)
				}
			}
		}
		if code == 1 {
			break
		}
		args = []string{"resume", "--yes", "--max-failures", fmt.Sprint(failures), out}
	}
	if codes[5] == 0 {
		t.Errorf("exit codes %v, want some of a run under way", codes)
	}
	t.Logf("exit codes %v", codes)
}

// mutationInput writes rooms, some of which are missing, doubled or invalid.
func mutationInput(t *testing.T, path string, accounts int) (rows int) {
	var text strings.Builder
	text.WriteString("account,vmr_id\n")
	for i := range accounts * 5 {
		account, room := fmt.Sprintf("user%d", i*7%accounts), fmt.Sprintf("%032x", i)
		switch {
		case i%31 == 3:
			room = fmt.Sprintf("missing%d", i)
		case i%43 == 5:
			account = ""
		}
		for range 1 + max(0, i%17-15) {
			fmt.Fprintf(&text, "%s,%s\n", account, room)
			rows++
		}
	}
	write(t, path, []byte(text.String()))
	return rows
}

// snapshot reads the files of a directory, and restore writes them back.
func snapshot(t *testing.T, dir string) map[string][]byte {
	files := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		files[e.Name()] = read(t, filepath.Join(dir, e.Name()))
	}
	return files
}

func restore(t *testing.T, dir string, files map[string][]byte) {
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		write(t, filepath.Join(dir, name), text)
	}
}

// mutate changes one thing in one of the files of a directory, and says what.
func mutate(t *testing.T, chance *rand.Rand, dir string, names []string) (what string) {
	for {
		name := names[chance.IntN(len(names))]
		path := filepath.Join(dir, name)
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if chance.IntN(100) == 0 {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			return name + " is gone"
		}
		mutations := []func(*rand.Rand, []byte) (string, []byte){mutateBytes, mutateLines}
		if strings.HasSuffix(name, ".csv") {
			mutations = append(mutations, mutateCell, mutateCell, mutateCell)
		}
		what, now := mutations[chance.IntN(len(mutations))](chance, bytes.Clone(text))
		if name == "results.csv" && chance.IntN(20) == 0 { // a row of another file
			lines := bytes.SplitAfter(read(t, filepath.Join(dir, "requests.csv")), []byte("\n"))
			at := bytes.IndexByte(text[len(text)/2:], '\n') + len(text)/2 + 1
			what, now = "a row of the journal", slices.Concat(text[:at], lines[chance.IntN(len(lines))], text[at:])
		}
		if bytes.Equal(text, now) {
			continue
		}
		write(t, path, now)
		return name + ": " + what
	}
}

func mutateBytes(chance *rand.Rand, text []byte) (string, []byte) {
	at := chance.IntN(len(text))
	switch kind := chance.IntN(7); kind {
	case 0:
		return fmt.Sprint("cut at ", at), text[:at]
	case 1: // zeros to the end, as after a loss of power
		clear(text[at:])
		return fmt.Sprint("zeros from ", at), text
	case 2:
		end := min(at+512, len(text))
		clear(text[at:end])
		return fmt.Sprint("a block of zeros at ", at), text
	case 3:
		return fmt.Sprint("a byte less at ", at), slices.Delete(text, at, at+1)
	case 4:
		return fmt.Sprint("a byte twice at ", at), slices.Insert(text, at, text[at])
	case 5:
		text[at] ^= 1 << chance.IntN(8)
		return fmt.Sprint("a bit at ", at), text
	}
	other := "\"',0192 x\n"
	text[at] = other[chance.IntN(len(other))]
	return fmt.Sprintf("byte %d is %q", at, text[at]), text
}

func mutateLines(chance *rand.Rand, text []byte) (string, []byte) {
	lines := bytes.SplitAfter(text, []byte("\n"))
	a, b := chance.IntN(len(lines)), chance.IntN(len(lines))
	switch chance.IntN(4) {
	case 0:
		return fmt.Sprintf("no line %d", a+1), bytes.Join(slices.Delete(lines, a, a+1), nil)
	case 1:
		return fmt.Sprintf("line %d twice, the second time as line %d", a+1, b+1), bytes.Join(slices.Insert(lines, b, lines[a]), nil)
	case 2:
		lines[a], lines[b] = lines[b], lines[a]
		return fmt.Sprintf("lines %d and %d exchanged", a+1, b+1), bytes.Join(lines, nil)
	}
	return fmt.Sprintf("the lines from %d on are gone", a+1), bytes.Join(lines[:a], nil)
}

// mutateCell gives a cell another value: that of another row, none, a number or a word that might stand there.
func mutateCell(chance *rand.Rand, text []byte) (string, []byte) {
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) < 2 {
		return "", text
	}
	row, column := rows[1+chance.IntN(len(rows)-1)], chance.IntN(len(rows[0]))
	was := row[column]
	others := []string{"", "0", "1", "2", "200", "400", "500", "8000000000", "99999999999999999999", "-1", "x", was + "1", "USG.1",
		"succeeded", "failed", "unknown", "not_sent", "invalid", "skipped", "sent", "answered", "2020-01-01T00:00:00Z"}
	row[column] = others[chance.IntN(len(others))]
	if chance.IntN(2) == 0 {
		row[column] = rows[1+chance.IntN(len(rows)-1)][column]
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.WriteAll(rows)
	return fmt.Sprintf("%s of a row was %q and is %q: %q", rows[0][column], was, row[column], row), out.Bytes()
}
