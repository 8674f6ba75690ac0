package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// chatty is a service that answers each request, and then goes on talking on the same connection: net/http logs that.
func chatty(t *testing.T) (url string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	t.Cleanup(func() { l.Close(); serving.Wait() })
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				r, err := http.ReadRequest(bufio.NewReader(conn))
				if err != nil {
					return
				}
				fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				time.Sleep(100 * time.Millisecond) // the answer has been read by then
				fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nX: %s\r\n\r\n", r.Header.Get("X-Access-Token"))
				time.Sleep(100 * time.Millisecond)
			})
		}
	})
	return "http://" + l.Addr().String()
}

// TestGoLog: what Go's own packages log is a message like any other, for --verbose alone, and holds no secret.
func TestGoLog(t *testing.T) {
	url := chatty(t)
	for _, test := range []struct {
		flags []string
		shown bool
	}{
		{nil, false}, {[]string{"--log-format", "json"}, false}, {[]string{"--verbose"}, true}, {[]string{"--verbose", "--log-format", "json"}, true},
	} {
		t.Run(strings.Join(test.flags, " "), func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "rooms.csv")
			if err := os.WriteFile(file, []byte("account,vmr_id\na,1\nb,2\n"), 0o666); err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			args := append([]string{"reclaim", "--any-id", "--yes", "--rate", "5/1s", "--endpoint", url, "--out", filepath.Join(dir, "run"), file}, test.flags...)
			if code := Run(t.Context(), args, []string{"MEETBATCH_TOKEN=s3cret-token"}, strings.NewReader(""), &said, &said); code != 0 {
				t.Errorf("exit code %d", code)
			}
			text := said.String()
			if shown := strings.Contains(text, "Unsolicited response"); shown != test.shown {
				t.Errorf("Go's line is shown: %t, want %t: %s", shown, test.shown, text)
			}
			if strings.Contains(text, "s3cret") {
				t.Errorf("a secret shows: %s", text)
			}
			for line := range strings.Lines(text) {
				isJSON := json.Valid([]byte(line))
				if wanted := len(test.flags) > 1 || strings.Contains(strings.Join(test.flags, " "), "json"); isJSON != wanted {
					t.Errorf("line is JSON: %t, want %t: %s", isJSON, wanted, line)
				}
			}
		})
	}
}
