package tell

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meetbatch/job"
	"meetbatch/report"
)

// at is a run that ended with an exit code so many seconds after 1970.
func at(second int64, command string, code int) News {
	end := time.Unix(second, 0)
	return News{Command: command, State: report.Finished, Start: end.Add(-time.Second), End: end, ExitCode: code, Counts: report.Counts{Rows: 2, Succeeded: 2}}
}

// TestLastSuccess: a run that does not succeed, and one of another command, leave the last success as it was.
func TestLastSuccess(t *testing.T) {
	t.Parallel()
	m := Metrics{filepath.Join(t.TempDir(), "m.prom")}
	again := at(450, "status", 0)
	again.Again = true
	for _, test := range []struct {
		news News
		want []string
	}{
		{at(100, "status", 1), nil},
		{at(200, "status", 0), []string{`{command="status"} 200.000`}},
		{at(300, "status", 3), []string{`{command="status"} 200.000`}},
		{News{Command: "status", State: report.Running, Start: time.Unix(350, 0)}, []string{`{command="status"} 200.000`}},
		{at(400, "reclaim", 0), []string{`{command="reclaim"} 400.000`, `{command="status"} 200.000`}},
		{again, []string{`{command="reclaim"} 400.000`, `{command="status"} 200.000`}},
		{at(500, "status", 0), []string{`{command="reclaim"} 400.000`, `{command="status"} 500.000`}},
	} {
		if err := m.Write(test.news, time.Unix(1000, 0)); err != nil {
			t.Fatal(err)
		}
		text, _ := os.ReadFile(m.Path)
		var got []string
		for line := range strings.Lines(string(text)) {
			if rest, is := strings.CutPrefix(line, lastSuccess); is {
				got = append(got, strings.TrimSpace(rest))
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%+v: last success %q, want %q", test.news, got, test.want)
		}
	}
	left, _ := os.ReadDir(filepath.Dir(m.Path))
	if len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
}

// TestPingText: whatever the service calls its errors, a ping holds at most 1 KiB, and no text but codes.
func TestPingText(t *testing.T) {
	t.Parallel()
	n := at(100, "reclaim", 1)
	n.Counts = report.Counts{Rows: 1 << 40, Failed: 1 << 40}
	n.Failures = []report.Failure{
		{Status: job.Failed, Code: "USG.201080000", Message: "wei@example", Rows: 7},
		{Status: job.Failed, Code: "wei@example", Rows: 2}, {Status: job.Failed, Code: "", Rows: 3}, {Status: job.Failed, Code: "ff8080816b9e", Rows: 4}, {Status: job.Failed, Code: "A.1\nB", Rows: 5},
	}
	if text := pingText(n); !strings.HasSuffix(text, "\nfailed USG.201080000 7\nother codes 14\n") {
		t.Error(text)
	}
	for i := range 100 {
		n.Failures = append(n.Failures, report.Failure{Status: job.Unknown, Code: fmt.Sprintf("ABCDEFGHIJKLMNOPQRSTUVWXYZABCD.%012d", i), Rows: 1 << 40})
	}
	if text := pingText(n); len(text) > pingBody || !strings.Contains(text, "\nother codes ") {
		t.Errorf("%d bytes: %s", len(text), text)
	}
}

// TestFailure: an error of which nobody knows what it holds is not shown; a malformed proxy's has the proxy's password.
func TestFailure(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]string{
		&url.Error{Op: "Get", URL: "http://s3cret", Err: errors.New(`invalid proxy address "http://u:s3cret@x"`)}: "no answer",
		&url.Error{Op: "Get", URL: "http://s3cret", Err: os.ErrDeadlineExceeded}:                                  "no answer within 5s",
		&url.Error{Op: "Get", URL: "http://s3cret", Err: &net.OpError{Op: "dial", Net: "tcp", Err: io.EOF}}:       "dial tcp: EOF",
		&url.Error{Op: "Get", URL: "http://s3cret", Err: &net.DNSError{Err: "no such host", Name: "hc.invalid"}}:  "no answer",
	} {
		if got := failure(err).Error(); got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}
