package meeting_test

import (
	"strings"
	"testing"

	"meetbatch/internal/meeting"
)

// TestCheckProxies: what net/http would pass over is an error, in every variable, and no error shows any of it.
func TestCheckProxies(t *testing.T) {
	t.Parallel()
	check := func(name, value string) error {
		_, err := meeting.CheckProxies(func(asked string) string {
			if asked == name {
				return value
			}
			return ""
		})
		return err
	}
	for _, good := range []string{
		"", "proxy", "proxy:3128", "10.0.0.1:3128", "http://proxy:3128", "http://proxy:3128/", "HTTP://proxy", "https://proxy.example.test", "socks5://127.0.0.1:1080",
		"socks5h://proxy:1080", "http://admin:hunter2%25pw@proxy:3128", "admin:hunter2@proxy:3128", "http://[::1]:3128", "[::1]:3128", "http://admin:@proxy",
	} {
		if err := check("HTTPS_PROXY", good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, wrong := range []string{
		"http://admin:hunter2%pw@proxy:3128", "http://admin:hunter2#x@proxy:3128", "http://admin:hunter2/x@proxy:3128", "http://admin:12/hunter2@proxy:3128",
		"http://admin:12?hunter2@proxy:3128", "admin:hunter2/@proxy", " http://hunter2:3128", "http://hunter2:3128 ", "http://hunter2:3128\r", "http://hunter2\x00",
		"http:/hunter2:3128", "http//hunter2:3128", "http:hunter2:3128", "//hunter2:3128", "ftp://hunter2", "socks4://hunter2", "socks://hunter2", "file:///hunter2", "http://", "http://:3128",
		"http://admin:hunter2@", "http://admin:hunter2@:3128", "http://hunter2:port", "http://hunter2:99999", "http://hunter2:0", "http://hunter2:", "http://hunter2/proxy.pac",
		"http://hunter 2:3128", "http://[::1:3128", "hunter2:", "'http://hunter2:3128'", "\"http://hunter2:3128\"", "http://hunter2;https://hunter2", "direct/hunter2", "http://hunter2,http://b",
	} {
		for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"} {
			err := check(name, wrong)
			if err == nil {
				t.Errorf("%s=%q is taken", name, wrong)
			} else if text := err.Error(); !strings.Contains(text, name) || strings.Contains(text, "hunter2") {
				t.Errorf("%s=%q: %v", name, wrong, err)
			}
		}
	}
	for _, good := range []string{"", "*", "localhost,127.0.0.1", "localhost, .example.test,*.example.test ,10.0.0.0/8,fd00::/8,[::1]:80,host:80,", "::1"} {
		if err := check("NO_PROXY", good); err != nil {
			t.Errorf("NO_PROXY=%q: %v", good, err)
		}
	}
	for _, wrong := range []string{"localhost 127.0.0.1", "a;b", "http://a", "10.0.0.0/99", "10.0.0/8", "a,b c,d", "host/path"} {
		if check("NO_PROXY", wrong) == nil || check("no_proxy", wrong) == nil {
			t.Errorf("NO_PROXY=%q is taken", wrong)
		}
	}
	warning, err := meeting.CheckProxies(func(name string) string { return map[string]string{"all_proxy": "socks5://proxy"}[name] })
	if err != nil || !strings.Contains(warning, "ALL_PROXY is not used") {
		t.Errorf("warning = %q, %v", warning, err)
	}
	warning, err = meeting.CheckProxies(func(name string) string {
		return map[string]string{"ALL_PROXY": "socks5://proxy", "https_proxy": "proxy"}[name]
	})
	if err != nil || warning != "" {
		t.Errorf("warning = %q, %v", warning, err)
	}
}
