package program

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestCuts: a run that was killed goes on, wherever the writing of its results or of its journal was interrupted.
// Each cut is made by hand into a copy of a run that had come to an end, and its state is set back.
func TestCuts(t *testing.T) {
	t.Parallel()
	const rooms = `account,vmr_id,name
wei@example,ff8080816b9ec3ab016ba125aca20082,Blue
,ff8080816b9ec3ab016ba125aca20083,"a
b"
min@example,ff8080816b9ec3ab016ba125aca20084,Red
wei@example,ff8080816b9ec3ab016ba125aca20082,Blue again
wei@example,missing,Gone
"bell 
tolls",ff8080816b9ec3ab016ba125aca20084,Red
wei@example,ff8080816b9ec3ab016ba125aca20082,Blue once more
`
	dir := t.TempDir()
	input, whole := filepath.Join(dir, "rooms.csv"), filepath.Join(dir, "run")
	write(t, input, []byte(rooms))
	wantCode(t, 1, "reclaim", "--quiet", "--endpoint", service(t), "--yes", "--rate", "none", "--workers", "1",
		"--max-invalid", "50%", "--out", whole, input)
	results, requests := read(t, filepath.Join(whole, "results.csv")), read(t, filepath.Join(whole, "requests.csv"))
	failed, run := read(t, filepath.Join(whole, "failed.csv")), read(t, filepath.Join(whole, "run.json"))
	running := underWay(t, run)
	goesOn := func(name string, results, requests []byte) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cut := filepath.Join(t.TempDir(), "cut")
			if err := os.CopyFS(cut, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(cut, "failed.csv")); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(cut, "results.csv"), results)
			write(t, filepath.Join(cut, "requests.csv"), requests)
			write(t, filepath.Join(cut, "run.json"), running)
			wantCode(t, 1, "resume", "--quiet", "--yes", cut)
			wantCode(t, 0, "verify", "--quiet", cut)
			if got := read(t, filepath.Join(cut, "failed.csv")); !bytes.Equal(got, failed) {
				t.Errorf("failed.csv is %q, want %q", got, failed)
			}
		})
	}
	every := 41 // bytes
	if !long {
		every = 523
	}
	for at := 0; at <= len(results); at += every {
		goesOn(fmt.Sprintf("results %d", at), results[:at], requests)
	}
	for at := 0; at <= len(requests); at += every {
		goesOn(fmt.Sprintf("requests %d", at), resultsOf(t, results, requests[:at]), requests[:at])
	}
}

// underWay gives the run.json that a run had before it came to its end, from that which it has now.
func underWay(t *testing.T, run []byte) []byte {
	t.Helper()
	running := bytes.Replace(run, []byte(`"state": "finished"`), []byte(`"state": "running"`), 1)
	running = regexp.MustCompile(`(?s)  "end": .*?\n|  "exit_code": .*?\n|  "files": \{.*?\n  \},\n`).ReplaceAll(running, nil)
	if bytes.Equal(run, running) {
		t.Fatalf("the run is not finished: %s", run)
	}
	return sealed(running)
}

// resultsOf gives the results that may stand in a table when no more than this was written of the journal: those before
// the first one of a request that has no answer there.
func resultsOf(t *testing.T, results, requests []byte) []byte {
	t.Helper()
	answered := map[string]bool{"": true} // an invalid row has no request
	for line := range strings.Lines(string(requests)) {
		if row := strings.Split(line, ","); strings.HasSuffix(line, "\n") && row[1] == "answered" {
			answered[row[2]] = true
		}
	}
	r := csv.NewReader(bytes.NewReader(results))
	if _, err := r.Read(); err != nil {
		t.Fatal(err)
	}
	for {
		end := r.InputOffset()
		if row, err := r.Read(); err != nil || !answered[row[3]] {
			return results[:end]
		}
	}
}
