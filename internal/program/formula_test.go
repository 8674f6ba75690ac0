package program

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"
)

// TestFormulas: what the service says of a row is no formula to a spreadsheet that opens the tables; what the row says
// stands as it was.
func TestFormulas(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Request-Id", "-1")
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error_code":"@SUM(1)","error_msg":"=HYPERLINK(\"http://x\",\"click\")"}`)
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	input, run := filepath.Join(dir, "in.csv"), filepath.Join(dir, "run")
	write(t, input, []byte("account,vmr_id\n=1+1,+2\n"))
	wantCode(t, 1, "reclaim", "--any-id", "--yes", "--rate", "none", "--endpoint", server.URL, "--out", run, input)
	row := readTable(t, filepath.Join(run, "results.csv"))[0]
	for name, want := range map[string]string{
		"account": "=1+1", "vmr_id": "+2", "status": "failed",
		"error_code": "'@SUM(1)", "error_message": `'=HYPERLINK("http://x","click")`, "server_request_id": "'-1",
	} {
		if row[name] != want {
			t.Errorf("%s is %q, want %q", name, row[name], want)
		}
	}
	answered := readTable(t, filepath.Join(run, "requests.csv"))[1]
	if answered["error_code"] != "'@SUM(1)" || answered["target"] != "=1+1" {
		t.Errorf("the journal has %v", answered)
	}
	if code := meetbatch(t, time.Minute, "verify", run); code != 0 {
		t.Errorf("verify: exit code %d", code)
	}
}
